"""minutes → one row a minute, and steps or lines of it; where nothing was recorded there is no curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from minutebook.outputs.plots.panels import to_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Rows = TypeVar("_Rows", pd.DataFrame, pd.Series)
# A minute far away (a wrong year) must not make the grid explode.
_LONGEST_GRID = 60 * 24 * 40


def sum_minutes(minutes: pd.DataFrame) -> pd.DataFrame:
    """One row a minute, all services and operations together; minutes without a row are "none"."""
    columns = ["requests", "failed", "failed_users"]
    if not len(minutes):
        return pd.DataFrame(columns=[*columns, "coverage"], index=pd.DatetimeIndex([], tz="UTC"))
    by_minute = minutes.groupby("minute", sort=True)
    grid = by_minute[columns].sum(min_count=1).astype("float64")
    is_none = (minutes["coverage"].astype("str") == "none").groupby(minutes["minute"])
    is_whole = (minutes["coverage"].astype("str") == "covered").groupby(minutes["minute"])
    grid["coverage"] = np.where(is_none.all(), "none", np.where(is_whole.all(), "covered", "partly"))
    grid = _fill_holes(grid)
    grid.index = pd.DatetimeIndex(grid.index).as_unit("us")
    grid["coverage"] = grid["coverage"].fillna("none")
    return grid


def _fill_holes(rows: _Rows) -> _Rows:
    """The rows with one for each minute from the first to the last; where those would be too many, as they are."""
    first, last = rows.index[0], rows.index[-1]
    if (last - first) / pd.Timedelta(minutes=1) < _LONGEST_GRID:
        return rows.reindex(pd.date_range(first, last, freq="min"))
    return rows


def find_services(minutes: pd.DataFrame, most: int = 8) -> list[str]:
    """The services with most failures, and then with most requests, in order of their names."""
    totals = minutes.groupby("service")[["failed", "requests"]].sum()
    return sorted(totals.sort_values(["failed", "requests"], ascending=False, kind="stable").head(most).index)


def draw_steps(panel: Axes, values: pd.Series, **look: Any) -> Any:
    """A step a minute of values by minute; where one is missing, a gap. The panel's limits are for the caller to set."""
    from matplotlib.patches import StepPatch

    values = _fill_holes(values)
    begins = to_numbers(pd.DatetimeIndex(values.index))
    heights = values.to_numpy(dtype=float, na_value=np.nan)
    holes = np.flatnonzero(np.diff(values.index) > pd.Timedelta(minutes=1)) + 1
    edges = np.append(np.insert(begins, holes, begins[holes - 1] + 1 / 1440), begins[-1] + 1 / 1440)
    # Not stairs(), which looks for limits of its own, step by step: that takes longer than drawing them.
    return panel.add_artist(StepPatch(np.insert(heights, holes, np.nan), edges, baseline=0, **look))


def draw_line(panel: Axes, values: pd.Series, **look: Any) -> Any:
    """A line through the middles of the minutes; where one is missing, a gap."""
    whole = _fill_holes(values)
    middles = to_numbers(pd.DatetimeIndex(whole.index)) + 0.5 / 1440
    return panel.plot(middles, whole.to_numpy(dtype=float, na_value=np.nan), zorder=4, **look)[0]
