"""µs and minutes since 1970 in UTC, in which time is counted → frames' times and RFC 3339; and back."""

from __future__ import annotations

import numpy as np
import pandas as pd

MINUTE_US = 60_000_000


def count_us(times: pd.Series) -> pd.Series:
    """µs since 1970 of times that are all known."""
    return times.dt.as_unit("us").astype("int64")


def count_minutes(times: pd.Series) -> pd.Series:
    """Whole minutes since 1970 of times that are all known."""
    return count_us(times) // MINUTE_US


def to_us(time: pd.Timestamp) -> int:
    """µs since 1970 of one time."""
    return int(time.as_unit("us").to_datetime64().astype("int64"))


def to_time(us: int) -> pd.Timestamp:
    """The time of µs since 1970."""
    return pd.Timestamp(int(us), unit="us", tz="UTC")


def to_times(us: pd.Series) -> pd.Series:
    """datetime64[us, UTC] of µs since 1970; null stays null."""
    if us.dtype == np.int64:
        values = us.to_numpy().view("datetime64[us]")
    else:
        values = us.astype("Int64").fillna(0).to_numpy("int64").view("datetime64[us]").copy()
        values[us.isna().to_numpy()] = np.datetime64("NaT")
    return pd.Series(values, index=us.index).dt.tz_localize("UTC")


def write_instant(us: int, unit: str = "ms") -> str:
    """RFC 3339 of µs since 1970, cut off at milliseconds or another unit: ``2026-11-23T09:08:04.120Z``."""
    return f"{np.datetime64(int(us), 'us').astype(f'datetime64[{unit}]')}Z"
