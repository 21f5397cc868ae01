"""minutes → what is drawn of them: a grid of one row a minute, curves by minute."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

from minutebook.outputs.plots.curves import NO_MINUTES, Curve, Grid

_Rows = TypeVar("_Rows", pd.DataFrame, pd.Series)
# A minute far away (a wrong year) must not make the grid explode.
_LONGEST_GRID = 60 * 24 * 40


def sum_minutes(minutes: pd.DataFrame) -> Grid:
    """One row a minute, all services and operations together; minutes without a row are "none"."""
    if not len(minutes):
        return NO_MINUTES
    columns = ["requests", "failed", "failed_users"]
    sums = minutes.groupby("minute", sort=True)[columns].sum(min_count=1).astype("float64")
    state = minutes["coverage"].astype("str")
    is_none, is_whole = ((state == each).groupby(minutes["minute"]).all() for each in ("none", "covered"))
    sums["coverage"] = np.where(is_none, "none", np.where(is_whole, "covered", "partly"))
    rows = _fill_holes(sums)
    coverage = rows["coverage"].fillna("none").to_numpy("U7")
    requests, failed, users = (rows[column].to_numpy(float, na_value=np.nan) for column in columns)
    return Grid(_begins(rows), requests, failed, users, coverage)


def make_curve(values: pd.Series) -> Curve:
    """The curve of values by minute."""
    whole = _fill_holes(values)
    return Curve(_begins(whole), whole.to_numpy(float, na_value=np.nan))


def _fill_holes(rows: _Rows) -> _Rows:
    """The rows with one for each minute from the first to the last; where those would be too many, as they are."""
    first, last = rows.index[0], rows.index[-1]
    if (last - first) / pd.Timedelta(minutes=1) < _LONGEST_GRID:
        return rows.reindex(pd.date_range(first, last, freq="min"))
    return rows


def _begins(rows: pd.DataFrame | pd.Series) -> np.ndarray:
    return pd.DatetimeIndex(rows.index).tz_convert(None).to_numpy("datetime64[us]")


def find_services(minutes: pd.DataFrame, most: int = 8) -> list[str]:
    """The services with most failures, and then with most requests, in order of their names."""
    totals = minutes.groupby("service")[["failed", "requests"]].sum()
    return sorted(totals.sort_values(["failed", "requests"], ascending=False, kind="stable").head(most).index)
