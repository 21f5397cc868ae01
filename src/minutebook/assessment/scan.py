"""counts a minute → the stretch that is least of a coincidence (Kulldorff's scan statistic, 1997)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minutebook.sli.stretches import find_runs

#: ln of a million to one.
SURE = 13.8
#: ln of ten thousand to one: worth a line among the rejected, never a window.
WEAK = 9.2
LONGEST_MINUTES = 360
#: Stretches at most so far apart are pieces of one window.
MERGE_MINUTES = 5
_MOST_PAIRS = 500_000  # looked at together


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


def score_one(bad: float, valid: float, expected: float) -> float:
    """The `score` of one stretch; next to nothing is expected of it at least."""
    return float(score(np.array([bad]), np.array([valid]), np.array([max(expected, 1e-9)]))[0])


def find_best(
    bad: np.ndarray, valid: np.ndarray, expected: np.ndarray, is_open: np.ndarray, least: float = 0.0
) -> Stretch | None:
    """The highest scoring stretch of at most six hours among the open minutes; None where none reaches the ``least``.

    A stretch begins and ends in a minute with more bad trials than expected: without another one at its edge it would
    score no less, so that loses nothing and saves most of the work.
    """
    best: Stretch | None = None
    for begin, end in find_runs(is_open):
        found = _best_in(bad[begin:end], valid[begin:end], expected[begin:end], least)
        if found and (best is None or found.llr > best.llr + 1e-9):
            best = Stretch(found.start + begin, found.stop + begin, found.llr)
    return best


def narrow(found: Stretch, bad: np.ndarray, valid: np.ndarray, expected: np.ndarray, gap: int, noise: float) -> Stretch:
    """The stretch, or the likelier part of it where it holds two with at least ``gap`` usual minutes between.

    What never fails as usual has a long stretch over two incidents score high; two of them must be less of a
    coincidence than one by a million to one.
    """
    while found.stop - found.start > gap + 1:
        sums = [np.concatenate(([0.0], np.cumsum(v[found.start : found.stop]))) for v in (bad, valid, expected)]
        left = score(*sums)
        right = score(*(total[-1] - total for total in sums))
        # The best of all beginnings that end at least ``gap`` minutes before each ending begins.
        reached = np.maximum.accumulate(left[: len(left) - gap])
        both = reached + right[gap:]
        begin = int(both.argmax()) + gap
        if both[begin - gap] - found.llr < SURE * noise:
            break
        end = int(left[: begin - gap + 1].argmax())
        if left[end] >= right[begin]:
            found = Stretch(found.start, found.start + end, float(left[end]))
        else:
            found = Stretch(found.start + begin, found.stop, float(right[begin]))
    return found


def _best_in(bad: np.ndarray, valid: np.ndarray, expected: np.ndarray, least: float) -> Stretch | None:
    at = np.flatnonzero(bad > expected)
    if not len(at):
        return None
    sums = [np.concatenate(([0.0], np.cumsum(values))) for values in (bad, valid, expected)]
    excess, usual = sums[0] - sums[2], sums[2]
    # By ln x ≤ x - 1 no stretch scores more than chi squared, which is sooner found and rules nearly all of them out.
    lowest = least * (1 - float((expected / np.maximum(valid, 1e-9)).max()))
    best: Stretch | None = None
    begin = 0
    while begin < len(at):
        ends = at[begin : np.searchsorted(at, at[begin] + 2 * LONGEST_MINUTES)]
        first = at[begin : begin + max(_MOST_PAIRS // len(ends), 1)]
        first = first[first <= at[begin] + LONGEST_MINUTES]
        begin += len(first)
        more, expect = (total[ends + 1] - total[first][:, None] for total in (excess, usual))
        is_near = (ends >= first[:, None]) & (ends < first[:, None] + LONGEST_MINUTES)
        rows, columns = np.nonzero(is_near & (more > 0) & (more**2 >= lowest * expect))
        if not len(rows):
            continue
        starts, stops = first[rows], ends[columns] + 1
        llr = score(*(total[stops] - total[starts] for total in sums))
        # Of equal ones the shortest, then the earliest.
        close = np.flatnonzero(llr >= llr.max() - 1e-9)
        top = int(close[np.lexsort((starts[close], (stops - starts)[close]))[0]])
        if (
            llr[top] > 0
            and llr[top] >= least
            and (best is None or _is_better(llr[top], stops[top] - starts[top], best))
        ):
            best = Stretch(int(starts[top]), int(stops[top]), float(llr[top]))
    return best


def _is_better(llr: float, length: int, best: Stretch) -> bool:
    if abs(llr - best.llr) <= 1e-9:
        return length < best.stop - best.start
    return llr > best.llr
