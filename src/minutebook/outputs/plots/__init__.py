"""a book → a figure, by the name of a view. Each view is a module; `overview` is the plot for the postmortem.

A view says how many panels it needs of a book and draws onto them; `draw_view` makes the figure or takes axes, and
gives all of them one look, the windows' shading and one time axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minutebook.errors import MinutebookError, suggest
from minutebook.outputs.plots import coverage, deploys, errors, latency, messages, timelanes, users
from minutebook.outputs.plots.overview import OVERVIEW_IN, draw_impact
from minutebook.outputs.plots.view import View, draw_view

if TYPE_CHECKING:
    from minutebook.outputs.bookish import Bookish

#: Every view but the overview, by name.
VIEWS: dict[str, View] = {
    "errors": errors.VIEW,
    "users": users.VIEW,
    "latency": latency.VIEW,
    "lanes": timelanes.VIEW,
    "coverage": coverage.VIEW,
    "messages": messages.VIEW,
    "deploys": deploys.VIEW,
}
NAMES = ("overview", *VIEWS)


def draw_plot(
    book: Bookish, view: str = "overview", *, zone: str = "UTC", axes: Sequence[Any] | None = None,
    size_in: tuple[float, float] | None = None,
) -> Any:  # fmt: skip
    """Draw a view of a book; a new Figure, or the given axes. Raises `MinutebookError` for a view that isn't."""
    if view == "overview":
        return draw_impact(
            book.minutes, book.impact, book.happenings, zone=zone, axes=axes, size_in=size_in or OVERVIEW_IN
        )
    if view not in VIEWS:
        raise MinutebookError(f"no view is called {view!r}", do=suggest(view, NAMES))
    return draw_view(VIEWS[view], book, zone=zone, axes=axes, size_in=size_in)
