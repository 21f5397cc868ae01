"""traffic → impact windows, affected users, milestones: for each, its bounds and its evidence.

An impact window is the stretch of minutes in which so many users hit failures that, at this service's own usual rate,
it would be less than a one-in-a-million coincidence; its edges are the first and last failing request of that stretch.
Read in order: `traffic` (the input), `channels` (what is tested and bad), `baseline`, `calm` (what is usual), `scan`
(what stands out), `windows` (what is kept), `edges`, `slow`, `writers`, `absences`, `expected`, `daily`, `loss`,
`throughout`, `users`, `levels` (how it rose and fell), `milestones`, `telling`, `missing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from minutebook.assessment.channels import Channel, Limits
from minutebook.assessment.facts import Facts, find_facts
from minutebook.assessment.loss import find_holes
from minutebook.assessment.milestones import DEFINITIONS, find_milestones, find_mitigation, find_related
from minutebook.assessment.missing import tell_daily, tell_gone, tell_hole
from minutebook.assessment.orders import find_orders, make_orders, tell_bounds
from minutebook.assessment.scan import SURE
from minutebook.assessment.screening import find_notable
from minutebook.assessment.sensitivity import LEAST_FACTOR, Choices, find_sensitivity, make_rows
from minutebook.assessment.slow import find_slow_limits, read_slow_limits, tell_slow_limits
from minutebook.assessment.telling import Scope, tell_rejected, tell_sensitivity, tell_window
from minutebook.assessment.throughout import find_throughout
from minutebook.assessment.traffic import Traffic, make_traffic
from minutebook.assessment.users import count_user_minutes, find_states
from minutebook.assessment.windows import Rejected, Window, find_windows
from minutebook.assessment.writers import Ending, Sources, find_ending
from minutebook.columns.categories import spell_names
from minutebook.sli.trials import Trials
from minutebook.times.utc import MINUTE_US, count_minutes, count_us, to_time, to_us, write_instant


@dataclass
class _Found:
    """What was found in the traffic of the services so far."""

    told: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    throughout: list[dict[str, Any]] = field(default_factory=list)
    events: list[pd.DataFrame] = field(default_factory=list)
    states: list[pd.DataFrame] = field(default_factory=list)
    has_users: bool = False
    mitigated: list[int | None] = field(default_factory=list)

    def add(self, window: Window, scope: Scope, moved: list[dict[str, Any]]) -> None:
        """Put in a window, whom it hit, and how it ``moved`` with the choices of the method."""
        told = tell_window(window, scope)
        self.told.append({**told, "sensitivity": tell_sensitivity(moved, window)})
        self.events.append(scope.events)
        self.states.append(scope.states)
        self.has_users |= told["users"]["affected"] is not None
        self.mitigated.append(find_mitigation(window.by_minute, window.end.at, int(scope.minutes[-1])))


#: Which minutes are usual: (from, to) in µs since 1970, or so many seconds ahead of the impact; None: all but the windows.
Baseline = tuple[int, int] | float | None


def measure_impact(traffic: Traffic, *, slow_over_s: Limits | None = None, baseline: Baseline = None) -> dict[str, Any]:
    """Impact of an incident: ``windows, throughout, rejected, milestones, durations, orders, definitions, total,
    slow_over_s``.

    JSON-able; times are RFC 3339 in UTC, durations seconds. ``slow_over_s`` overrides what slow means, by
    (service, operation), ``baseline`` which minutes may be usual. The method's sources: Kulldorff 1997 (scan
    statistic), Hauer et al. NSDI 2020 (user-minutes), good and valid events as in SRE practice.
    """
    traffic = traffic.by_minute()
    limits = {**find_slow_limits(traffic.latency), **(slow_over_s or {})}
    found, sources = _Found(), Sources(traffic.writers)
    for service in find_notable(traffic, limits):
        _measure_service(traffic.of(service), service, limits, baseline, sources, found)
    windows = sorted(found.told, key=lambda window: (window["start"], window["kind"], window["service"]))
    for number, window in enumerate(windows, 1):
        window["id"] = f"w{number}"
    impact = [w for w in windows if w["kind"] != "no_evidence"]
    start = min((pd.Timestamp(w["start"]) for w in impact), default=None)
    end = max((pd.Timestamp(w["end"]) for w in impact), default=None)
    known = [at for at in found.mitigated if at is not None]
    mitigated = to_time(max(known)) if known and None not in found.mitigated else None
    milestones, durations = find_milestones(start, end, mitigated, [w["service"] for w in impact], traffic.happenings)
    return {
        "windows": windows,
        "throughout": found.throughout,
        "rejected": sorted(found.rejected, key=lambda r: (r["start"], r["service"], r["reason"])),
        "milestones": {n: None if t is None else write_instant(to_us(t)) for n, t in milestones.items()},
        "durations": durations,
        "orders": find_orders(windows, traffic),
        "definitions": {**DEFINITIONS, "orders": tell_bounds(traffic)},
        "total": _total(impact, found),
        "slow_over_s": tell_slow_limits(limits),
    }


def affected_users(traffic: Traffic, impact: Mapping[str, Any]) -> pd.DataFrame:
    """``window, user, state`` of every affected user: failed or degraded."""
    traffic = traffic.by_minute()
    limits = read_slow_limits(impact)
    parts = []
    for window in impact["windows"]:
        if window["kind"] not in ("fail", "slow"):
            continue
        own = traffic.of(window["service"] or "")
        trials = _make_channels(own, window["service"] or "", limits)(window["kind"], 1.0)
        # `impact.json` states the edges in milliseconds, rounded down.
        start, end = (to_us(pd.Timestamp(window[edge])) for edge in ("start", "end"))
        events = _bad_events(own, trials, (start, end + 999), window["operations"])
        parts.append(find_states(trials, events).assign(window=window["id"]))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["window", "user", "state"])
    return frame[["window", "user", "state"]].astype("str")


def _measure_service(
    traffic: Traffic, service: str, limits: Limits, baseline: Baseline, sources: Sources, found: _Found
) -> None:
    """Put into ``found`` all windows of one service."""
    coverage = traffic.coverage.assign(minute_no=count_minutes(traffic.coverage["minute"])).sort_values("minute_no")
    judge = _make_channels(traffic, service, limits)
    plain, slow = judge("fail", 1.0), judge("slow", 1.0)
    minutes = np.unique(np.concatenate((coverage["minute_no"], plain.facts.cells["minute_no"])))
    by_channel = []
    for trials in (plain, slow):
        windows, rejected = _find_windows(trials, minutes, baseline)
        by_channel.append((trials, windows))
        found.rejected += [tell_rejected(each, service, trials.name) for each in rejected]
    if not by_channel[0][1]:
        found.throughout += find_throughout(traffic, service, plain)
    taken = [piece for _, windows in by_channel for window in windows for piece in window.pieces]

    def search(trials: Channel, sure: float, span: tuple[int, int] | None) -> list[Window]:
        return _find_windows(trials, minutes, span or baseline, sure)[0]

    choices = Choices(
        judge, search, minutes,
        trials={(trials.name, 1.0): trials for trials, _ in by_channel},
        windows={(trials.name, 1.0, SURE, None): windows for trials, windows in by_channel},
    )  # fmt: skip
    for trials, windows in by_channel:
        for window, moved in zip(windows, find_sensitivity(windows, trials.name, choices), strict=True):
            events = _bad_events(traffic, trials, (window.start.at, window.end.at), window.operations)
            states = find_states(trials, events)
            found.add(window, Scope(service, traffic, trials, events, states, coverage, taken, minutes, limits), moved)
    _measure_holes(traffic, service, coverage, plain, sources, found)


def _measure_holes(
    traffic: Traffic, service: str, coverage: pd.DataFrame, plain: Channel, sources: Sources, found: _Found
) -> None:
    """Traffic that is missing, by the trials of any channel."""
    numbers = count_minutes(traffic.breakdown["minute"]).rename("minute_no")
    requests = traffic.breakdown.groupby(numbers)["requests"].sum()
    alerts = count_us(find_related(traffic.happenings, [service])["time"]).to_numpy()

    def find_end(minute: int) -> Ending | None:
        return None if traffic.is_lines else find_ending(traffic.writers, sources, minute)

    holes = find_holes(requests, coverage, plain.find_times, alerts, traffic.writers, find_end)
    lost = [hole for hole in holes if not hole.gone and not hole.alike_days]
    found.told += [tell_hole(hole, service, plain, traffic.happenings) for hole in lost]
    found.rejected += tell_gone([hole for hole in holes if hole.gone], service, plain)
    found.rejected += [tell_daily(hole, service, plain) for hole in holes if hole.alike_days]


def _make_channels(traffic: Traffic, service: str, limits: Limits) -> Callable[[str, float], Channel]:
    """A function that gives the service's trials in a channel, by its name and a factor on the latency limits."""
    trials = Trials.of(traffic.trials)
    own = {operation: over for (name, operation), over in limits.items() if name == service}
    if "facts" not in trials.kept:
        trials.kept["facts"] = find_facts(trials, {operation: over * LEAST_FACTOR for operation, over in own.items()})
    facts: Facts = trials.kept["facts"]
    return lambda name, factor: Channel(
        name, trials, facts, {o: over * factor for o, over in own.items()}, traffic.latency
    )


def _find_windows(
    trials: Channel, minutes: np.ndarray, baseline: Baseline, sure: float = SURE
) -> tuple[list[Window], list[Rejected]]:
    """Windows and rejected candidates against the baseline."""
    if isinstance(baseline, tuple):
        base = (minutes >= baseline[0] // MINUTE_US) & (minutes < -(-baseline[1] // MINUTE_US))
        return find_windows(trials, minutes, sure=sure, base=base if base.any() else None)
    windows, rejected = find_windows(trials, minutes, sure=sure)
    if baseline is None or not windows:
        return windows, rejected
    start = min(window.start.at for window in windows)
    span = (start - int(baseline * 1e6), start // MINUTE_US * MINUTE_US)
    return _find_windows(trials, minutes, span, sure)


def _bad_events(traffic: Traffic, trials: Channel, span: tuple[int, int], operations: list[str]) -> pd.DataFrame:
    """Bad events in the span: ``at`` (µs), operation, user, client, count; failures with all their columns."""
    if trials.name == "slow":
        bad = trials.bad
        is_in = (bad.bad_at >= span[0]) & (bad.bad_at <= span[1]) & trials.find_places(operations)[bad.place]
        slow = bad.pick(is_in)
        return pd.DataFrame(
            {
                "operation": pd.array(trials.operations, "str").take(slow.place), "user": spell_names(slow.user),
                "client": spell_names(slow.client), "at": slow.bad_at.astype(np.int64), "count": 1,
            }
        )  # fmt: skip
    failures = traffic.failures
    at = count_us(failures["time"])
    inside = failures[(at >= span[0]) & (at <= span[1]) & failures["operation"].isin(operations)]
    return inside.assign(at=at[inside.index]).reset_index(drop=True)


def _total(windows: list[dict[str, Any]], found: _Found) -> dict[str, Any]:
    """The union of the windows, never their sum."""
    spans = sorted((pd.Timestamp(w["start"]), pd.Timestamp(w["end"])) for w in windows)
    seconds, reach = 0.0, None
    for start, end in spans:
        begin = start if reach is None else max(start, reach)
        if end > begin:
            seconds += (end - begin).total_seconds()
        reach = end if reach is None else max(reach, end)
    return {
        "start": min((w["start"] for w in windows), default=None),
        "end": max((w["end"] for w in windows), default=None),
        "impact_seconds": round(seconds, 3),
        **_count_all_users(found),
    }


def _count_all_users(found: _Found) -> dict[str, int | None]:
    """Whom all windows hit, each once; unknown where none of them names a user."""
    if found.states and not found.has_users:
        return dict.fromkeys(("affected", "failed", "degraded", "user_minutes"))
    affected = {user for frame in found.states for user in frame["user"]}
    failed = {user for frame in found.states for user in frame.loc[frame["state"] == "failed", "user"]}
    is_told = all(frame["state"].notna().all() for frame in found.states)
    events = pd.concat([each[["at", "user"]] for each in found.events], ignore_index=True) if found.events else None
    return {
        "affected": len(affected),
        "failed": len(failed) if is_told else None,
        "degraded": len(affected) - len(failed) if is_told else None,
        "user_minutes": 0 if events is None else count_user_minutes(events),
    }


__all__ = ["Traffic", "affected_users", "make_orders", "make_rows", "make_traffic", "measure_impact"]
