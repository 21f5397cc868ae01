"""how often a message was written, minute by minute → its usual rate, and the stretches in which it's loud.

A message that most minutes lack may still be written all day long, as ordinary failures are: then its usual rate is
that of the minutes outside its loud ones, and only these are told.
"""

from __future__ import annotations

import math

import numpy as np

#: Usual gaps within which what is written all the time comes.
FEW_GAPS = 3
_GAP_MINUTES = 5  # quiet minutes that don't end a stretch
_SURGE = 4.0  # times the message's usual rate
_FEWEST = 3  # in a minute, for a surge
_CHANCE = 4.0  # standard deviations over the usual rate, which chance reaches in no day
_OFTEN = 3  # minutes with it ahead of its first loud one, for a message that isn't new then


def find_usual(dense: np.ndarray) -> float:
    """How often it's written in a usual minute: the median; 0 for what isn't written in usual minutes."""
    median = float(np.median(dense))
    if median or not dense.any():
        return median
    is_apart = np.ones(len(dense), bool)
    runs = join_runs(dense >= _FEWEST)
    for begin, stop in runs:
        is_apart[begin:stop] = False
    at = np.flatnonzero(is_apart & (dense > 0))
    if not runs or np.count_nonzero(at < runs[0][0]) < _OFTEN:
        return 0.0
    # What first came long after the evidence begins, for how often it then came, is new.
    is_old = at[0] <= FEW_GAPS * (at[-1] - at[0]) / len(at)
    return float(dense[is_apart].mean()) if is_old else 0.0


def find_loud(dense: np.ndarray, usual: float) -> list[tuple[int, int]]:
    """[begin, stop) of the minutes that stand out of the usual rate; without one, of all in which it was written."""
    if not usual:
        return join_runs(dense > 0)
    return join_runs(dense >= max(_FEWEST, _SURGE * usual, 1 + usual + _CHANCE * math.sqrt(usual)))


def join_runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """[begin, stop) of the runs of True, those few minutes apart as one."""
    at = np.flatnonzero(mask)
    if not len(at):
        return []
    cuts = np.flatnonzero(np.diff(at) > _GAP_MINUTES) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(at, cuts)]
