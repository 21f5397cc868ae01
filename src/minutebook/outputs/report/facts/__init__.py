"""a book → what its report says, in plain text and in order: one model for every medium.

Nothing is computed here that the book doesn't hold; text from evidence stays as it is, and each medium escapes it. Read
in order: `completeness` (what the report rests on), `impact`, `entries` (the timeline), `minutes`, `definitions`; each
is made of `fact`s.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from minutebook.outputs.bookish import Bookish
from minutebook.outputs.instants import as_instant, format_clock, format_days
from minutebook.outputs.report.facts.completeness import Completeness, find_completeness
from minutebook.outputs.report.facts.definitions import DEFINITIONS
from minutebook.outputs.report.facts.entries import MOST_ROWS, Entry, Lines, find_entries
from minutebook.outputs.report.facts.fact import Fact
from minutebook.outputs.report.facts.impact import Window, find_figures, find_milestones, find_window
from minutebook.outputs.report.facts.minutes import pick_minutes
from minutebook.outputs.wording.assumptions import tell_assumptions
from minutebook.outputs.wording.incident import tell_total
from minutebook.outputs.wording.windows import pick_windows, tell_rejected

_UTC = datetime.UTC
_MOST_MERGES = 50


@dataclass(frozen=True)
class Facts:
    """Everything a report says."""

    title: str
    span: str
    completeness: Completeness
    figures: list[Fact]
    windows: list[Window]
    milestones: list[Fact]
    total: list[Fact]
    rejected: list[str]
    entries: list[Entry]
    rows_left: int
    minutes: pd.DataFrame
    minutes_note: str
    sources: list[dict[str, Any]]
    assumptions: list[str]
    merges: list[dict[str, Any]]
    merges_left: int
    definitions: list[Fact]
    has_lines: bool
    plotted: Bookish


def find_facts(book: Bookish, lines: Lines | None, title: str = "") -> Facts:
    """What the report of a book says; without ``lines`` its rows name their evidence and don't show it."""
    impact, ledger = book.impact, book.ledger
    windows = pick_windows(impact)
    minutes, note = pick_minutes(book.minutes, windows)
    merges = list(ledger.get("merges") or ())
    return Facts(
        title=title or _title(book, windows),
        span=_span(book),
        completeness=find_completeness(book),
        figures=list(find_figures(impact, windows)),
        windows=[find_window(window) for window in windows],
        milestones=find_milestones(impact),
        total=[Fact(*row) for row in tell_total(impact.get("total") or {})[1:]] if len(windows) > 1 else [],
        rejected=[tell_rejected(each, _UTC) for each in impact.get("rejected") or ()],
        entries=list(find_entries(book.timeline.head(MOST_ROWS), impact, lines)),
        rows_left=max(len(book.timeline) - MOST_ROWS, 0),
        minutes=minutes,
        minutes_note=note,
        sources=list(ledger.get("sources") or ()),
        assumptions=tell_assumptions(ledger),
        merges=merges[:_MOST_MERGES],
        merges_left=max(len(merges) - _MOST_MERGES, 0),
        definitions=[*DEFINITIONS, *(Fact(k.replace("_", " "), v) for k, v in (impact.get("definitions") or {}).items())],
        has_lines=lines is not None,
        plotted=book,
    )  # fmt: skip


def _title(book: Bookish, windows: Sequence[Mapping[str, Any]]) -> str:
    start = as_instant(windows[0].get("start")) if windows else next(iter(book.timeline["time"]), None)
    services = list(dict.fromkeys(w["service"] for w in windows if w.get("service")))
    of = f": {', '.join(services[:3])}" if services else ""
    return f"Incident of {format_days(start, start, _UTC)}{of}" if start is not None else "Incident"


def _span(book: Bookish) -> str:
    """From the first to the last minute of the grid, else of the timeline."""
    times = book.minutes["minute"] if len(book.minutes) else book.timeline["time"]
    if not len(times):
        return "no evidence"
    first, last = times.min(), times.max() + pd.Timedelta(minutes=1 if len(book.minutes) else 0)
    return f"{format_days(first, last, _UTC)}, {format_clock(first, _UTC)[:5]} – {format_clock(last, _UTC)[:5]} UTC"
