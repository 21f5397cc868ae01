"""counts a minute → the minutes that may be called usual before anything is known.

In hours of evidence most minutes are usual, so those far above the median aren't. What was exported around an incident
may be bad for the most part: there a stretch is compared with all that is outside of it, never with itself.
"""

from __future__ import annotations

import numpy as np

from minutebook.assessment.baseline import BLOCK, Grid, add_up_blocks, find_noise
from minutebook.assessment.scan import LONGEST_MINUTES, SURE, score


def find_first_usual(grid: Grid) -> np.ndarray:
    """The mask of the grid's minutes that look usual at first sight."""
    bad, valid = grid.total_bad.astype(float), grid.total_valid.astype(float)
    is_usual = _leave_out_high_blocks(bad, valid)
    if np.count_nonzero(valid) > LONGEST_MINUTES:  # longer than any stretch that is looked for
        return is_usual
    is_calm = _leave_out_contrasts(bad, valid)
    rate = (bad[is_calm].sum() + 0.5) / (valid[is_calm].sum() + 1)
    seen = valid[is_usual].sum()
    # A few minutes may be calm by chance: they count as usual only where the others plainly differ.
    return is_calm if seen and is_material(bad[is_usual].sum(), seen, seen * rate) else is_usual


def _leave_out_high_blocks(bad: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """All minutes but the blocks far above the median block."""
    k, n = add_up_blocks(bad), add_up_blocks(valid)
    ratio = k / np.maximum(n, 1)
    typical = float(np.median(ratio[n > 0])) if (n > 0).any() else 0.0
    is_high = (ratio > 1.5 * typical) & (ratio > typical + 0.005)
    return ~np.repeat(is_high, BLOCK)[: len(bad)]


def is_material(bad: float, valid: float, expected: float) -> bool:
    """Whether the bad ones exceed what is expected by enough to matter: by half as much again, and half a percent."""
    return bool(bad / valid >= max(1.5 * expected / valid, expected / valid + 0.005))


def _leave_out_contrasts(bad: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """All minutes but those stretches, clearest first, that are no coincidence beside the rest."""
    is_left = np.ones(len(bad), bool)
    while (found := _find_contrast(bad * is_left, valid * is_left)) is not None:
        start, stop, odds = found
        outside = is_left.copy()
        outside[start:stop] = False
        inside = is_left & ~outside
        if not (valid[outside].sum() and valid[inside].sum()):
            break
        rate = (bad[outside].sum() + 0.5) / (valid[outside].sum() + 1)
        if odds < SURE * find_noise(bad, valid * rate, outside):
            break
        if not is_material(bad[inside].sum(), valid[inside].sum(), valid[inside].sum() * rate):
            break
        is_left = outside
    return is_left


def _find_contrast(bad: np.ndarray, valid: np.ndarray) -> tuple[int, int, float] | None:
    """The stretch ``[start, stop)`` whose excess over the outside is least likely a coincidence.

    With its odds: the log-likelihood ratio of two rates over one (Kulldorff's statistic whole, of which `scan.score` is
    the part inside).
    """
    expected = valid * (bad.sum() / max(valid.sum(), 1))
    at = np.flatnonzero(bad > expected)
    if not len(at):
        return None
    starts, stops = (index.ravel() for index in np.meshgrid(at, at + 1, indexing="ij"))
    starts, stops = starts[stops > starts], stops[stops > starts]
    k, n, e = (
        total[stops] - total[starts]
        for total in (np.concatenate(([0.0], np.cumsum(v))) for v in (bad, valid, expected))
    )
    good = (valid.sum() - n) - (bad.sum() - k)
    odds = score(k, n, e) + score(good, valid.sum() - n, (valid.sum() - n) - (bad.sum() - e))
    best = int(odds.argmax())
    return int(starts[best]), int(stops[best]), float(odds[best])
