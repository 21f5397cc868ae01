"""documents of deploys, alerts and notes → rows of the event frame, one a phase.

What an export looks like is data: one TOML file each, in ``formats/deploys``, ``alerts`` and ``notes``. It says
by which keys it's known, where its rows are, and which path feeds which column; where a table can't say
it, ``reading`` names a function of `shapes`. Exports are known by content, never by file name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from minutebook.errors import FormatError
from minutebook.exports.paths import find, find_all, has_keys, name_shape
from minutebook.exports.shapes import SHAPES, WHOLE, Context, read_table

_FOLDERS = ("alerts", "deploys", "notes")


@dataclass(frozen=True)
class ExportFormat:
    """An export's format, as its TOML file states it."""

    name: str
    title: str
    kind: str
    requires: tuple[str, ...] = ()  #: keys of a row or its envelope; a|b is either, !a is none
    rows: str = ""  #: path of the rows in a document; "" is the document, or each entry of its list
    reading: str = "table"  #: function of `shapes`
    columns: Mapping[str, Any] = field(default_factory=dict)  #: column → path or paths, first found wins
    phases: tuple[Mapping[str, Any], ...] = ()
    weight: float = 1.0  #: below 1 for a shape so general that a closer one should win
    samples: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_toml(cls, name: str, text: str) -> ExportFormat:
        """The format that a TOML text states, or `FormatError` that says what is wrong with it."""
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise FormatError(f"not TOML: {error}", where=name) from error
        raw["phases"] = tuple(raw.pop("phase", ()))
        raw["samples"] = tuple(raw.pop("sample", ()))
        raw["requires"] = tuple(raw.get("requires", ()))
        known = {f.name for f in fields(cls)} - {"name"}
        if odd := sorted(set(raw) - known):
            raise FormatError(f"unknown key {odd[0]!r}", where=name, do=f"known are {', '.join(sorted(known))}")
        made = cls(name=name, **raw)
        if made.reading not in SHAPES:
            raise FormatError(
                f"no reading is called {made.reading!r}",
                where=name,
                do=f"use one of {', '.join(SHAPES)}",
            )
        return made


class Document(NamedTuple):
    """One parsed value (JSON, YAML, a CSV row as a dict), and where it stood."""

    value: object
    line: int
    offset: int
    length: int


class Match(NamedTuple):
    """Which export some documents are of; ``seen`` says in words what they are if they're none."""

    format: ExportFormat | None
    score: float
    runner_up: str | None
    nearest: str | None
    seen: str


class Reading(NamedTuple):
    """Rows by event columns, (line, why) of what couldn't be read, and counts of what is no happening."""

    rows: list[dict[str, object]]
    rejects: list[tuple[int, str]]
    skipped: dict[str, int]


_EMPTY = ExportFormat("empty", "An export that lists nothing", "note")


@cache
def _built_in() -> tuple[ExportFormat, ...]:
    found = []
    for folder in _FOLDERS:
        place = files("minutebook") / "formats" / folder
        entries = sorted((e for e in place.iterdir() if e.name.endswith(".toml")), key=lambda e: e.name)
        found += [ExportFormat.from_toml(e.name[:-5], e.read_text("utf-8")) for e in entries]
    return tuple(found)


def load_exports(paths: Iterable[str | Path] = ()) -> tuple[ExportFormat, ...]:
    """The user's formats in ``paths`` first, then the built-in ones."""
    own = [ExportFormat.from_toml(Path(p).stem, Path(p).read_text("utf-8")) for p in paths]
    return (*own, *_built_in())


def pick_export(values: Sequence[object], formats: Sequence[ExportFormat]) -> Match:
    """The export that the first documents of a file are of, by their keys."""
    known = [value for value in values if value is not None]
    if known and all(value in ([], {}) for value in known):
        return Match(_EMPTY, 1.0, None, None, "an empty list")
    scored = []
    for order, each in enumerate(formats):
        shares = [_fits(value, each) for value in known[:20]]
        if shares and sum(shares):
            scored.append((-sum(shares) / len(shares) * each.weight, -len(each.requires), order, each))
    scored.sort(key=lambda entry: entry[:3])
    seen = name_shape(known[0] if known else (values[0] if values else None))
    if not scored or -scored[0][0] < 0.4:
        return Match(
            None,
            -scored[0][0] if scored else 0.0,
            None,
            scored[0][3].name if scored else None,
            seen,
        )
    runner_up = scored[1][3].name if len(scored) > 1 else None
    return Match(
        scored[0][3],
        min(-scored[0][0] / scored[0][3].weight, 1.0),
        runner_up,
        scored[0][3].name,
        seen,
    )


def _fits(value: object, each: ExportFormat) -> float:
    """Share of the document's rows that have the keys the format asks for."""
    rows = find_all(value, each.rows)
    if not rows:
        return 0.0
    sample = rows[:20]
    return sum(has_keys(row, value, each.requires) for row in sample) / len(sample)


def read_export(
    documents: Iterable[Document],
    export: ExportFormat,
    *,
    source: str,
    defaults: Mapping[str, str] | None = None,
) -> Reading:
    """The happenings of an export's documents, a row a phase; ``defaults`` are columns the caller states."""
    rows: list[dict[str, object]] = []
    rejects: list[tuple[int, str]] = []
    skipped: dict[str, int] = {}
    context = Context(export.kind, export.columns, export.phases, dict(defaults or {}), source)
    for document in documents:
        entries = [document.value] if export.reading in WHOLE else find_all(document.value, export.rows)
        if document.value is None or (not entries and document.value not in ([], {})):
            rejects.append((document.line, "is no record: " + name_shape(document.value)))
            continue
        reader = SHAPES.get(export.reading, read_table)
        for entry in entries:
            made, why = reader(entry, context)
            if made:
                rows += [
                    {
                        **row,
                        "line": document.line,
                        "offset": document.offset,
                        "length": document.length,
                    }
                    for row in made
                ]
            elif why.startswith("no happening"):
                skipped[why] = skipped.get(why, 0) + 1
            else:
                rejects.append((document.line, why))
    return Reading(rows, rejects, skipped)


__all__ = [
    "Document",
    "ExportFormat",
    "Match",
    "Reading",
    "find",
    "load_exports",
    "pick_export",
    "read_export",
]
