"""occurrences that only say something was seen → one for each run of the same, with a count, first and last.

What counts as the same is what the export's ``repeats`` names (a Kubernetes object and a reason), else the same words
about the same thing. A pause of half an hour ends a run. Of a run whose last record alone is there, that record may say
when it began. People's notes are never folded.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from minutebook.exports.stamps import read_stamp
from minutebook.merging.observations import Occurrence, distance_s

#: A longer pause begins another run.
PAUSE_S = 1800.0


def fold_repeats(occurrences: Sequence[Occurrence]) -> list[Occurrence]:
    """The occurrences, with runs of the same folded into one."""
    kept: list[Occurrence] = []
    alike: dict[tuple[str, ...], list[Occurrence]] = {}
    for each in occurrences:
        if each.phase == "noted" and each.best.row["kind"] != "note":
            alike.setdefault(_name(each), []).append(each)
        else:
            kept.append(each)
    for group in alike.values():
        runs: list[list[Occurrence]] = []
        for each in sorted(group, key=lambda o: o.best.order):
            if runs and distance_s(runs[-1][-1].time, each.time) <= PAUSE_S:
                runs[-1].append(each)
            else:
                runs.append([each])
        kept += [_join(run) for run in runs]
    return kept


def _name(occurrence: Occurrence) -> tuple[str, ...]:
    row, repeats = occurrence.best.row, occurrence.best.details.get("repeats")
    if isinstance(repeats, str):
        return (str(row["kind"]), repeats)
    return (str(row["kind"]), str(row["service"]), str(row["environment"]), str(row["host"]), str(row["message"]))


def _join(run: Sequence[Occurrence]) -> Occurrence:
    """One occurrence for the run; a record that has a count itself counts that often."""
    counts: dict[str, int] = {}
    for each in (seen for occurrence in run for seen in occurrence.seen):
        # A record seen again has counted on: its highest count holds.
        key = str(each.details.get("uid") or each.row["entity"] or each.order)
        counts[key] = max(counts.get(key, 0), _count(each.details.get("count")))
    whole = Occurrence([seen for occurrence in run for seen in occurrence.seen])
    whole.count = sum(counts.values())
    whole.last = max(occurrence.time for occurrence in run)
    whole.end = whole.last if whole.last > whole.time else None
    whole.since = _find_first(whole)
    return whole


def _find_first(whole: Occurrence) -> pd.Timestamp | None:
    """When a run began of which the last record alone was kept, if its pauses needn't have ended it."""
    firsts = (read_stamp(each.details.get("first")) for each in whole.seen)
    first = min((pd.Timestamp(each.time) for each in firsts if each is not None), default=whole.time)
    lasted_s = (whole.time - first).total_seconds()
    return first if 0 < lasted_s <= PAUSE_S * (whole.count - 1) else None


def _count(said: object) -> int:
    number = str(said if said is not None else 1)
    return max(int(number), 1) if number.isdecimal() and len(number) < 10 else 1


def tell_span(time: pd.Timestamp, last: pd.Timestamp) -> str:
    """Until when, with the day where it's not the same."""
    return f"{last:%H:%M:%S}" if last.date() == time.date() else f"{last:%Y-%m-%d %H:%M:%S}"
