"""a stretch of minutes → its first and last bad event, and how far off they could be.

Every trial near an edge is evidence for *broken* or for *usual*; the edge is the most likely place to change from one
to the other, and its interval holds all places within 3 nats of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from minutebook.assessment.baseline import Grid
from minutebook.assessment.channels import Channel, Judged
from minutebook.times.utc import MINUTE_US

_NEAR = 5  # minutes, within which an edge is looked for
_NEAR_US = _NEAR * MINUTE_US
_NATS = 3.0
_PLACES = 12  # within a minute, over which the requests of one row are spread


class Edge(NamedTuple):
    """The best place of an edge and the interval of places nearly as good; µs since 1970."""

    at: int
    earliest: int
    latest: int


def find_edges(
    trials: Channel, grid: Grid, rates: np.ndarray, pieces: Sequence[tuple[int, int]], operations: Collection[str]
) -> tuple[Edge, Edge]:
    """The start and the end of a window of some operations; ``pieces`` are its first and last minutes, from 1970.

    How bad it was is asked of the piece at the edge: an outage amid a brown-out says nothing of where that one began.
    """
    first, last = pieces[0][0], pieces[-1][1]
    bounds = (first * MINUTE_US, (last + 1) * MINUTE_US)
    bad, reach = trials.bad, _NEAR + 1
    is_near = (bad.minute >= first - reach) & (bad.minute <= last + reach)
    bad = bad.pick(is_near & trials.find_places(operations)[bad.place])
    edges = []
    for is_start, at, minute, piece in ((True, bad.bad_at, first, pieces[0]), (False, bad.bad_until, last, pieces[-1])):
        rows = slice(np.searchsorted(grid.minutes, piece[0]), np.searchsorted(grid.minutes, piece[1], side="right"))
        gain_bad, gain_good = find_gains(grid.bad[rows].sum(axis=0), grid.valid[rows].sum(axis=0), rates)
        bad_at = at.astype(np.int64)
        good_at, gain = spread(trials.between(minute - reach, minute + reach, operations), gain_good)
        edge = find_edge(bad_at, bad.weight_bad * gain_bad[bad.place], good_at, gain, bounds, is_start=is_start)
        if trials.name != "fail" and (bad.weight_bad[bad_at == edge.at] > 1).any():
            # Of many slow requests in one row only the longest has a time: the edge may be anywhere in its minute.
            begin = edge.at // MINUTE_US * MINUTE_US
            edge = edge._replace(earliest=min(edge.earliest, begin), latest=max(edge.latest, begin + MINUTE_US))
        edges.append(edge)
    return edges[0], edges[1]


def find_gains(bad: np.ndarray, valid: np.ndarray, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a bad and a good trial say for *broken*: ln[P(it | broken) / P(it | usual)] by operation.

    Broken is as the stretch was (``bad`` of ``valid`` trials), at least half as bad again as the usual ``rates``.
    """
    broken = np.clip(np.maximum((bad + 0.5) / (valid + 1), rates * 1.5), 1e-9, 1 - 1e-6)
    return np.log(broken / rates), np.log((1 - broken) / (1 - rates))


def spread(trials: Judged, gain_by_place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When good requests came (µs), and their evidence; many in one row are spread evenly from the first to the last."""
    weight = trials.weight - trials.weight_bad
    is_good = weight > 0
    weight, begin = weight[is_good], trials.good_at[is_good]
    gain = weight * gain_by_place[trials.place[is_good]]
    if not (weight > 1).any():
        return begin.astype(np.int64), gain
    finish = np.fmax(trials.good_until[is_good], begin)
    parts = np.where(weight > 1, _PLACES, 1)
    steps = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    share = steps / np.repeat(np.maximum(parts - 1, 1), parts)
    at = np.repeat(begin, parts) + share * np.repeat(finish - begin, parts)
    return at.astype(np.int64), np.repeat(gain / parts, parts)


def find_edge(
    bad_at: np.ndarray, bad_gain: np.ndarray, good_at: np.ndarray, good_gain: np.ndarray, bounds: tuple[int, int], *,
    is_start: bool,
) -> Edge:  # fmt: skip
    """The start (or end) among the bad events within 5 minutes of the stretch's own.

    ``*_at`` are times of bad and good trials, ``*_gain`` ln[P(it | broken) / P(it | usual)]; ``bounds``
    is the stretch. The sum runs from the stretch's middle outward.
    """
    sign = 1 if is_start else -1
    start, end = bounds
    middle = (start + end) // 2
    outer = start - _NEAR_US if is_start else end + _NEAR_US
    inner = min(start + _NEAR_US, middle) if is_start else max(end - _NEAR_US, middle)
    low, high = min(outer, inner), max(outer, inner)
    times = np.concatenate((bad_at, good_at))
    gains = np.concatenate((bad_gain, good_gain))
    is_bad = np.concatenate((np.ones(len(bad_at), bool), np.zeros(len(good_at), bool)))
    near = (times >= low) & (times <= high)
    times, gains, is_bad = times[near], gains[near], is_bad[near]
    if not is_bad.any():
        inside = bad_at[(bad_at >= start) & (bad_at <= end)]
        at = int(inside.min() if is_start else inside.max()) if len(inside) else (start if is_start else end)
        return Edge(at, at, at)
    # From the inside outward; at the same instant good ones first, so that an edge sits on a bad one.
    order = np.lexsort((is_bad, -sign * times))
    summed = np.cumsum(gains[order])
    places, sums = times[order][is_bad[order]], summed[is_bad[order]]
    best = int(sums.argmax())
    close = places[sums >= sums[best] - _NATS]
    return Edge(int(places[best]), int(close.min()), int(close.max()))
