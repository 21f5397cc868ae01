"""a book → pictures of its overview, which were begun while the rest of it was made where a process draws beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from minutebook.machine.beside import Call, starts_beside

if TYPE_CHECKING:
    import pandas as pd

    from minutebook.outputs.bookish import Bookish, Picture
    from minutebook.outputs.plots.overview.scene import Look

#: (minutes, impact, happenings) of a book → its pictures.
Draw: TypeAlias = "Callable[[pd.DataFrame, dict[str, Any], pd.DataFrame], Picture]"


@contextmanager
def draws_beside() -> Iterator[Callable[..., Draw]]:
    """While the block runs, a process imports matplotlib and waits. Looks → what has it draw a book in them at once."""
    plots = "minutebook.outputs.plots"
    with starts_beside(f"{plots}.overview:render_scene", f"{plots}.figures:forgo_help") as render:

        def draw_in(*looks: Look) -> Draw:
            return partial(_begin, render, looks)

        yield draw_in


def _begin(
    render: Call, looks: Sequence[Look], minutes: pd.DataFrame, impact: dict[str, Any], happenings: pd.DataFrame
) -> Picture:
    from minutebook.outputs.plots.overview.composing import compose

    scene = compose(minutes, impact, happenings)
    begun = {look: render(scene, look) for look in looks}
    return lambda look: begun[look]() if look in begun else None


def take_picture(book: Bookish, look: Look) -> bytes:
    """The overview in that look: as it was begun, else drawn now."""
    begun = book.picture(look) if book.picture else None
    if begun is not None:
        return begun
    from minutebook.outputs.plots.overview import render_scene
    from minutebook.outputs.plots.overview.composing import compose

    return render_scene(compose(book.minutes, book.impact, book.happenings), look)
