"""windows, minutes without evidence → shading through the panels: the impact, its edges' bounds, hatched gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from minutebook.outputs.instants import as_instant
from minutebook.outputs.plots.panels import to_number
from minutebook.outputs.wording.windows import pick_windows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WINDOW = "#F0E442"


def shade_windows(
    panels: list[Axes], impact: Mapping[str, Any], grid: pd.DataFrame,
    start: pd.Timestamp, end: pd.Timestamp, *, gaps_in: slice = slice(2), partly: bool = True,
) -> None:  # fmt: skip
    """Windows and the bounds of their edges through all panels; gaps hatched in the upper two, or others."""
    # Those without evidence are hatched as minutes without data, never shaded as impact.
    windows = pick_windows(impact)
    spans = [(as_instant(w.get("start")) or start, as_instant(w.get("end")) or end) for w in windows]
    for first, last in _join_spans(spans):
        for panel in panels:
            panel.axvspan(to_number(first), to_number(last), color=_WINDOW, alpha=0.3, lw=0, zorder=2.2)
    for window, (first, last) in zip(windows, spans, strict=True):
        for panel in panels:
            for edge, at in (("start", first), ("end", last)):
                bounds = [as_instant(window.get(f"{edge}_{side}")) or at for side in ("earliest", "latest")]
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


def _join_spans(spans: list[tuple[pd.Timestamp, pd.Timestamp]]) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Spans that overlap as one: thirty windows at a time are shaded no deeper than one."""
    joined: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _write_inside(panel: Axes, middle: pd.Timestamp, label: str, share: float) -> None:
    panel.text(
        to_number(middle), 0.5, label, transform=panel.get_xaxis_transform(), ha="center",
        va="center", rotation=0 if share > 0.1 else 90, fontsize=7, color="#333333", zorder=6,
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def _find_runs(grid: pd.DataFrame, state: str) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    held = grid.index[(grid["coverage"] == state).to_numpy()]
    if not len(held):
        return []
    minute = pd.Timedelta(minutes=1)
    breaks = np.flatnonzero(np.diff(held) > minute) + 1
    return [(run[0], run[-1] + minute) for run in np.split(held, breaks)]
