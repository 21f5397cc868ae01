"""The look that all plots share, and a figure → the bytes of a file, the same each time.

No global state of matplotlib is read or changed.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from minutebook.outputs import FIGURE_FORMATS, pick_suffix
from minutebook.outputs.atomic import Target, open_target

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 100.0
STYLE: Mapping[str, Any] = {
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "minutebook",
    # Text stays text: it can be searched, copied and read aloud, and the file is a third as large.
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "savefig.bbox": None,
    "savefig.dpi": "figure",
    "savefig.facecolor": "auto",
    "timezone": "UTC",
    "date.epoch": "1970-01-01T00:00:00",
}


def forgo_help() -> None:
    """For a process in which nobody reads it: matplotlib's own documentation isn't made while it's imported, a fifth of that time."""
    import matplotlib.artist

    matplotlib.artist.kwdoc = lambda artist: ""


def make_figure(size_in: tuple[float, float], layout: Literal["constrained"] | None = None) -> Figure:
    """An empty figure without pyplot, which Jupyter shows all the same."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size_in, dpi=DPI, layout=layout)
    FigureCanvasAgg(figure)
    # Jupyter shows a figure of pyplot's only; this one says itself how it looks.
    setattr(figure, "_repr_png_", partial(render, figure, "png"))  # noqa: B010
    return figure


def render(figure: Figure, format: str) -> bytes:
    """A figure as the bytes of a file in a format of `save_figure`'s."""
    buffer = io.BytesIO()
    save_figure(figure, buffer, format)
    return buffer.getvalue()


def save_figure(figure: Figure, target: Target, format: str | None = None) -> None:
    """Write a figure as ``svg``, ``png`` or ``pdf``, else by suffix; same values, same bytes."""
    if format is None:
        path = target if isinstance(target, str | os.PathLike) else "figure"
        format = FIGURE_FORMATS[pick_suffix(path, FIGURE_FORMATS)]
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    with own_looks(), open_target(target) as stream:
        figure.savefig(stream, format=format, metadata=dates.get(format))


@contextmanager
def own_looks() -> Iterator[None]:
    """Draws within by `STYLE` over matplotlib's own defaults: no matplotlibrc and no style of a notebook changes it.

    Letters that the font lacks are drawn as boxes, without a warning.
    """
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        # Not rcdefaults(), which reads the files of some thirty styles first.
        defaults = {key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"}
        mpl.rcParams.update(cast(Any, {**defaults, **STYLE}))
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield
