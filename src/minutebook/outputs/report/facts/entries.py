"""a timeline and its raw lines → the report's rows, each with as much of its evidence as a page can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from minutebook.outputs.instants import as_instant
from minutebook.reading.raw import MORE, parse_references
from minutebook.sources.places import name_place

#: (source, line) → the raw lines of the record there; None where they may name people.
Lines: TypeAlias = Mapping[tuple[str, int], Sequence[str] | None]

#: Limits; the report says so where one is reached.
MOST_ROWS = 1_000
MOST_RECORDS = 3  # of a row
MOST_LINES = 6  # of a record
MOST_CHARACTERS = 400  # of a line


@dataclass(frozen=True)
class Record:
    """A reference to evidence and, where they were read, its raw lines; ``cut`` says what isn't shown."""

    reference: str
    lines: tuple[str, ...] | None
    cut: str = ""


@dataclass(frozen=True)
class Entry:
    """One row of the timeline."""

    time: pd.Timestamp
    last: pd.Timestamp | None
    error_s: float | None
    kind: str
    phase: str
    service: str
    severity: str
    text: str
    count: int | None
    users: int | None
    references: tuple[str, ...]
    records: tuple[Record, ...]
    more: str  #: what of the evidence isn't shown
    place: str  #: "impact" inside a window, "hole" where nothing is known, else empty


def pick_references(timeline: pd.DataFrame) -> list[tuple[str, int]]:
    """The (source, line) of all the evidence that a report of this timeline shows."""
    rows = (parse_references(row) for row in timeline["evidence"].head(MOST_ROWS).dropna())
    return [reference for row in rows for reference in row[:MOST_RECORDS]]


def find_entries(timeline: pd.DataFrame, impact: Mapping[str, Any], lines: Lines | None) -> Iterator[Entry]:
    """The rows of a timeline with their raw lines, and whether each lies in a window of the impact or in a hole."""
    spans = [
        ("hole" if w.get("kind") == "no_evidence" else "impact", as_instant(w.get("start")), as_instant(w.get("end")))
        for w in impact.get("windows") or ()
    ]
    for row in timeline.to_dict("records"):
        time, last = row["time"], as_instant(row["last_time"])
        within = {kind for kind, start, end in spans if start and end and start.floor("min") <= time <= end}
        references, more = _split_references(row["evidence"])
        shown = references[:MOST_RECORDS]
        records = tuple(_find_record(each, lines) for each in shown)
        left = len(references) - len(shown)
        yield Entry(
            time=time, last=last, error_s=None if pd.isna(row["time_error_s"]) else float(row["time_error_s"]),
            kind=_text(row["kind"]), phase=_text(row["phase"]), service=_text(row["service"]),
            severity=_text(row["severity"]), text=_text(row["summary"]), count=_whole(row["count"]),
            users=_whole(row["users"]), references=tuple(name_place(*each) for each in references),
            records=records, more="; ".join(filter(None, [f"{left:,} more of the row's references" if left else "", more])),
            place="impact" if "impact" in within else "hole" if within else "",
        )  # fmt: skip


def _split_references(evidence: object) -> tuple[list[tuple[str, int]], str]:
    if not isinstance(evidence, str) or not evidence:
        return [], ""
    tail = evidence.rpartition("; ")[2]
    return parse_references(evidence), tail.removeprefix("… ") if tail.startswith(MORE) else ""


def _find_record(place: tuple[str, int], lines: Lines | None) -> Record:
    reference = f"{place[0]}:{place[1]}"
    if lines is None:
        return Record(reference, None)
    text = lines.get(place)
    if text is None:
        return Record(
            reference, None, "not shown: may name people" if place in lines else "not found in the evidence given"
        )
    shown = tuple(line if len(line) <= MOST_CHARACTERS else line[:MOST_CHARACTERS] + "…" for line in text[:MOST_LINES])
    cut = [
        f"{len(line) - MOST_CHARACTERS:,} further characters"
        for line in text[:MOST_LINES]
        if len(line) > MOST_CHARACTERS
    ]
    cut += [f"{len(text) - MOST_LINES:,} further lines"] if len(text) > MOST_LINES else []
    return Record(reference, shown, " and ".join(cut[-2:]))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]
