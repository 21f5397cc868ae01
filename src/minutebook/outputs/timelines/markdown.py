"""a book's timeline → Markdown as in published postmortems: ``09:08 UTC — what``, a list per day.

Rows on single minutes of an impact window are left out and counted: they'd make a list too long to read.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pandas as pd

from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.inert import escape_markdown, quote_markdown
from minutebook.outputs.instants import format_clock, format_days
from minutebook.outputs.wording.counts import count_of, tell_counts

_UTC = datetime.UTC


def write_markdown(book: Bookish, target: Target) -> None:
    """Write the timeline of a book as Markdown, its text from evidence escaped."""
    lines = ["# Timeline", "", *list_timeline(book.timeline, "##")]
    with open_target(target) as stream:
        stream.write(("\n".join(lines) + "\n").encode("utf-8"))


def list_timeline(timeline: pd.DataFrame, heading: str) -> Iterator[str]:
    """The lines of the list, under a heading for each day."""
    day = ""
    is_minute = timeline["kind"].eq("impact") & timeline["phase"].eq("ongoing")
    for row in timeline[~is_minute].to_dict("records"):
        today = format_days(row["time"], row["time"], _UTC)
        if today != day:
            yield from [*([""] if day else []), f"{heading} {today}", ""]
            day = today
        yield f"- {format_clock(row['time'], _UTC)[:5]} UTC — {tell_row(row)}"
    if is_minute.any():
        yield ""
        yield f"{count_of(int(is_minute.sum()), 'row')} on single minutes of impact left out."


def tell_row(row: dict[str, object]) -> str:
    """One row: what happened, where and how often, and the first of its evidence."""
    text = row["summary"] if isinstance(row["summary"], str) else f"{row['kind']} {row['phase'] or ''}".strip()
    service = row["service"] if isinstance(row["service"], str) and row["service"] not in text else ""
    counts = [tell_counts(row["count"], None, text), tell_counts(None, row["users"])]
    beside = ", ".join(filter(None, [escape_markdown(service), *counts]))
    told = escape_markdown(text) + (f" ({beside})" if beside else "")
    if isinstance(row["evidence"], str) and row["evidence"]:
        first, *others = row["evidence"].split("; ")
        told += f" — {quote_markdown(first)}" + (" and others" if others else "")
    return told
