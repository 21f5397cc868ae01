"""requests a minute → how many were to be expected in each, and in which hardly any came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from minutebook.assessment.absences import find_absences
from minutebook.assessment.writers import Ending
from minutebook.sli.stretches import find_runs

_HALF_SPAN = 60  # minutes on either side that show what is expected


@dataclass(frozen=True)
class Minutes:
    """The minutes of one service, in order: what came, what was to be expected, and how well that is known."""

    number: np.ndarray  #: from 1970
    seen: np.ndarray  #: requests
    expected: np.ndarray  #: requests
    state: np.ndarray  #: covered, partly or none
    is_alive: np.ndarray  #: whether other sources kept logging
    cut: int  #: the place from which on the evidence is cut
    logged_until: int | None  #: µs, where its logs go on up to there without the usual requests

    def find_low(self) -> list[tuple[int, int]]:
        """The places [begin, stop) of stretches with at most half of the expected requests, or without evidence."""
        is_low = (self.seen <= 0.5 * self.expected) & (self.expected > 0) | (self.state == "none")
        # The first and last minutes are cut by the evidence itself.
        is_low[: self._active[0] + 1] = is_low[self.cut :] = False
        return find_runs(is_low)

    def find_told(self) -> np.ndarray:
        """Which minutes show when its users come: not those of days on which it wasn't there yet, or no more."""
        is_told = (self.state != "none") | self.is_alive
        is_told[: self._active[0]] = is_told[self._active[-1] + 1 :] = False
        return is_told

    def find_noise(self) -> float:
        """How much more the usual minutes vary than chance alone would make them (1: no more)."""
        seen, expected = self.seen, self.expected
        usual = (self.state == "covered") & (expected > 0) & (seen > 0.5 * expected)
        return max(1.0, float(np.mean((seen[usual] - expected[usual]) ** 2 / expected[usual]))) if usual.any() else 1.0

    @property
    def _active(self) -> np.ndarray:
        return np.flatnonzero(self.seen > 0)


def expect_requests(
    requests: pd.Series, coverage: pd.DataFrame, find_end: Callable[[int], Ending | None]
) -> Minutes | None:
    """The minutes of ``coverage`` (minute_no, state, alive); None where nobody came in any.

    ``requests`` are by minute (from 1970); ``find_end`` tells how far the logs go on behind the minute of the last one.
    Expected is the centred 2 h median, but of `absences`.
    """
    number, state = coverage["minute_no"].to_numpy(), coverage["state"].to_numpy(dtype=object)
    seen = requests.reindex(number, fill_value=0).to_numpy(float)
    active, is_known = np.flatnonzero(seen > 0), state != "none"
    if not len(active):
        return None
    last = int(active[-1])
    # Few services fall silent at the end, so that hardly any has to be looked up in the logs.
    is_silent = any(each.stop == len(seen) > last + 1 for each in find_absences(seen, is_known, len(seen)))
    ending = find_end(int(number[last])) if is_silent else None
    reach = None if ending is None else int(np.searchsorted(number, ending.minute))
    expected, cut = _expect(seen, is_known, last, reach)
    logged_until = None if ending is None or cut != reach else ending.at
    return Minutes(number, seen, expected, state, coverage["alive"].to_numpy(bool), cut, logged_until)


def _expect(seen: np.ndarray, is_known: np.ndarray, last: int, reach: int | None) -> tuple[np.ndarray, int]:
    """How many requests are to be expected in each minute, and the place from which on the evidence is cut.

    That's the minute of the ``last`` request, or the end of its logs (``reach``) if they go on without what is usual.
    """
    absences = find_absences(seen, is_known, last if reach is None else reach)
    expected = _typical(seen, is_known)
    for each in absences:
        expected[each.begin : each.stop] = each.rate
    return expected, reach if reach and any(each.stop == reach for each in absences) else last


def _typical(seen: np.ndarray, is_covered: np.ndarray) -> np.ndarray:
    """Median of the covered minutes within an hour on either side."""
    values = pd.Series(np.where(is_covered, seen, np.nan))
    return values.rolling(2 * _HALF_SPAN + 1, center=True, min_periods=1).median().fillna(0.0).to_numpy(copy=True)
