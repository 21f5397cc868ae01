"""a book, or raw records → what Jupyter shows for them, in plain HTML: windows, users and first rows, or lines."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.terminal import format_summary
from minutebook.reading.raw import RawRecord
from minutebook.sources.places import name_place

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


class ShownRecords(list[RawRecord]):
    """Raw records in the order asked for, which Jupyter shows as inert text, each line after its place."""

    def _repr_html_(self) -> str:
        lines = [
            f"<b>{_escape(name_place(record.source, number))}</b>  {_escape(text)}"
            for record in self
            for number, text in enumerate(record.text, record.line)
        ]
        return f'<pre style="white-space: pre-wrap">{chr(10).join(lines)}</pre>'


def _escape(text: str) -> str:
    return escape(escape_invisible(text))


def _cell(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.strftime("%H:%M:%S.%f")[:-3]
    if value is None or value is pd.NA or value != value:
        return ""
    return _escape(str(value))
