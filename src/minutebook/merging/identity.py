"""observations of alerts → which are of one alert: by labels, by the pager's key, else by the tool's own id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from minutebook.merging.alerts import TOLERANCE_S
from minutebook.merging.observations import Observation, sources_of

#: Pagers keep the key that Alertmanager gave them under these names: the SHA-256 of its group's key.
#: Source: ``key.Hash()`` in Alertmanager's notifiers for PagerDuty, Opsgenie and VictorOps.
_PAGER_KEYS = ("incident_key", "alert_key", "alias", "entity_id")
_Group = list[Observation]


def group_alerts(observations: Sequence[Observation]) -> tuple[list[_Group], list[dict[str, Any]]]:
    """(groups, each of one alert; notes on those that may be one, but aren't proven)."""
    groups: dict[tuple[str, str], _Group] = {}
    for each in observations:
        labels = each.labels
        name = json.dumps(labels, sort_keys=True, default=str) if labels else str(each.row["entity"])
        groups.setdefault(("labels" if labels else "entity", name), []).append(each)
    labelled = [group for key, group in sorted(groups.items()) if key[0] == "labels"]
    others = [group for key, group in sorted(groups.items()) if key[0] != "labels"]
    joined = _join_external_labels(labelled)
    named = list(joined)
    paged = _index_keys(named)
    notes: list[dict[str, Any]] = []
    for group in others:
        told = _told_by(paged, group)
        if len(told) == 1:
            told[0].extend(group)
            continue
        joined.append(group)
        if told:
            notes.append(_note(told[0], group, f"it pages for {len(told)} alerts of one group"))
        else:
            alike = [other for other in named if _is_alike(other, group)]
            notes += [_note(other, group, "one name and time, and no id proves them one") for other in alike]
    return joined, notes


def _join_external_labels(groups: Sequence[_Group]) -> list[_Group]:
    """Join a series, which lacks the labels that Prometheus adds on sending, to the only alert that has all of its own."""
    exact = [group for group in groups if any(o.is_exact for o in group)]
    joined = list(exact)
    for group in (group for group in groups if group not in exact):
        labels = group[0].labels.items()
        around = [other for other in exact if labels <= other[0].labels.items()]
        if len(around) == 1 and _is_near(around[0], group):
            around[0].extend(group)
        else:
            joined.append(group)
    return joined


def _index_keys(groups: Sequence[_Group]) -> dict[str, list[_Group]]:
    """The key that a pager is given → the alerts that it pages for."""
    found: dict[str, list[_Group]] = {}
    for group in groups:
        for key in sorted({_hash(each) for each in group} - {""}):
            found.setdefault(key, []).append(group)
    return found


def _told_by(paged: Mapping[str, Sequence[_Group]], group: _Group) -> list[_Group]:
    """The alerts near in time whose group's key is the key of a pager's record."""
    keys = sorted({str(o.details[name]) for o in group for name in _PAGER_KEYS if o.details.get(name)})
    return [other for key in keys for other in paged.get(key, ()) if _is_near(other, group)]


def _hash(observation: Observation) -> str:
    key = observation.details.get("group_key")
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest() if isinstance(key, str) else ""


def _is_near(one: _Group, other: _Group) -> bool:
    """Whether two groups' times overlap, or nearly do."""
    spans = [(min(o.time for o in g), max(max(o.time, o.end or o.time) for o in g)) for g in (one, other)]
    gap_s = (max(a for a, _ in spans) - min(b for _, b in spans)).total_seconds()
    return gap_s <= TOLERANCE_S + max(o.error_s for o in (*one, *other))


def _is_alike(one: _Group, other: _Group) -> bool:
    """Two tools' alerts of one name at one time."""
    names = [{_plain(o.details.get("name")) for o in g} - {""} for g in (one, other)]
    is_named = any(a == b or (min(len(a), len(b)) > 5 and (a in b or b in a)) for a in names[0] for b in names[1])
    starts = [min(o.time for o in g) for g in (one, other)]
    close = abs((starts[0] - starts[1]).total_seconds()) <= TOLERANCE_S
    return is_named and close and not sources_of(one) & sources_of(other)


def _plain(name: object) -> str:
    return "".join(c for c in str(name or "").lower() if c.isalnum())


def _note(one: _Group, other: _Group, why: str) -> dict[str, Any]:
    places = sorted({o.place for o in (*one, *other)})
    return {
        "what": str(other[0].row["kind"]),
        "into": "",
        "from": "; ".join(places),
        "count": 2,
        "why": f"kept apart: {why}",
    }
