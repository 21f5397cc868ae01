"""a book → what Jupyter shows for it: the window, who was affected, and the first rows, in plain HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.terminal import format_summary

_SHOWN = ("time", "kind", "phase", "service", "severity", "summary", "count", "users")
_ROWS = 12


def render_book(
    impact: Mapping[str, Any],
    ledger: Mapping[str, Any],
    minutes: pd.DataFrame,
    timeline: pd.DataFrame,
) -> str:
    """HTML of a book's summary and of the first rows of its timeline; all text from evidence is escaped."""
    summary = escape(format_summary(impact, ledger, minutes, width=100))
    rows = timeline.head(_ROWS)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(row[name])}</td>" for name in _SHOWN) + "</tr>" for _, row in rows.iterrows()
    )
    head = "".join(f"<th>{name}</th>" for name in _SHOWN)
    more = (
        f"<p>… and {len(timeline) - _ROWS:,} further rows in <code>book.timeline</code></p>"
        if len(timeline) > _ROWS
        else ""
    )
    return f"<pre>{summary}</pre><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.strftime("%H:%M:%S.%f")[:-3]
    if value is None or value is pd.NA or value != value:
        return ""
    return escape(escape_invisible(str(value)))
