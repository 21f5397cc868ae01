"""a book → the figures of its impact, each in words, with what it means and where it can be looked up.

A figure from a record leads to its rows of the timeline; one that was counted leads to its place in ``impact.json`` (a
JSON pointer, RFC 6901).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from minutebook.outputs.bookish import Bookish
from minutebook.outputs.instants import as_instant, format_clock, format_days, format_span
from minutebook.outputs.wording.counts import as_whole, percent_of
from minutebook.outputs.wording.incident import tell_milestones, tell_throughout
from minutebook.outputs.wording.users import tell_unknown
from minutebook.outputs.wording.windows import kind_of, scope_of, tell_bad, tell_window, unit_of

_UTC = datetime.UTC
_POINTERS = {
    "start": "start", "end": "end", "lasted": "end", "users affected": "users/affected", "failed": "users/failed",
    "degraded": "users/degraded", "silent": "users/silent", "anonymous": "users/anonymous_clients", "requests failed": "bad",
    "requests slow": "bad", "bad lines": "bad", "slow lines": "bad", "requests lost": "lost_requests", "user-minutes": "user_minutes", "worst minute": "peak_minute",
    "can't tell": "cannot_tell",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One figure: its name, its value, what that means, and where it's from."""

    name: str
    value: str
    meaning: str
    evidence: str


def measured_windows(impact: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """(place in ``windows``, window) of those that are impact, without holes in the evidence."""
    return [(at, each) for at, each in enumerate(impact.get("windows") or ()) if each.get("kind") != "no_evidence"]


def name_incident(book: Bookish) -> str:
    """``shop, 23 November 2026``: the services hit, and when."""
    windows = [window for _, window in measured_windows(book.impact)]
    services = list(dict.fromkeys(w["service"] for w in windows if w.get("service")))
    total = book.impact.get("total") or {}
    start, end = as_instant(total.get("start")), as_instant(total.get("end"))
    if start is None or end is None:
        start, end = (
            (book.timeline["time"].iloc[0], book.timeline["time"].iloc[-1]) if len(book.timeline) else (None, None)
        )
    day = format_days(start, end, _UTC) if start is not None and end is not None else ""
    return ", ".join(filter(None, [*services[:3], day])) or "an incident"


def tell_impact(impact: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each window, as somebody would say it; then the total."""
    windows = [window for _, window in measured_windows(impact)]
    if not windows:
        yield " ".join(tell_throughout(impact, _UTC)) or "No window of impact stands out from what is usual."
    for window in windows:
        start, end = as_instant(window.get("start")), as_instant(window.get("end"))
        span = f"From {_since(start)} to {format_clock(end, _UTC)} UTC"
        if start and end:
            span += f" ({format_span((end - start).total_seconds())})"
        if window["kind"] == "traffic_loss":
            yield f"{span}, traffic of {scope_of(window)} was lost: about {as_whole(window.get('lost_requests')):,} requests didn't come."
            continue
        what, _, word = tell_bad(window).partition(" ")
        of = f"{what} {'of' if unit_of(window) == 'line' else 'to'} {_scope(window)}"
        yield (
            f"{span}, {as_whole(window.get('bad')):,} of {as_whole(window.get('valid')):,} {of} {word}"
            f" ({percent_of(window.get('bad_ratio'))}; usual: {percent_of(window.get('usual_ratio'))}). {_tell_hit(window.get('users') or {})}"
        )
    if len(windows) > 1:
        total = impact.get("total") or {}
        hit = "" if total.get("affected") is None else f", {as_whole(total['affected']):,} distinct users hit"
        yield f"In all, {format_span(total.get('impact_seconds'))} of impact (windows together, no time twice){hit}."


def _scope(window: Mapping[str, Any]) -> str:
    service, _, operations = scope_of(window).partition(": ")
    return f"{service} ({operations})" if operations else service


def _since(start: pd.Timestamp | None) -> str:
    return format_clock(start, _UTC) if start is not None else "before the evidence"


def _tell_hit(users: Mapping[str, Any]) -> str:
    if users.get("affected") is None:
        clients = users.get("anonymous_clients")
        apart = f"; {as_whole(clients):,} clients without one were hit" if clients else ""
        return f"How many users were hit is unknown: {tell_unknown(users)}{apart}."
    if users.get("exposed") is None:
        return f"{as_whole(users['affected']):,} users were hit; only failures say whose they are, so who else came is unknown."
    text = f"{as_whole(users['affected']):,} of the {as_whole(users.get('exposed')):,} users who came were hit: "
    failed, degraded = as_whole(users.get("failed")), as_whole(users.get("degraded"))
    without = f"{failed:,} without a success within 60 s of a failure"
    text += (
        f"{without}, {degraded:,} with one or only slowed"
        if failed
        else "all with a success within 60 s, or only slowed"
    )
    if users.get("anonymous_clients"):
        text += f". Besides, {as_whole(users['anonymous_clients']):,} clients were hit without a user id, who may be among those who came"
    return text + "."


def list_figures(impact: Mapping[str, Any], at: int, rows_of: Mapping[str, str]) -> Iterator[Figure]:
    """The figures of one window; ``rows_of`` gives the row of the timeline of its ``start`` and ``end``."""
    window = impact["windows"][at]
    for name, value, meaning in tell_window(window, _UTC)[1:]:
        pointer = f"impact.json#/windows/{at}/{_POINTERS.get(name.strip(), '')}"
        row = rows_of.get(f"{window['id']} {name.strip()}", "")
        yield Figure(name.strip(), value, meaning, ", ".join(filter(None, [row, pointer])))


def list_milestones(impact: Mapping[str, Any], rows_of: Mapping[str, str]) -> Iterator[Figure]:
    """When it was detected, acknowledged and mitigated; without a record, "unknown"."""
    for name, value, meaning in tell_milestones(impact, _UTC)[1:]:
        key = name.replace(" ", "_")
        row = rows_of.get(key, "")
        span = {"detected": "ttd", "acknowledged": "tta", "mitigated": "ttm", "impact_end": "ttr"}.get(key)
        places = [row, f"impact.json#/milestones/{key}", f"impact.json#/durations/{span}" if span else ""]
        yield Figure(name, value, meaning, ", ".join(filter(None, places)))


def list_totals(impact: Mapping[str, Any]) -> Iterator[Figure]:
    """The total over all windows, where there are several."""
    total = impact.get("total") or {}
    if len(measured_windows(impact)) < 2:
        return
    yield Figure(
        "impact",
        format_span(total.get("impact_seconds")),
        "windows together, no time twice",
        "impact.json#/total/impact_seconds",
    )
    for key, meaning in (
        ("affected", "distinct users over all windows"),
        ("failed", ""),
        ("degraded", ""),
        ("user_minutes", "pairs of a user and a minute"),
    ):
        if total.get(key) is not None:
            yield Figure(key.replace("_", "-"), f"{as_whole(total[key]):,}", meaning, f"impact.json#/total/{key}")


def title_window(window: Mapping[str, Any], windows: Sequence[object]) -> str:
    """A window's heading."""
    told = f"{kind_of(window).capitalize()} of {scope_of(window)}"
    return f"Window {window['id']}: {told}" if len(windows) > 1 else told
