"""a comparison of two books → lines for a terminal: a paragraph per change, reasons first."""

from __future__ import annotations

import datetime
import itertools
import textwrap
from collections.abc import Iterator

import pandas as pd

from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.instants import format_clock

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_SAME = ("change", "time", "kind", "phase", "service", "summary", "why")


def format_changes(changes: pd.DataFrame, width: int = 80) -> str:
    """The rows of `differences.diff` as text; says so where nothing differs."""
    reasons = changes.attrs.get("reasons") or []
    if not len(changes):
        return (
            "The same." if not reasons else "\n".join(["Nothing moved, though this differs:", *_list(reasons, width)])
        )
    counts = changes["change"].value_counts()
    told = ", ".join(f"{counts[name]} {name}" for name in _SIGNS if name in counts)
    return "\n".join(
        [f"{told}. What differs beneath:", *_list(reasons or ["nothing"], width), "", *_tell(changes, width)]
    )


def _list(sentences: list[str], width: int) -> Iterator[str]:
    for sentence in sentences:
        yield from textwrap.wrap(escape_invisible(sentence), width, initial_indent="  ", subsequent_indent="    ")


def _tell(changes: pd.DataFrame, width: int) -> Iterator[str]:
    """A paragraph for each row of the timeline or window: what changed, and why."""
    rows = changes.to_dict("records")
    for _, group in itertools.groupby(rows, key=lambda row: [str(row[name]) for name in _SAME]):
        first, *more = group
        clock = format_clock(first["time"], datetime.UTC) if not pd.isna(first["time"]) else "        "
        who = " ".join(str(first[name]) for name in ("kind", "phase") if isinstance(first[name], str) and first[name])
        lead = f"{_SIGNS[first['change']]} {clock} "
        yield from _wrap(f"{who}: {first['summary']}", width, lead)
        if first["change"] == "changed":
            for row in [first, *more]:
                yield from _wrap(f"{row['what']}: {row['before']} → {row['after']}", width, " " * len(lead) + "  ")
        yield from _wrap(f"why: {first['why']}", width, " " * len(lead) + "  ")


def _wrap(text: str, width: int, lead: str) -> list[str]:
    return textwrap.wrap(escape_invisible(text), width, initial_indent=lead, subsequent_indent=" " * (len(lead) + 2))
