"""A view of a book: how many panels it needs, what is drawn on each, and whether they share a time axis."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from minutebook.errors import MinutebookError
from minutebook.outputs.inert import escape_invisible, shorten
from minutebook.outputs.instants import find_zone
from minutebook.outputs.plots.curves import MINUTE
from minutebook.outputs.plots.edges import find_edges
from minutebook.outputs.plots.figures import make_figure, own_looks
from minutebook.outputs.plots.minutes import sum_minutes
from minutebook.outputs.plots.panels import draw_time_axis, say_nothing, to_instant, to_number
from minutebook.outputs.plots.shading import shade_windows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minutebook.outputs.bookish import Bookish

#: Inches.
_WIDTH, _PANEL, _MARGIN = 10.0, 1.7, 0.7
#: A letter of a title, with room for what stands left of it.
_LETTER = 0.085
#: Below it panels that would stand side by side stand one over the other.
_NARROW = 7.0


@dataclass(frozen=True)
class Panel:
    """What one panel shows: a title, and how it's drawn onto axes.

    ``windows`` are the impact windows it's about, all of the book by default; ``height_in`` is in inches, that of
    its view by default.
    """

    title: str
    draw: Callable[[Axes], None]
    windows: Sequence[Mapping[str, Any]] | None = None
    height_in: float | None = None


@dataclass(frozen=True)
class View:
    """``plan`` gives the panels of a book, in order; ``nothing`` is said where there are none.

    With ``on_time`` the panels share the time axis and the windows' shading; else each has an axis of its own.
    ``has_gaps``: minutes without data are hatched. ``columns`` is how many stand side by side, ``panel_in`` how
    high one is.
    """

    plan: Callable[[Bookish, datetime.tzinfo], list[Panel]]
    nothing: str
    on_time: bool = True
    has_gaps: bool = True
    columns: int = 1
    panel_in: float = _PANEL

    def count_columns(self, size_in: tuple[float, float] | None) -> int:
        """How many panels stand side by side in a figure of that size."""
        return 1 if size_in is not None and size_in[0] < _NARROW else self.columns


def draw_view(
    view: View, book: Bookish, *, zone: str = "UTC", axes: Sequence[Axes] | Axes | None = None,
    size_in: tuple[float, float] | None = None,
) -> Any:  # fmt: skip
    """A new Figure of a view, or its panels drawn onto given axes, as many as it has panels, and given back."""
    tz = find_zone(zone)
    panels = view.plan(book, tz) or [Panel("", partial(say_nothing, text=view.nothing))]
    with own_looks():
        figure = None
        if axes is None:
            figure, places = _make_panels(view, panels, size_in)
        else:
            places = list(np.atleast_1d(np.asarray(axes, dtype=object)).ravel())
            if len(places) != len(panels):
                raise MinutebookError(f"the view has {len(panels)} panels, but {len(places)} axes were given")
        longest = round((size_in or (_WIDTH, 0))[0] / _LETTER)
        grid = sum_minutes(book.minutes)
        for place, panel in zip(places, panels, strict=True):
            panel.draw(place)
            if panel.title:
                place.set_title(
                    shorten(escape_invisible(panel.title), longest), loc="left", fontsize=8.5, color="#333333"
                )
        if view.on_time and len(grid.begins):
            start, end = to_instant(grid.begins[0]), to_instant(grid.begins[-1] + MINUTE)
            for place in places:
                place.set_xlim(to_number(start), to_number(end))
            gaps_in = slice(None) if view.has_gaps else slice(0)
            for place, panel in zip(places, panels, strict=True):
                own = book.impact if panel.windows is None else {"windows": panel.windows}
                shade_windows([place], find_edges(own), grid, start, end, gaps_in=gaps_in, partly=False)
            bottom = places[-view.count_columns(size_in) :]
            draw_time_axis(places, tz, zone, start, end, bottom=bottom)
    return figure if figure is not None else axes


def _make_panels(view: View, panels: list[Panel], size_in: tuple[float, float] | None) -> tuple[Any, list[Axes]]:
    count, columns = len(panels), min(view.count_columns(size_in), len(panels))
    heights = [panel.height_in or view.panel_in for panel in panels[::columns]]
    figure = make_figure(size_in or (_WIDTH, sum(heights) + _MARGIN), "constrained")
    grid = figure.subplots(
        len(heights), columns, sharex=view.on_time, squeeze=False, gridspec_kw={"height_ratios": heights}
    ).ravel()
    for spare in grid[count:]:
        spare.set_visible(False)
    return figure, list(grid[:count])
