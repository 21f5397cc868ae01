"""milestones and lanes → labelled marks on given axes, none of them over another.

Labels are measured and packed into rows from left to right; what finds no row is counted, not lost.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from minutebook.outputs.inert import escape_invisible, shorten
from minutebook.outputs.instants import format_clock
from minutebook.outputs.lanes import Lane

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FONT_PT = 7.5
_ROLLOUT, _ALERT, _ALERT_EDGE = "#009E73", "#E69F00", "#6b4a00"
_SHAPES = {"deploy": "D", "change": "^", "incident": "s", "note": "o"}
_GAP_PX = 6.0
_LANE_PX = 17.0
_MOST_RULES = 24


@dataclass(frozen=True)
class Mark:
    """An instant to be labelled above the panels."""

    time: pd.Timestamp
    label: str


class TimeScale:
    """Where an instant lies on the axes, in dates of matplotlib and in pixels from the left edge."""

    def __init__(self, panel: Axes, start: pd.Timestamp, end: pd.Timestamp) -> None:
        box = panel.get_window_extent()
        self.start, self.end = start, end
        self.width_px, self.height_px, self.dpi = box.width, box.height, panel.figure.dpi

    def to_px(self, time: pd.Timestamp) -> float:
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

        font = FontProperties(family=["DejaVu Sans"], size=_FONT_PT)
        width: float = text_to_path.get_text_width_height_descent(text, font, False)[0]
        return width * self.dpi / 72

    def fit(self, text: str, room_px: float) -> str:
        """The text, shortened until it fits."""
        while len(text) > 4 and self.measure(text) > room_px:
            text = shorten(text, max(int(len(text) * 0.85) - 1, 4))
        return text


def draw_marks(
    panels: list[Axes], marks: list[Mark], scale: TimeScale, tz: datetime.tzinfo
) -> None:
    """Milestones: a label above the first panel, in up to three rows, and a thin rule to it."""
    shown = [mark for mark in marks if scale.start <= mark.time <= scale.end]
    row_ends: list[float] = []
    height_px = 0.16 * scale.dpi
    for mark in shown:
        at = scale.to_px(mark.time)
        text = f"{escape_invisible(mark.label)} {format_clock(mark.time, tz)}"
        width = scale.measure(text) + 8
        left = at if at + width <= scale.width_px else max(at - width, 0.0)
        row = next((n for n, end in enumerate(row_ends) if end + _GAP_PX <= left), len(row_ends))
        row_ends[row:] = [left + width, *row_ends[row + 1 :]]
        up_px = 0.2 * scale.dpi + row * height_px
        top = 1 + up_px / scale.height_px
        panels[0].plot(
            [scale.to_share(at)] * 2, [0, top + height_px * 0.7 / scale.height_px],
            transform=panels[0].transAxes, color="#333333", lw=0.8, ls=(0, (1, 1.5)), clip_on=False,
            zorder=6,
        )  # fmt: skip
        anchor = scale.to_share(left + 4 if left == at else at - 4)
        panels[0].text(
            anchor, top, text, transform=panels[0].transAxes, va="bottom", fontsize=_FONT_PT,
            ha="left" if left == at else "right", color="#111111", zorder=7,
        )  # fmt: skip
        for panel in panels[1:]:
            _rule(panel, scale, at, color="#333333", ls=(0, (1, 1.5)), lw=0.8)


def draw_lanes(
    panels: list[Axes], lanes: list[Lane], scale: TimeScale, tz: datetime.tzinfo
) -> None:
    """Rollouts (marks, and rules through all panels) above alerts (bars), as many as have room."""
    panel = panels[-1]
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)
    height_px = panel.get_window_extent().height
    room = max(int(height_px / _LANE_PX), 1)
    rollouts = [lane for lane in lanes if lane.kind != "alert" and _is_seen(lane, scale)]
    alerts = [lane for lane in lanes if lane.kind == "alert" and _is_seen(lane, scale)]
    for lane in rollouts[:_MOST_RULES]:
        for span in lane.spans:
            if lane.kind in ("deploy", "change") and scale.start <= span.start <= scale.end:
                for each in panels:
                    _rule(each, scale, scale.to_px(span.start), color=_ROLLOUT, ls="--", lw=1.0)
    panel.set_ylim(max(room, 1), 0)
    top = _pack_rollouts(panel, rollouts, scale, max(room - min(len(alerts), room // 2), 1))
    _draw_alerts(panel, alerts, scale, top, room)
    if not lanes:
        panel.text(
            0.5, 0.5, "no deploys or alerts in the evidence", transform=panel.transAxes,
            ha="center", va="center", color="#555555",
        )  # fmt: skip


def _pack_rollouts(panel: Axes, lanes: list[Lane], scale: TimeScale, most: int) -> int:
    row_ends: list[float] = []
    left_out = 0
    spans = sorted(((span, lane) for lane in lanes for span in lane.spans), key=lambda p: p[0].start)
    for span, lane in spans:
        first, last = scale.to_px(span.start), scale.to_px(span.end or span.start)
        word = {"failed": " (failed)", "rolled_back": " (rolled back)", "cancelled": " (cancelled)"}
        text = scale.fit(lane.label + word.get(span.outcome, ""), 0.3 * scale.width_px)
        width = scale.measure(text) + 10
        is_right = last + width <= scale.width_px
        low, high = (first - 5, last + width) if is_right else (first - width, last + 5)
        row = next((n for n, end in enumerate(row_ends) if end + _GAP_PX <= low), len(row_ends))
        if row >= most:
            left_out += 1
            continue
        row_ends[row:] = [high, *row_ends[row + 1 :]]
        x0, x1 = scale.to_share(first), scale.to_share(last)
        panel.plot(
            [x0, x1], [row + 0.5] * 2, transform=_across(panel), color=_ROLLOUT, lw=3.5, zorder=4,
            solid_capstyle="butt",
        )  # fmt: skip
        panel.plot(
            [x0], [row + 0.5], transform=_across(panel), marker=_SHAPES.get(lane.kind, "o"), ms=4.5,
            mfc=_ROLLOUT, mec="#00402f", mew=0.6, zorder=5, clip_on=False,
        )  # fmt: skip
        at = scale.to_share(last + 8 if is_right else first - 8)
        _label(panel, at, row + 0.5, text, "left" if is_right else "right")
    if left_out:
        _label(panel, 1.0, 0.5, f"+ {left_out} more", "right")
    return len(row_ends)


def _draw_alerts(panel: Axes, lanes: list[Lane], scale: TimeScale, top: int, room: int) -> None:
    fits = len(lanes) <= room - top
    shown = lanes if fits else lanes[: max(room - top - 1, 0)]
    for row, lane in enumerate(shown, start=top):
        first = min(scale.to_px(span.start) for span in lane.spans)
        last = first
        for span in lane.spans:
            low, high = scale.to_px(span.start), scale.to_px(span.end or scale.end)
            last = max(last, high)
            panel.barh(
                row + 0.5, scale.to_share(max(high - low, 2.0)), left=scale.to_share(low), height=0.62,
                transform=_across(panel), color=_ALERT, ec=_ALERT_EDGE, lw=0.7, zorder=3,
            )  # fmt: skip
            if span.end is None or span.end > scale.end:
                panel.plot(
                    [1.0], [row + 0.5], transform=_across(panel), marker=">", ms=5, zorder=4,
                    mfc=_ALERT_EDGE, mec=_ALERT_EDGE, clip_on=False,
                )  # fmt: skip
        for time in lane.acknowledged:
            panel.plot(
                [scale.to_share(scale.to_px(time))], [row + 0.5], transform=_across(panel),
                marker="|", ms=9, mew=2, color="#000000", zorder=5,
            )  # fmt: skip
        _label_bar(panel, lane.label, first, last, row + 0.5, scale)
    if len(shown) < len(lanes):
        more = f"+ {len(lanes) - len(shown)} more alerts"
        _label(panel, 0.0, min(top + len(shown), room - 1) + 0.5, more, "left")


def _label_bar(
    panel: Axes, label: str, first: float, last: float, y: float, scale: TimeScale
) -> None:
    width = scale.measure(label) + 12
    if last + width <= scale.width_px:
        _label(panel, scale.to_share(last + 6), y, label, "left")
    elif first - width >= 0:
        _label(panel, scale.to_share(first - 6), y, label, "right")
    else:
        rooms = {"right": scale.width_px - last, "inside": last - first, "left": first}
        side = max(rooms, key=lambda key: rooms[key])
        text = scale.fit(label, rooms[side] - 14)
        at = {"right": last + 6, "inside": first + 6, "left": first - 6}[side]
        _label(panel, scale.to_share(at), y, text, "right" if side == "left" else "left")


def _label(panel: Axes, x: float, y: float, text: str, align: str) -> None:
    import matplotlib.patheffects as effects

    panel.text(
        x, y, text, transform=_across(panel), ha=align, va="center", fontsize=_FONT_PT,
        color="#111111", zorder=8, path_effects=[effects.withStroke(linewidth=2, foreground="#ffffff")],
    )  # fmt: skip


def _across(panel: Axes) -> object:
    # x as a share of the panel's width, y in lanes.
    return panel.get_yaxis_transform()


def _rule(panel: Axes, scale: TimeScale, px: float, **look: object) -> None:
    panel.axvline(
        panel.get_xlim()[0] + scale.to_share(px) * (panel.get_xlim()[1] - panel.get_xlim()[0]),
        zorder=1.5, **look,
    )  # fmt: skip


def _is_seen(lane: Lane, scale: TimeScale) -> bool:
    return any(
        span.start <= scale.end and (span.end or scale.end) >= scale.start for span in lane.spans
    )
