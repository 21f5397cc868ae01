"""a book's ledger and minutes → how complete its evidence is: what was read, what is lacking, minutes without data."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from minutebook.ledger import find_shortfalls
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.holes import find_silent_minutes
from minutebook.outputs.report.facts.fact import Fact
from minutebook.outputs.wording.counts import count_of
from minutebook.outputs.wording.sources import sum_sources


@dataclass(frozen=True)
class Hole:
    """Minutes in a row in which no service has any evidence."""

    start: pd.Timestamp
    minutes: str


@dataclass(frozen=True)
class Completeness:
    """What the report rests on, which it states first."""

    is_whole: bool
    figures: list[Fact]
    shortfalls: list[str]
    holes: list[Hole]


def find_completeness(book: Bookish) -> Completeness:
    """What was read, by the ledger's account, and the minutes of which nothing is known."""
    sources = book.ledger.get("sources") or ()
    total = sum_sources(sources)
    silent, grid = find_silent_minutes(book.minutes), book.minutes["minute"].nunique()
    holes = _find_holes(silent)
    shortfalls = find_shortfalls(book.ledger) if sources else ["The book holds no account of sources."]
    adds_up = total["lines_told"] == total["lines"]
    account = f"of {total['lines']:,}: " + ("every line" if adds_up else "the account doesn't add up")
    kept = f"from {total['lines_in_events']:,} lines; {count_of(total['lines_skipped'], 'line')} skipped"
    return Completeness(
        is_whole=not shortfalls and not holes and adds_up and not total["lines_rejected"],
        figures=[
            Fact("sources", f"{len(sources):,}", f"{sum(s['status'] == 'complete' for s in sources):,} read to the end"),
            Fact("lines accounted for", f"{total['lines_told']:,}", account),
            Fact("events", f"{total['events']:,}", kept),
            Fact("lines rejected", f"{total['lines_rejected']:,}", "reasons in the ledger" if total["lines_rejected"] else "none was unreadable"),
            Fact("copies", f"{total['copies']:,}", "events read twice, counted once" if total["copies"] else "no event was read twice"),
            Fact("minutes without data", f"{len(silent):,}", f"of {grid:,}" + ("; no data isn't health" if len(silent) else "")),
        ],
        shortfalls=shortfalls,
        holes=holes,
    )  # fmt: skip


def _find_holes(silent: pd.Series) -> list[Hole]:
    stretches = silent.groupby((silent.diff() != pd.Timedelta(minutes=1)).cumsum())
    return [Hole(run.iloc[0], count_of(len(run), "minute")) for _, run in stretches]
