"""results → the words for them: windows, milestones, sources and counts as people say them.

Every piece of text from evidence passes `inert_text` here, so that tables print what they get.
"""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.instants import as_instant, format_clock, format_moment, format_range, format_span

_KINDS = {"fail": "failures", "slow": "slowness", "traffic_loss": "loss of traffic",
          "no_evidence": "no evidence"}  # fmt: skip


def tell_users(users: Mapping[str, Any]) -> str:
    """Who was affected, of how many, in a sentence."""
    if users.get("affected") is None:
        return "unknown: the evidence has no user ids"
    silent = users.get("silent")
    if isinstance(silent, Mapping) and not users["affected"]:
        span = f"{_number(silent.get('low'))} – {_number(silent.get('high'))}"
        return f"some {_number(silent.get('mid'))} stayed away, an estimate ({span}); nothing says who"
    text = f"{_number(users['affected'])} affected"
    if users.get("exposed") is not None:
        text += f" of {_number(users['exposed'])} who came"
    if users.get("failed") is not None:
        text += f": {_number(users['failed'])} failed, {_number(users.get('degraded'))} degraded"
    if users.get("usual") is not None:
        text += f" (usual: {_number(users['usual'])})"
    if users.get("anonymous_clients"):
        text += f"; and {_number(users['anonymous_clients'])} anonymous clients"
    return text


_LASTED = {
    "fail": "from the first to the last bad request",
    "slow": "from the first to the last slow request",
    "traffic_loss": "without the usual traffic",
    "no_evidence": "without a line of any source",
}
_EDGES = {
    "fail": "{} bad request",
    "slow": "{} slow request",
    "traffic_loss": "edge of the silence",
    "no_evidence": "edge of the hole",
}


def _tell_silent(users: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    silent = users.get("silent")
    if not isinstance(silent, Mapping):
        return []
    text = f"stayed away, an estimate: {_number(silent.get('low'))} – {_number(silent.get('high'))}"
    return [("  silent", _number(silent.get("mid")), text)]


def tell_window(window: Mapping[str, Any], tz: datetime.tzinfo, *, day: bool = False) -> list[tuple[str, str, str]]:
    """Rows (name, value, meaning) of one window, its edges with their ``day`` if asked; a row named ``#`` is a heading."""
    users = window.get("users") or {}
    rows = [
        (
            "#",
            f"Window {inert_text(window.get('id'))}: {kind_of(window)} of {scope_of(window)}",
            inert_text(window.get("evidence")),
        ),
        ("start", _edge(window, "start", tz, day), _bounds(window, "start", tz)),
        ("end", _edge(window, "end", tz, day), _bounds(window, "end", tz)),
        ("lasted", lasted(window), _LASTED.get(str(window.get("kind")), "")),
    ]
    if window.get("kind") == "no_evidence":
        return rows  # nothing is known of it: there's nothing to count
    if window.get("kind") == "traffic_loss":
        rows.append(("requests lost", _number(window.get("lost_requests")), "fewer than are usual; an estimate"))
        return rows + _tell_silent(users)
    rows.append(("users affected", _number(users.get("affected")), _of_exposed(users)))
    meanings = {"failed": "had no success within 60 s of a failure",
                "degraded": "succeeded within 60 s, or were only slow"}  # fmt: skip
    rows += [(f"  {key}", _number(users[key]), text) for key, text in meanings.items()
             if users.get(key) is not None]  # fmt: skip
    rows += _tell_silent(users)
    if users.get("anonymous_clients"):
        text = "clients without a user id, counted apart"
        rows.append(("anonymous", _number(users["anonymous_clients"]), text))
    of = f"of {_number(window.get('valid'))}: {percent_of(window.get('bad_ratio'))}, "
    of += f"where {percent_of(window.get('usual_ratio'))} is usual"
    word = "requests slow" if window.get("kind") == "slow" else "requests failed"
    rows.append((word, _number(window.get("bad")), of))
    if window.get("user_minutes") is not None:
        text = "pairs of a user and a minute with a failure"
        rows.append(("user-minutes", _number(window["user_minutes"]), text))
    rows += [("can't tell", "", inert_text(sentence)) for sentence in window.get("cannot_tell") or ()]
    peak = as_instant(window.get("peak_minute"))
    if peak is not None:
        rows.append(("worst minute", format_moment(peak, tz, day=day).removesuffix(":00"), ""))
    return rows


def tell_milestones(impact: Mapping[str, Any], tz: datetime.tzinfo, *, day: bool = False) -> list[tuple[str, str, str]]:
    """Rows of the milestones that are known, with the durations between them."""
    windows = [w for w in impact.get("windows") or () if w.get("kind") != "no_evidence"]
    first: Mapping[str, Any] = min(windows, key=lambda w: str(w.get("start")), default={})
    last: Mapping[str, Any] = max(windows, key=lambda w: str(w.get("end")), default={})
    words = {
        "impact_start": ("impact start", "", _edge_of(first, "first")),
        "detected": ("detected", "ttd", "first related alert, {} after the start"),
        "acknowledged": ("acknowledged", "tta", "{} after detection"),
        "mitigated": ("mitigated", "ttm", "excess halved for good, {} after the start"),
        "impact_end": ("impact end", "ttr", _edge_of(last, "last") + ", {} after the start"),
    }
    stones = impact.get("milestones") or {}
    if not any(as_instant(_plain(stones.get(key), "time")) for key in words):
        return []
    rows = [("#", "Milestones", "")]
    for key, (label, span, meaning) in words.items():
        time = as_instant(_plain(stones.get(key), "time"))
        seconds = _plain((impact.get("durations") or {}).get(span), "seconds") if span else None
        if time is None:
            rows.append((label, "unknown", "no record of it in the evidence"))
            continue
        early = isinstance(seconds, numbers.Real) and float(seconds) < 0
        told = meaning.format(format_span(seconds).lstrip("−"))
        told = told.replace(" after ", " before ") if early else told
        rows.append((label, format_moment(time, tz, day=day), told))
    return rows


def tell_rejected(each: Mapping[str, Any], tz: datetime.tzinfo, *, zone: str = "UTC") -> str:
    """A candidate that is no impact, and why, in a sentence."""
    reason = inert_text(each.get("reason"))
    return f"{kind_of(each).capitalize()} of {scope_of(each)}, {between(each, tz)} {zone}: {reason}"


def tell_orders(impact: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Rows of what came before what: a verdict, by how much, and of what."""
    rows = [
        (inert_text(row.get("verdict")), f"{format_span(abs(float(row['by_s'])))} ± {format_span(row['error_s'])}",
         f"{inert_text(row.get('first'))} before {inert_text(row.get('second'))}")
        for row in impact.get("orders") or ()
    ]  # fmt: skip
    is_assumed = any(row.get("assumed") for row in impact.get("orders") or ())
    note = "Some of their clocks share no ids with others: how far off they may be is assumed." if is_assumed else ""
    return [("#", "What came before what, give or take stamps, edges and clocks", note), *rows] if rows else []


def tell_budget(impact: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Rows of the error budgets: how much of each the incident spent, of what, and what that assumes."""
    rows = [
        (inert_text(row.get("objective")), percent_of(row.get("spent")),
         f"{_number(row.get('bad'))} bad of {_number(row.get('allowed'))} allowed at {float(row['target']) * 100:g} %;"
         f" assumes {inert_text(row.get('assumption'))}")
        for row in impact.get("budget") or ()
    ]  # fmt: skip
    return [("#", "Error budget spent", ""), *rows] if rows else []


def tell_total(total: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Rows of what all windows come to."""
    meanings = {"affected": "distinct users over all windows", "failed": "", "degraded": "",
                "user_minutes": ""}  # fmt: skip
    span = format_span(total.get("impact_seconds"))
    rows = [("#", "In all", ""), ("impact", span, "windows together, none twice")]
    rows += [(key.replace("_", "-"), _number(total[key]), text) for key, text in meanings.items()
             if total.get(key) is not None]  # fmt: skip
    return rows


def tell_sensitivity(window: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """(choice, value, start, end, users) of each row of a window's sensitivity; ``*`` marks what it rests on."""
    for row in window.get("sensitivity") or ():
        value = f"{inert_text(row.get('value'))}{' *' if row.get('is_chosen') else ''}"
        if row.get("start") is None:
            yield inert_text(row.get("choice")), value, inert_text(row.get("why")), "", ""
            continue
        moves = (_shift(row.get("start_shift_s")), _shift(row.get("end_shift_s")))
        users, clients = row.get("affected"), row.get("anonymous_clients")
        who = f"{_number(users)} users" if users is not None else f"{_number(clients)} clients"
        yield inert_text(row.get("choice")), value, *moves, who


def _shift(seconds: object) -> str:
    if not isinstance(seconds, numbers.Real) or not float(seconds):
        return "same"
    way = "later" if float(seconds) > 0 else "earlier"
    return f"{format_span(abs(float(seconds)))} {way}"


def tell_source(source: Mapping[str, Any], tz: datetime.tzinfo) -> Iterator[str]:
    """What a source was taken for, in short pieces."""
    score = source.get("score")
    yield (inert_text(source.get("format")) or "no format") + (
        f" ({score * 100:.3g}%)" if isinstance(score, float) else ""
    )
    runner = source.get("runner_up")
    if runner:
        yield f"next best {inert_text(_plain(runner, 'format'))}"
    yield count_of(as_whole(source.get("lines")), "line")
    # Of a batch several events share a line: what goes on isn't known there.
    goes_on = as_whole(source.get("lines_in_events")) - as_whole(source.get("events"))
    if goes_on > 0:
        yield f"{goes_on:,} going on from the one before"
    for what in ("skipped", "rejected"):
        if as_whole(source.get(f"lines_{what}")):
            yield f"{as_whole(source[f'lines_{what}']):,} {what}"
    if source.get("zone"):
        basis = inert_text(source.get("zone_basis"))
        yield f"zone {inert_text(source['zone'])}" + (f" ({basis})" if basis else "")
    offset = source.get("clock_offset_s")
    if isinstance(offset, numbers.Real) and float(offset):
        way = "ahead" if float(offset) > 0 else "behind"
        yield f"clock {format_span(abs(float(offset)))} {way}"
    first, last = as_instant(source.get("first")), as_instant(source.get("last"))
    if first is not None and last is not None:
        yield f"{first.tz_convert(tz):%Y-%m-%d} {format_clock(first, tz)} – {_until(first, last, tz)}"


def _until(first: pd.Timestamp, last: pd.Timestamp, tz: datetime.tzinfo) -> str:
    is_one_day = first.tz_convert(tz).date() == last.tz_convert(tz).date()
    return format_clock(last, tz) if is_one_day else f"{last.tz_convert(tz):%Y-%m-%d %H:%M:%S}"


def inert_text(value: object) -> str:
    """Text from evidence that does nothing where it is shown; empty for what is no text."""
    return escape_invisible(value) if isinstance(value, str) else ""


def _plain(value: object, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else value


def as_whole(value: object) -> int:
    """The number, or 0 where none is given."""
    return int(value) if isinstance(value, int | float | np.integer) and value == value else 0


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or value != value:
        return "unknown"
    return f"{float(value):,.0f}"


def percent_of(ratio: object) -> str:
    """``4.33 %``."""
    if not isinstance(ratio, numbers.Real) or ratio != ratio:
        return "unknown"
    share = float(ratio) * 100
    return f"{share:.2f} %" if share < 10 else f"{share:.1f} %"


def count_of(number: int, what: str) -> str:
    """``1 line``, ``2,000 lines``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def kind_of(window: Mapping[str, Any]) -> str:
    """A window's kind in words."""
    kind = inert_text(window.get("kind"))
    return _KINDS.get(kind, kind or "impact")


def scope_of(window: Mapping[str, Any]) -> str:
    """The service and the operations of a window."""
    operations = [inert_text(name) for name in window.get("operations") or ()]
    shown = ", ".join(operations[:3])
    shown += f" and {len(operations) - 3} more" if operations[3:] else ""
    service = inert_text(window.get("service"))
    return f"{service}: {shown}" if service and shown else service or shown or "all services"


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
    return f"{_edge_of(window, which)}{between}"


def _edge_of(window: Mapping[str, Any], which: str) -> str:
    """What an edge is, by the window's kind: ``first bad request``, ``edge of the silence``."""
    return _EDGES.get(str(window.get("kind")), _EDGES["fail"]).format(which)


def between(window: Mapping[str, Any], tz: datetime.tzinfo, *, day: bool = False) -> str:
    """From start to end of a window, with the day where it's asked for or changes."""
    return format_range(as_instant(window.get("start")), as_instant(window.get("end")), tz, day=day)


def lasted(window: Mapping[str, Any]) -> str:
    """How long a window lasted."""
    start, end = as_instant(window.get("start")), as_instant(window.get("end"))
    return format_span((end - start).total_seconds()) if start and end else "unknown"


def _of_exposed(users: Mapping[str, Any]) -> str:
    if users.get("affected") is None:
        return "the evidence has no user ids"
    usual = f"; {_number(users['usual'])} are usual" if users.get("usual") is not None else ""
    return f"distinct, of {_number(users.get('exposed'))} who came{usual}"


def tell_counts(count: Any, users: Any) -> str:
    """How often, and how many users."""
    parts = []
    if count is not None and not pd.isna(count) and count > 1:
        parts.append(f"×{int(count):,}")
    if users is not None and not pd.isna(users):
        parts.append(f"{int(users):,} users" if users != 1 else "1 user")
    return " ".join(parts)
