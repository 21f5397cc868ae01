"""The stretch that stands out most is the best of all stretches, however few of them are looked at."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from minutebook.assessment import scan
from minutebook.assessment.scan import Stretch, find_best, score


def draw(seed: int, minutes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Bad, valid and expected trials by minute, some minutes closed; in two cases of three something happened."""
    rng = np.random.default_rng(seed)
    valid = rng.poisson(rng.choice([3, 20, 300]), minutes).astype(float)
    rate = rng.choice([0.02, 0.3, 0.9])
    bad = rng.binomial(valid.astype(int), rate)
    if seed % 3:
        start = int(rng.integers(minutes))
        own = slice(start, start + int(rng.integers(1, 40)))
        bad[own] = rng.binomial(valid[own].astype(int), min(rate * rng.choice([2, 8]), 1.0))
    return bad.astype(float), valid, valid * rate, rng.random(minutes) > 0.02


def try_all(bad: np.ndarray, valid: np.ndarray, expected: np.ndarray, is_open: np.ndarray) -> Stretch:
    """The same by brute force: every stretch of open minutes; of equal ones the shortest, then the earliest."""
    best = Stretch(0, 0, 0.0)
    for start, stop in itertools.combinations(range(len(bad) + 1), 2):
        if stop - start > scan.LONGEST_MINUTES or not is_open[start:stop].all():
            continue
        llr = float(score(*(np.array([each[start:stop].sum()]) for each in (bad, valid, expected)))[0])
        if llr > best.llr + 1e-9 or (abs(llr - best.llr) <= 1e-9 and stop - start < best.stop - best.start):
            best = Stretch(start, stop, llr)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_the_stretch_that_stands_out_most_is_found(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "LONGEST_MINUTES", 30)
    monkeypatch.setattr(scan, "_MOST_PAIRS", 100)
    drawn = draw(seed, 80)
    best = try_all(*drawn)
    for least in (0.0, best.llr * 0.7, best.llr - 1e-6):
        found = find_best(*drawn, least)
        assert found is not None
        assert (found.start, found.stop) == (best.start, best.stop)
        assert found.llr == pytest.approx(best.llr)
    assert find_best(*drawn, best.llr + 1e-6) is None
