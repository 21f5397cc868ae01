"""events of many groups, minute by minute → the state of each minute: covered, partly, or none.

A group's silence is a hole when, at its usual rate, a silence that long would be less than a one-in-ten-thousand
coincidence (Poisson); a quieter log that says nothing for a while is simply quiet. All groups are looked at together.
"""

from __future__ import annotations

import numpy as np

from minutebook.sli.stretches import find_edges
from minutebook.times.utc import MINUTE_US

STATES = ("covered", "partly", "none")
_COVERED, _PARTLY, _NONE = range(len(STATES))
#: −ln of the chance below which silence is no coincidence.
_SURE = 9.2
_BESIDE = 10  # minutes on either side of a silence that show what is usual
_MOST_SILENCES = 100_000  # handled together


def find_states(events: np.ndarray, first: np.ndarray, last: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The state of each minute, as its place in `STATES`: a row per group, a column per minute of the grid.

    ``events`` is how many there are in a minute, ``first`` and ``last`` when they came (µs). Every group has some.
    """
    before, after = first - grid * MINUTE_US, (grid + 1) * MINUTE_US - last  # µs of a minute without events

    def is_cut(group: np.ndarray, at: np.ndarray, rate: np.ndarray, beside: np.ndarray) -> np.ndarray:
        """Whether the part of a minute without events is longer than chance allows."""
        return (events[group, at] > 0) & (beside[group, at] / MINUTE_US * rate > _SURE)

    width = len(grid)
    starts, stops = find_edges(
        np.pad(events == 0, ((0, 0), (0, 1))).ravel()
    )  # padded, so that no run goes on into the next group
    group, starts, stops = starts // (width + 1), starts % (width + 1), stops % (width + 1)
    rate = _find_rates(events, group, starts, stops)
    is_hole = rate * (stops - starts) > _SURE
    group, starts, stops, rate = (values[is_hole] for values in (group, starts, stops, rate))
    edges = np.zeros((len(events), width + 1), np.int8)
    edges[group, starts] += 1
    edges[group, stops] -= 1
    state = np.where(np.cumsum(edges[:, :-1], axis=1, dtype=np.int8) > 0, np.int8(_NONE), np.int8(_COVERED))
    # A hole began and ended within the minutes beside it.
    for at, has_one, beside in ((starts - 1, starts > 0, after), (stops, stops < width, before)):
        cut = is_cut(group[has_one], at[has_one], rate[has_one], beside)
        state[group[has_one][cut], at[has_one][cut]] = _PARTLY
    every = np.arange(len(events))
    is_seen = events > 0
    for at, beside in ((is_seen.argmax(axis=1), before), (width - 1 - is_seen[:, ::-1].argmax(axis=1), after)):
        cut = (state[every, at] == _COVERED) & is_cut(every, at, _find_rates(events, every, at, at), beside)
        state[every[cut], at[cut]] = _PARTLY
    return state


def _find_rates(events: np.ndarray, group: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Events per minute: the median of up to ten minutes on either side, other silences included."""
    if len(group) > _MOST_SILENCES:
        parts = range(0, len(group), _MOST_SILENCES)
        each = [[values[at : at + _MOST_SILENCES] for values in (group, starts, stops)] for at in parts]
        return np.concatenate([_find_rates(events, *part) for part in each])
    at = np.concatenate(
        (starts[:, None] + np.arange(-_BESIDE, 0), stops[:, None] + np.arange(_BESIDE)), axis=1
    )  # fmt: skip
    is_in = (at >= 0) & (at < events.shape[1])
    beside = np.where(is_in, events[group[:, None], np.where(is_in, at, 0)], np.inf)
    beside.sort(axis=1)
    count = is_in.sum(axis=1)
    row, middle = np.arange(len(group)), np.maximum(count, 1)
    median = (beside[row, (middle - 1) // 2] + beside[row, middle // 2]) / 2
    return np.where(count > 0, median, 0.0)
