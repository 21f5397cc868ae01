"""A bar for each layer, host and service: when it logged; where it's hatched, nothing of it was collected or logged."""

from __future__ import annotations

import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from minutebook.outputs.inert import escape_invisible, shorten
from minutebook.outputs.instants import as_instant
from minutebook.outputs.plots.panels import fit_rows, to_number
from minutebook.outputs.plots.view import Panel, View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minutebook.outputs.bookish import Bookish

_SEEN, _EDGE = "#56B4E9", "#1f6f9c"
_MOST = 40


def _plan(book: Bookish, _: datetime.tzinfo) -> list[Panel]:
    groups = book.ledger.get("coverage") or []
    if not groups:
        return []
    title = "what was logged; hatched: nothing"
    if len(groups) > _MOST:
        title += f" (the first {_MOST} of {len(groups)})"
    return [Panel(title, partial(_draw, groups=groups[:_MOST]), height_in=fit_rows(min(len(groups), _MOST)))]


def _draw(panel: Axes, *, groups: list[dict[str, Any]]) -> None:
    for row, group in enumerate(groups):
        spans = [(as_instant(start), as_instant(end)) for start, end in group["spans"]]
        bars = [(to_number(a), to_number(b) - to_number(a)) for a, b in spans if a is not None and b is not None]
        panel.barh(row, 1.0, height=0.7, left=0.0, transform=panel.get_yaxis_transform(), fc="#ffffff", ec="#b0b0b0",
                   hatch="xxxx", lw=0.4, zorder=1)  # fmt: skip
        panel.broken_barh(bars, (row - 0.35, 0.7), fc=_SEEN, ec=_EDGE, lw=0.5, zorder=3)
    names = [" ".join(filter(None, (group["layer"], group["service"], group["host"]))) for group in groups]
    panel.set_yticks(range(len(groups)), [shorten(escape_invisible(name or "unknown"), 34) for name in names])
    panel.set_ylim(len(groups) - 0.4, -0.6)
    panel.tick_params(axis="y", labelsize=7.5, length=0)


VIEW = View(_plan, "coverage: nothing was logged", has_gaps=False)
