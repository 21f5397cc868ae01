"""milestones and lanes → labelled marks on given axes, none of them over another.

Labels are measured and packed into rows from left to right; what finds no row is counted, not lost.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from minutebook.outputs.inert import escape_invisible, shorten
from minutebook.outputs.instants import format_clock
from minutebook.outputs.plots.lanes import Lane

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FONT_PT = 7.5
_ROLLOUT, _ALERT, _ALERT_EDGE = "#009E73", "#E69F00", "#6b4a00"
_SHAPES = {"deploy": "D", "change": "^", "incident": "s", "note": "o"}
_GAP_PX = 6.0
_MOST_RULES = 24
_MOST_ROWS = 40
#: Inches: the line above a panel, a row of labels above that, a lane.
HEAD_IN, ROW_IN, LANE_IN = 0.22, 0.16, 0.185
_MILESTONE: Mapping[str, Any] = {"color": "#333333", "lw": 0.8, "ls": (0, (1, 1.5))}


@dataclass(frozen=True)
class Mark:
    """An instant to be labelled above the panels, and where: filled in by `pack_marks`."""

    time: pd.Timestamp
    label: str
    row: int = 0
    left_px: float = 0.0


class TimeScale:
    """Where an instant lies on the axes, in pixels from the left edge; how wide a label is."""

    def __init__(self, start: pd.Timestamp, end: pd.Timestamp, width_px: float, dpi: float) -> None:
        self.start, self.end, self.width_px, self.dpi = start, end, width_px, dpi

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


def pack_marks(marks: list[Mark], scale: TimeScale, tz: datetime.tzinfo) -> list[Mark]:
    """The marks in range, in time order, each with its words, row (0 is lowest) and place."""
    packed: list[Mark] = []
    row_starts: list[float] = []
    # From the right, so that a later mark's rule ends below the label of an earlier one.
    for mark in sorted(marks, key=lambda mark: mark.time, reverse=True):
        if not scale.start <= mark.time <= scale.end:
            continue
        text = f"{escape_invisible(mark.label)} {format_clock(mark.time, tz)}"
        at, width = scale.to_px(mark.time), scale.measure(text) + 8
        left = at if at + width <= scale.width_px + 30 else max(at - width, 0.0)
        ends = left + width + _GAP_PX
        # Above every rule that would else run through the label.
        crossing = [m.row + 1 for m in packed if left < scale.to_px(m.time) < left + width]
        rows = range(max(crossing, default=0), len(row_starts))
        row = next((n for n in rows if ends <= row_starts[n]), len(row_starts))
        row_starts[row:] = [left, *row_starts[row + 1 :]]
        packed.append(replace(mark, label=text, row=row, left_px=left))
    return packed[::-1]


def draw_marks(panels: list[Axes], marks: list[Mark], scale: TimeScale) -> None:
    """Milestones: a label above the first panel, and a dotted rule through all."""
    height_px = panels[0].get_window_extent().height
    for mark in marks:
        at = scale.to_px(mark.time)
        is_right = mark.left_px == at
        top = 1 + (HEAD_IN + mark.row * ROW_IN) * scale.dpi / height_px
        tip = top + 0.85 * ROW_IN * scale.dpi / height_px
        panels[0].plot(
            [scale.to_share(at)] * 2, [0, tip], transform=panels[0].transAxes, clip_on=False,
            zorder=6, **_MILESTONE,
        )  # fmt: skip
        panels[0].text(
            scale.to_share(at + (4 if is_right else -4)), top, mark.label, zorder=7,
            transform=panels[0].transAxes, va="bottom", ha="left" if is_right else "right",
            fontsize=_FONT_PT, color="#111111",
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
        for panel in panels[1:]:
            _rule(panel, scale, at, **_MILESTONE)


@dataclass(frozen=True)
class Rollout:
    """One deploy, change, incident or note, with its label and where both are to be drawn."""

    kind: str
    first_px: float
    last_px: float
    text: str
    row: int
    is_right: bool


def pack_rollouts(lanes: list[Lane], scale: TimeScale) -> list[Rollout]:
    """Everything but alerts in as few rows as their labels allow, from left to right."""
    packed: list[Rollout] = []
    row_ends: list[float] = []
    words = {"failed": " failed", "rolled_back": " rolled back", "cancelled": " cancelled"}
    spans = [(span, lane) for lane in lanes if lane.kind != "alert" for span in lane.spans]
    for span, lane in sorted(spans, key=lambda pair: (pair[0].start, pair[1].label)):
        if span.start > scale.end or (span.end or span.start) < scale.start:
            continue
        first, last = scale.to_px(span.start), scale.to_px(span.end or span.start)
        if len(row_ends) >= _MOST_ROWS and min(row_ends) + _GAP_PX > first - 5:
            # No panel has so many rows: it's counted, not measured.
            packed.append(Rollout(lane.kind, first, last, "", _MOST_ROWS, True))
            continue
        text = scale.fit(lane.label, 0.3 * scale.width_px) + words.get(span.outcome, "")
        width = scale.measure(text) + 12
        is_right = last + width <= scale.width_px
        low, high = (first - 5, last + width) if is_right else (first - width, last + 5)
        row = next((n for n, end in enumerate(row_ends) if end + _GAP_PX <= low), len(row_ends))
        row_ends[row:] = [high, *row_ends[row + 1 :]]
        packed.append(Rollout(lane.kind, first, last, text, row, is_right))
    return packed


def count_rows(rollouts: list[Rollout], lanes: list[Lane], scale: TimeScale) -> int:
    """How many rows everything would take."""
    return _count_rollout_rows(rollouts) + len(_seen_alerts(lanes, scale))


def draw_lanes(panels: list[Axes], rollouts: list[Rollout], lanes: list[Lane], scale: TimeScale) -> None:
    """Rollouts (marks, and rules through all panels) above alerts (bars), as many as have room."""
    panel, alerts = panels[-1], _seen_alerts(lanes, scale)
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)
    room = max(int(panel.get_window_extent().height / (LANE_IN * scale.dpi) + 0.3), 1)
    panel.set_ylim(room, 0)
    for rollout in [each for each in rollouts if each.kind in ("deploy", "change")][:_MOST_RULES]:
        for each in panels:
            _rule(each, scale, rollout.first_px, color=_ROLLOUT, ls="--", lw=1.0)
    most = max(room - min(len(alerts), room // 2), 1)
    used = _draw_rollouts(panel, rollouts, scale, most)
    _draw_alerts(panel, alerts, scale, used, room)
    if not rollouts and not alerts:
        panel.text(
            0.5, 0.5, "no deploys or alerts in the evidence", transform=panel.transAxes,
            ha="center", va="center", color="#555555",
        )  # fmt: skip
    _head_lanes(panel, {each.kind for each in rollouts}, alerts)


def _head_lanes(panel: Axes, kinds: set[str], alerts: list[Lane]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown: list[Any] = [
        Line2D([], [], color=_ROLLOUT, ls="--", lw=1.0, marker=_SHAPES[kind], ms=4.5, label=kind,
               mfc=_ROLLOUT, mec="#00402f")
        for kind in _SHAPES if kind in kinds
    ]  # fmt: skip
    if alerts:
        shown.append(Patch(fc=_ALERT, ec=_ALERT_EDGE, lw=0.7, label="alert firing"))
    if any(lane.acknowledged for lane in alerts):
        shown.append(Line2D([], [], color="#000000", marker="|", ms=8, mew=2, lw=0, label="acknowledged"))
    if shown:
        draw_head(panel, shown)


def draw_head(panel: Axes, shown: Sequence[Any]) -> None:
    """What the panel shows, in a line above it."""
    head = panel.legend(
        handles=shown, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(shown), fontsize=_FONT_PT,
        frameon=True, fancybox=False, facecolor="#ffffff", edgecolor="none", framealpha=1.0,
        borderpad=0.1, borderaxespad=0.25, handlelength=1.6, handleheight=0.8, columnspacing=1.5,
    )  # fmt: skip
    head.set_zorder(6.5)


def _count_rollout_rows(rollouts: list[Rollout]) -> int:
    return max((each.row for each in rollouts), default=-1) + 1


def _draw_rollouts(panel: Axes, rollouts: list[Rollout], scale: TimeScale, most: int) -> int:
    rows = _count_rollout_rows(rollouts)
    if rows > most:
        shown = [each for each in rollouts if each.row < most - 1]
        _label(panel, 0.0, most - 0.5, f"+ {len(rollouts) - len(shown)} more", "left")
    else:
        shown = rollouts
    for each in shown:
        x0, x1, y = scale.to_share(each.first_px), scale.to_share(each.last_px), each.row + 0.5
        panel.plot(
            [x0, x1], [y, y], transform=_across(panel), color=_ROLLOUT, lw=3.5, zorder=4,
            solid_capstyle="butt",
        )  # fmt: skip
        panel.plot(
            [x0], [y], transform=_across(panel), marker=_SHAPES.get(each.kind, "o"), ms=4.5,
            mfc=_ROLLOUT, mec="#00402f", mew=0.6, zorder=5, clip_on=False,
        )  # fmt: skip
        at = scale.to_share(each.last_px + 8 if each.is_right else each.first_px - 8)
        _label(panel, at, y, each.text, "left" if each.is_right else "right")
    return min(rows, most)


def _draw_alerts(panel: Axes, lanes: list[Lane], scale: TimeScale, top: int, room: int) -> None:
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
                height=0.62, transform=_across(panel), color=_ALERT, ec=_ALERT_EDGE, lw=0.7,
                zorder=3,
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
        _label_bar(panel, lane.label, bars, row + 0.5, scale)
    if len(shown) < len(lanes):
        more = f"+ {len(lanes) - len(shown)} more alerts"
        _label(panel, 0.0, min(top + len(shown), room - 1) + 0.5, more, "left")


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
    _label(panel, scale.to_share(chosen.at_px), y, text, chosen.align)


def _label(panel: Axes, x: float, y: float, text: str, align: Literal["left", "right"]) -> None:
    # A box behind it, not an outline: outlined text is drawn as curves, wider than measured.
    panel.text(
        x, y, text, transform=_across(panel), ha=align, va="center", fontsize=_FONT_PT, zorder=8,
        color="#111111",
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "alpha": 0.65, "pad": 0.4},
    )  # fmt: skip


def _across(panel: Axes) -> Any:
    # x as a share of the panel's width, y in lanes.
    return panel.get_yaxis_transform()


def _rule(panel: Axes, scale: TimeScale, px: float, **look: Any) -> None:
    panel.axvline(
        panel.get_xlim()[0] + scale.to_share(px) * (panel.get_xlim()[1] - panel.get_xlim()[0]),
        zorder=2.6, **look,
    )  # fmt: skip


def _seen_alerts(lanes: list[Lane], scale: TimeScale) -> list[Lane]:
    return [
        lane
        for lane in lanes
        if lane.kind == "alert"
        and any(s.start <= scale.end and (s.end or scale.end) >= scale.start for s in lane.spans)
    ]
