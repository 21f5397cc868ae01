"""minutes, impact and happenings → the plot for the postmortem, three panels on one time axis.

Read in order: `composing` (what there is to see, a `scene`), `timescale` (where an instant lies), `labels`, `milestones`
(above the panels), `traffic` (the upper two), `rollouts`, `alerts` and `happenings` (the lowest). Only `composing` needs
pandas, and is imported when frames are given: the process that draws beside the command gets a scene.

Colours are Okabe and Ito's, and nothing depends on them: failures are hatched, gaps carry other
hatches, marks differ in shape and are labelled where they stand. No global state of matplotlib is
read or changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from minutebook.errors import MinutebookError
from minutebook.outputs.instants import find_zone
from minutebook.outputs.plots.figures import DPI, make_figure, own_looks, render
from minutebook.outputs.plots.overview.happenings import LANE_IN, count_lanes, draw_happenings
from minutebook.outputs.plots.overview.milestones import HEAD_IN, ROW_IN, Mark, draw_marks, pack_marks
from minutebook.outputs.plots.overview.rollouts import Rollout, pack_rollouts
from minutebook.outputs.plots.overview.scene import NEVER, OVERVIEW_IN, Look, Scene
from minutebook.outputs.plots.overview.timescale import TimeScale
from minutebook.outputs.plots.overview.traffic import draw_traffic, draw_users
from minutebook.outputs.plots.panels import draw_time_axis, to_number
from minutebook.outputs.plots.shading import shade_windows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT_IN, _RIGHT_IN = 0.55, 0.6


def draw_impact(
    minutes: pd.DataFrame,
    impact: Mapping[str, Any],
    happenings: pd.DataFrame,
    *,
    zone: str = "UTC",
    axes: Sequence[Axes] | None = None,
    size_in: tuple[float, float] = OVERVIEW_IN,
) -> Figure | Sequence[Axes]:
    """Draw traffic and failures, affected users, and deploys and alerts, over one time axis.

    With ``axes``, three of them are drawn onto (top to bottom) and given back; else a new Figure of
    ``size_in`` inches is. ``minutes`` and ``happenings`` have a book's columns; a user who
    failed at two operations in a minute counts at both. Times are shown in ``zone``. Raises
    `MinutebookError` for an unknown zone or another number of axes.
    """
    from minutebook.outputs.plots.overview.composing import compose

    find_zone(zone)  # before anything is done
    return draw_scene(compose(minutes, impact, happenings), zone=zone, axes=axes, size_in=size_in)


def draw_scene(
    scene: Scene,
    *,
    zone: str = "UTC",
    axes: Sequence[Axes] | None = None,
    size_in: tuple[float, float] = OVERVIEW_IN,
) -> Figure | Sequence[Axes]:
    """As `draw_impact`, of what was composed already."""
    if axes is not None and len(axes) != 3:
        raise MinutebookError(f"the plot has 3 panels, but {len(axes)} axes were given")
    with own_looks():
        if axes is not None:
            panels = list(axes)
            scale = TimeScale(scene.start, scene.end, panels[0].get_window_extent().width, panels[0].figure.dpi)
            _draw_onto(panels, _lay_out(scene, scale, zone))
            return panels
        scale = TimeScale(scene.start, scene.end, (size_in[0] - _LEFT_IN - _RIGHT_IN) * DPI, DPI)
        layout = _lay_out(scene, scale, zone)
        figure, panels = _make_panels(size_in, layout)
        _draw_onto(panels, layout)
    # Where there's no label to be placed, an axis measures its ticks a second time in order to place it.
    for axis in (axis for each in figure.axes for axis in (each.xaxis, each.yaxis) if not axis.get_label_text()):
        axis.set_label_coords(0.5, 0.5)
    return figure


class _Layout(NamedTuple):
    """A scene, and where on a time scale its labels have room."""

    scene: Scene
    scale: TimeScale
    zone: str
    marks: list[Mark]
    rollouts: list[Rollout]


def _lay_out(scene: Scene, scale: TimeScale, zone: str) -> _Layout:
    marks = pack_marks(scene.marks, scale, find_zone(zone))
    return _Layout(scene, scale, zone, marks, pack_rollouts(scene.lanes, scale))


def _draw_onto(panels: list[Axes], layout: _Layout) -> None:
    scene, scale, zone, marks, rollouts = layout
    for panel in panels:
        panel.set_xlim(to_number(scene.start), to_number(scene.end))
    shade_windows(panels, scene.windows, scene.grid, scene.start, scene.end)
    draw_traffic(panels[0], scene.grid, has_window=scene.has_windows, is_lines=scene.is_lines)
    draw_users(panels[1], scene.grid, scene.hit)
    draw_happenings(panels, rollouts, scene.lanes, scale)
    draw_marks(panels, marks, scale)
    draw_time_axis(panels, find_zone(zone), zone, scene.start, scene.end)
    if scene.start.year == NEVER.year:
        panels[-1].set_xticks([], [])
        panels[-1].set_xlabel("no minute has evidence")


def render_scene(scene: Scene | None = None, look: Look | None = None) -> bytes:
    """What `draw_scene` draws, as the bytes of a file; of no scene an empty picture."""
    size_in, zone, format = look or Look()
    return render(cast("Figure", draw_scene(scene or Scene(), zone=zone, size_in=size_in)), format)


def _make_panels(size_in: tuple[float, float], layout: _Layout) -> tuple[Figure, list[Axes]]:
    """A figure with three panels over one time axis, the lowest as high as its lanes need."""
    figure = make_figure(size_in)
    width, height = size_in
    left, right, bottom, gap = _LEFT_IN, _RIGHT_IN, 0.48, 0.3
    top = HEAD_IN + 0.08 + ROW_IN * (max((mark.row for mark in layout.marks), default=-1) + 1)
    room = max(height - bottom - top - 2 * gap, 1.0)
    lanes = count_lanes(layout.rollouts, layout.scene.lanes, layout.scale)
    lowest = min(max(lanes, 2) * LANE_IN, 0.42 * room)
    heights = [(room - lowest) * 0.6, (room - lowest) * 0.4, lowest]
    panels: list[Axes] = []
    edge = height - top
    for panel_height in heights:
        edge -= panel_height
        box = (left / width, edge / height, (width - left - right) / width, panel_height / height)
        panels.append(figure.add_axes(box, sharex=panels[0] if panels else None))
        edge -= gap
    return figure, panels
