"""a book → a figure, by the name of a view. Each view is a module; `overview` is the plot for the postmortem.

A view says how many panels it needs of a book and draws onto them; `view.draw_view` makes the figure or takes axes, and
gives all of them one look, the windows' shading and one time axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minutebook.errors import MinutebookError, suggest

if TYPE_CHECKING:
    from minutebook.outputs.bookish import Bookish

#: Every view but the overview → its module, which holds it as ``VIEW``.
VIEWS = {"errors": "errors", "users": "users", "latency": "latency", "lanes": "timelanes", "coverage": "coverage",
         "messages": "messages", "deploys": "deploys"}  # fmt: skip
NAMES = ("overview", *VIEWS)


def draw_plot(
    book: Bookish, view: str = "overview", *, zone: str = "UTC", axes: Sequence[Any] | None = None,
    size_in: tuple[float, float] | None = None,
) -> Any:  # fmt: skip
    """Draw a view of a book; a new Figure, or the given axes. Raises `MinutebookError` for a view that isn't."""
    if view == "overview":
        from minutebook.outputs.plots.overview import draw_impact
        from minutebook.outputs.plots.overview.scene import OVERVIEW_IN

        return draw_impact(
            book.minutes, book.impact, book.happenings, zone=zone, axes=axes, size_in=size_in or OVERVIEW_IN
        )
    if view not in VIEWS:
        raise MinutebookError(f"no view is called {view!r}", do=suggest(view, NAMES))
    from importlib import import_module

    from minutebook.outputs.plots.view import draw_view

    planned = import_module(f"{__name__}.{VIEWS[view]}").VIEW
    return draw_view(planned, book, zone=zone, axes=axes, size_in=size_in)
