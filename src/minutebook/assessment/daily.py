"""requests a minute → on how many other days as few came at that time, as behind closed doors or beside a nightly job."""

from __future__ import annotations

import numpy as np

_DAY = 1440  # minutes
_FEWEST_DAYS = 2
_AS_FEW = 0.1  # of the expected requests: what other days may have had more


def count_alike_days(
    minutes: np.ndarray, seen: np.ndarray, is_known: np.ndarray, place: tuple[int, int], expected: float
) -> int:
    """How many other days had as few requests in the minutes at [begin, stop) of ``minutes`` (from 1970, in order).

    0 where one of them had more, and where fewer than two have evidence of all those minutes.
    """
    begin, stop = place
    first, last = int(minutes[begin]), int(minutes[stop - 1])
    days = np.arange((minutes[0] - first) // _DAY, (minutes[-1] - last) // _DAY + 1) * _DAY
    days = days[days != 0]
    starts, stops = np.searchsorted(minutes, first + days), np.searchsorted(minutes, last + days, side="right")
    known, came = (np.concatenate(([0], np.cumsum(values))) for values in (is_known, seen))
    is_whole = known[stops] - known[starts] == last - first + 1
    others = (came[stops] - came[starts])[is_whole]
    is_alike = others <= came[stop] - came[begin] + _AS_FEW * expected
    return len(others) if len(others) >= _FEWEST_DAYS and is_alike.all() else 0
