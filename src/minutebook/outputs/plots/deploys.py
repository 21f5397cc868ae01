"""A panel a deploy or change: the share that failed, minute by minute, in the quarter of an hour before and after it.

Side by side as facts: what else changed in that time is in the timeline. The minute in which it happened is drawn and
counted on neither side, since it's both.
"""

from __future__ import annotations

import datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from minutebook.outputs.inert import escape_invisible, shorten
from minutebook.outputs.instants import format_clock
from minutebook.outputs.plots.panels import set_percent
from minutebook.outputs.plots.view import Panel, View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minutebook.outputs.bookish import Bookish

_FAILED, _AROUND = "#D55E00", 15
_MOST = 8


def _plan(book: Bookish, tz: datetime.tzinfo) -> list[Panel]:
    happenings = book.happenings
    is_begun = happenings["kind"].astype("str").isin(["deploy", "change"]) & (
        happenings["phase"].astype("str").isin(["started", "succeeded"])
    )
    first = happenings[is_begun].sort_values("time", kind="stable").drop_duplicates("entity")
    seen = set(book.minutes["minute"])
    near = first[[time.floor("min") in seen for time in first["time"]]].head(_MOST)
    return [
        Panel(
            shorten(escape_invisible(str(row.message)), 72),
            partial(_draw, minutes=_own(book.minutes, row.service), at=row.time, tz=tz),
        )
        for row in near.itertuples()
    ]


def _own(minutes: pd.DataFrame, service: object) -> pd.DataFrame:
    own = minutes[minutes["service"] == service]
    return own if len(own) else minutes


def _draw(panel: Axes, *, minutes: pd.DataFrame, at: pd.Timestamp, tz: datetime.tzinfo) -> None:
    sums = minutes.groupby("minute")[["requests", "failed"]].sum(min_count=1).astype("float64")
    since = np.arange(-_AROUND, _AROUND + 1)
    grid = pd.DatetimeIndex([at.floor("min") + pd.Timedelta(minutes=int(n)) for n in since])
    near = sums.reindex(grid)
    share = (near["failed"] / near["requests"].where(near["requests"] > 0) * 100).to_numpy()
    # Minutes as the clock has them, counted from the instant of the deploy.
    edges = np.append(since, _AROUND + 1) - (at - at.floor("min")).total_seconds() / 60
    panel.stairs(share, edges, fill=True, fc=_FAILED, ec="#7a3500", hatch="////", lw=0.5, zorder=3)
    for missing in edges[:-1][np.isnan(share)]:
        panel.axvspan(missing, missing + 1, fc="#ffffff", ec="#b0b0b0", hatch="xxxx", lw=0, zorder=1)
    panel.axvline(0, color="#000000", lw=1.2, zorder=5)
    highest = float(np.nanmax(share, initial=1.0))
    set_percent(panel, highest * 1.25)
    for x, chosen, align, when in ((0.01, since < 0, "left", "before"), (0.99, since > 0, "right", "after")):
        part = near[chosen]
        requests, failed = part["requests"].sum(), part["failed"].sum()
        text = f"{failed:,.0f} of {requests:,.0f} failed {when}" if requests else f"no data {when}"
        panel.text(x, 0.95, text, transform=panel.transAxes, ha=align, va="top", fontsize=7.5, zorder=6,
                   bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.0})  # fmt: skip
    panel.set_xlim(-_AROUND, _AROUND)
    panel.set_xticks([-15, -10, -5, 0, 5, 10, 15], ["−15", "−10", "−5 min", format_clock(at, tz), "5 min", "10", "15"])
    panel.tick_params(axis="x", labelsize=7.5, length=2.5)


VIEW = View(_plan, "no deploy lies within the minutes", on_time=False, columns=2, panel_in=1.75)
