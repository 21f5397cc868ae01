"""A panel a service: the share of requests that failed, the usual share, and the windows with their bounds."""

from __future__ import annotations

import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from minutebook.outputs.plots.curves import draw_steps
from minutebook.outputs.plots.minutes import find_services, make_curve
from minutebook.outputs.plots.panels import set_percent
from minutebook.outputs.plots.view import Panel, View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minutebook.outputs.bookish import Bookish

_FAILED, _USUAL = "#D55E00", "#000000"


def _plan(book: Bookish, _: datetime.tzinfo) -> list[Panel]:
    minutes = book.minutes
    shown = find_services(minutes)
    windows = book.impact.get("windows") or ()
    usual = {w["service"] or "": w["usual_ratio"] for w in windows if w["kind"] == "fail"}
    return [
        Panel(
            f"{service or 'all requests'}: share that failed, a minute",
            partial(_draw, rows=minutes[minutes["service"] == service], usual=usual.get(service)),
            windows=[w for w in windows if w.get("service") in (service, None, "")],
        )
        for service in shown
    ]


def _draw(panel: Axes, *, rows: pd.DataFrame, usual: float | None) -> None:
    sums = rows.groupby("minute")[["requests", "failed"]].sum(min_count=1).astype("float64")
    share = sums["failed"] / sums["requests"].where(sums["requests"] > 0) * 100
    shown: list[Any] = [draw_steps(panel, make_curve(share), fill=True, fc=_FAILED, ec="#7a3500", hatch="////", lw=0.5, zorder=3,
                                   label="failed")]  # fmt: skip
    if usual is not None:
        text = f"usual outside of the windows: {usual * 100:.2g} %"
        shown.append(panel.axhline(usual * 100, color=_USUAL, lw=1.0, ls=(0, (4, 2)), zorder=4, label=text))
    highest = float(np.nanmax(share.to_numpy(), initial=1.0))
    set_percent(panel, highest)
    panel.legend(handles=shown, loc="upper right", frameon=False, fontsize=7.5)


VIEW = View(_plan, "share of requests that failed: no request is known")
