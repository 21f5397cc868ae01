"""a text, an instant → a label or a rule on a panel, placed by pixels: as shares of its width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from minutebook.outputs.plots.overview.timescale import TimeScale
from minutebook.outputs.plots.panels import FONT_PT

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def write_label(panel: Axes, x: float, y: float, text: str, align: Literal["left", "right"]) -> None:
    """A label at a share of the panel's width and a row of it.

    A box is behind it, not an outline: outlined text is drawn as curves, wider than measured.
    """
    panel.text(
        x, y, text, transform=across(panel), ha=align, va="center", fontsize=FONT_PT, zorder=8,
        color="#111111",
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "alpha": 0.65, "pad": 0.4},
    )  # fmt: skip


def across(panel: Axes) -> Any:
    """Coordinates of which x is a share of the panel's width, and y as the panel has it."""
    return panel.get_yaxis_transform()


def draw_rule(panel: Axes, scale: TimeScale, px: float, **look: Any) -> None:
    """A line from top to bottom of the panel, so many pixels from its left edge."""
    panel.axvline(
        panel.get_xlim()[0] + scale.to_share(px) * (panel.get_xlim()[1] - panel.get_xlim()[0]),
        zorder=2.6, **look,
    )  # fmt: skip
