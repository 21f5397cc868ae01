"""a window → its entry in `impact.json`, with its sentence of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from minutebook.assessment.channels import Channel
from minutebook.assessment.edges import Edge
from minutebook.assessment.levels import find_slopes
from minutebook.assessment.milestones import find_nearby
from minutebook.assessment.slow import find_limits
from minutebook.assessment.traffic import Traffic
from minutebook.assessment.users import count_by_minute, count_user_minutes, count_users, count_usual
from minutebook.assessment.windows import Rejected, Window
from minutebook.summary.latency import bucket_floor_s
from minutebook.times.utc import MINUTE_US, count_minutes, to_time, to_us, write_instant

_GRADUAL_S = 60.0
_TOP = 5


class Scope(NamedTuple):
    """What a window's entry is made from: its service's traffic and trials, the bad events in its scope."""

    service: str
    traffic: Traffic
    trials: Channel
    events: pd.DataFrame
    states: pd.DataFrame  #: of the users whom they hit
    coverage: pd.DataFrame
    taken: list[tuple[int, int]]  #: minutes of all windows
    minutes: np.ndarray
    limits: Mapping[tuple[str, str], float]  #: (service, operation) → over which a request is slow (s)

    def slow_requests(self, first: int, last: int, operations: list[str]) -> int:
        """Good requests over their operation's limit in those minutes, each counted, retries too."""
        latency = self.traffic.latency
        number = count_minutes(latency["minute"])
        inside = latency[number.between(first, last) & latency["operation"].isin(operations)]
        own = {operation: over for (service, operation), over in self.limits.items() if service == self.service}
        over = find_limits(inside["operation"].astype("category"), own)
        return int(inside.loc[bucket_floor_s(inside["bucket"].to_numpy()) >= over, "requests"].sum())


def tell_window(window: Window, scope: Scope) -> dict[str, Any]:
    """The entry of one window; its ``id`` is given later."""
    start, end = window.start, window.end
    span = (start.at, end.at)
    bad, valid, whole = _count_requests(window, scope)
    users = count_users(scope.trials, window.operations, scope.events, scope.states, span)
    if users["affected"] is not None:
        users["usual"] = count_usual(scope.trials, window.operations, scope.taken, window.minutes)
    peak = max(window.by_minute, key=lambda minute: (window.by_minute[minute], -minute))
    rises, falls = find_slopes(window.by_minute)
    usual = _usual_failures(window, scope)
    expected = _expect_bad(window, scope, usual[0]) * (valid / whole if whole else 1.0)
    return {
        "id": "",
        "kind": window.channel,
        "unit": "lines" if scope.traffic.is_lines else "requests",
        "service": scope.service or None,
        "operations": window.operations,
        **_tell_edge("start", start, scope),
        **_tell_edge("end", end, scope),
        "open_start": bool(window.minutes[0] <= int(scope.minutes[0])),
        "open_end": bool(window.minutes[1] >= int(scope.minutes[-1])),
        "pieces": [[write_instant(a * MINUTE_US), write_instant((b + 1) * MINUTE_US)] for a, b in window.pieces],
        "onset": _name_slope(start, is_gradual=rises),
        "recovery": _name_slope(end, is_gradual=falls),
        "evidence": _sentence(window, scope, bad, valid, expected, users),
        "odds": round(window.odds, 1),
        "valid": valid,
        "bad": bad,
        "bad_ratio": round(bad / valid, 6) if valid else None,
        "usual_ratio": round(expected / valid, 6) if valid else None,
        "peak_minute": write_instant(peak * MINUTE_US),
        "lost_requests": None,
        "users": users,
        "user_minutes": count_user_minutes(scope.events) if users["affected"] is not None else None,
        "users_by_minute": [
            {**each, "minute": write_instant(each["minute"] * MINUTE_US)} for each in count_by_minute(scope.events)
        ],
        "cannot_tell": _cannot_tell(scope, users),
        "top": _tell_top(window, scope, *usual),
        "nearby": with_instants(find_nearby(scope.traffic.happenings, to_time(start.at), to_time(end.at))),
        "coverage": _coverage(scope.coverage, window.minutes),
    }


def _name_slope(edge: Edge, *, is_gradual: bool) -> str:
    """Gradual also where it could be anywhere within more than a minute."""
    return "gradual" if is_gradual or (edge.latest - edge.earliest) / 1e6 > _GRADUAL_S else "sudden"


def _count_requests(window: Window, scope: Scope) -> tuple[int, int, int]:
    """(bad ones, valid ones between the edges, valid ones of all the window's minutes), retries too."""
    breakdown, span = scope.traffic.breakdown, (window.start.at, window.end.at)
    first, last = (at // MINUTE_US for at in span)
    is_in = count_minutes(breakdown["minute"]).between(first, last) & breakdown["operation"].isin(window.operations)
    whole, bad = int(breakdown.loc[is_in, "requests"].sum()), int(scope.events["count"].sum())
    if window.channel == "slow":
        # Requests are counted in buckets of latency, 2 % wide, trials exactly: the trials are a lower bound.
        bad = max(bad, scope.slow_requests(first, last, window.operations))
    # Only a part of the first and of the last minute belongs to the window.
    return bad, max(whole - scope.trials.count_outside(span, window.operations), bad), whole


def _tell_edge(name: str, edge: Edge, scope: Scope) -> dict[str, str]:
    """The edge and its bounds; a stamp is at most its resolution earlier than what it stands for."""
    latest = edge.latest + int(scope.traffic.time_error_s * 1e6)
    return {
        name: write_instant(edge.at), f"{name}_earliest": write_instant(edge.earliest),
        f"{name}_latest": write_instant(latest),
    }  # fmt: skip


def tell_sensitivity(rows: list[dict[str, Any]], window: Window) -> list[dict[str, Any]]:
    """The rows of `sensitivity.find_sensitivity`, their times as RFC 3339 and compared with the window's."""
    told = []
    for row in rows:
        own = dict(row)
        for edge, at in (("start", window.start.at), ("end", window.end.at)):
            moved = row[edge]
            own[edge] = None if moved is None else write_instant(moved)
            own[f"{edge}_shift_s"] = None if moved is None else round((moved - at) / 1e6, 3)
        told.append(own)
    return told


def _sentence(window: Window, scope: Scope, bad: int, valid: int, expected: float, users: dict[str, Any]) -> str:
    word = {"fail": "failed", "slow": "were slow"}[window.channel]
    what = "requests"
    if scope.traffic.is_lines:
        what, word = "lines", "were slow" if window.channel == "slow" else "are bad by their level"
    times = f", {bad / expected:,.0f} × the usual" if expected >= 0.5 else ""
    odds = "at this service's usual rate less than a one-in-a-million coincidence"
    who = _tell_who(users, is_told_apart=scope.trials.facts.is_told_apart)
    return f"{bad:,} of {valid:,} {what} {word}{times}; {who}; {odds}."


def _tell_who(users: Mapping[str, Any], *, is_told_apart: bool) -> str:
    """Whom it hit: users and clients without a name are two numbers."""
    named, nameless = users["affected"] or 0, users["anonymous_clients"] if is_told_apart else 0
    parts = [f"{named:,} user{'s' * (named != 1)}"] * bool(named)
    if nameless:
        parts.append(f"{nameless:,} client{'s' * (nameless != 1)}{' without a user id' * bool(named)}")
    return f"{' and '.join(parts)} hit" if parts else "whom it hit isn't logged"


def _cannot_tell(scope: Scope, users: Mapping[str, Any]) -> list[str]:
    """What the evidence of a window leaves open, in sentences."""
    told = []
    if users["affected"] is None:
        told.append("Who was affected: no user is named" + (", addresses only." if users["anonymous_clients"] else "."))
    if users["affected"] is None and not scope.trials.facts.is_told_apart:
        told.append("Whether one client made all of it.")
    if scope.traffic.is_lines:
        told.append("Which and how many requests failed: these are log lines, and one request may write many or none.")
    return told


def _tell_top(window: Window, scope: Scope, usual: pd.DataFrame, times: float) -> dict[str, list[dict[str, Any]]]:
    """What makes up most of the excess over the usual, with counts of bad events."""
    events = scope.events
    operations = sorted(window.excess.items(), key=lambda item: (-item[1], item[0]))
    told: dict[str, list[dict[str, Any]]] = {
        "operations": [
            {
                "value": name,
                "bad": int(events.loc[events["operation"] == name, "count"].sum()),
                "excess": round(excess, 1),
            }
            for name, excess in operations[:_TOP]
            if excess > 0
        ]
    }
    for key, column in {"statuses": "status", "hosts": "host", "versions": "version", "templates": "template"}.items():
        if column not in events:
            told[key] = []
            continue
        counts, expected = _count_by(events, column), _count_by(usual, column)
        excess = {value: count - expected.get(value, 0) * times for value, count in counts.items()}
        ranked = sorted(excess.items(), key=lambda item: (-item[1], str(item[0])))[:_TOP]
        told[key] = [
            {"value": int(v) if column == "status" else str(v), "bad": counts[v], "excess": round(float(more), 1)}
            for v, more in ranked
        ]
    return told


def _count_by(events: pd.DataFrame, column: str) -> dict[Any, int]:
    """How many events have each known value of a column."""
    place, known = pd.factorize(events[column])
    counts = np.bincount(place[place >= 0], events["count"].to_numpy()[place >= 0], len(known))
    return dict(zip(known, counts.astype(np.int64).tolist(), strict=True))


def _usual_failures(window: Window, scope: Scope) -> tuple[pd.DataFrame, float]:
    """Failures in scope outside of all windows, and how many times as much traffic the window had."""
    traffic = scope.traffic

    def split(frame: pd.DataFrame, times: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
        minute = count_minutes(times)
        is_own = frame["operation"].isin(window.operations)
        taken = np.zeros(len(frame), bool)
        for first, last in (*scope.taken, window.minutes):
            taken |= minute.between(first, last).to_numpy()
        return frame[is_own & ~taken], frame[is_own & minute.between(*window.minutes)]

    outside, inside = split(traffic.breakdown, traffic.breakdown["minute"])
    seen = float(outside["requests"].sum())
    times = float(inside["requests"].sum()) / seen if seen else 0.0
    return split(traffic.failures, traffic.failures["time"])[0], times


def _expect_bad(window: Window, scope: Scope, usual: pd.DataFrame) -> float:
    """Bad requests of the window at the usual rates, each counted, where the method counts once a user and minute."""
    bad = scope.trials.bad
    is_usual = scope.trials.find_places(window.operations)[bad.place]
    for first, last in (*scope.taken, window.minutes):
        is_usual &= (bad.minute < first) | (bad.minute > last)
    once = float(bad.weight_bad[is_usual].sum())
    return window.expected * (float(usual["count"].sum()) / once if once and window.channel == "fail" else 1.0)


def _coverage(coverage: pd.DataFrame, minutes: tuple[int, int]) -> float:
    inside = coverage[coverage["minute_no"].between(*minutes)]
    return round(float((inside["state"] != "none").mean()), 4) if len(inside) else 0.0


def with_instants(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries with their times as RFC 3339."""
    return [{**e, "time": write_instant(to_us(e["time"]))} for e in entries]


def tell_rejected(rejected: Rejected, service: str, channel: str) -> dict[str, Any]:
    """A candidate that was no impact, and why."""
    first, last = rejected.minutes
    return {
        "kind": channel,
        "service": service or None,
        "operations": rejected.operations,
        "start": write_instant(first * MINUTE_US),
        "end": write_instant((last + 1) * MINUTE_US),
        "odds": round(rejected.odds, 1),
        "reason": rejected.reason,
    }
