"""minutes, impact and happenings → the plot for the postmortem: traffic, users, alerts on one time axis.

Colours are Okabe and Ito's, and nothing depends on them: failures are hatched, gaps carry other
hatches, marks differ in shape and are labelled where they stand. Where nothing was recorded there is
no curve but a hatch, "no data". No global state of matplotlib is read or changed.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from minutebook.errors import MinutebookError
from minutebook.outputs import FIGURE_FORMATS, pick_suffix
from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.inert import escape_invisible, shorten
from minutebook.outputs.instants import as_instant, find_zone, format_days
from minutebook.outputs.lanes import Lane, build_lanes
from minutebook.outputs.marks import (
    HEAD_IN,
    LANE_IN,
    ROW_IN,
    Mark,
    TimeScale,
    count_rows,
    draw_head,
    draw_lanes,
    draw_marks,
    pack_marks,
    pack_rollouts,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLE: Mapping[str, Any] = {
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "minutebook",
    # Text stays text: it can be searched, copied and read aloud, and the file is a third as large.
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "savefig.bbox": None,
    "savefig.dpi": "figure",
    "savefig.facecolor": "auto",
}
_TRAFFIC, _TRAFFIC_EDGE = "#e2e2e2", "#8c8c8c"
_FAILED, _USERS, _SHARE = "#D55E00", "#0072B2", "#000000"
_WINDOW = "#F0E442"
_AROUND = pd.Timedelta(minutes=30)
_LEFT_IN, _RIGHT_IN, _DPI = 0.55, 0.6, 100.0
# A minute far away (a wrong year) must not make the grid explode.
_LONGEST_GRID = 60 * 24 * 40


def draw_impact(
    minutes: pd.DataFrame,
    impact: Mapping[str, Any],
    happenings: pd.DataFrame,
    *,
    zone: str = "UTC",
    axes: Sequence[Axes] | None = None,
    title: str | None = None,
    size_in: tuple[float, float] = (10.0, 6.25),
) -> Figure | Sequence[Axes]:
    """Draw traffic and failures, affected users, and deploys and alerts, over one time axis.

    With ``axes``, three of them are drawn onto (top to bottom) and given back; else a new Figure of
    ``size_in`` inches is. ``minutes`` and ``happenings`` have the columns of a book's frames; a user
    who failed at two operations in a minute counts at both. Times are shown in ``zone``. Raises
    `MinutebookError` for an unknown zone or another number of axes.
    """
    import matplotlib as mpl

    tz, lanes, grid = find_zone(zone), build_lanes(happenings), _sum_minutes(minutes)
    start, end = _find_range(grid, impact, lanes)
    figure, panels = None, list(axes) if axes is not None else []
    if axes is not None and len(panels) != 3:
        raise MinutebookError(f"the plot has 3 panels, but {len(panels)} axes were given")
    with mpl.rc_context(dict(_STYLE)), _quiet_fonts():
        if panels:
            box = panels[0].get_window_extent()
            scale = TimeScale(start, end, box.width, panels[0].figure.dpi)
        else:
            scale = TimeScale(start, end, (size_in[0] - _LEFT_IN - _RIGHT_IN) * _DPI, _DPI)
        marks, rollouts = pack_marks(_find_marks(impact), scale, tz), pack_rollouts(lanes, scale)
        if not panels:
            rows = max((mark.row for mark in marks), default=-1) + 1
            figure, panels = _make_panels(size_in, count_rows(rollouts, lanes, scale), rows, title)
        for panel in panels:
            panel.set_xlim(_number(start), _number(end))
        _shade(panels, impact, grid, start, end)
        _draw_traffic(panels[0], grid, has_window=bool(impact.get("windows")))
        _draw_users(panels[1], grid)
        draw_lanes(panels, rollouts, lanes, scale)
        draw_marks(panels, marks, scale)
        _draw_time_axis(panels, tz, zone, start, end)
    return figure if figure is not None else panels


def save_figure(figure: Figure, target: Target, format: str | None = None) -> None:
    """Write a figure as ``svg``, ``png`` or ``pdf`` (else by the path's suffix): the same bytes each run."""
    import matplotlib as mpl

    if format is None:
        path = target if isinstance(target, str | os.PathLike) else "figure"
        format = FIGURE_FORMATS[pick_suffix(path, FIGURE_FORMATS)]
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    with mpl.rc_context(dict(_STYLE)), _quiet_fonts(), open_target(target) as stream:
        figure.savefig(stream, format=format, metadata=dates.get(format))


@contextmanager
def _quiet_fonts() -> Iterator[None]:
    # A letter that the font lacks is drawn as a box; that is no reason to stop or to warn.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _number(time: pd.Timestamp) -> float:
    import matplotlib.dates as mdates

    return float(mdates.date2num(time.tz_convert("UTC").tz_localize(None).to_datetime64()))


def _sum_minutes(minutes: pd.DataFrame) -> pd.DataFrame:
    """One row a minute, all services and operations together; minutes without a row are "none"."""
    columns = ["requests", "failed", "failed_users"]
    if not len(minutes):
        return pd.DataFrame(columns=[*columns, "coverage"], index=pd.DatetimeIndex([], tz="UTC"))
    by_minute = minutes.groupby("minute", sort=True)
    grid = by_minute[columns].sum(min_count=1).astype("float64")
    is_none = (minutes["coverage"].astype("str") == "none").groupby(minutes["minute"])
    is_whole = (minutes["coverage"].astype("str") == "covered").groupby(minutes["minute"])
    grid["coverage"] = np.where(
        is_none.all(), "none", np.where(is_whole.all(), "covered", "partly")
    )
    first, last = grid.index[0], grid.index[-1]
    if (last - first) / pd.Timedelta(minutes=1) < _LONGEST_GRID:
        grid = grid.reindex(pd.date_range(first, last, freq="min"))
    grid.index = pd.DatetimeIndex(grid.index).as_unit("us")
    grid["coverage"] = grid["coverage"].fillna("none")
    return grid


def _find_range(
    grid: pd.DataFrame, impact: Mapping[str, Any], lanes: list[Lane]
) -> tuple[pd.Timestamp, pd.Timestamp]:
    minute = pd.Timedelta(minutes=1)
    known = [span.start for lane in lanes for span in lane.spans]
    windows = [
        as_instant(w.get(key)) for w in impact.get("windows") or () for key in ("start", "end")
    ]
    if len(grid):
        start, end = grid.index[0], grid.index[-1] + minute
    else:
        times = known + [time for time in windows if time is not None]
        if not times:
            return pd.Timestamp(0, tz="UTC"), pd.Timestamp(0, tz="UTC") + minute
        start, end = min(times).floor("min"), max(times).floor("min") + minute
    # What happened shortly before the logs begin belongs to the picture, but not at any price.
    around = min(_AROUND, max(end - start, 5 * minute) / 3)
    near = [time for time in known if start - around <= time <= end + around]
    return min([start, *(t - minute / 2 for t in near)]), max(
        [end, *(t + minute / 2 for t in near)]
    )


def _make_panels(
    size_in: tuple[float, float], lanes: int, mark_rows: int, title: str | None
) -> tuple[Figure, list[Axes]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size_in, dpi=_DPI)
    FigureCanvasAgg(figure)
    width, height = size_in
    left, right, bottom, gap = _LEFT_IN, _RIGHT_IN, 0.48, 0.3
    top = HEAD_IN + 0.08 + ROW_IN * mark_rows + (0.32 if title else 0.0)
    room = max(height - bottom - top - 2 * gap, 1.0)
    lowest = min(max(lanes, 2) * LANE_IN, 0.42 * room)
    heights = [(room - lowest) * 0.6, (room - lowest) * 0.4, lowest]
    panels: list[Axes] = []
    edge = height - top
    for panel_height in heights:
        edge -= panel_height
        box = (left / width, edge / height, (width - left - right) / width, panel_height / height)
        panels.append(figure.add_axes(box, sharex=panels[0] if panels else None))
        edge -= gap
    if title:
        figure.text(
            left / width, 1 - 0.1 / height, shorten(escape_invisible(title), int(width * 10)),
            ha="left", va="top", fontsize=11, fontweight="bold",
        )  # fmt: skip
    return figure, panels


def _find_marks(impact: Mapping[str, Any]) -> list[Mark]:
    """The milestones to label, in time order; equal instants share a label."""
    words = {
        "impact_start": "impact start", "detected": "detected", "acknowledged": "acknowledged",
        "mitigated": "mitigated", "impact_end": "impact end",
    }  # fmt: skip
    found: dict[pd.Timestamp, str] = {}
    for key, label in words.items():
        value = (impact.get("milestones") or {}).get(key)
        time = as_instant(value.get("time") if isinstance(value, Mapping) else value)
        if time is not None:
            found[time] = f"{found[time]}, {label}" if time in found else label
    return [Mark(time, found[time]) for time in sorted(found)]


def _shade(
    panels: list[Axes], impact: Mapping[str, Any], grid: pd.DataFrame,
    start: pd.Timestamp, end: pd.Timestamp,
) -> None:  # fmt: skip
    for window in impact.get("windows") or ():
        first, last = as_instant(window.get("start")) or start, as_instant(window.get("end")) or end
        for panel in panels:
            panel.axvspan(_number(first), _number(last), color=_WINDOW, alpha=0.3, lw=0, zorder=2.2)
            for edge, at in (("start", first), ("end", last)):
                bounds = [
                    as_instant(window.get(f"{edge}_{side}")) or at
                    for side in ("earliest", "latest")
                ]
                panel.axvspan(*map(_number, bounds), color="#B8A800", alpha=0.5, lw=0, zorder=2.3)
                panel.axvline(_number(at), color="#555555", lw=0.8, zorder=2.4)
    for state, hatch, label in (("none", "xxxx", "no data"), ("partly", "..", "partly covered")):
        for first, last in _find_runs(grid, state):
            for panel in panels[:2]:
                panel.axvspan(
                    _number(first), _number(last), facecolor="#ffffff" if state == "none" else "none",
                    edgecolor="#b0b0b0", hatch=hatch, lw=0, zorder=0.7 if state == "none" else 0.4,
                )  # fmt: skip
            if state == "none" and (last - first) / (end - start) > 0.02:
                _write_inside(
                    panels[0], first + (last - first) / 2, label, (last - first) / (end - start)
                )


def _write_inside(panel: Axes, middle: pd.Timestamp, label: str, share: float) -> None:
    panel.text(
        _number(middle), 0.5, label, transform=panel.get_xaxis_transform(), ha="center", va="center",
        rotation=0 if share > 0.1 else 90, fontsize=7, color="#333333", zorder=6,
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def _find_runs(grid: pd.DataFrame, state: str) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    held = grid.index[(grid["coverage"] == state).to_numpy()]
    if not len(held):
        return []
    minute = pd.Timedelta(minutes=1)
    breaks = np.flatnonzero(np.diff(held) > minute) + 1
    return [(run[0], run[-1] + minute) for run in np.split(held, breaks)]


def _steps(panel: Axes, grid: pd.DataFrame, values: pd.Series, **look: Any) -> Any:
    first = _number(grid.index[0])
    # Every minute of the grid, plus the right edge of the last one.
    edges = np.append([first + (t - grid.index[0]) / pd.Timedelta(days=1) for t in grid.index], 0.0)
    edges[-1] = edges[-2] + 1 / 1440
    return panel.stairs(values.to_numpy(dtype=float, na_value=np.nan), edges, **look)


def _draw_traffic(panel: Axes, grid: pd.DataFrame, *, has_window: bool) -> None:
    from matplotlib.patches import Patch

    if not grid["requests"].notna().any():
        _say_nothing(panel, "requests a minute: no data")
        return
    requests, failed = grid["requests"], grid["failed"]
    shown = [
        _steps(panel, grid, requests, fill=True, fc=_TRAFFIC, ec=_TRAFFIC_EDGE, lw=0.8, zorder=2,
               label="requests a minute"),
        _steps(panel, grid, failed, fill=True, fc=_FAILED, ec="#7a3500", hatch="////", lw=0.5,
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
    middles = [_number(grid.index[0]) + (n + 0.5) / 1440 for n in range(len(grid))]
    if len(grid) and (grid.index[-1] - grid.index[0]) / pd.Timedelta(minutes=1) != len(grid) - 1:
        middles = [_number(time) + 0.5 / 1440 for time in grid.index]
    halo = [effects.withStroke(linewidth=2.6, foreground="#ffffff")]
    line = right.plot(
        middles, share.to_numpy(dtype=float, na_value=np.nan), color=_SHARE, lw=1.2, zorder=5,
        marker="o" if len(grid) <= 60 else None, ms=2.2, path_effects=halo,
        label="share failed (right)",
    )[0]  # fmt: skip
    highest = np.nanmax(share.to_numpy(dtype=float, na_value=np.nan), initial=1.0)
    right.set_ylim(0, min(highest * 1.15, 105))
    _count_ticks(right, percent=True)
    return line


def _draw_users(panel: Axes, grid: pd.DataFrame) -> None:
    if not grid["failed_users"].notna().any():
        _say_nothing(panel, "users who hit a failure: unknown (no user ids in these minutes)")
        return
    look = {"fc": _USERS, "zorder": 3, "label": "users who hit a failure, a minute"}
    if len(grid) <= 120:
        users = grid["failed_users"].to_numpy(dtype=float, na_value=np.nan)
        bars = panel.bar(
            [_number(time) for time in grid.index], users, 0.86 / 1440, align="edge", **look
        )
    else:
        bars = _steps(panel, grid, grid["failed_users"], fill=True, lw=0.0, **look)
    _set_height(panel, grid["failed_users"])
    draw_head(panel, [bars])


def _set_height(panel: Axes, values: pd.Series) -> None:
    highest = values.max()
    panel.set_ylim(0, max(float(highest) * 1.12, 1.0))
    _count_ticks(panel, percent=False)


def _count_ticks(panel: Axes, *, percent: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    panel.yaxis.set_major_locator(MaxNLocator(4, integer=not percent, min_n_ticks=2))
    text = (lambda y, _: f"{y:g} %") if percent else (lambda y, _: f"{y:,.0f}")
    panel.yaxis.set_major_formatter(FuncFormatter(text))
    panel.tick_params(axis="y", labelsize=7.5, length=2.5)


def _say_nothing(panel: Axes, text: str) -> None:
    panel.set_yticks([])
    panel.text(0.5, 0.5, text, transform=panel.transAxes, ha="center", va="center", color="#555555")


def _draw_time_axis(
    panels: list[Axes], tz: Any, zone: str, start: pd.Timestamp, end: pd.Timestamp
) -> None:
    import matplotlib.dates as mdates

    locator = mdates.AutoDateLocator(tz=tz, minticks=4, maxticks=9)
    formatter = mdates.ConciseDateFormatter(
        locator, tz=tz, show_offset=False,
        formats=["%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%H:%M:%S"],
        zero_formats=["", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M:%S"],
    )  # fmt: skip
    for panel in panels:
        panel.xaxis.set_major_locator(locator)
        panel.xaxis.set_major_formatter(formatter)
        panel.tick_params(axis="x", labelbottom=panel is panels[-1], labelsize=7.5, length=3)
    days = format_days(start, end - pd.Timedelta(microseconds=1), tz)
    panels[-1].set_xlabel(f"{escape_invisible(zone)}, {days}", fontsize=8, color="#333333")
