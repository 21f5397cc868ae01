"""minutes with evidence → the minutes that are looked at: all in between too, except for long holes.

Holes of over a day are left out, and shorter ones too where evidence is so sparse that nearly all minutes would be empty
(a line per hour, for years): the work grows with the evidence, not with the span.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

_HOLES = (24 * 60, 6 * 60, 60, 15, 5, 1)  # minutes; longer holes are left out
_MOST_MINUTES = 30 * 24 * 60  # that are looked at, however many of them are empty
_MOST_TIMES = 8  # times the minutes with evidence, where that's more


class Stretches(NamedTuple):
    """The minutes (since 1970) that are looked at, and the longest hole (minutes) within them."""

    minutes: np.ndarray
    hole: int


def find_stretches(minutes: Iterable[int]) -> Stretches:
    """Every minute from the first to the last, leaving out holes."""
    seen = np.unique(np.fromiter(minutes, np.int64))
    steps = np.diff(seen)
    most = max(_MOST_MINUTES, _MOST_TIMES * len(seen))
    hole = next((hole for hole in _HOLES if len(seen) + int((steps - 1)[steps <= hole].sum()) <= most), 1)
    if not len(seen):
        return Stretches(seen, hole)
    sizes = np.where(steps <= hole, steps, 1)  # of the minutes from one seen to before the next one
    starts = np.repeat(seen[:-1], sizes)
    within = np.arange(len(starts)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return Stretches(np.append(starts + within, seen[-1]), hole)


def tell_stretches(minutes: Iterable[int]) -> list[str]:
    """A sentence for the ledger where holes of less than a day are left out."""
    hole = find_stretches(minutes).hole
    if hole == _HOLES[0]:
        return []
    return [f"Evidence is sparse over its span: holes of over {hole} min aren't laid out minute by minute."]


def find_runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """[start, stop) of each run of True."""
    starts, stops = find_edges(mask)
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def find_edges(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each run of True starts, and where it stops (not included)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return edges[::2], edges[1::2]
