"""Summary → coverage: which minutes each group of sources has evidence for. No evidence is not no errors.

A group is one layer, host and service, so that rotated files of one log are one. Its silence is a hole
when, at its usual rate, a silence that long would be less than a one-in-ten-thousand coincidence
(Poisson); a quieter log that says nothing for a while is simply quiet.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from minutebook.summary import Summary

#: −ln of the chance below which silence is no coincidence.
_SURE = 9.2
#: Stretches of evidence further apart than this aren't joined by empty minutes: one stray stamp would
#: make the grid explode.
_STRETCH_MINUTES = 24 * 60
STATES = ("covered", "partly", "none")


def find_grid(minutes: Iterable[int]) -> np.ndarray:
    """Every minute (since 1970) from the first to the last, leaving out holes of over a day."""
    seen = np.unique(np.fromiter(minutes, np.int64))
    if not len(seen):
        return seen
    cuts = np.flatnonzero(np.diff(seen) > _STRETCH_MINUTES) + 1
    return np.concatenate([np.arange(part[0], part[-1] + 1) for part in np.split(seen, cuts)])


def find_coverage(summary: Summary) -> pd.DataFrame:
    """One row per group and minute of the grid: ``layer, service, host, minute, events, requests, probes, first, last, state``.

    ``minute`` counts from 1970; ``state`` is covered, partly (the minute in which the group's evidence
    begins, ends or breaks off) or none. ``first`` and ``last`` are µs of its events in the minute, null for none.
    """
    rows = summary.frame("coverage")
    groups = rows.fillna({"layer": "", "service": "", "host": ""}).groupby(["layer", "service", "host"], sort=True)
    grid = find_grid(rows["minute"])
    found = [_cover(group, grid).assign(layer=key[0], service=key[1], host=key[2]) for key, group in groups]
    columns = ["layer", "service", "host", "minute", "events", "requests", "probes", "first", "last", "state"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def _cover(group: pd.DataFrame, grid: np.ndarray) -> pd.DataFrame:
    sums = group.groupby("minute")[["events", "requests", "probes"]].sum().reindex(grid, fill_value=0)
    events = sums["events"].to_numpy()
    state = np.full(len(grid), "covered", dtype=object)
    edges = group.groupby("minute").agg(first=("first", "min"), last=("last", "max"))
    sums = sums.join(edges.astype("Int64"))
    for start, stop in find_runs(events == 0):
        rate = _rate_around(events, start, stop)
        if rate * (stop - start) > _SURE:
            state[start:stop] = "none"
            # The hole began and ended inside the minutes beside it.
            if start > 0 and _is_cut(edges, grid[start - 1], rate, at_end=True):
                state[start - 1] = "partly"
            if stop < len(grid) and _is_cut(edges, grid[stop], rate, at_end=False):
                state[stop] = "partly"
    seen = np.flatnonzero(events)
    for at, at_end in ((seen[0], False), (seen[-1], True)):
        rate = _rate_around(events, at, at)
        if state[at] == "covered" and _is_cut(edges, grid[at], rate, at_end=at_end):
            state[at] = "partly"
    return sums.reset_index(names="minute").assign(state=state)


def find_runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """[start, stop) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _rate_around(events: np.ndarray, start: int, stop: int) -> float:
    """Events a minute, the median of up to ten minutes on either side: silences beside it count too."""
    beside = np.concatenate((events[max(start - 10, 0) : start], events[stop : stop + 10]))
    return float(np.median(beside)) if len(beside) else 0.0


def _is_cut(edges: pd.DataFrame, minute: int, rate: float, *, at_end: bool) -> bool:
    """Whether the part of the minute without events is longer than chance allows."""
    if minute not in edges.index or rate <= 0:
        return False
    bound = minute * 60_000_000
    missing = bound + 60_000_000 - edges.at[minute, "last"] if at_end else edges.at[minute, "first"] - bound
    return bool(missing / 60e6 * rate > _SURE)
