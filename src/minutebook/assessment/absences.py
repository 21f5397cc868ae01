"""requests a minute → the stretches of which the hours on either side don't show what is usual, with what they lack.

A median over two hours follows a silence of more than one, and behind a service's last request there is no other side.
There the hour before shows it, and the hour behind if there is one: if traffic was far from ebbing away when it broke
off, and as far from beginning when it came back. What comes and goes, as a batch's requests do, isn't missing either.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from minutebook.assessment.scan import SURE
from minutebook.sli.stretches import find_runs

_HOUR = 60  # minutes
_HARDLY_ANY = 0.1  # of the usual requests of a minute that has some
_FEWEST_ACTIVE = 30  # minutes with requests, to know what is usual
_FEWEST_BESIDE = 10  # of them on a side, to know where it was heading
_AT_ONCE = 10  # minutes right beside an absence, in which it may have been less already
_MOST_OTHERS = 1  # absences half as long: more are how a service is used
_DOUBT = 3.0  # standard deviations by which traffic may ebb faster than it seems to


class Absence(NamedTuple):
    """A stretch in which hardly any requests came: places of its minutes, and how many a minute were to be expected."""

    begin: int
    stop: int
    rate: float


def find_absences(seen: np.ndarray, is_known: np.ndarray, stop: int) -> list[Absence]:
    """Absences of an hour or more, and one that goes on up to ``stop``, where evidence ends, however short.

    ``seen`` are requests by minute; ``is_known`` says which of the minutes there's evidence for.
    """
    active = np.flatnonzero(seen > 0)
    if len(active) < _FEWEST_ACTIVE:
        return []
    first = int(active[0])
    runs = find_runs(seen[first:stop] <= _HARDLY_ANY * np.median(seen[active]))
    lengths = np.array([end - begin for begin, end in runs], np.int64)
    found = []
    for begin, end in ((first + begin, first + end) for begin, end in runs):
        is_last = end == stop
        if (end - begin < _HOUR and not is_last) or np.count_nonzero(2 * lengths >= end - begin) - 1 > _MOST_OTHERS:
            continue
        before, behind = _pick(seen, is_known, begin - _HOUR, begin)[::-1], _pick(seen, is_known, end, end + _HOUR)
        sides = [before] if is_last else [before, behind]
        if all(_would_go_on(side, end - begin) for side in sides):
            found.append(Absence(begin, end, min(float(np.median(side)) for side in sides)))
    return found


def _pick(seen: np.ndarray, is_known: np.ndarray, begin: int, stop: int) -> np.ndarray:
    """The requests of the minutes with evidence among some."""
    own = slice(max(begin, 0), max(stop, 0))
    return seen[own][is_known[own]]


def _would_go_on(side: np.ndarray, minutes: int) -> bool:
    """Whether traffic would have gone on: requests in the minutes beside an absence, nearest first, drawn on through it.

    Drawn on as they fell from the farther half to the nearer one, and faster by what chance can hide, it still is less
    than a one-in-a-million coincidence that none came.
    """
    half = len(side) // 2
    if half < _FEWEST_BESIDE // 2:
        return False
    near, far = float(side[:half].sum()), float(side[half : 2 * half].sum())
    left = min(near, float(side[:_AT_ONCE].mean()) * half)
    if not left:
        return False
    noise = max(float(side.var() / side.mean()), 1.0)
    fall = max(far - near, 0.0) + _DOUBT * np.sqrt(noise * (near + far))
    steps = np.arange(1, minutes // half + 2)
    shares = np.minimum(minutes / half - (steps - 1), 1.0)  # the last of them isn't whole
    return bool((np.maximum(left - fall * steps, 0.0) * shares).sum() >= SURE * noise)
