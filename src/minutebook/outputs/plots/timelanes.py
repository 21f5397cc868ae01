"""Deploys, changes and alerts alone: a lane each, from when to when, with the windows' shading."""

from __future__ import annotations

import datetime
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from minutebook.outputs.inert import escape_invisible, shorten
from minutebook.outputs.plots.lanes import Lane
from minutebook.outputs.plots.panels import fit_rows, to_number
from minutebook.outputs.plots.phases import build_lanes
from minutebook.outputs.plots.view import Panel, View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minutebook.outputs.bookish import Bookish

_LOOKS = {"alert": ("#E69F00", "#6b4a00", "////"), "incident": ("#CC79A7", "#6d3355", "...")}
_ROLLOUT = ("#009E73", "#00513b", "")
_MOST = 40


def _plan(book: Bookish, _: datetime.tzinfo) -> list[Panel]:
    lanes = build_lanes(book.happenings)
    if not lanes:
        return []
    title = "deploys, changes and alerts, from when to when"
    title += f" (the first {_MOST} of {len(lanes)})" if len(lanes) > _MOST else ""
    end = book.minutes["minute"].max() + pd.Timedelta(minutes=1) if len(book.minutes) else lanes[-1].start
    return [Panel(title, partial(_draw, lanes=lanes[:_MOST], until=end), height_in=fit_rows(min(len(lanes), _MOST)))]


def _draw(panel: Axes, *, lanes: list[Lane], until: datetime.datetime) -> None:
    for row, lane in enumerate(lanes):
        fill, edge, hatch = _LOOKS.get(lane.kind, _ROLLOUT)
        for span in lane.spans:
            start, end = to_number(span.start), to_number(span.end if span.end is not None else max(until, span.start))
            panel.barh(row, max(end - start, 0.0), left=start, height=0.62, fc=fill, ec=edge, hatch=hatch, lw=0.7,
                       zorder=3, ls="-" if span.end is not None else "--")  # fmt: skip
            # What lasts seconds among hours is still there to be seen.
            panel.plot([start], [row], marker="|", ms=9, mew=1.6, color=edge, zorder=4)
        for time in lane.acknowledged:
            panel.plot([to_number(time)], [row], marker="v", ms=6, color="#ffffff", mec=edge, zorder=5)
    panel.set_yticks(range(len(lanes)), [shorten(escape_invisible(lane.label), 38) for lane in lanes])
    panel.set_ylim(len(lanes) - 0.4, -0.6)
    panel.tick_params(axis="y", labelsize=7.5, length=0)


VIEW = View(_plan, "no deploy, change or alert is known", has_gaps=False)
