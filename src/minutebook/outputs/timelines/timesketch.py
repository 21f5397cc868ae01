"""a timeline → Timesketch's CSV or JSON lines: ``message, datetime, timestamp, timestamp_desc`` and a row's other columns.

``datetime`` (ISO 8601 in UTC) and ``timestamp`` (µs since 1970) are the same instant, to the microsecond.
"""

from __future__ import annotations

import pandas as pd

from minutebook.outputs.atomic import Target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.csv import write_csv
from minutebook.outputs.jsonlines import write_jsonlines


def write_timesketch_csv(book: Bookish, target: Target) -> None:
    """Write a book's timeline for Timesketch's CSV import."""
    write_csv(to_timesketch(book.timeline), target)


def write_timesketch_jsonlines(book: Bookish, target: Target) -> None:
    """Write a book's timeline for Timesketch's JSONL import."""
    write_jsonlines(to_timesketch(book.timeline), target)


def to_timesketch(timeline: pd.DataFrame) -> pd.DataFrame:
    """The timeline in Timesketch's columns; ``timestamp_desc`` says what happened then, such as "deploy started"."""
    time = timeline["time"].dt.as_unit("us")
    what = (timeline["kind"].fillna("") + " " + timeline["phase"].fillna("")).str.strip()
    named = {
        "message": timeline["summary"].fillna(what),
        "datetime": time.dt.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00"),
        "timestamp": time.astype("int64"),
        "timestamp_desc": what,
    }
    rest = timeline[["service", "severity", "count", "users", "time_error_s", "last_time", "evidence"]]
    return pd.concat([pd.DataFrame(named, index=timeline.index), rest], axis=1)
