"""an export format's TOML → how the export is recognised, where its rows are, which path feeds which column."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from minutebook.errors import FormatError, suggest
from minutebook.events import KINDS, PHASES

#: Columns that a path may feed; those not in the event frame go into the message, or into ``fields``.
COLUMNS = (
    "service", "host", "environment", "version", "actor", "name", "detail", "severity", "labels", "hosts", "what",
    "url", "number", "count", "first", "status", "done",
)  # fmt: skip


@dataclass(frozen=True)
class Phase:
    """One phase of a lifecycle: which rows state it, and at which instant."""

    time: tuple[str, ...]  #: paths, the first found wins; ``^`` begins one in the row around ``each``
    name: str = ""  #: the phase, or
    by: tuple[str, ...] = ()  #: the paths of a word that `ExportFormat.states` turns into a phase
    otherwise: str = ""  #: the phase where that word isn't known
    end: tuple[str, ...] = ()
    kind: str = ""  #: where it isn't the format's
    key: tuple[str, ...] = ()  #: where it isn't the format's
    plus_ms: str = ""  #: path of milliseconds to add to ``time``
    plus_s: str = ""  #: path of seconds to add to ``time``
    ns: str = ""  #: path of nanoseconds within the second of ``time``
    each: tuple[str, ...] = ()  #: path of a list in the row, to whose entries the other paths refer
    first: bool = False  #: only the first entry of ``each`` that holds, by time
    later: str = ""  #: the phase of the entries behind the first
    when: Mapping[str, Any] = field(default_factory=dict)  #: path → texts; "" is none, "*" any
    unless: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)  #: what else to keep of an entry of ``each``
    say: str = ""  #: the message, with {column} in it
    quality: str = ""  #: time_quality, if it isn't the stamp's own


@dataclass(frozen=True)
class Skip:
    """Rows that are no happening, and why."""

    when: Mapping[str, Any]
    why: str
    unless: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExportFormat:
    """An export's format, as its TOML file states it."""

    name: str
    title: str
    kind: str
    requires: tuple[str, ...] = ()  #: keys of a row, or with ^ of its document: see `paths.has_keys`
    rows: tuple[str, ...] = ("",)  #: paths of the rows in a document, the first that has any; "" is the document
    reading: str = "table"  #: function of `readings`
    key: tuple[
        str, ...
    ] = ()  #: paths (a|b is either, a! is needed) that together name one lifecycle; none: its columns do
    family: str = ""  #: put before the key, so that two tools' numbers don't collide
    columns: Mapping[str, Any] = field(default_factory=dict)  #: column → path or paths, first found wins
    said: Mapping[str, str] = field(default_factory=dict)  #: path of a text → pattern whose groups are columns
    fields: Mapping[str, Any] = field(default_factory=dict)  #: what else to keep of a record, name → path or paths
    phases: tuple[Phase, ...] = ()
    skip: tuple[Skip, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)  #: word → phase, before the usual words
    severities: Mapping[str, str] = field(default_factory=dict)  #: word → level, before the usual words
    repeats: tuple[str, ...] = ()  #: paths that name what is repeated, so that it becomes one row
    routine: tuple[Skip, ...] = ()  #: rows that are counted, but aren't in the timeline
    deploys_by: tuple[
        str, ...
    ] = ()  #: paths, one of which says "deploy" or "release"; else it's a run of unstated purpose
    timeless: str = ""  #: for records without an instant: why each is rejected, and what to export instead
    weight: float = 1.0  #: below 1 for a shape so general that a closer one should win
    samples: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_toml(cls, name: str, text: str) -> ExportFormat:
        """The format that a TOML text states, or `FormatError` that says what is wrong with it.

        Its ``reading`` isn't looked up here, but on loading.
        """
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise FormatError(f"not TOML: {error}", where=name) from error
        for key in ("phase", "skip", "routine", "sample"):
            if not isinstance(raw.get(key, []), list):
                raise FormatError(f"{key!r} is no list of tables", where=name, do=f"write [[{key}]]")
        raw["phases"] = tuple(_make(Phase, part, name) for part in raw.pop("phase", ()))
        raw["skip"] = tuple(_make(Skip, part, name) for part in raw.pop("skip", ()))
        raw["routine"] = tuple(_make(Skip, part, name) for part in raw.pop("routine", ()))
        raw["samples"] = tuple(raw.pop("sample", ()))
        made = _make(cls, {"name": name} | raw, name)
        _check(made)
        return made


def _make(kind: type[Any], raw: Mapping[str, Any], where: str) -> Any:
    """The dataclass of a table's keys; texts become tuples where its field is one."""
    known = {f.name: str(f.type) for f in fields(kind)}
    if odd := sorted(set(raw) - set(known)):
        shown = ", ".join(sorted(set(known) - {"name", "samples", "phases"}))
        raise FormatError(f"unknown key {odd[0]!r}", where=where, do=f"known are {shown}")
    for key, value in raw.items():
        if not _fits(value, known[key]):
            raise FormatError(f"{key!r} can't be {value!r}", where=where)
    typed = {
        key: tuple([value] if isinstance(value, str) else value) if known[key].startswith("tuple") else value
        for key, value in raw.items()
    }
    try:
        return kind(**typed)
    except TypeError as error:
        missing = [
            f.name
            for f in fields(kind)
            if f.default is MISSING and f.default_factory is MISSING and f.name not in typed
        ]
        raise FormatError(f"lacks the key {', '.join(missing)}", where=where) from error


def _fits(value: object, kind: str) -> bool:
    """Whether a value has a field's type: tables, texts, lists of texts, numbers and booleans are told apart."""
    if kind.startswith("tuple[str"):
        return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))
    if kind.startswith("tuple"):
        return isinstance(value, tuple) and all(isinstance(each, Phase | Skip | dict) for each in value)
    if kind.startswith("Mapping[str, str"):
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if kind.startswith("Mapping"):
        return isinstance(value, dict) and all(_is_text(each) for each in value.values())
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, bool if kind == "bool" else str)


def _is_text(value: object) -> bool:
    listed = value if isinstance(value, list) else [value]
    return all(isinstance(each, str | int | bool) for each in listed)


def _check(made: ExportFormat) -> None:
    words = [*made.states.values(), *(w for p in made.phases for w in (p.name, p.otherwise, p.later))]
    for value, known, what in (
        (made.kind, KINDS, "kind"),
        *((p.kind, KINDS, "kind") for p in made.phases if p.kind),
        *((word, PHASES, "phase") for word in words if word),
        *(
            (c, COLUMNS, "column")
            for c in (*made.columns, *(c for p in made.phases for c in p.columns), *_list_groups(made))
        ),
    ):
        if value not in known:
            raise FormatError(f"no {what} is called {value!r}", where=made.name, do=suggest(value, known))


def _list_groups(made: ExportFormat) -> Iterator[str]:
    """The columns that its patterns name."""
    for path, pattern in made.said.items():
        try:
            yield from re.compile(pattern).groupindex
        except re.error as error:
            raise FormatError(f"{path!r} has no pattern: {error}", where=made.name) from error
