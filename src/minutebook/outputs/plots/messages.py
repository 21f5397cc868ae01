"""Small multiples: the messages that are new, came back or surged, each with its own count a minute."""

from __future__ import annotations

import datetime
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from minutebook.outputs.inert import escape_invisible, shorten
from minutebook.outputs.plots.panels import count_ticks, to_number
from minutebook.outputs.plots.view import Panel, View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minutebook.outputs.bookish import Bookish

_COLOURS = {"warn": "#E69F00", "error": "#D55E00", "fatal": "#7a0000"}
_MOST = 12


def _plan(book: Bookish, _: datetime.tzinfo) -> list[Panel]:
    messages = book.messages
    if not len(messages):
        return []
    keys = ["message", "service"]
    totals = messages.groupby(keys, as_index=False)["count"].sum()
    ranked = totals.sort_values(["count", *keys], ascending=[False, True, True]).head(_MOST)
    # Where several services wrote it, each says whose it is.
    is_shared = ranked["message"].value_counts() > 1
    return [
        Panel(
            shorten(escape_invisible(f"{row.service}: {row.message}" if is_shared[row.message] else row.message), 62),
            partial(_draw, rows=messages[(messages["message"] == row.message) & (messages["service"] == row.service)]),
        )
        for row in ranked.itertuples()
    ]


def _draw(panel: Axes, *, rows: pd.DataFrame) -> None:
    level = str(rows["level"].iloc[0])
    places = [to_number(time) for time in rows["minute"]]
    panel.bar(places, rows["count"].to_numpy(float), 0.9 / 1440, align="edge", fc=_COLOURS.get(level, "#666666"),
              ec="#333333", hatch="////" if level in ("error", "fatal") else "", lw=0.3, zorder=3)  # fmt: skip
    total = int(rows["count"].sum())
    panel.text(0.99, 0.93, f"{total:,} in all", transform=panel.transAxes, ha="right", va="top", fontsize=7.5,
               color="#333333", bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.0}, zorder=6)  # fmt: skip
    panel.set_ylim(0, float(rows["count"].max()) * 1.3)
    count_ticks(panel)


VIEW = View(_plan, "messages: none is new, came back or surged", columns=2, panel_in=1.25)
