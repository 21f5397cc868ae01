"""lanes of deploys, changes, incidents and notes → marks with labels, in as few rows as those allow.

Labels are measured and packed from left to right; what finds no row is counted, not lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minutebook.outputs.plots.lanes import Lane
from minutebook.outputs.plots.overview.labels import across, write_label
from minutebook.outputs.plots.overview.timescale import TimeScale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROLLOUT = "#009E73"
SHAPES = {"deploy": "D", "change": "^", "incident": "s", "note": "o"}
_GAP_PX = 6.0
_MOST_ROWS = 40


@dataclass(frozen=True)
class Rollout:
    """One deploy, change, incident or note, with its label and where both are to be drawn."""

    kind: str
    first_px: float
    last_px: float
    text: str
    row: int
    is_right: bool


def pack_rollouts(lanes: Sequence[Lane], scale: TimeScale) -> list[Rollout]:
    """Everything but alerts in as few rows as their labels allow, from left to right."""
    packed: list[Rollout] = []
    row_ends: list[float] = []
    words = {"failed": " failed", "rolled_back": " rolled back", "cancelled": " cancelled"}
    spans = [(span, lane) for lane in lanes if lane.kind != "alert" for span in lane.spans]
    for span, lane in sorted(spans, key=lambda pair: (pair[0].start, pair[1].label)):
        if span.start > scale.end or (span.end or span.start) < scale.start:
            continue
        first, last = scale.to_px(span.start), scale.to_px(span.end or span.start)
        if len(row_ends) >= _MOST_ROWS and min(row_ends) + _GAP_PX > first - 5:
            # No panel has so many rows: it's counted, not measured.
            packed.append(Rollout(lane.kind, first, last, "", _MOST_ROWS, True))
            continue
        text = scale.fit(lane.label, 0.3 * scale.width_px) + words.get(span.outcome, "")
        width = scale.measure(text) + 12
        is_right = last + width <= scale.width_px
        low, high = (first - 5, last + width) if is_right else (first - width, last + 5)
        row = next((n for n, end in enumerate(row_ends) if end + _GAP_PX <= low), len(row_ends))
        row_ends[row:] = [high, *row_ends[row + 1 :]]
        packed.append(Rollout(lane.kind, first, last, text, row, is_right))
    return packed


def count_rows(rollouts: list[Rollout]) -> int:
    """How many rows they are packed into."""
    return max((each.row for each in rollouts), default=-1) + 1


def draw_rollouts(panel: Axes, rollouts: list[Rollout], scale: TimeScale, most: int) -> int:
    """Draw those in the first rows, ``most`` at the most, and say how many are left; gives the rows that were used."""
    rows = count_rows(rollouts)
    if rows > most:
        shown = [each for each in rollouts if each.row < most - 1]
        write_label(panel, 0.0, most - 0.5, f"+ {len(rollouts) - len(shown)} more", "left")
    else:
        shown = rollouts
    for each in shown:
        x0, x1, y = scale.to_share(each.first_px), scale.to_share(each.last_px), each.row + 0.5
        panel.plot(
            [x0, x1], [y, y], transform=across(panel), color=ROLLOUT, lw=3.5, zorder=4,
            solid_capstyle="butt",
        )  # fmt: skip
        panel.plot(
            [x0], [y], transform=across(panel), marker=SHAPES.get(each.kind, "o"), ms=4.5,
            mfc=ROLLOUT, mec="#00402f", mew=0.6, zorder=5, clip_on=False,
        )  # fmt: skip
        at = scale.to_share(each.last_px + 8 if each.is_right else each.first_px - 8)
        write_label(panel, at, y, each.text, "left" if each.is_right else "right")
    return min(rows, most)
