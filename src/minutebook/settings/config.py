"""what the caller says → settings: options and a `minutebook.toml`, by file name or glob.

Nothing is read from the working directory unasked: a settings file is only used when it's named.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from minutebook.errors import MinutebookError, suggest
from minutebook.events import LAYERS
from minutebook.machine.namedfiles import read_named
from minutebook.settings.limits import Limits
from minutebook.settings.rules import Rules

#: Columns that can be stated for a source whose records lack them.
STATED = ("service", "host", "environment", "version", "name")
_OF_SOURCES = ("format", "zone", "year", "day", "clock_ahead_s", "layer", *STATED)
_MOST_AHEAD_S = 366 * 86400  # that a clock may be said to be ahead or behind
#: Keys of a source whose values are no texts.
_NUMBERS: Mapping[str, type | tuple[type, ...]] = {"year": int, "clock_ahead_s": (int, float)}


@dataclass(frozen=True)
class Config:
    """Everything that a caller can say about the evidence: the keys of a settings file.

    ``sources`` maps a file name or glob to what is known of such sources: ``format``, ``zone`` (IANA name or offset),
    ``year`` or ``day`` of the first stamp where stamps lack it, ``clock_ahead_s`` (by how many seconds its clock ran
    ahead of the true time; negative: behind), ``layer`` (of `events.LAYERS`: where in a request's path it sits), and
    what its records lack: ``service``, ``host``, and for exports of deploys and alerts also ``environment``,
    ``version`` and ``name`` (a Helm release, a check). ``*`` stands for all sources, later entries win, and what a
    record says itself comes first. ``sli`` is what counts and what is bad, as `rules` explains:

        [sources."web-2*"]
        zone = "America/New_York"

        [sli]
        operations = ["POST /checkout*"]
        bad_statuses = ["5xx", 429]
        slow_over_s = 0.8
        objectives = ["checkout.slo.yaml"]
    """

    sources: Mapping[str, Mapping[str, str | int | float]] = field(default_factory=dict)
    formats: Sequence[str] = ()  #: the user's own format files, or folders of them
    align: bool = True  #: whether clock offsets that shared ids prove are applied
    clock_error_s: float = 1.0  #: how far a clock may be off that shares no ids with others
    sli: Rules = field(default_factory=Rules)
    redact: bool = True  #: whether outputs show pseudonyms for users and kinds for secrets
    key: str | None = None  #: a file with the key of pseudonyms; without one it's drawn from the evidence
    limits: Limits = field(default_factory=Limits)  #: how much of hostile evidence is read
    since: str | None = None  #: only what happened from then on: 14:05, 2026-11-23T14:05Z or -2h, as `spans` reads it
    until: str | None = None  #: only what happened before then
    engine: str = "local"  #: or "dask": where the work is done; the result is the same
    scheduler: str | None = None  #: the address of Dask's, where it isn't the active client's

    @classmethod
    def load(cls, path: str | Path) -> Config:
        """The settings of a TOML file; raises `MinutebookError` on unknown keys."""
        where = str(path)
        try:
            raw = tomllib.loads(read_named(path).decode("utf-8"))
        except OSError as error:
            raise MinutebookError(f"can't be read: {error.strerror}", where=where) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise MinutebookError(f"not TOML: {error}", where=where) from error
        known = [f.name for f in fields(cls)]
        for key in raw:
            if key not in known:
                raise MinutebookError(f"unknown key {key!r}", where=where, do=suggest(key, known))
        _check_types(raw, where)
        if "sli" in raw:
            raw["sli"] = Rules.load(raw["sli"], where).beside(Path(path).parent)
        if "limits" in raw:
            raw["limits"] = Limits.load(raw["limits"], where)
        for values in raw.get("sources", {}).values():
            if isinstance(values, dict) and isinstance(values.get("day"), date):
                values["day"] = values["day"].isoformat()  # TOML's own
        made = cls(**raw)
        made.check(where)
        # Paths are relative to the file that they're written in.
        folder = Path(path).parent
        own_key = None if made.key is None else str(folder / made.key)
        return replace(made, formats=[str(folder / name) for name in made.formats], key=own_key)

    def within(self, since: str | None, until: str | None) -> Config:
        """These settings, with another span if one is given."""
        return replace(self, since=since or self.since, until=until or self.until)

    def on(self, engine: str | None, scheduler: str | None) -> Config:
        """These settings, with another engine or scheduler if one is given."""
        return replace(self, engine=engine or self.engine, scheduler=scheduler or self.scheduler)

    @property
    def zone(self) -> str:
        """The zone of times that a person types: that stated for all sources, else UTC."""
        return str(self.sources.get("*", {}).get("zone", "UTC"))

    def with_sources(self, *more: tuple[str, str, str | int | float]) -> Config:
        """These settings and (glob, key, value) from the command line, which win."""
        sources = {glob: dict(values) for glob, values in self.sources.items()}
        for glob, key, value in more:
            entry = sources.pop(glob, {})
            sources[glob] = {**entry, key: value}
        made = replace(self, sources=sources)
        made.check("command line")
        return made

    def tell(self) -> dict[str, Any]:
        """The settings, for a manifest and a comparison of books: files by their content, never by path."""
        return {
            "align": self.align,
            "clock_error_s": self.clock_error_s,
            "sources": {glob: dict(values) for glob, values in self.sources.items()},
            "formats": [_tell_file(path) for path in self.formats],
            "sli": {**self.sli.tell(), "objectives": [_tell_file(path) for path in self.sli.objectives]},
            "redact": self.redact,
            "since": self.since,
            "until": self.until,
        }

    def check(self, where: str) -> None:
        """Raise `MinutebookError` on values that make no sense."""
        for glob, values in self.sources.items():
            for key, value in values.items():
                if key not in _OF_SOURCES:
                    raise MinutebookError(
                        f"unknown key {key!r} for {glob!r}",
                        where=where,
                        do=suggest(key, _OF_SOURCES),
                    )
                if not isinstance(value, _NUMBERS.get(key, str)) or isinstance(value, bool):
                    kind = "number" if key in _NUMBERS else "text"
                    raise MinutebookError(f"{key!r} of {glob!r} is no {kind}", where=where)
                if key == "zone":
                    check_zone(str(value), where)
                if key == "day" and not _is_day(str(value)):
                    raise MinutebookError(f"the day {value!r} is none", where=where, do="write it as 2026-11-23")
                if key == "clock_ahead_s" and not abs(float(value)) <= _MOST_AHEAD_S:
                    raise MinutebookError(f"a clock that is {value} s ahead is none", where=where)
                if key == "layer" and value not in LAYERS:
                    raise MinutebookError(f"no such layer: {value!r}", where=where, do=suggest(str(value), LAYERS))
                if key == "year" and not 1990 <= int(value) <= 2100:
                    raise MinutebookError(f"the year {value} is not between 1990 and 2100", where=where)

    def of(self, name: str) -> dict[str, str | int | float]:
        """What is stated for the source called ``name``."""
        found: dict[str, str | int | float] = {}
        for glob, values in self.sources.items():
            if fnmatch(name, glob) or fnmatch(name.rsplit("/", 1)[-1], glob):
                found |= values
        return found


def _is_day(text: str) -> bool:
    try:
        return 1990 <= date.fromisoformat(text).year <= 2100
    except ValueError:
        return False


def _tell_file(path: str | Path) -> str:
    """A file's or folder's name and the beginning of the hash of its content."""
    place = Path(path)
    content = hashlib.sha256()
    for file in sorted(place.rglob("*.toml")) if place.is_dir() else [place]:
        content.update(file.read_bytes() if file.is_file() else b"")
    return f"{place.name} sha256:{content.hexdigest()[:16]}"


def _check_types(raw: Mapping[str, object], where: str) -> None:
    sources, formats = raw.get("sources", {}), raw.get("formats", [])
    if not isinstance(sources, dict) or not all(isinstance(values, dict) for values in sources.values()):
        raise MinutebookError("'sources' is no table of tables", where=where, do='write [sources."web-*.log"]')
    if not isinstance(formats, list) or not all(isinstance(path, str) for path in formats):
        raise MinutebookError("'formats' is no list of paths", where=where, do='write formats = ["ours.toml"]')
    for switch in ("align", "redact"):
        if not isinstance(raw.get(switch, True), bool):
            raise MinutebookError(f"{switch!r} is neither true nor false", where=where)
    if not isinstance(raw.get("key", ""), str):
        raise MinutebookError("'key' is no path", where=where, do='write key = "pseudonyms.key"')
    for name in ("engine", "scheduler"):
        if not isinstance(raw.get(name, ""), str):
            raise MinutebookError(f"{name!r} is no text", where=where)
    for name in ("since", "until"):
        if not isinstance(raw.get(name, ""), str):
            raise MinutebookError(f"{name!r} is no text", where=where, do=f'write {name} = "2026-11-23T14:05Z"')
    error_s = raw.get("clock_error_s", 0)
    if isinstance(error_s, bool) or not isinstance(error_s, int | float) or not 0 <= error_s < 1e6:
        raise MinutebookError("'clock_error_s' is no number of seconds", where=where)


def check_zone(zone: str, where: str) -> None:
    """Raise `MinutebookError` unless it's an IANA zone or an offset such as +05:30."""
    if zone[:1] in "+-" and zone[1:].replace(":", "").isdigit():
        return
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise MinutebookError(
            f"no such zone: {zone}",
            where=where,
            do="use an IANA name (Europe/Berlin) or an offset (+02:00)",
        ) from error
