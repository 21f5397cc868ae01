"""rollouts and alerts → the lowest panel: marks above bars, as many as have room, and a head that explains them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minutebook.outputs.plots.lanes import Lane
from minutebook.outputs.plots.overview.alerts import EDGE, FIRING, draw_alerts, pick_seen
from minutebook.outputs.plots.overview.labels import draw_rule
from minutebook.outputs.plots.overview.rollouts import ROLLOUT, SHAPES, Rollout, count_rows, draw_rollouts
from minutebook.outputs.plots.overview.timescale import TimeScale
from minutebook.outputs.plots.panels import draw_head

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Inches: the height of a row.
LANE_IN = 0.185
_MOST_RULES = 24


def count_lanes(rollouts: list[Rollout], lanes: Sequence[Lane], scale: TimeScale) -> int:
    """How many rows everything would take."""
    return count_rows(rollouts) + len(pick_seen(lanes, scale))


def draw_happenings(panels: list[Axes], rollouts: list[Rollout], lanes: Sequence[Lane], scale: TimeScale) -> None:
    """Rollouts (marks, and rules through all panels) above alerts (bars), as many as have room."""
    panel, alerts = panels[-1], pick_seen(lanes, scale)
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)
    room = max(int(panel.get_window_extent().height / (LANE_IN * scale.dpi) + 0.3), 1)
    panel.set_ylim(room, 0)
    for rollout in [each for each in rollouts if each.kind in ("deploy", "change")][:_MOST_RULES]:
        for each in panels:
            draw_rule(each, scale, rollout.first_px, color=ROLLOUT, ls="--", lw=1.0)
    most = max(room - min(len(alerts), room // 2), 1)
    used = draw_rollouts(panel, rollouts, scale, most)
    draw_alerts(panel, alerts, scale, used, room)
    if not rollouts and not alerts:
        panel.text(
            0.5, 0.5, "no deploys or alerts in the evidence", transform=panel.transAxes,
            ha="center", va="center", color="#555555",
        )  # fmt: skip
    _draw_head(panel, {each.kind for each in rollouts}, alerts)


def _draw_head(panel: Axes, kinds: set[str], alerts: list[Lane]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown: list[Any] = [
        Line2D([], [], color=ROLLOUT, ls="--", lw=1.0, marker=SHAPES[kind], ms=4.5, label=kind,
               mfc=ROLLOUT, mec="#00402f")
        for kind in SHAPES if kind in kinds
    ]  # fmt: skip
    if alerts:
        shown.append(Patch(fc=FIRING, ec=EDGE, lw=0.7, label="alert firing"))
    if any(lane.acknowledged for lane in alerts):
        shown.append(Line2D([], [], color="#000000", marker="|", ms=8, mew=2, lw=0, label="acknowledged"))
    if shown:
        draw_head(panel, shown)
