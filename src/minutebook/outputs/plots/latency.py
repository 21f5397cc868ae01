"""A panel for each of the operations in a window, then of those with most requests: median and 95th percentile."""

from __future__ import annotations

import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from minutebook.assessment.slow import read_slow_limits
from minutebook.outputs.plots.curves import draw_line
from minutebook.outputs.plots.minutes import make_curve
from minutebook.outputs.plots.view import Panel, View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minutebook.outputs.bookish import Bookish

_MEDIAN, _TAIL, _LIMIT = "#0072B2", "#D55E00", "#000000"
_MOST = 6


def _plan(book: Bookish, _: datetime.tzinfo) -> list[Panel]:
    timed = book.minutes[book.minutes["p50_s"].notna()]
    totals = timed.groupby(["service", "operation"], as_index=False)["requests"].sum()
    windows = book.impact.get("windows") or ()
    hit = {(w.get("service"), operation) for w in windows for operation in w.get("operations") or ()}
    totals["is_hit"] = [pair in hit for pair in zip(totals["service"], totals["operation"], strict=True)]
    order = ["is_hit", "requests", "service", "operation"]
    ranked = totals.sort_values(order, ascending=[False, False, True, True]).head(_MOST)
    limits = read_slow_limits(book.impact)
    return [
        Panel(
            f"{row.operation or 'requests'}{f' of {row.service}' if row.service else ''}: seconds",
            partial(
                _draw,
                rows=book.minutes[
                    (book.minutes["service"] == row.service) & (book.minutes["operation"] == row.operation)
                ],
                limit=limits.get((row.service, row.operation)),
            ),
            windows=[w for w in windows if w.get("service") in (row.service, None, "")],
        )
        for row in ranked.itertuples()
    ]


def _draw(panel: Axes, *, rows: pd.DataFrame, limit: float | None) -> None:
    by_minute = rows.set_index("minute")
    shown: list[Any] = [
        draw_line(panel, make_curve(by_minute["p95_s"]), color=_TAIL, lw=1.2, ls=(0, (3, 1)), label="95th percentile"),
        draw_line(panel, make_curve(by_minute["p50_s"]), color=_MEDIAN, lw=1.4, label="median"),
    ]
    top = float(np.nanmax(by_minute["p95_s"].to_numpy(), initial=0.0))
    # A limit far above all there is would press the curves onto the floor.
    if limit is not None and limit < 3 * max(top, 1e-9):
        shown.append(panel.axhline(limit, color=_LIMIT, lw=0.9, ls=":", label=f"slow above {limit:.3g} s"))
        top = max(top, limit)
    panel.set_ylim(0, max(top * 1.3, 1e-3))
    panel.tick_params(axis="y", labelsize=7.5, length=2.5)
    panel.legend(handles=shown, loc="upper left", frameon=False, fontsize=7.5, ncols=3)


VIEW = View(_plan, "latency: no request states how long it took", panel_in=1.45)
