"""lanes of alerts → bars from fired to resolved, each labelled beside it, or in it, wherever there's room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from minutebook.outputs.plots.lanes import Lane
from minutebook.outputs.plots.overview.labels import across, write_label
from minutebook.outputs.plots.overview.timescale import TimeScale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIRING, EDGE = "#E69F00", "#6b4a00"


def pick_seen(lanes: Sequence[Lane], scale: TimeScale) -> list[Lane]:
    """The lanes of alerts that fired within the scale."""
    return [
        lane
        for lane in lanes
        if lane.kind == "alert"
        and any(s.start <= scale.end and (s.end or scale.end) >= scale.start for s in lane.spans)
    ]


def draw_alerts(panel: Axes, lanes: Sequence[Lane], scale: TimeScale, top: int, room: int) -> None:
    """Draw them into the rows from ``top`` to ``room``, and say how many find none."""
    fits = len(lanes) <= room - top
    shown = lanes if fits else lanes[: max(room - top - 1, 0)]
    for row, lane in enumerate(shown, start=top):
        bars = []
        for span in lane.spans:
            if span.start > scale.end or (span.end or scale.end) < scale.start:
                continue
            low, high = scale.to_px(span.start), scale.to_px(span.end or scale.end)
            bars.append((low, high))
            panel.barh(
                row + 0.5, scale.to_share(max(high - low, 2.0)), left=scale.to_share(low),
                height=0.62, transform=across(panel), color=FIRING, ec=EDGE, lw=0.7,
                zorder=3,
            )  # fmt: skip
            if span.end is None or span.end > scale.end:
                panel.plot(
                    [1.0], [row + 0.5], transform=across(panel), marker=">", ms=5, zorder=4,
                    mfc=EDGE, mec=EDGE, clip_on=False,
                )  # fmt: skip
        for time in lane.acknowledged:
            panel.plot(
                [scale.to_share(scale.to_px(time))], [row + 0.5], transform=across(panel),
                marker="|", ms=9, mew=2, color="#000000", zorder=5,
            )  # fmt: skip
        _label_bar(panel, lane.label, bars, row + 0.5, scale)
    if len(shown) < len(lanes):
        more = f"+ {len(lanes) - len(shown)} more alerts"
        write_label(panel, 0.0, min(top + len(shown), room - 1) + 0.5, more, "left")


class _Place(NamedTuple):
    room_px: float
    at_px: float
    align: Literal["left", "right"]


def _label_bar(panel: Axes, label: str, bars: list[tuple[float, float]], y: float, scale: TimeScale) -> None:
    """Beside a bar where there's room; else, shortened, wherever there's most."""
    starts = [low for low, _ in bars[1:]] + [scale.width_px]
    places = [_Place(start - high, high + 6, "left") for (_, high), start in zip(bars, starts, strict=True)]
    places.insert(1, _Place(bars[0][0], bars[0][0] - 8, "right"))
    places += [_Place(high - low, low + 6, "left") for low, high in bars]
    width = scale.measure(label) + 14
    chosen = next((place for place in places if place.room_px >= width), max(places))
    text = scale.fit(label, chosen.room_px - 14)
    write_label(panel, scale.to_share(chosen.at_px), y, text, chosen.align)
