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
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from minutebook.errors import MinutebookError
from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.instants import find_zone
from minutebook.outputs.plots.figures import DPI, own_looks, render
from minutebook.outputs.plots.overview.happenings import LANE_IN, count_lanes, draw_happenings
from minutebook.outputs.plots.overview.milestones import HEAD_IN, ROW_IN, draw_marks, pack_marks
from minutebook.outputs.plots.overview.rollouts import pack_rollouts
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
    title: str | None = None,
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
    return draw_scene(compose(minutes, impact, happenings), zone=zone, axes=axes, title=title, size_in=size_in)


def draw_scene(
    scene: Scene,
    *,
    zone: str = "UTC",
    axes: Sequence[Axes] | None = None,
    title: str | None = None,
    size_in: tuple[float, float] = OVERVIEW_IN,
) -> Figure | Sequence[Axes]:
    """As `draw_impact`, of what was composed already."""
    tz, grid, lanes, start, end = find_zone(zone), scene.grid, scene.lanes, scene.start, scene.end
    figure, panels = None, list(axes) if axes is not None else []
    if axes is not None and len(panels) != 3:
        raise MinutebookError(f"the plot has 3 panels, but {len(panels)} axes were given")
    with own_looks():
        if panels:
            box = panels[0].get_window_extent()
            scale = TimeScale(start, end, box.width, panels[0].figure.dpi)
        else:
            scale = TimeScale(start, end, (size_in[0] - _LEFT_IN - _RIGHT_IN) * DPI, DPI)
        marks, rollouts = pack_marks(scene.marks, scale, tz), pack_rollouts(lanes, scale)
        if not panels:
            if title:
                # The title's letters are 1.7 times as wide as a label's.
                title = scale.fit(escape_invisible(title), scale.width_px / 1.7)
            rows = max((mark.row for mark in marks), default=-1) + 1
            figure, panels = _make_panels(size_in, count_lanes(rollouts, lanes, scale), rows, title)
        for panel in panels:
            panel.set_xlim(to_number(start), to_number(end))
        shade_windows(panels, scene.windows, grid, start, end)
        draw_traffic(panels[0], grid, has_window=scene.has_windows, is_lines=scene.is_lines)
        draw_users(panels[1], grid, scene.hit)
        draw_happenings(panels, rollouts, lanes, scale)
        draw_marks(panels, marks, scale)
        draw_time_axis(panels, tz, zone, start, end)
        if start.year == NEVER.year:
            panels[-1].set_xticks([], [])
            panels[-1].set_xlabel("no minute has evidence")
    if figure is None:
        return panels
    # Where there's no label to be placed, an axis measures its ticks a second time in order to place it.
    for axis in (axis for each in figure.axes for axis in (each.xaxis, each.yaxis) if not axis.get_label_text()):
        axis.set_label_coords(0.5, 0.5)
    return figure


def render_scene(scene: Scene | None = None, look: Look | None = None) -> bytes:
    """What `draw_scene` draws, as the bytes of a file; of no scene an empty picture."""
    size_in, zone, format = look or Look()
    return render(cast("Figure", draw_scene(scene or Scene(), zone=zone, size_in=size_in)), format)


def _make_panels(
    size_in: tuple[float, float], lanes: int, mark_rows: int, title: str | None
) -> tuple[Figure, list[Axes]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size_in, dpi=DPI)
    FigureCanvasAgg(figure)
    # Jupyter shows a figure of pyplot's only; this one says itself how it looks.
    setattr(figure, "_repr_png_", partial(render, figure, "png"))  # noqa: B010
    width, height = size_in
    left, right, bottom, gap = _LEFT_IN, _RIGHT_IN, 0.48, 0.3
    top = HEAD_IN + 0.08 + ROW_IN * mark_rows + (0.32 if title else 0.0)
    room = max(height - bottom - top - 2 * gap, 1.0)
    lowest = min(max(lanes, 2) * LANE_IN, 0.42 * room)
    heights = [(room - lowest) * 0.6, (room - lowest) * 0.4, lowest]
    panels: list[Axes] = []
    edge = height - top
    for panel_height in heights:
        edge -= panel_height
        box = (left / width, edge / height, (width - left - right) / width, panel_height / height)
        panels.append(figure.add_axes(box, sharex=panels[0] if panels else None))
        edge -= gap
    if title:
        figure.text(
            left / width, 1 - 0.1 / height, title,
            ha="left", va="top", fontsize=11, fontweight="bold",
        )  # fmt: skip
    return figure, panels
