"""requests a minute → traffic that is missing, and minutes for which there's no evidence either way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from minutebook.assessment.scan import SURE

_HALF_SPAN = 60  # minutes on either side that say what is expected
_FEWEST_EXPECTED = 5.0  # requests, in a hole


class Hole(NamedTuple):
    """Minutes ``[start, stop)`` (from 1970) in which traffic is missing or unknown."""

    start: int
    stop: int
    expected: float  #: requests
    seen: float
    odds: float
    is_known: bool  #: something else kept logging, so that the silence is the users'


def find_holes(requests: pd.Series, coverage: pd.DataFrame) -> list[Hole]:
    """Holes of one service: ``requests`` by minute (from 1970), ``coverage`` with minute_no, state, alive.

    Expected is the centred 2 h median; a hole is at least half gone and, scaled by the series' own noise, less
    than a one-in-a-million coincidence. Without any sign of life it's no evidence, never an outage.
    """
    minutes = coverage["minute_no"].to_numpy()
    if len(minutes) < 3:
        return []
    seen = requests.reindex(minutes, fill_value=0).to_numpy(float)
    state, is_alive = coverage["state"].to_numpy(dtype=object), coverage["alive"].to_numpy(bool)
    expected = _typical(seen, state != "none")
    usual = (state == "covered") & (expected > 0) & (seen > 0.5 * expected)
    noise = max(1.0, float(np.mean((seen[usual] - expected[usual]) ** 2 / expected[usual]))) if usual.any() else 1.0
    # The first and last minutes are cut by the evidence itself.
    edge = np.zeros(len(minutes), bool)
    active = np.flatnonzero(seen > 0)
    if not len(active):
        return []
    edge[: active[0] + 1] = edge[active[-1] :] = True
    holes = []
    is_unknown = (state == "none") & ~is_alive & ~edge
    for mask, is_known in (
        ((seen <= 0.5 * expected) & (expected > 0) & ~is_unknown & ~edge, True),
        (is_unknown, False),
    ):
        for begin, stop in _runs(mask):
            want, have = expected[begin:stop].sum(), seen[begin:stop].sum()
            odds = float((want - have + have * np.log(max(have, 1e-9) / want)) / noise) if want > have else 0.0
            if (not is_known and want > 0) or (odds >= SURE and want >= _FEWEST_EXPECTED):
                holes.append(Hole(int(minutes[begin]), int(minutes[stop - 1]) + 1, want, have, odds, is_known))
    return sorted(holes)


def _typical(seen: np.ndarray, is_covered: np.ndarray) -> np.ndarray:
    """Median of the covered minutes within an hour on either side."""
    values = pd.Series(np.where(is_covered, seen, np.nan))
    return values.rolling(2 * _HALF_SPAN + 1, center=True, min_periods=1).median().fillna(0.0).to_numpy()


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))).reshape(-1, 2)
    return [(int(a), int(b)) for a, b in edges]
