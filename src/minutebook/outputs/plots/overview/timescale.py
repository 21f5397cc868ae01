"""a span of time and a panel's width → where an instant lies on it, in pixels, and how wide a label is there."""

from __future__ import annotations

import datetime

from minutebook.outputs.inert import shorten
from minutebook.outputs.plots.panels import FONT_PT


class TimeScale:
    """Where an instant lies on the axes, in pixels from the left edge; how wide a label is."""

    def __init__(self, start: datetime.datetime, end: datetime.datetime, width_px: float, dpi: float) -> None:
        self.start, self.end, self.width_px, self.dpi = start, end, width_px, dpi

    def to_px(self, time: datetime.datetime) -> float:
        """Pixels from the left edge, cut at the edges."""
        share = (time - self.start) / (self.end - self.start)
        return min(max(share, 0.0), 1.0) * self.width_px

    def to_share(self, px: float) -> float:
        """Axes' coordinate of a pixel."""
        return px / self.width_px

    def measure(self, text: str) -> float:
        """A label's width in pixels."""
        from matplotlib.font_manager import FontProperties
        from matplotlib.textpath import text_to_path

        font = FontProperties(family=["DejaVu Sans"], size=FONT_PT)
        width: float = text_to_path.get_text_width_height_descent(text, font, False)[0]
        return width * self.dpi / 72

    def fit(self, text: str, room_px: float) -> str:
        """The text, shortened until it fits."""
        while len(text) > 4 and self.measure(text) > room_px:
            text = shorten(text, max(int(len(text) * 0.85) - 1, 4))
        return text
