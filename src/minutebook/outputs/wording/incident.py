"""the impact as a whole → rows: its milestones, the total over windows, what came before what, error budgets."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from minutebook.outputs.inert import inert_text
from minutebook.outputs.instants import as_instant, format_clock, format_moment, format_span
from minutebook.outputs.wording import Row
from minutebook.outputs.wording.counts import count_of, number_of, percent_of
from minutebook.outputs.wording.windows import between, name_edge, pick_windows, scope_of

#: The milestones of an impact, in their usual order.
MILESTONES = ("impact_start", "detected", "acknowledged", "mitigated", "impact_end")


def tell_milestones(impact: Mapping[str, Any], tz: datetime.tzinfo, *, day: bool = False) -> list[Row]:
    """Rows of the milestones that are known, with the durations between them; none where nothing is."""
    windows = pick_windows(impact)
    first: Mapping[str, Any] = min(windows, key=lambda w: str(w.get("start")), default={})
    last: Mapping[str, Any] = max(windows, key=lambda w: str(w.get("end")), default={})
    words = {
        "impact_start": ("", name_edge(first, "first")),
        "detected": ("ttd", "first related alert, {} after the start"),
        "acknowledged": ("tta", "{} after detection"),
        "mitigated": ("ttm", "excess halved for good, {} after the start"),
        "impact_end": ("ttr", name_edge(last, "last") + ", {} after the start"),
    }
    if first.get("open_start"):
        words["impact_start"] = ("", "or before: the evidence starts here")
    if last.get("open_end"):
        words["impact_end"] = ("ttr", "or later: the evidence ends here, {} after the start")
    is_cut = any(window.get("open_end") for window in windows)
    stones, durations = impact.get("milestones") or {}, impact.get("durations") or {}
    if not any(as_instant(stones.get(key)) for key in words):
        return []
    rows = [("#", "Milestones", "")]
    for key, (duration, meaning) in words.items():
        label, time, seconds = key.replace("_", " "), as_instant(stones.get(key)), durations.get(duration)
        if time is None:
            others = _tell_other_alerts(windows, tz) if key == "detected" else ""
            beyond = "not before the evidence ends" if key == "mitigated" and is_cut else ""
            rows.append((label, "unknown", others or beyond or "no record of it in the evidence"))
            continue
        if isinstance(seconds, numbers.Real) and float(seconds) < 0:
            meaning = meaning.replace(" after ", " before ")
        told = meaning.format(format_span(seconds).lstrip("−"))
        rows.append((label, format_moment(time, tz, day=day), told))
    return rows


def _tell_other_alerts(windows: Sequence[Mapping[str, Any]], tz: datetime.tzinfo) -> str:
    """Which alerts there were, where none is of a service that was hit."""
    fired = {
        (str(each.get("time")), str(each.get("message")))
        for window in windows
        for each in window.get("nearby") or ()
        if each.get("kind") == "alert" and each.get("phase") == "fired"
    }
    if not fired:
        return ""
    hit = ", ".join(dict.fromkeys(inert_text(w["service"]) for w in windows if w.get("service")))
    first = format_clock(as_instant(min(fired)[0]), tz)
    return f"no alert of {hit}; {count_of(len(fired), 'alert')} of other services fired, the first at {first}"


def tell_throughout(impact: Mapping[str, Any], tz: datetime.tzinfo, *, zone: str = "UTC") -> list[str]:
    """What fails from beginning to end, where nothing shows what is usual: what, when, how much."""
    return [
        f"{scope_of(each)}, {between(each, tz)} {zone}: {inert_text(each.get('evidence'))}"
        for each in impact.get("throughout") or ()
    ]


def tell_total(total: Mapping[str, Any]) -> list[Row]:
    """Rows of the total over all windows."""
    meanings = {"affected": "distinct users over all windows", "failed": "", "degraded": "",
                "user_minutes": ""}  # fmt: skip
    span = format_span(total.get("impact_seconds"))
    rows = [("#", "In all", ""), ("impact", span, "windows together, none twice")]
    rows += [(key.replace("_", "-"), number_of(total[key]), text) for key, text in meanings.items()
             if total.get(key) is not None]  # fmt: skip
    return rows


def tell_orders(impact: Mapping[str, Any]) -> list[Row]:
    """Rows of what came before what: a verdict, by how much, and of what."""
    rows = [
        (inert_text(row.get("verdict")), f"{format_span(abs(float(row['by_s'])))} ± {format_span(row['error_s'])}",
         f"{inert_text(row.get('first'))} before {inert_text(row.get('second'))}")
        for row in impact.get("orders") or ()
    ]  # fmt: skip
    is_assumed = any(row.get("assumed") for row in impact.get("orders") or ())
    note = "Some of their clocks share no ids with others: how far off they may be is assumed." if is_assumed else ""
    return [("#", "What came before what, give or take stamps, edges and clocks", note), *rows] if rows else []


def tell_budget(impact: Mapping[str, Any]) -> list[Row]:
    """Rows of the error budgets: how much of each the incident spent, and what that assumes."""
    rows = [
        (inert_text(row.get("objective")), percent_of(row.get("spent")),
         f"{number_of(row.get('bad'))} bad of {number_of(row.get('allowed'))} allowed at {float(row['target']) * 100:g} %;"
         f" assumes {inert_text(row.get('assumption'))}")
        for row in impact.get("budget") or ()
    ]  # fmt: skip
    return [("#", "Error budget spent", ""), *rows] if rows else []
