"""observations of deploys and changes → which are the same one, by key or by service, version and time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from minutebook.exports import PURPOSE
from minutebook.merging.observations import OPENING, Observation, Occurrence, cluster, distance_s, sources_of
from minutebook.merging.versions import Recent, is_same_version

#: Two exports' deploys of one version of one service are one if they start this close.
TOLERANCE_S = 300.0
#: What has no key is named by a hash of its facts.
_UNNAMED = re.compile(r"\w+:[0-9a-f]{16}")
_CLOSING = {"succeeded", "failed", "cancelled", "rolled_back"}
_LONGEST_S = 86_400.0
_SHA = re.compile(r"[0-9a-f]{7,64}")
_OUTSIDE = re.compile(r"[-_/.\s]+")
_ENVIRONMENTS = {"prod": "production", "prd": "production", "live": "production", "stg": "staging", "stage": "staging",
                 "dev": "development", "testing": "test"}  # fmt: skip


def join_deploys(groups: Sequence[list[Observation]]) -> tuple[list[list[Observation]], list[dict[str, Any]]]:
    """(groups, with two tools' records of one deploy joined; notes on those that may be one, but aren't proven)."""
    joined: list[list[Observation]] = []
    recent: Recent[list[Observation]] = Recent()
    notes: list[dict[str, Any]] = []
    for group in sorted(groups, key=lambda g: min(o.order for o in g)):
        # A run that may only test a commit is no deploy of it.
        if group[0].row["kind"] != "deploy" or any(PURPOSE in each.details for each in group):
            joined.append(group)
            continue
        version, words = _of(group, "version"), _words(_of(group, "service"))
        near = [
            other
            for other in recent.find(version, words)
            if distance_s(_start(other), _start(group)) <= TOLERANCE_S and _is_near(other, group)
        ]
        same = [other for other in near if is_same_version(_of(other, "version"), version)]
        if same:
            min(same, key=lambda other: (distance_s(_start(other), _start(group)), other[0].order)).extend(group)
            continue
        notes += [_note(other, group) for other in near if not (_of(other, "version") and version)]
        joined.append(list(group))
        recent.add(joined[-1], version, words)
    return joined, notes


def pair_unnamed(groups: Sequence[list[Observation]]) -> list[list[Observation]]:
    """The groups, with a start and the next end joined where a source names only service, version and environment."""
    paired: list[list[Observation]] = []
    waiting: dict[tuple[str, ...], list[Observation]] = {}
    for group in sorted(groups, key=lambda g: min(o.order for o in g)):
        first = group[0]
        if not _UNNAMED.fullmatch(str(first.row["entity"])) or first.row["kind"] not in ("deploy", "change"):
            paired.append(group)
            continue
        key = tuple(str(first.row[name]) for name in ("kind", "service", "version", "environment", "host"))
        phases = {o.phase for o in group}
        is_named = bool(_of(group, "service") or _of(group, "version"))
        begun = waiting.get(key)
        if begun is not None and not sources_of(begun) & sources_of(group):
            begun = None
        if phases <= {"started", "pending"} and all(o.end is None for o in group) and is_named:
            if begun is not None and {o.phase for o in begun} == {"pending"}:
                begun.extend(group)  # it was waiting, now it begins
                waiting[key] = begun
                continue
            waiting[key] = group = list(group)
        elif begun is not None and phases <= _CLOSING and distance_s(_start(begun), _start(group)) <= _LONGEST_S:
            begun.extend(group)
            del waiting[key]
            continue
        paired.append(group)
    return paired


def merge_phases(group: Sequence[Observation]) -> list[Occurrence]:
    """One occurrence a phase; notes, of which there may be many, are told apart by instant and words."""
    phases: dict[tuple[str, str], list[Observation]] = {}
    for each in group:
        words = str(each.row["message"]) if each.phase == "noted" else ""
        phases.setdefault((each.phase, words), []).append(each)
    told = []
    for (phase, _), seen in sorted(phases.items()):
        told += [Occurrence(run) for run in cluster(seen, 1.0)] if phase == "noted" else [Occurrence(seen)]
    ends = [o.time for o in group if o.phase not in OPENING and o.phase != "superseded"]
    stated = [o.end for o in group if o.end is not None]
    for occurrence in told:
        if occurrence.phase == "started" and (stated or ends):
            occurrence.end = max(stated or ends)
    return told


def _start(group: Sequence[Observation]) -> Any:
    return min(o.time for o in group)


def _of(group: Sequence[Observation], column: str) -> str:
    return next((value for o in group if isinstance(value := o.row.get(column), str) and value), "")


def _is_near(one: Sequence[Observation], other: Sequence[Observation]) -> bool:
    """Whether two tools' records are of one service, not of two environments, and begin together."""
    if sources_of(one) & sources_of(other):
        return False
    places = {
        _ENVIRONMENTS.get(e.lower(), e.lower()) for e in (_of(one, "environment"), _of(other, "environment")) if e
    }
    service, another = _of(one, "service"), _of(other, "service")
    if not service or not another:
        return False
    if _words(service) == _words(another):
        return len(places) < 2
    # mail, a repository, and mail-prod, an application: one only where the commit says so too.
    versions = (_of(one, "version").lower(), _of(other, "version").lower())
    words = (set(_words(service)), set(_words(another)))
    stages = {_ENVIRONMENTS.get(word, word) for word in words[0] ^ words[1]} & {*_ENVIRONMENTS.values()}
    is_part = words[0] <= words[1] or words[1] <= words[0]
    return is_part and len(places | stages) < 2 and all(_SHA.fullmatch(version) for version in versions)


def _words(service: str) -> tuple[str, ...]:
    return tuple(word for word in _OUTSIDE.split(service.lower()) if word)


def _note(one: Sequence[Observation], other: Sequence[Observation]) -> dict[str, Any]:
    return {
        "what": "deploy", "into": "", "from": "; ".join(sorted({o.place for o in (*one, *other)})), "count": 2,
        "why": f"kept apart: both of {_of(one, 'service')} within {TOLERANCE_S:.0f} s, and no version proves them one",
    }  # fmt: skip
