"""groups of observations, each of one thing → one row a phase, and the merges as ledger entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from minutebook.events import check_events
from minutebook.merging.alerts import merge_alert
from minutebook.merging.deploys import join_deploys, merge_phases, pair_unnamed
from minutebook.merging.identity import group_alerts
from minutebook.merging.observations import Observation, Occurrence, is_known, observe, sources_of
from minutebook.merging.repeats import fold_repeats, tell_span

_ALERTS = ("alert", "incident")
#: Columns of the place where a row was read, and of the record whose time is kept.
_OF_THE_BEST = ("time", "time_quality", "phase", "kind", "source", "line", "offset", "length")


def merge_happenings(events: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """(one row per phase of one occurrence, the merges as ledger entries) of the happenings in an event frame.

    The columns are the event frame's and ``evidence`` (``source:line; …``) and ``time_error_s`` (seconds);
    ``count`` is of firings. The same whatever the order of the rows; a repeat adds nothing. A ledger entry says
    ``what``, ``into`` (empty where two were kept apart), ``from``, ``count`` and ``why``.
    """
    observations = observe(events)
    alerts, notes = group_alerts([o for o in observations if str(o.row["kind"]) in _ALERTS])
    deploys, more = join_deploys(pair_unnamed(_by_key([o for o in observations if str(o.row["kind"]) not in _ALERTS])))
    merged: list[Occurrence] = []
    entities: dict[int, str] = {}
    for groups, merge in ((alerts, merge_alert), (deploys, merge_phases)):
        for group in groups:
            # One entity for all records of one thing: that of the most exact one with labels or an id.
            entity = min(group, key=lambda o: (not o.labels, not o.is_exact, o.order)).row["entity"]
            told = merge(group)
            entities |= dict.fromkeys(map(id, told), entity)
            merged += told
    merged = sorted(fold_repeats(merged), key=lambda each: each.best.order)
    rows = [_tell(each, entities.get(id(each), each.best.row["entity"])) for each in merged]
    frame = pd.DataFrame(rows, columns=[*events.columns, "evidence", "time_error_s"])
    told_of = frame[["evidence", "time_error_s"]].astype({"evidence": "str", "time_error_s": "float64"})
    entries = [*_list_merges(merged), *sorted(notes + more, key=lambda entry: (entry["from"], entry["why"]))]
    return pd.concat([check_events(frame), told_of], axis=1), entries


def _by_key(observations: Sequence[Observation]) -> list[list[Observation]]:
    """Observations grouped by the key of their deploy, change or note; without one, by instant and words."""
    groups: dict[tuple[str, ...], list[Observation]] = {}
    for each in observations:
        row = each.row
        is_keyed = isinstance(row["entity"], str) and row["kind"] != "note"
        own = (str(row["entity"]),) if is_keyed else (str(row["time"]), str(row["message"]))
        groups.setdefault((str(row["kind"]), *own), []).append(each)
    return list(groups.values())


def _tell(occurrence: Occurrence, entity: object) -> dict[str, Any]:
    """The row: the best record's time, the newest record's words, and the places of all."""
    best = occurrence.best
    newest = sorted(
        occurrence.seen, key=lambda o: (not o.labels and bool(best.labels), not o.is_exact, o.error_s, -o.line, o.order)
    )
    row = {
        name: value if name in _OF_THE_BEST else next((o.row[name] for o in newest if is_known(o.row.get(name))), value)
        for name, value in best.row.items()
    }
    ends = [o.end for o in occurrence.seen if o.end is not None and o.is_exact == best.is_exact]
    # Whether a firing has ended depends on all of its records.
    row["end"] = occurrence.end or (max(ends) if ends and occurrence.phase != "fired" else pd.NaT)
    if occurrence.since is not None:
        row["time"], row["end"] = occurrence.since, occurrence.time
    if row["end"] is not pd.NaT and row["end"] <= row["time"]:
        row["end"] = pd.NaT
    row["entity"] = entity
    if occurrence.count > 1 and occurrence.last is not None:
        seen = "seen" if occurrence.phase == "noted" else "fired"
        until = f" until {tell_span(row['time'], occurrence.last)}" if occurrence.last > row["time"] else ""
        row["message"] = f"{row['message']} ({seen} {occurrence.count:,} times{until})"
    places = sorted({o.place for o in occurrence.seen})
    return {**row, "evidence": "; ".join(places), "time_error_s": best.bound_s, "count": occurrence.count}


def _list_merges(merged: Sequence[Occurrence]) -> list[dict[str, Any]]:
    told = []
    for occurrence in merged:
        places = sorted({o.place for o in occurrence.seen})
        if len(occurrence.seen) < 2:
            continue
        best = occurrence.best
        if occurrence.phase == "noted":
            why = f"the same again, seen {occurrence.count:,} times from"
        elif occurrence.count > 1:
            why = f"flaps, fired {occurrence.count} times from"
        elif len(sources_of(occurrence.seen)) > 1:
            why = f"the same key, labels or version, {best.phase} at"
        else:
            why = f"a repeat, {best.phase} at"
        told.append(
            {"what": str(best.row["kind"]), "into": best.place, "from": "; ".join(p for p in places if p != best.place) or best.place,
             "count": len(occurrence.seen), "why": f"{why} {best.time:%H:%M:%S}"}
        )  # fmt: skip
    return told
