"""durations, windows and rows → spans, each with its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from minutebook.outputs.instants import as_instant
from minutebook.postmortem.audit.known.value import Known, know_span
from minutebook.postmortem.document.rows import Row
from minutebook.postmortem.draft.figures import measured_windows

_DURATIONS = {"ttd": "detect", "tta": "acknowledge", "ttm": "mitigate", "ttr": "resolve"}


def find_spans(impact: Mapping[str, Any]) -> Iterator[Known]:
    """The durations between milestones, and of the impact: in all, from first to last, and window by window."""
    for name, about in _DURATIONS.items():
        value = (impact.get("durations") or {}).get(name)
        if value is not None:
            slack_s = 60.0 if name == "ttm" else 1.0
            yield know_span(about, float(value), slack_s, f"impact.json#/durations/{name}", name)
    windows, total = measured_windows(impact), impact.get("total") or {}
    if total.get("impact_seconds") is not None and windows:
        place, seconds = "impact.json#/total/impact_seconds", float(total["impact_seconds"])
        yield know_span("impact", seconds, 1, place, "impact, no time twice")
        start, end = as_instant(total.get("start")), as_instant(total.get("end"))
        if start is not None and end is not None:
            whole = (end - start).total_seconds()
            yield know_span("impact", whole, 1, "impact.json#/total", "from the first start to the last end")
    for number, window in windows:
        yield from _find_length(window, f"impact.json#/windows/{number}")


def _find_length(window: Mapping[str, Any], place: str) -> Iterator[Known]:
    """How long a window lasted, at least and at most: between the inner and the outer bounds of its edges."""
    start, end = as_instant(window.get("start")), as_instant(window.get("end"))
    if start is None or end is None:
        return
    first, second = (as_instant(window.get(f"start_{side}")) or start for side in ("earliest", "latest"))
    third, last = (as_instant(window.get(f"end_{side}")) or end for side in ("earliest", "latest"))
    spans = [(b - a).total_seconds() for a, b in ((start, end), (second, third), (first, last))]
    yield Known("duration", "impact", spans[0], min(spans), max(spans), place, f"window {window['id']}")


def find_span_between(rows: Sequence[Row], seconds_low: float, seconds_high: float) -> tuple[Row, Row] | None:
    """Two notable rows that far apart, between which a wrong duration may have been measured."""
    telling = [row for row in rows if row.record["kind"] in ("deploy", "change", "alert", "incident", "impact")]
    pairs = [
        (a, b)
        for i, a in enumerate(telling)
        for b in telling[i + 1 :]
        if seconds_low <= (b.time - a.time).total_seconds() <= seconds_high
    ]
    return min(
        pairs,
        key=lambda pair: (pair[0].record["kind"] not in ("deploy", "change"), pair[0].number, -pair[1].number),
        default=None,
    )
