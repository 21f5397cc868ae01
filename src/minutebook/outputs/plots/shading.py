"""windows, minutes without evidence → shading through the panels: the impact, its edges' bounds, hatched gaps."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from minutebook.outputs.plots.curves import MINUTE, Grid
from minutebook.outputs.plots.panels import to_instant, to_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WINDOW = "#F0E442"

Span = tuple[datetime.datetime, datetime.datetime]


class Edge(NamedTuple):
    """Where a window begins or ends, with its bounds; None is not known, and taken as the panel's edge or the edge itself."""

    at: datetime.datetime | None
    earliest: datetime.datetime | None
    latest: datetime.datetime | None


def shade_windows(
    panels: list[Axes], windows: Sequence[tuple[Edge, Edge]], grid: Grid, start: datetime.datetime,
    end: datetime.datetime, *, gaps_in: slice = slice(2), partly: bool = True,
) -> None:  # fmt: skip
    """Windows and the bounds of their edges through all panels; gaps hatched in the upper two, or others."""
    spans = [(first.at or start, last.at or end) for first, last in windows]
    for first, last in _join_spans(spans):
        for panel in panels:
            panel.axvspan(to_number(first), to_number(last), color=_WINDOW, alpha=0.3, lw=0, zorder=2.2)
    for edges, span in zip(windows, spans, strict=True):
        for panel in panels:
            for edge, at in zip(edges, span, strict=True):
                bounds = (edge.earliest or at, edge.latest or at)
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


def _join_spans(spans: list[Span]) -> list[Span]:
    """Spans that overlap as one: thirty windows at a time are shaded no deeper than one."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _write_inside(panel: Axes, middle: datetime.datetime, label: str, share: float) -> None:
    panel.text(
        to_number(middle), 0.5, label, transform=panel.get_xaxis_transform(), ha="center",
        va="center", rotation=0 if share > 0.1 else 90, fontsize=7, color="#333333", zorder=6,
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def _find_runs(grid: Grid, state: str) -> list[Span]:
    held = grid.begins[grid.coverage == state]
    if not len(held):
        return []
    breaks = np.flatnonzero(np.diff(held) > MINUTE) + 1
    return [(to_instant(run[0]), to_instant(run[-1] + MINUTE)) for run in np.split(held, breaks)]
