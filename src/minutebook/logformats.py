"""A log format is one TOML file → one `LogFormat`; its samples are its test and its documentation.

The file's keys are the fields of `LogFormat` and `Pattern`: an unknown key is an error by
construction. Files of users and built-in ones are one kind of file.

A pattern is a list of ``pieces``, RE2 expressions that are joined into one, anchored at the start; for a text that
doesn't fit, the pieces show how far it got. A group's name is a column of the event frame or one of `GROUPS`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from minutebook.errors import FormatError, suggest
from minutebook.events import KINDS, LAYERS, LEVELS

#: The names that groups of patterns may have, and what becomes of each.
GROUPS: Mapping[str, str] = {
    "time": "the record's stamp, read by the pattern's `time` layout",
    "level": "its severity, by the usual words and the format's `levels`",
    "severity_level": "its severity as Application Insights numbers it: 0 (verbose) to 4 (critical)",
    "windows_level": "its severity as Windows numbers it: 1 (critical) to 5 (verbose), 0 for what has none",
    "tags": "words on the record, of which one may be its severity",
    "message": "what it says; with `pairs`, key=value pairs at its end become columns",
    "service": "the service", "host": "the host", "version": "the version",
    "environment": "the environment",
    "logger": "the logger's name, kept with the fields",
    "thread": "the thread or process, kept with the fields",
    "method": "a request's method", "path": "its path, query cut off and ids templated",
    "request": "a request line: method, path and protocol in one",
    "status": "its response code",
    "duration_s": "how long it took, in seconds", "duration_ms": "… in milliseconds",
    "duration_us": "… in microseconds", "duration_ns": "… in nanoseconds",
    "duration": "… with its unit written behind it: 12.5ms",
    "user": "user id", "account": "a database's account, which is no user of the service: column `actor`", "client": "client address", "agent": "the client's program",
    "trace": "request or trace id",
    "record_kind": "what it's of: a dependency or a client's span is a call made, no request that was served",
    "stream": "stdout or stderr (containers)",
    "partial": "P where a line goes on in the next one of its stream (containers)",
    "pairs": "key=value pairs, read by the table of usual names",
}  # fmt: skip


@dataclass(frozen=True)
class Pattern:
    """One way in which a record of the format can look."""

    pieces: tuple[str, ...]
    time: str  #: layout of the group ``time``, as `minutebook.times.layouts()` lists them
    one_way: bool = False  #: at no point can a text match in two ways, so it's read in passes of four groups
    either_way: bool = False  #: only the log can show whether day or month comes first (`times.find_twins`)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of all groups, in order."""
        return groups_of(self.pieces)


@dataclass(frozen=True)
class LogFormat:
    """A log format, as its TOML file states it."""

    name: str
    title: str
    patterns: tuple[Pattern, ...] = ()
    shape: str = "text"  #: text, json, pairs (logfmt), csv (any delimiter), w3c or events (Windows' XML)
    kind: str = "log"
    layer: str = "app"
    multiline: bool = True  #: whether lines that don't match may belong to the record before them
    skip: str = ""  #: lines that are no records: headers, comments (RE2)
    goes_on: str = ""  #: lines that fit a pattern but go on from the record before them (RE2)
    repeats: str = ""  #: messages that repeat the one before N times; groups ``count`` and ``message`` (RE2)
    goes_on_after: str = ""  #: … only where the line before fits this (RE2)
    below: tuple[str, ...] = ()  #: searched in the lines below a record's first one: RE2 with groups
    wraps: str = ""  #: its messages may be of any other format: "lines" of a stream, or whole "records"
    requires: tuple[str, ...] = ()  #: JSON keys that must be there, with one other at most
    clock: str = "outer"  #: of a wrapper and what it wraps: whose stamp counts, outer or inner
    levels: Mapping[str, str] = field(default_factory=dict)  #: words for levels beyond the usual ones
    fixed: Mapping[str, str] = field(default_factory=dict)  #: columns that are the same in every record
    utc: bool = False  #: its stamps are UTC by definition, though they don't say so
    refines: str = ""  #: a format that reads its records too, but gets less out of them: this one is tried before it
    weight: float = 1.0  #: below 1 for a format so general that a closer one should win
    samples: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_toml(cls, name: str, text: str) -> LogFormat:
        """The format that a TOML text states; raises `FormatError` that says what is wrong with it."""
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise FormatError(f"not TOML: {error}", where=name) from error
        raw["patterns"] = tuple(_make_pattern(name, entry) for entry in raw.pop("pattern", []))
        raw["samples"] = tuple(raw.pop("sample", []))
        raw["below"] = tuple(raw.get("below", ()))
        raw["requires"] = tuple(raw.get("requires", ()))
        _check_groups(name, groups_of(raw["below"]))
        _check_keys(name, raw, {f.name for f in fields(cls)} - {"name"})
        if "title" not in raw:
            raise FormatError("a format needs a title", where=name)
        made = cls(name=name, **raw)
        _check_values(made)
        return made


def _make_pattern(name: str, entry: dict[str, Any]) -> Pattern:
    _check_keys(name, entry, {"pieces", "time", "one_way", "either_way"})
    pieces = tuple(entry.get("pieces", ()))
    if not pieces or "time" not in entry:
        raise FormatError("a [[pattern]] needs `pieces` and `time`", where=name)
    pattern = Pattern(pieces, entry["time"], entry.get("one_way", False), entry.get("either_way", False))
    _check_groups(name, pattern.groups)
    return pattern


def groups_of(expressions: Iterable[str]) -> tuple[str, ...]:
    """Names of the groups in RE2 expressions, in order."""
    return tuple(name for expression in expressions for name in re.findall(r"\(\?P<(\w+)>", expression))


def _check_groups(name: str, groups: Iterable[str]) -> None:
    if odd := sorted(set(groups) - set(GROUPS)):
        raise FormatError(f"no group is called {odd[0]!r}", where=name, do=suggest(odd[0], GROUPS))


def _check_keys(name: str, raw: Mapping[str, Any], known: set[str]) -> None:
    if odd := sorted(set(raw) - known - {"patterns", "samples"}):
        raise FormatError(f"unknown key {odd[0]!r}", where=name, do=f"known are {', '.join(sorted(known))}")


def _check_values(made: LogFormat) -> None:
    for key, value, known in (
        ("kind", made.kind, KINDS),
        ("layer", made.layer, LAYERS),
        ("shape", made.shape, ("text", "json", "pairs", "csv", "w3c", "events")),
        ("wraps", made.wraps, ("", "lines", "records")),
        ("clock", made.clock, ("outer", "inner")),
        *(("levels", level, LEVELS) for level in made.levels.values()),
    ):
        if value not in known:
            raise FormatError(f"{key} can't be {value!r}", where=made.name, do=suggest(value, known))
    if made.shape == "text" and not made.patterns:
        raise FormatError("a text format needs a [[pattern]]", where=made.name)


def list_built_in(folder: str, *, samples: bool) -> list[tuple[str, str]]:
    """(name, TOML text) of the built-in formats of a folder, by name.

    Half of the text are samples, which come last in each file, and which whoever reads evidence doesn't need.
    """
    place = files("minutebook") / "formats" / folder
    found = sorted((each for each in place.iterdir() if each.name.endswith(".toml")), key=lambda e: e.name)
    texts = ((each.name[:-5], each.read_text("utf-8")) for each in found)
    return [(name, text if samples else text.partition("\n[[sample]]")[0]) for name, text in texts]


@cache
def _built_in(samples: bool) -> tuple[LogFormat, ...]:
    return tuple(LogFormat.from_toml(name, text) for name, text in list_built_in("logs", samples=samples))


def load_formats(paths: Iterable[str | Path] = (), *, samples: bool = False) -> tuple[LogFormat, ...]:
    """The user's formats in ``paths`` first, then the built-in ones, by name; these with their samples only if asked."""
    own = []
    for path in map(Path, paths):
        try:
            own.append(LogFormat.from_toml(path.stem, path.read_text("utf-8")))
        except FormatError as error:
            raise FormatError(error.what, where=str(path), do=error.do) from error
        except OSError as error:
            raise FormatError(f"can't be read: {error.strerror}", where=str(path)) from error
    names = {each.name for each in own}
    return (*own, *(each for each in _built_in(samples) if each.name not in names))
