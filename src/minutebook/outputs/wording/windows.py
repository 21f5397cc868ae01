"""one window → the words for it: its kind, scope and span, its edges with their bounds, its rows of figures."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from minutebook.assessment.operations import choose_operations
from minutebook.outputs.inert import inert_text
from minutebook.outputs.instants import as_instant, format_clock, format_moment, format_range, format_span
from minutebook.outputs.wording import Row
from minutebook.outputs.wording.counts import number_of, percent_of
from minutebook.outputs.wording.users import list_silent, list_users

_KINDS = {"fail": "failures", "slow": "slowness", "traffic_loss": "loss of traffic",
          "no_evidence": "no evidence"}  # fmt: skip
_LASTED = {
    "fail": "from the first to the last bad {}",
    "slow": "from the first to the last slow {}",
    "traffic_loss": "from the first to the last minute without the usual traffic",
    "no_evidence": "without a line of any source",
}
_EDGES = {
    "fail": "{} bad {}",
    "slow": "{} slow {}",
    "traffic_loss": "edge of the silence",
    "no_evidence": "edge of the hole",
}


def pick_windows(impact: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The windows that are impact, without holes in the evidence."""
    return [window for window in impact.get("windows") or () if window.get("kind") != "no_evidence"]


def tell_window(window: Mapping[str, Any], tz: datetime.tzinfo, *, day: bool = False) -> list[Row]:
    """Rows of one window, the first its heading; its edges with their ``day`` if asked."""
    heading = f"Window {inert_text(window.get('id'))}: {kind_of(window)} of {scope_of(window)}"
    rows = [
        ("#", heading, inert_text(window.get("evidence"))),
        ("start", _edge(window, "start", tz, day), _bounds(window, "start", tz)),
        ("end", _edge(window, "end", tz, day), _bounds(window, "end", tz)),
        ("lasted", lasted(window), _LASTED.get(str(window.get("kind")), "").format(unit_of(window))),
    ]
    users = window.get("users") or {}
    if window.get("kind") == "no_evidence":
        return rows  # nothing is known of it: there's nothing to count
    if window.get("kind") == "traffic_loss":
        lost = ("requests lost", number_of(window.get("lost_requests")), "fewer than are usual; an estimate")
        return [*rows, lost, *list_silent(users)]
    return [*rows, *list_users(users), *_list_requests(window, tz, day)]


def _list_requests(window: Mapping[str, Any], tz: datetime.tzinfo, day: bool) -> Iterator[Row]:
    share, usual = percent_of(window.get("bad_ratio")), percent_of(window.get("usual_ratio"))
    of = f"of {number_of(window.get('valid'))}: {share}, where {usual} is usual"
    yield name_bad(window), number_of(window.get("bad")), of
    if window.get("user_minutes") is not None:
        what = f"slow {unit_of(window)}" if window.get("kind") == "slow" else "failure"
        yield "user-minutes", number_of(window["user_minutes"]), f"pairs of a user and a minute with a {what}"
    yield from (("can't tell", "", inert_text(sentence)) for sentence in window.get("cannot_tell") or ())
    peak = as_instant(window.get("peak_minute"))
    if peak is not None:
        yield "worst minute", format_moment(peak, tz, day=day).removesuffix(":00"), ""


def tell_rejected(each: Mapping[str, Any], tz: datetime.tzinfo, *, zone: str = "UTC") -> str:
    """A candidate that is no impact, and why, in a sentence."""
    reason = inert_text(each.get("reason"))
    return f"{kind_of(each).capitalize()} of {scope_of(each)}, {between(each, tz)} {zone}: {reason}"


def kind_of(window: Mapping[str, Any]) -> str:
    """A window's kind in words."""
    kind = inert_text(window.get("kind"))
    return _KINDS.get(kind, kind or "impact")


def scope_of(window: Mapping[str, Any]) -> str:
    """The service and the operations of a window."""
    operations, more = choose_operations(window)
    shown = ", ".join(map(inert_text, operations)) + (f" and {more} more" if more else "")
    service = inert_text(window.get("service"))
    return f"{service}: {shown}" if service and shown else service or shown or "all services"


def unit_of(window: Mapping[str, Any]) -> str:
    """What is counted: ``request``, or ``line`` where no requests are logged."""
    return "line" if window.get("unit") == "lines" else "request"


def name_bad(window: Mapping[str, Any]) -> str:
    """What its bad ones are called as a figure: ``requests failed``, ``slow lines``."""
    is_slow = window.get("kind") == "slow"
    if unit_of(window) == "line":
        return "slow lines" if is_slow else "bad lines"
    return "requests slow" if is_slow else "requests failed"


def tell_bad(window: Mapping[str, Any]) -> str:
    """What became of its bad ones: ``requests failed``, ``lines are bad``, behind their number."""
    verb = "were slow" if window.get("kind") == "slow" else "are bad" if unit_of(window) == "line" else "failed"
    return f"{unit_of(window)}s {verb}"


def between(window: Mapping[str, Any], tz: datetime.tzinfo, *, day: bool = False) -> str:
    """From start to end of a window, with the day where it's asked for or changes."""
    return format_range(as_instant(window.get("start")), as_instant(window.get("end")), tz, day=day)


def lasted(window: Mapping[str, Any]) -> str:
    """How long a window lasted."""
    start, end = as_instant(window.get("start")), as_instant(window.get("end"))
    return format_span((end - start).total_seconds()) if start and end else "unknown"


def name_edge(window: Mapping[str, Any], which: str) -> str:
    """The name of an edge, by the window's kind: ``first bad request``, ``edge of the silence``."""
    return _EDGES.get(str(window.get("kind")), _EDGES["fail"]).format(which, unit_of(window))


def _edge(window: Mapping[str, Any], edge: str, tz: datetime.tzinfo, day: bool) -> str:
    return format_moment(as_instant(window.get(edge)), tz, fraction=3, day=day)


def _bounds(window: Mapping[str, Any], edge: str, tz: datetime.tzinfo) -> str:
    if window.get(f"open_{edge}"):
        if edge == "start":
            return "or before: the evidence starts here"
        return "or later: the evidence ends here"
    low, high = (as_instant(window.get(f"{edge}_{side}")) for side in ("earliest", "latest"))
    which = "first" if edge == "start" else "last"
    between = f" ({format_clock(low, tz)} – {format_clock(high, tz)})" if low and high else ""
    return f"{name_edge(window, which)}{between}"
