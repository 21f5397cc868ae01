"""numbers and instants → what every panel has: a head, scales with few ticks, the time axis; words where there's nothing."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.instants import format_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Points: the size of labels and heads.
FONT_PT = 7.5


def to_number(time: datetime.datetime) -> float:
    """The instant as a date of matplotlib."""
    return float(to_numbers(np.array([time.astimezone(datetime.UTC).replace(tzinfo=None)], "datetime64[us]"))[0])


def to_numbers(times: np.ndarray) -> np.ndarray:
    """The same of many instants: datetime64[us], UTC."""
    import matplotlib.dates as mdates

    return np.asarray(mdates.date2num(times))  # type: ignore[no-untyped-call]


def to_instant(time: np.datetime64) -> datetime.datetime:
    """An instant of an array of datetime64[us], in UTC."""
    return cast(datetime.datetime, time.item()).replace(tzinfo=datetime.UTC)


def draw_head(panel: Axes, shown: Sequence[Any]) -> None:
    """What the panel shows, in a line above it."""
    head = panel.legend(
        handles=shown, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(shown), fontsize=FONT_PT,
        frameon=True, fancybox=False, facecolor="#ffffff", edgecolor="none", framealpha=1.0,
        borderpad=0.1, borderaxespad=0.25, handlelength=1.6, handleheight=0.8, columnspacing=1.5,
    )  # fmt: skip
    head.set_zorder(6.5)


def say_nothing(panel: Axes, text: str) -> None:
    """Words where there's nothing to draw."""
    panel.set_yticks([])
    panel.text(
        0.5, 0.5, text, transform=panel.transAxes, ha="center", va="center", color="#555555",
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5}, zorder=6,
    )  # fmt: skip


def count_ticks(panel: Axes, *, percent: bool = False) -> None:
    """Few round numbers up the side."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    panel.yaxis.set_major_locator(MaxNLocator(4, integer=not percent, min_n_ticks=2))
    text = (lambda y, _: f"{y:g} %") if percent else (lambda y, _: f"{y:,.0f}")
    panel.yaxis.set_major_formatter(FuncFormatter(text))
    panel.tick_params(axis="y", labelsize=7.5, length=2.5)


def set_percent(panel: Axes, highest: float) -> None:
    """A scale of percent from 0 to a little above the highest."""
    panel.set_ylim(0, min(highest * 1.15, 105))
    count_ticks(panel, percent=True)


def draw_time_axis(
    panels: list[Axes], tz: datetime.tzinfo, zone: str, start: datetime.datetime, end: datetime.datetime, *,
    bottom: list[Axes] | None = None,
) -> None:  # fmt: skip
    """Concise times in the zone under the last panel (or those at the ``bottom``), and the zone and day below them."""
    import matplotlib.dates as mdates

    lowest = bottom or panels[-1:]
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
    days = format_days(start, end - datetime.timedelta(microseconds=1), tz)
    for panel in lowest:
        panel.set_xlabel(f"{escape_invisible(zone)}, {days}", fontsize=8, color="#333333")


def fit_rows(count: int) -> float:
    """How high (in inches) a panel of so many bars is, so that each has its name in full beside it."""
    return max(1.7, 0.19 * count + 0.3)
