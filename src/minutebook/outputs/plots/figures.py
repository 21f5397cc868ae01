"""The look that all plots share, and a figure → the bytes of a file, the same each time.

No global state of matplotlib is read or changed.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

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
}


def render_png(figure: Figure) -> bytes:
    """A figure as the bytes of a PNG."""
    buffer = io.BytesIO()
    save_figure(figure, buffer, "png")
    return buffer.getvalue()


def save_figure(figure: Figure, target: Target, format: str | None = None) -> None:
    """Write a figure as ``svg``, ``png`` or ``pdf``, else by suffix; same values, same bytes."""
    import matplotlib as mpl

    if format is None:
        path = target if isinstance(target, str | os.PathLike) else "figure"
        format = FIGURE_FORMATS[pick_suffix(path, FIGURE_FORMATS)]
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    with mpl.rc_context(cast(Any, dict(STYLE))), quiet_fonts(), open_target(target) as stream:
        figure.savefig(stream, format=format, metadata=dates.get(format))


@contextmanager
def quiet_fonts() -> Iterator[None]:
    """Draws within without warnings of letters that the font lacks."""
    # A letter that the font lacks is drawn as a box; that is no reason to stop or to warn.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield
