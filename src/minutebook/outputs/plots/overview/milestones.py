"""milestones → labels above the panels, none of them over another, each with a rule through all panels.

Labels are measured and packed into rows, from right to left.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.instants import format_clock
from minutebook.outputs.plots.overview.labels import draw_rule
from minutebook.outputs.plots.overview.timescale import TimeScale
from minutebook.outputs.plots.panels import FONT_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Inches: the line above a panel, a row of labels above that.
HEAD_IN, ROW_IN = 0.22, 0.16
_GAP_PX = 6.0
_LOOK: Mapping[str, Any] = {"color": "#333333", "lw": 0.8, "ls": (0, (1, 1.5))}


@dataclass(frozen=True)
class Mark:
    """An instant to be labelled above the panels, and where: filled in by `pack_marks`."""

    time: datetime.datetime
    label: str
    row: int = 0
    left_px: float = 0.0


def pack_marks(marks: Sequence[Mark], scale: TimeScale, tz: datetime.tzinfo) -> list[Mark]:
    """The marks in range, in time order, each with its words, row (0 is lowest) and place."""
    packed: list[Mark] = []
    row_starts: list[float] = []
    # From the right, so that a later mark's rule ends below the label of an earlier one.
    for mark in sorted(marks, key=lambda mark: mark.time, reverse=True):
        if not scale.start <= mark.time <= scale.end:
            continue
        text = f"{escape_invisible(mark.label)} {format_clock(mark.time, tz)}"
        at, width = scale.to_px(mark.time), scale.measure(text) + 8
        left = at if at + width <= scale.width_px + 30 else max(at - width, 0.0)
        ends = left + width + _GAP_PX
        # Above every rule that would else run through the label.
        crossing = [m.row + 1 for m in packed if left < scale.to_px(m.time) < left + width]
        rows = range(max(crossing, default=0), len(row_starts))
        row = next((n for n in rows if ends <= row_starts[n]), len(row_starts))
        row_starts[row:] = [left, *row_starts[row + 1 :]]
        packed.append(replace(mark, label=text, row=row, left_px=left))
    return packed[::-1]


def draw_marks(panels: list[Axes], marks: list[Mark], scale: TimeScale) -> None:
    """Milestones: a label above the first panel, and a dotted rule through all."""
    height_px = panels[0].get_window_extent().height
    for mark in marks:
        at = scale.to_px(mark.time)
        is_right = mark.left_px == at
        top = 1 + (HEAD_IN + mark.row * ROW_IN) * scale.dpi / height_px
        tip = top + 0.85 * ROW_IN * scale.dpi / height_px
        panels[0].plot(
            [scale.to_share(at)] * 2, [0, tip], transform=panels[0].transAxes, clip_on=False,
            zorder=6, **_LOOK,
        )  # fmt: skip
        panels[0].text(
            scale.to_share(at + (4 if is_right else -4)), top, mark.label, zorder=7,
            transform=panels[0].transAxes, va="bottom", ha="left" if is_right else "right",
            fontsize=FONT_PT, color="#111111",
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
        for panel in panels[1:]:
            draw_rule(panel, scale, at, **_LOOK)
