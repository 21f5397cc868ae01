"""a stretch of minutes → its first and last bad event, and how far off they could be.

Every trial near an edge speaks for *broken* or *usual*; the edge is where the sum of both is the most
likely one, and its interval all places within 3 nats of that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_NEAR_US = 5 * 60_000_000
_NATS = 3.0


class Edge(NamedTuple):
    """The best place of an edge and the interval of places nearly as good; µs since 1970."""

    at: int
    earliest: int
    latest: int


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
    # From the inside outward; of one instant good ones first, so that an edge sits on a bad one.
    order = np.lexsort((is_bad, -sign * times))
    summed = np.cumsum(gains[order])
    places, sums = times[order][is_bad[order]], summed[is_bad[order]]
    best = int(sums.argmax())
    close = places[sums >= sums[best] - _NATS]
    return Edge(int(places[best]), int(close.min()), int(close.max()))
