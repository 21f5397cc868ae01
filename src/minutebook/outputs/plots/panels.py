"""minutes → the panels of the plot on given axes: traffic, users, gaps, the window, the time axis.

Where nothing was recorded there is no curve but a hatch; rare failures show as a share on a scale
of its own.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.instants import as_instant, format_days
from minutebook.outputs.plots.marks import draw_head
from minutebook.outputs.wording.windows import pick_windows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Rows = TypeVar("_Rows", pd.DataFrame, pd.Series)
_TRAFFIC, _TRAFFIC_EDGE = "#e2e2e2", "#8c8c8c"
_FAILED, _USERS, _SHARE = "#D55E00", "#0072B2", "#000000"
_WINDOW = "#F0E442"
# A minute far away (a wrong year) must not make the grid explode.
_LONGEST_GRID = 60 * 24 * 40


def to_number(time: pd.Timestamp) -> float:
    """The instant as a date of matplotlib."""
    import matplotlib.dates as mdates

    instant = time.tz_convert("UTC").tz_localize(None).to_datetime64()
    return float(mdates.date2num(instant))  # type: ignore[no-untyped-call]


def to_numbers(times: pd.DatetimeIndex) -> np.ndarray:
    """The same of many instants."""
    return np.asarray(to_number(times[0]) + (times - times[0]) / pd.Timedelta(days=1))


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


def shade_windows(
    panels: list[Axes], impact: Mapping[str, Any], grid: pd.DataFrame,
    start: pd.Timestamp, end: pd.Timestamp, *, gaps_in: slice = slice(2), partly: bool = True,
) -> None:  # fmt: skip
    """Windows and the bounds of their edges through all panels; gaps hatched in the upper two, or others."""
    # Those without evidence are hatched as minutes without data, never shaded as impact.
    windows = pick_windows(impact)
    spans = [(as_instant(w.get("start")) or start, as_instant(w.get("end")) or end) for w in windows]
    for first, last in _join_spans(spans):
        for panel in panels:
            panel.axvspan(to_number(first), to_number(last), color=_WINDOW, alpha=0.3, lw=0, zorder=2.2)
    for window, (first, last) in zip(windows, spans, strict=True):
        for panel in panels:
            for edge, at in (("start", first), ("end", last)):
                bounds = [as_instant(window.get(f"{edge}_{side}")) or at for side in ("earliest", "latest")]
                panel.axvspan(*map(to_number, bounds), color="#B8A800", alpha=0.5, lw=0, zorder=2.3)
                panel.axvline(to_number(at), color="#555555", lw=0.8, zorder=2.4)
    for state, hatch, label in (("none", "xxxx", "no data"), ("partly", "..", "partly covered")):
        for first, last in _find_runs(grid, state) if partly or state == "none" else ():
            for panel in panels[gaps_in]:
                panel.axvspan(
                    to_number(first), to_number(last),
                    facecolor="#ffffff" if state == "none" else "none",
                    edgecolor="#b0b0b0", hatch=hatch, lw=0, zorder=0.7 if state == "none" else 0.4,
                )  # fmt: skip
            if panels[gaps_in] and state == "none" and (last - first) / (end - start) > 0.02:
                _write_inside(panels[0], first + (last - first) / 2, label, (last - first) / (end - start))


def _join_spans(spans: list[tuple[pd.Timestamp, pd.Timestamp]]) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Spans that overlap as one: thirty windows at a time are shaded no deeper than one."""
    joined: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _write_inside(panel: Axes, middle: pd.Timestamp, label: str, share: float) -> None:
    panel.text(
        to_number(middle), 0.5, label, transform=panel.get_xaxis_transform(), ha="center",
        va="center", rotation=0 if share > 0.1 else 90, fontsize=7, color="#333333", zorder=6,
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def _find_runs(grid: pd.DataFrame, state: str) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    held = grid.index[(grid["coverage"] == state).to_numpy()]
    if not len(held):
        return []
    minute = pd.Timedelta(minutes=1)
    breaks = np.flatnonzero(np.diff(held) > minute) + 1
    return [(run[0], run[-1] + minute) for run in np.split(held, breaks)]


def _fill_holes(rows: _Rows) -> _Rows:
    """The rows with one for each minute from the first to the last; where those would be too many, as they are."""
    first, last = rows.index[0], rows.index[-1]
    if (last - first) / pd.Timedelta(minutes=1) < _LONGEST_GRID:
        return rows.reindex(pd.date_range(first, last, freq="min"))
    return rows


def _steps(panel: Axes, values: pd.Series, **look: Any) -> Any:
    """A step a minute; nothing over minutes that are left out. The panel's limits are set by whoever draws it."""
    from matplotlib.patches import StepPatch

    begins = to_numbers(pd.DatetimeIndex(values.index))
    heights = values.to_numpy(dtype=float, na_value=np.nan)
    holes = np.flatnonzero(np.diff(values.index) > pd.Timedelta(minutes=1)) + 1
    edges = np.append(np.insert(begins, holes, begins[holes - 1] + 1 / 1440), begins[-1] + 1 / 1440)
    # Not stairs(), which looks for limits of its own, step by step: that takes longer than drawing them.
    return panel.add_artist(StepPatch(np.insert(heights, holes, np.nan), edges, baseline=0, **look))


def draw_traffic(panel: Axes, grid: pd.DataFrame, *, has_window: bool) -> None:
    """Requests as an area, failures before it, the share of failures on a scale to the right."""
    from matplotlib.patches import Patch

    if not grid["requests"].notna().any():
        say_nothing(panel, "requests a minute: no data")
        return
    requests, failed = grid["requests"], grid["failed"]
    shown = [
        _steps(panel, requests, fill=True, fc=_TRAFFIC, ec=_TRAFFIC_EDGE, lw=0.8, zorder=2,
               label="requests a minute"),
        _steps(panel, failed, fill=True, fc=_FAILED, ec="#7a3500", hatch="////", lw=0.5,
               zorder=3, label="of them failed"),
    ]  # fmt: skip
    _set_height(panel, requests)
    shown.append(_draw_share(panel, grid, failed / requests.where(requests > 0) * 100))
    if has_window:
        shown.append(Patch(fc="#fbf6c8", ec="#555555", lw=0.8, label="impact window"))
    draw_head(panel, shown)


def _draw_share(panel: Axes, grid: pd.DataFrame, share: pd.Series) -> Any:
    import matplotlib.patheffects as effects

    # On its own scale, since a few failures among many requests would be a line on the floor.
    right = panel.twinx()
    right.spines["right"].set_visible(True)
    middles = to_numbers(pd.DatetimeIndex(grid.index)) + 0.5 / 1440
    halo = [effects.withStroke(linewidth=2.6, foreground="#ffffff")]
    line = right.plot(
        middles, share.to_numpy(dtype=float, na_value=np.nan), color=_SHARE, lw=1.2, zorder=5,
        marker="o" if len(grid) <= 60 else None, ms=2.2, path_effects=halo,
        label="share failed (right)",
    )[0]  # fmt: skip
    highest = np.nanmax(share.to_numpy(dtype=float, na_value=np.nan), initial=1.0)
    right.set_ylim(0, min(highest * 1.15, 105))
    count_ticks(right, percent=True)
    return line


def draw_users(panel: Axes, grid: pd.DataFrame) -> None:
    """Users who hit a failure, a bar a minute."""
    if not grid["failed_users"].notna().any():
        say_nothing(panel, "users who hit a failure: unknown (no user ids in these minutes)")
        return
    look: dict[str, Any] = {"fc": _USERS, "zorder": 3, "label": "users who hit a failure, a minute"}
    if len(grid) <= 120:
        users = grid["failed_users"].to_numpy(dtype=float, na_value=np.nan)
        bars = panel.bar(to_numbers(pd.DatetimeIndex(grid.index)), users, 0.86 / 1440, align="edge", **look)
    else:
        bars = _steps(panel, grid["failed_users"], fill=True, lw=0.0, **look)
    _set_height(panel, grid["failed_users"])
    draw_head(panel, [bars])


def _set_height(panel: Axes, values: pd.Series) -> None:
    highest = values.max()
    panel.set_ylim(0, max(float(highest) * 1.12, 1.0))
    count_ticks(panel)


def count_ticks(panel: Axes, *, percent: bool = False) -> None:
    """Few round numbers up the side."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    panel.yaxis.set_major_locator(MaxNLocator(4, integer=not percent, min_n_ticks=2))
    text = (lambda y, _: f"{y:g} %") if percent else (lambda y, _: f"{y:,.0f}")
    panel.yaxis.set_major_formatter(FuncFormatter(text))
    panel.tick_params(axis="y", labelsize=7.5, length=2.5)


def say_nothing(panel: Axes, text: str) -> None:
    """Words where there's nothing to draw."""
    panel.set_yticks([])
    panel.text(
        0.5, 0.5, text, transform=panel.transAxes, ha="center", va="center", color="#555555",
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5}, zorder=6,
    )  # fmt: skip


def set_percent(panel: Axes, highest: float) -> None:
    """A scale of percent from 0 to a little above the highest."""
    panel.set_ylim(0, min(highest * 1.15, 105))
    count_ticks(panel, percent=True)


def find_services(minutes: pd.DataFrame, most: int = 8) -> list[str]:
    """The services with most failures, and then with most requests, in order of their names."""
    totals = minutes.groupby("service")[["failed", "requests"]].sum()
    return sorted(totals.sort_values(["failed", "requests"], ascending=False, kind="stable").head(most).index)


def draw_steps(panel: Axes, values: pd.Series, **look: Any) -> Any:
    """A step a minute of values by minute; where one is missing, a gap."""
    return _steps(panel, _fill_holes(values), **look)


def draw_line(panel: Axes, values: pd.Series, **look: Any) -> Any:
    """A line through the middles of the minutes; where one is missing, a gap."""
    whole = _fill_holes(values)
    middles = to_numbers(pd.DatetimeIndex(whole.index)) + 0.5 / 1440
    return panel.plot(middles, whole.to_numpy(dtype=float, na_value=np.nan), zorder=4, **look)[0]


def draw_time_axis(
    panels: list[Axes], tz: datetime.tzinfo, zone: str, start: pd.Timestamp, end: pd.Timestamp, *,
    bottom: list[Axes] | None = None,
) -> None:  # fmt: skip
    """Concise times in the zone under the last panel (or those at the ``bottom``), and the zone and day below them."""
    lowest = bottom or panels[-1:]
    import matplotlib.dates as mdates

    locator = mdates.AutoDateLocator(  # type: ignore[no-untyped-call]
        tz=tz, minticks=4, maxticks=9
    )
    formatter = mdates.ConciseDateFormatter(  # type: ignore[no-untyped-call]
        locator, tz=tz, show_offset=False,
        formats=["%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%H:%M:%S"],
        zero_formats=["", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M:%S"],
    )  # fmt: skip
    for panel in panels:
        panel.xaxis.set_major_locator(locator)
        panel.xaxis.set_major_formatter(formatter)
        panel.tick_params(axis="x", labelbottom=panel in lowest, labelsize=7.5, length=3)
    days = format_days(start, end - pd.Timedelta(microseconds=1), tz)
    for panel in lowest:
        panel.set_xlabel(f"{escape_invisible(zone)}, {days}", fontsize=8, color="#333333")


def fit_rows(count: int) -> float:
    """How high (in inches) a panel of so many bars is, so that each has its name in full beside it."""
    return max(1.7, 0.19 * count + 0.3)
