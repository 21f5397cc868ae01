"""A panel a window: users who were hit in each minute, and how many distinct ones were so far."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from minutebook.outputs.instants import as_instant
from minutebook.outputs.plots.panels import count_ticks, to_number
from minutebook.outputs.plots.view import Panel, View
from minutebook.outputs.wording.windows import kind_of, scope_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minutebook.outputs.bookish import Bookish

_HIT, _SO_FAR = "#0072B2", "#000000"
_MOST = 20


def _plan(book: Bookish, _: datetime.tzinfo) -> list[Panel]:
    windows = [w for w in book.impact.get("windows") or () if w.get("users_by_minute")]
    return [Panel(f"{w['id']}: {kind_of(w)} of {scope_of(w)}", partial(_draw, window=w), [w]) for w in windows[:_MOST]]


def _draw(panel: Axes, *, window: Mapping[str, Any]) -> None:
    rows = window["users_by_minute"]
    places = [to_number(time) for row in rows if (time := as_instant(row["minute"])) is not None]
    bars = panel.bar(places, [row["users"] for row in rows], 0.86 / 1440, align="edge", fc=_HIT, ec="#00436b",
                     hatch="....", lw=0.4, zorder=3, label="users hit in the minute")  # fmt: skip
    right = [place + 1 / 1440 for place in places]
    line = panel.plot([places[0], *right], [0, *(row["so_far"] for row in rows)], color=_SO_FAR, lw=1.3, zorder=5,
                      marker="o" if len(rows) <= 60 else None, ms=2.4, label="distinct users so far")[0]  # fmt: skip
    last = rows[-1]["so_far"]
    panel.annotate(f"{last:,}", (right[-1], last), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    panel.set_ylim(0, last * 1.15)
    count_ticks(panel)
    panel.legend(handles=[bars, line], loc="upper left", frameon=False, fontsize=7.5)


VIEW = View(_plan, "users who were hit: none is named in any window")
