"""observations of one alert → its firings, each with its phases; many in a row become one that flaps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from minutebook.merging.observations import SAME_S, Observation, Occurrence, cluster, distance_s

#: A sampled alert (Prometheus) and an exact one (Alertmanager, a pager) are one if they start this close: a step of
#: the range query, an evaluation interval and a group's wait lie between them.
TOLERANCE_S = 120.0
#: An alert's `for` lies between when it became active and when it fired, and is rarely longer.
_LONGEST_FOR_S = 3600.0
#: Four or more firings of one alert, each at most this far from the next, become one that flaps.
FLAP_GAP_S = 600.0
FLAP_COUNT = 4


@dataclass
class _Firing:
    """One firing: the observations of its start and of its end."""

    fired: list[Observation]
    resolved: list[Observation] = field(default_factory=list)

    @property
    def start(self) -> pd.Timestamp:
        return Occurrence(self.fired).time

    @property
    def stated_end(self) -> pd.Timestamp | None:
        """The latest explicit end; a sample's only where there's no exact one."""
        exact = [o.end for o in self.fired if o.is_exact and o.end is not None]
        exact += [o.time for o in self.resolved if o.is_exact]
        if exact:
            return max(exact)
        # Without an exact record, the sample with the finest step says best when it stopped.
        sampled = [(o.error_s, -o.time.value, o.time) for o in self.resolved]
        return min(sampled)[2] if sampled else None


def merge_alert(group: Sequence[Observation]) -> list[Occurrence]:
    """One occurrence a phase and firing of one alert or incident."""
    by_phase: dict[str, list[Observation]] = {}
    for each in sorted(group, key=lambda o: o.order):
        by_phase.setdefault(each.phase, []).append(each)
    firings = _find_firings(by_phase.pop("fired", []))
    loose = _attach_ends(firings, by_phase.pop("resolved", []))
    told: list[Occurrence] = []
    for firing in firings:
        told.append(Occurrence(firing.fired, end=firing.stated_end))
        if firing.resolved:
            told.append(Occurrence(firing.resolved))
    told += [Occurrence(run) for run in cluster(loose, SAME_S)]
    told += [Occurrence(seen) for seen in _merge_pending(by_phase.pop("pending", []))]
    told += _merge_acknowledged(firings, by_phase.pop("acknowledged", []))
    for others in by_phase.values():
        told += _merge_others(others)
    return _collapse_flapping(told, firings)


def _find_firings(fired: Sequence[Observation]) -> list[_Firing]:
    """Exact starts first, each its own firing; then sampled ones and other tools' join the firing they belong to."""
    firings: list[_Firing] = []
    exact = [o for o in fired if o.is_exact]
    for run in cluster([o for o in exact if o.labels], SAME_S):
        firings.append(_Firing(run))
    for run in cluster([o for o in exact if not o.labels], SAME_S):
        near = [
            f for f in firings
            if distance_s(f.start, run[0].time) <= TOLERANCE_S and not {o.source for o in f.fired} & {o.source for o in run}
        ]  # fmt: skip
        _join(firings, near, run)
    firings.sort(key=lambda f: f.start)
    for each in (o for o in fired if not o.is_exact):
        _join(firings, [f for f in firings if _is_same_firing(f, each)], [each])
    return sorted(firings, key=lambda f: f.start)


def _join(firings: list[_Firing], near: Sequence[_Firing], run: Sequence[Observation]) -> None:
    if near:
        min(near, key=lambda f: (distance_s(f.start, run[0].time), f.start)).fired.extend(run)
    else:
        firings.append(_Firing(list(run)))


def _is_same_firing(firing: _Firing, sampled: Observation) -> bool:
    """Whether a sample or a bound belongs to a firing: they begin together, or they overlap."""
    start, tolerance_s = firing.start, TOLERANCE_S + sampled.error_s
    after_s = (start - sampled.time).total_seconds()
    if sampled.error_s == 0:  # active since then; it fired later
        return -SAME_S <= after_s <= _LONGEST_FOR_S
    if abs(after_s) <= tolerance_s:
        return True
    if after_s > 0:  # seen before the exact start: the same only if it still fired then
        return sampled.end is None or sampled.end >= start
    end = firing.stated_end if any(o.is_exact for o in firing.fired) else None
    return end is not None and sampled.time < end


def _attach_ends(firings: Sequence[_Firing], resolved: Sequence[Observation]) -> list[Observation]:
    """Give each end to its firing; the ends that belong to none are returned."""
    loose = []
    # By source and second, so that thousands of firings don't each look at all the others.
    told: dict[tuple[str, int], list[tuple[_Firing, Observation]]] = {}
    for one in firings:
        for fired in one.fired:
            if fired.end is not None:
                told.setdefault((fired.source, int(fired.end.timestamp())), []).append((one, fired))
    starts = [f.start for f in firings]
    for each in sorted(resolved, key=lambda o: (not o.is_exact, o.order)):
        second = int(each.time.timestamp())
        close = [pair for shift in (-2, -1, 0, 1, 2) for pair in told.get((each.source, second + shift), ())]
        own = [one for one, fired in close if _is_end_of(fired, each)]
        if own:
            max(own, key=lambda f: f.start).resolved.append(each)
            continue
        before = bisect_right(starts, each.time)
        firing = firings[before - 1] if before else None
        end = firing.stated_end if firing else None
        if firing and (end is None or distance_s(end, each.time) <= TOLERANCE_S + each.error_s):
            firing.resolved.append(each)
        else:
            loose.append(each)
    return loose


def _is_end_of(fired: Observation, resolved: Observation) -> bool:
    """Whether both are of one record of one source."""
    return (
        fired.end is not None
        and fired.source == resolved.source
        and fired.error_s == resolved.error_s
        and distance_s(fired.end, resolved.time) <= SAME_S
    )


def _merge_pending(pending: Sequence[Observation]) -> list[list[Observation]]:
    """Exact ones are told apart to the second; a sampled one joins a near one."""
    runs = cluster([o for o in pending if o.is_exact], SAME_S)
    for each in (o for o in pending if not o.is_exact):
        near = [
            r
            for r in runs
            if distance_s(Occurrence(r).time, each.time) <= TOLERANCE_S + each.error_s and not _repeats(r, each)
        ]
        if near:
            min(near, key=lambda r: (distance_s(Occurrence(r).time, each.time), r[0].order)).append(each)
        else:
            runs.append([each])
    return runs


def _repeats(run: Sequence[Observation], each: Observation) -> bool:
    """Whether a source already in the run states another instant: it saw two, so they are two."""
    return any(o.source == each.source and o.error_s and distance_s(o.time, each.time) > SAME_S for o in run)


def _merge_acknowledged(firings: Sequence[_Firing], acknowledged: Sequence[Observation]) -> list[Occurrence]:
    """The first acknowledgement of each firing; later ones become its evidence."""
    runs: dict[int, list[Observation]] = {}
    for each in acknowledged:
        place = sum(f.start <= each.time for f in firings)
        runs.setdefault(place, []).append(each)
    return [Occurrence(runs[place]) for place in sorted(runs)]


def _merge_others(others: Sequence[Observation]) -> list[Occurrence]:
    """Notes and intermediate states: the same words at the same instant are one."""
    by_words: dict[str, list[Observation]] = {}
    for each in others:
        by_words.setdefault(str(each.row["message"]), []).append(each)
    return [Occurrence(run) for words in sorted(by_words) for run in cluster(by_words[words], SAME_S)]


def _collapse_flapping(told: list[Occurrence], firings: Sequence[_Firing]) -> list[Occurrence]:
    """Four or more firings with short gaps become one with their count, which ends with the last."""
    runs: list[list[_Firing]] = []
    for firing in firings:
        if runs and (firing.start - (runs[-1][-1].stated_end or runs[-1][-1].start)).total_seconds() <= FLAP_GAP_S:
            runs[-1].append(firing)
        else:
            runs.append([firing])
    for run in (run for run in runs if len(run) >= FLAP_COUNT):
        inside = {id(o) for firing in run for o in (*firing.fired, *firing.resolved)}
        first, last = run[0].start, run[-1].start
        kept, pending = [], []
        for each in told:
            if each.phase == "pending" and first < each.time <= last:
                pending += each.seen
            elif not any(id(o) in inside for o in each.seen):
                kept.append(each)
        starts = [o for firing in run for o in firing.fired]
        # Its time is the first firing's; the others are evidence of the flapping.
        whole = Occurrence(run[0].fired + [o for o in (*starts, *pending) if o not in run[0].fired], run[-1].stated_end)
        whole.count, whole.last = len(run), last
        kept.append(whole)
        if run[-1].resolved:
            ends = Occurrence(run[-1].resolved)
            ends.seen = [*ends.seen, *(o for firing in run[:-1] for o in firing.resolved)]
            kept.append(ends)
        told = kept
    return told
