"""impact windows and milestones → annotations for Grafana: the list that its annotations API takes, one by one."""

from __future__ import annotations

import pandas as pd

from minutebook.outputs.atomic import Target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.inert import escape_html
from minutebook.outputs.json import write_json
from minutebook.outputs.timelines.spans import find_spans


def write_grafana(book: Bookish, target: Target) -> None:
    """Write regions for windows and points for milestones; times are ms since 1970.

    Grafana shows an annotation's text as HTML, so it is escaped for that.
    """
    write_json(
        [
            {
                "time": _milliseconds(span.start),
                **({"timeEnd": _milliseconds(span.end)} if span.end is not None else {}),
                "tags": ["minutebook", *span.tags],
                "text": escape_html(f"{span.name}: {span.text}" if span.text else span.name),
            }
            for span in find_spans(book.impact)
        ],
        target,
    )


def _milliseconds(time: pd.Timestamp) -> int:
    return time.as_unit("us").value // 1_000_000
