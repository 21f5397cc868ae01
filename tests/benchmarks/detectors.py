"""Bad and valid requests by minute → stretches that other detectors would call an incident, for comparison.

Each takes ``bad`` and ``valid`` by minute and gives ``[start, stop)`` minutes. They are used as a team would set
them up without tuning to an incident: on the ratio of bad requests, and as their textbooks have them.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

Stretches = list[tuple[int, int]]
_GAP = 5  # minutes that don't part a stretch, as in minutebook


def by_threshold(bad: np.ndarray, valid: np.ndarray) -> Stretches:
    """Over 5 % bad for two minutes in a row: the alert that many teams have."""
    return _runs(_ratio(bad, valid) > 0.05, fewest=2)


def by_mad(bad: np.ndarray, valid: np.ndarray) -> Stretches:
    """Over the median by five times its median absolute deviation (scaled as for a normal), two minutes in a row."""
    ratio = _ratio(bad, valid)
    middle = np.median(ratio)
    spread = max(1.4826 * float(np.median(np.abs(ratio - middle))), 1e-4)
    return _runs(ratio > middle + 5 * spread, fewest=2)


def by_cusum(bad: np.ndarray, valid: np.ndarray) -> Stretches:
    """Page's one-sided CUSUM on the standardised ratio (slack 0.5, alarm at 8); over when the sum is back at 0."""
    ratio = _ratio(bad, valid)
    usual, spread = float(np.median(ratio)), max(float(np.std(ratio[: max(len(ratio) // 3, 10)])), 1e-4)
    total, begin, alarmed, found = 0.0, 0, False, []
    for minute, z in enumerate((ratio - usual) / spread):
        if total == 0.0:
            begin = minute
        total = max(0.0, total + z - 0.5)
        alarmed |= total > 8
        if total == 0.0 and alarmed:
            found.append((begin, minute))
        alarmed &= total > 0.0
    return _join([*found, (begin, len(ratio))] if alarmed else found)


def by_pelt(bad: np.ndarray, valid: np.ndarray) -> Stretches:
    """PELT (l2 on the ratio, penalty 3 ln n × variance): segments twice, and half a point, above the median."""
    import ruptures

    ratio = _ratio(bad, valid)
    variance = max(float(np.median(np.diff(ratio) ** 2)) / 0.91, 1e-8)
    penalty = 3 * np.log(len(ratio)) * variance
    breaks = [0, *ruptures.Pelt(model="l2", min_size=2, jump=1).fit(ratio).predict(pen=penalty)]
    usual = float(np.median(ratio))
    high = [
        (begin, stop) for begin, stop in pairwise(breaks)
        if ratio[begin:stop].mean() > max(2 * usual, usual + 0.005)
    ]  # fmt: skip
    return _join(high)


DETECTORS = {"threshold": by_threshold, "MAD": by_mad, "CUSUM": by_cusum, "PELT": by_pelt}


def _ratio(bad: np.ndarray, valid: np.ndarray) -> np.ndarray:
    return np.asarray(bad / np.maximum(valid, 1))


def _runs(mask: np.ndarray, *, fewest: int) -> Stretches:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))).reshape(-1, 2)
    return _join([(int(a), int(b)) for a, b in edges if b - a >= fewest])


def _join(stretches: Stretches) -> Stretches:
    joined: Stretches = []
    for begin, stop in stretches:
        if joined and begin - joined[-1][1] <= _GAP:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((begin, stop))
    return joined
