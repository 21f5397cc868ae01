"""what happened, and when → rows of one frame, in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from minutebook.times.utc import to_times

COLUMNS = (
    "minute", "time", "last_time", "time_error_s", "kind", "phase", "service", "severity", "summary", "count",
    "users", "evidence",
)  # fmt: skip

Row = dict[str, Any]


def make_row(time: int, kind: str, phase: str, text: str, **more: Any) -> Row:
    """A row at a time (µs since 1970, UTC); ``more`` are further columns of `COLUMNS`, and its ``rank`` among those of its kind then."""
    return {"time": time, "kind": kind, "phase": phase, "summary": text, **more}


def make_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """The rows as a frame of `COLUMNS`, by time."""
    frame = pd.DataFrame(list(rows), columns=["minute", *COLUMNS[1:]])
    for name in ("time", "last_time"):
        frame[name] = to_times(frame[name].astype("Int64"))
    frame["minute"] = frame["time"].dt.floor("min")
    frame["time_error_s"] = frame["time_error_s"].astype("float64")
    for name in ("count", "users"):
        frame[name] = frame[name].astype("Int64")
    for name in ("kind", "phase", "service", "severity", "summary", "evidence"):
        frame[name] = frame[name].astype("str").where(frame[name].notna() & (frame[name] != ""), None)
    # What one source tells of one instant stands in the order of its lines.
    place = frame["evidence"].fillna("").str.extract(r"^(.*?):@?(\d+)(?:;|$)")
    frame["rank"] = [row.get("rank", 0) for row in rows]
    frame["source"], frame["line"] = place[0], pd.to_numeric(place[1])
    order = ["time", "kind", "rank", "source", "line", "phase", "service", "summary", "evidence"]
    frame = frame.sort_values(order, ignore_index=True, na_position="first")
    return frame.drop(columns=["rank", "source", "line"])


def text_of(value: object) -> str:
    """The value if it's text; "" for null."""
    return value if isinstance(value, str) else ""
