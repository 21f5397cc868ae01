"""a timeline → the rows that a postmortem prints, each with a permanent number.

Action items refer to rows by number, so a later draft keeps the numbers of earlier rows; new rows get the next numbers.
Rows on single minutes of impact are left out: they'd make a list too long to read.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from minutebook.outputs.inert import escape_invisible, escape_markdown
from minutebook.outputs.instants import as_instant, format_clock
from minutebook.outputs.wording.counts import count_of, tell_counts

HEAD = ("| # | Time (UTC) | What | Evidence |", "|---|---|---|---|")
_ROW = re.compile(r"^\| T(?P<number>\d+) \| (?P<time>[^|]*) \| (?P<what>(?:[^|\\]|\\.)*) \|")
_UTC = datetime.UTC
_SHOWN_REFERENCES = 2


@dataclass(frozen=True)
class Row:
    """One printed row."""

    number: int
    clock: str
    text: str  #: as Markdown
    evidence: str
    record: Mapping[str, Any]  #: the timeline's own row

    @property
    def name(self) -> str:
        """The name by which it's referred to."""
        return f"T{self.number}"

    def is_of(self, kind: str, phase: str) -> bool:
        """Whether it tells that phase of a thing of that kind."""
        return (self.record["kind"], self.record["phase"]) == (kind, phase)

    @property
    def time(self) -> pd.Timestamp:
        """When it happened."""
        return self.record["time"]


def number_rows(timeline: pd.DataFrame, earlier: Sequence[str] = ()) -> list[Row]:
    """The rows to print, in order; ``earlier`` are the lines of an earlier draft's table."""
    is_minute = timeline["kind"].eq("impact") & timeline["phase"].eq("ongoing")
    records = timeline[~is_minute].to_dict("records")
    days = {record["time"].date() for record in records}
    cells = [(_tell_clock(record["time"], len(days) > 1), _tell_text(record)) for record in records]
    numbers = _keep_numbers(cells, earlier)
    return [
        Row(number, clock, text, _tell_evidence(record["evidence"]), record)
        for number, (clock, text), record in zip(numbers, cells, records, strict=True)
    ]


def print_rows(rows: Iterable[Row], left_out: int) -> list[str]:
    """The table in Markdown."""
    lines = [*HEAD, *(f"| {row.name} | {row.clock} | {row.text} | {row.evidence} |" for row in rows)]
    if left_out:
        lines += ["", f"{count_of(left_out, 'row')} on single minutes of impact left out; they are in timeline.csv."]
    return lines


def read_rows(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """(number, time, text) of each row of a printed table."""
    for line in lines:
        if row := _ROW.match(line):
            yield int(row["number"]), row["time"], row["what"]


def _keep_numbers(cells: Sequence[tuple[str, str]], earlier: Sequence[str]) -> list[int]:
    known = list(read_rows(earlier))
    numbers: dict[int, int] = {}
    # The same text first, then the same but for numbers, such as counts that grew.
    for key in (
        lambda clock, text: (clock, text),
        lambda clock, text: (clock, _blur(text)),
        lambda _, text: (_blur(text),),
    ):
        waiting: dict[Any, list[int]] = {}
        for number, clock, text in known:
            if number not in numbers.values():
                waiting.setdefault(key(clock, text), []).append(number)
        for at, cell in enumerate(cells):
            if at not in numbers and waiting.get(key(*cell)):
                numbers[at] = waiting[key(*cell)].pop(0)
    following = iter(range(max((number for number, _, _ in known), default=0) + 1, 1_000_000_000))
    return [numbers[at] if at in numbers else next(following) for at in range(len(cells))]


def _blur(text: str) -> str:
    return re.sub(r"\d[\d,.]*", "0", text)


def _tell_clock(time: pd.Timestamp, has_days: bool) -> str:
    clock = format_clock(time, _UTC)
    return f"{time.tz_convert(_UTC):%Y-%m-%d} {clock}" if has_days else clock


def _tell_text(record: Mapping[str, Any]) -> str:
    text = (
        record["summary"] if isinstance(record["summary"], str) else f"{record['kind']} {record['phase'] or ''}".strip()
    )
    service = record["service"] if isinstance(record["service"], str) and record["service"] not in text else ""
    # Rows on impact and on all requests say their counts themselves.
    counts = (
        []
        if record["kind"] in ("impact", "request")
        else [tell_counts(record["count"], None, text), tell_counts(None, record["users"])]
    )
    last = as_instant(record["last_time"])
    until = (
        f"until {format_clock(last, _UTC)}"
        if record["kind"] == "log" and last is not None and last > record["time"] and counts[0]
        else ""
    )
    beside = ", ".join(filter(None, [escape_markdown(service), *counts, until]))
    return escape_markdown(text) + (f" ({beside})" if beside else "")


def _tell_evidence(evidence: object) -> str:
    if not isinstance(evidence, str) or not evidence:
        return quote_cell("minutes.csv")
    shown, *more = [evidence.split("; ")[:_SHOWN_REFERENCES], *evidence.split("; ")[_SHOWN_REFERENCES:]]
    return ", ".join(map(quote_cell, shown)) + (f" and {len(more)} more" if more else "")


def quote_cell(text: str) -> str:
    """A reference in a table cell, as code unless it contains characters that would end that."""
    return escape_markdown(text) if set(text) & set("`|\\") else f"`{escape_invisible(text)}`"
