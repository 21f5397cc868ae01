"""happenings → happenings, one row a phase of one occurrence, with all its evidence.

Several records tell of one thing: an alert in Prometheus and in Alertmanager, a deploy in two exports, a
webhook sent again. They become one row where ids, labels or service, version and time prove it. Of two
observations the earliest start, the latest explicit end and the exact time (over a sampled one) stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from minutebook.events import check_events

#: A sampled alert (Prometheus) and an exact one (Alertmanager) are one if they start this close: a step of the
#: range query, an evaluation interval and Alertmanager's group_wait lie between them.
SAMPLED_TOLERANCE_S = 120
#: Two exports' deploys of one version of one service are one if they start this close.
DEPLOY_TOLERANCE_S = 300
#: Firings of one alert at most this far apart, in fours or more, are told as one that flaps.
FLAP_GAP_S = 600
FLAP_COUNT = 4

_OPENING = ("started", "fired", "pending", "noted")


@dataclass
class _Observation:
    """One row of an export."""

    row: dict[str, Any]
    details: dict[str, Any]

    @property
    def time(self) -> pd.Timestamp:
        return self.row["time"]

    @property
    def error_s(self) -> float:
        return float(self.details.get("time_error_s", 0.0))

    @property
    def place(self) -> str:
        return f"{self.row['source']}:{self.row['line']}"


@dataclass
class _Occurrence:
    """One phase of one thing, and everything that tells of it."""

    seen: list[_Observation] = field(default_factory=list)
    count: int = 1  #: firings that it stands for
    last: pd.Timestamp | None = None

    @property
    def best(self) -> _Observation:
        """The exact one over the sampled, then by phase the earliest or the latest."""
        phase = self.seen[0].row["phase"]
        sign = 1 if phase in _OPENING else -1
        return min(self.seen, key=lambda o: (o.error_s, sign * o.time.value, o.place))


def merge_happenings(events: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """(one row per phase of one occurrence, the merges as ledger entries) of the happenings in an event frame.

    The columns are the event frame's and ``evidence`` (``source:line; …``), ``time_error_s`` (seconds) and
    ``count`` (firings). The same whatever the order of the rows; a repeat adds nothing.
    """
    observations = sorted((_observe(row) for row in events.to_dict("records")), key=_order)
    merged: list[_Occurrence] = []
    for group in _by_thing(observations):
        _name_alike(group)
        merged += _merge_alert(group) if group[0].row["kind"] == "alert" else _merge_phases(group)
    merged.sort(key=lambda o: _order(o.best))
    rows = [_tell(occurrence) for occurrence in merged]
    frame = pd.DataFrame(rows, columns=[*events.columns, "evidence", "time_error_s", "count"])
    told = frame[["evidence", "time_error_s", "count"]].astype(
        {"evidence": "str", "time_error_s": "float64", "count": "Int64"}
    )
    return pd.concat([check_events(frame), told], axis=1), _list_merges(merged)


def _name_alike(group: list[_Observation]) -> None:
    """One entity for all that tells of one thing: the most exact observation's."""
    best = min(group, key=lambda o: (o.error_s, o.place))
    for observation in group:
        observation.row["entity"] = best.row["entity"]


def _observe(row: dict[str, Any]) -> _Observation:
    try:
        details = json.loads(row["fields"]) if isinstance(row.get("fields"), str) else {}
    except ValueError:
        details = {}
    clean = {name: None if value is pd.NA else value for name, value in row.items()}
    return _Observation(clean, details if isinstance(details, dict) else {})


def _order(observation: _Observation) -> tuple[Any, ...]:
    row = observation.row
    line = int(row["line"]) if row.get("line") is not None and not pd.isna(row["line"]) else 0
    return (
        row["time"],
        str(row["kind"]),
        str(row["phase"]),
        str(row["entity"]),
        str(row["source"]),
        line,
        str(row["message"]),
    )


def _by_thing(observations: Iterable[_Observation]) -> list[list[_Observation]]:
    """Observations of one alert, one deploy, one note."""
    groups: dict[tuple[str, ...], list[_Observation]] = {}
    for observation in observations:
        groups.setdefault(_key(observation), []).append(observation)
    return _join_deploys(list(groups.values()))


def _key(observation: _Observation) -> tuple[str, ...]:
    row, labels = observation.row, observation.details.get("labels")
    if row["kind"] == "alert" and isinstance(labels, dict) and labels:
        kept = {k: v for k, v in labels.items() if k not in ("alertstate", "__name__")}
        return ("alert", json.dumps(kept, sort_keys=True))
    if row["kind"] == "note" or not isinstance(row["entity"], str):
        return (str(row["kind"]), str(row["time"]), str(row["message"]))
    return (str(row["kind"]), row["entity"])


def _join_deploys(groups: list[list[_Observation]]) -> list[list[_Observation]]:
    """Deploys of one version of one service that two sources tell, as one."""
    joined: list[list[_Observation]] = []
    for group in groups:
        partner = next((other for other in joined if _is_same_deploy(other, group)), None)
        if partner is None:
            joined.append(group)
        else:
            partner.extend(group)
    return joined


def _is_same_deploy(one: Sequence[_Observation], other: Sequence[_Observation]) -> bool:
    a, b = one[0], other[0]
    if (
        a.row["kind"] != "deploy"
        or b.row["kind"] != "deploy"
        or {o.row["source"] for o in one} & {o.row["source"] for o in other}
    ):
        return False
    for column in ("service", "version"):
        if not isinstance(a.row[column], str) or not isinstance(b.row[column], str):
            return False
    versions = sorted((a.row["version"], b.row["version"]), key=len)
    is_same_version = versions[0] == versions[1] or (len(versions[0]) >= 7 and versions[1].startswith(versions[0]))
    close = abs((a.time - b.time).total_seconds()) <= DEPLOY_TOLERANCE_S
    return bool(is_same_version and a.row["service"] == b.row["service"] and close)


def _merge_phases(group: list[_Observation]) -> list[_Occurrence]:
    """One occurrence a phase."""
    phases: dict[str, _Occurrence] = {}
    for observation in sorted(group, key=_order):
        phases.setdefault(str(observation.row["phase"]), _Occurrence()).seen.append(observation)
    return list(phases.values())


def _merge_alert(group: list[_Observation]) -> list[_Occurrence]:
    """Firings of one alert, each with its other phases, sampled ones joined to exact ones; flapping in one row."""
    by_phase: dict[str, list[_Observation]] = {}
    for observation in sorted(group, key=_order):
        by_phase.setdefault(str(observation.row["phase"]), []).append(observation)
    merged: list[_Occurrence] = []
    for phase, seen in sorted(by_phase.items()):
        exact = _same_instant([o for o in seen if o.error_s == 0])
        for sampled in _same_instant([o for o in seen if o.error_s > 0]):
            near = [o for o in exact if _distance_s(o, sampled) <= SAMPLED_TOLERANCE_S + sampled.best.error_s]
            if near:
                min(near, key=lambda o: _distance_s(o, sampled)).seen.extend(sampled.seen)
            else:
                merged.append(sampled)
        merged += exact
        if phase in ("fired", "resolved"):
            own = [o for o in merged if str(o.best.row["phase"]) == phase]
            merged = [o for o in merged if o not in own] + own
    return _collapse_flapping(sorted(merged, key=lambda o: _order(o.best)))


def _same_instant(seen: Sequence[_Observation]) -> list[_Occurrence]:
    """Repeats of one phase: the same instant to the second."""
    found: list[_Occurrence] = []
    for observation in seen:
        if found and abs((observation.time - found[-1].seen[0].time).total_seconds()) <= 1:
            found[-1].seen.append(observation)
        else:
            found.append(_Occurrence([observation]))
    return found


def _distance_s(one: _Occurrence, other: _Occurrence) -> float:
    return abs((one.best.time - other.best.time).total_seconds())


def _collapse_flapping(occurrences: list[_Occurrence]) -> list[_Occurrence]:
    fired = [o for o in occurrences if str(o.best.row["phase"]) == "fired"]
    runs: list[list[_Occurrence]] = []
    for occurrence in fired:
        if runs and (occurrence.best.time - runs[-1][-1].best.time).total_seconds() <= FLAP_GAP_S:
            runs[-1].append(occurrence)
        else:
            runs.append([occurrence])
    for run in runs:
        if len(run) < FLAP_COUNT:
            continue
        begin, end = run[0].best.time, run[-1].best.time
        inside = [
            o for o in occurrences if begin <= o.best.time <= end and o not in run and _phase(o) != "acknowledged"
        ]
        whole = _Occurrence([o for each in run for o in each.seen], len(run), end)
        # The first firing's time stands for all; what happened between them is part of the flapping.
        whole.seen.sort(key=_order)
        occurrences = [o for o in occurrences if o not in run and o not in inside]
        occurrences.append(whole)
    return occurrences


def _phase(occurrence: _Occurrence) -> str:
    return str(occurrence.best.row["phase"])


def _tell(occurrence: _Occurrence) -> dict[str, Any]:
    best = occurrence.best
    newest = max(occurrence.seen, key=lambda o: (o.time, o.place))
    row = {name: best.row[name] if _is_known(best.row[name]) else newest.row[name] for name in best.row}
    ends = [o.row["end"] for o in occurrence.seen if _is_known(o.row["end"]) and o.error_s == best.error_s]
    row["end"] = max(ends) if ends else pd.NaT
    if occurrence.count > 1:
        row["message"] = f"{row['message']} (fired {occurrence.count} times until {occurrence.last:%H:%M:%S})"
    places = dict.fromkeys(sorted({o.place for o in occurrence.seen}))
    return {
        **row,
        "evidence": "; ".join(places),
        "time_error_s": best.error_s,
        "count": occurrence.count,
    }


def _is_known(value: object) -> bool:
    return value is not None and not (not isinstance(value, str) and pd.isna(value))


def _list_merges(merged: Sequence[_Occurrence]) -> list[dict[str, Any]]:
    told = []
    for occurrence in merged:
        places = sorted({o.place for o in occurrence.seen})
        if len(places) < 2:
            continue
        sources = {o.row["source"] for o in occurrence.seen}
        best = occurrence.best
        told.append(
            {"what": str(best.row["kind"]), "into": best.place, "from": "; ".join(p for p in places if p != best.place),
             "count": len(places), "why": ("the same labels or key, " if len(sources) > 1 else "a repeat, ")
             + f"{best.row['phase']} at {best.time:%H:%M:%S}"}
        )  # fmt: skip
    return told
