"""counts a minute → the stretch that is least of a coincidence (Kulldorff's scan statistic, 1997)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

#: ln of a million to one.
SURE = 13.8
LONGEST_MINUTES = 360


class Stretch(NamedTuple):
    """Minutes ``[start, stop)`` of a grid, and the log-likelihood ratio of their excess."""

    start: int
    stop: int
    llr: float


def score(bad: np.ndarray, valid: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """ln of the likelihood of ``bad`` of ``valid`` at its own rate over that at the expected one; 0 below it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = bad * np.log(bad / expected)
        good = valid - bad
        rest = np.where(good > 0, good * np.log(good / np.maximum(valid - expected, 1e-9)), 0.0)
        llr = np.where((bad > expected) & (bad > 0), excess + rest, 0.0)
    return np.nan_to_num(llr, nan=0.0, posinf=0.0, neginf=0.0)


def find_best(bad: np.ndarray, valid: np.ndarray, expected: np.ndarray, is_open: np.ndarray) -> Stretch | None:
    """The highest scoring stretch of at most six hours among the open minutes; None where nothing exceeds.

    A stretch begins and ends in a minute with a bad trial, which loses nothing and saves most of the work.
    """
    best: Stretch | None = None
    for begin, end in _segments(is_open):
        found = _best_in(bad[begin:end], valid[begin:end], expected[begin:end])
        if found and (best is None or found.llr > best.llr + 1e-9):
            best = Stretch(found.start + begin, found.stop + begin, found.llr)
    return best


def _segments(is_open: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], is_open.astype(np.int8), [0])))).reshape(-1, 2)
    return [(int(a), int(b)) for a, b in edges]


def _best_in(bad: np.ndarray, valid: np.ndarray, expected: np.ndarray) -> Stretch | None:
    at = np.flatnonzero(bad > 0)
    if not len(at):
        return None
    sums = [np.concatenate(([0.0], np.cumsum(values))) for values in (bad, valid, expected)]
    best: Stretch | None = None
    # One step ahead among the minutes with bad trials at a time: all pairs, vectorised by distance.
    for distance in range(len(at)):
        starts, stops = at[: len(at) - distance], at[distance:] + 1
        fits = stops - starts <= LONGEST_MINUTES
        if not fits.any():
            break
        starts, stops = starts[fits], stops[fits]
        llr = score(*(total[stops] - total[starts] for total in sums))
        top = int(llr.argmax())
        if llr[top] > 0 and (best is None or llr[top] > best.llr + 1e-9):
            best = Stretch(int(starts[top]), int(stops[top]), float(llr[top]))
    return best
