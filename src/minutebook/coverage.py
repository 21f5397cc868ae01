"""Summary → coverage: which minutes each group of sources has evidence for. No evidence is not no errors.

A group is one layer, host and service, so that rotated files of one log are one. Its silence is a hole
when, at its usual rate, a silence that long would be less than a one-in-ten-thousand coincidence
(Poisson); a quieter log that says nothing for a while is simply quiet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from minutebook.summary import Summary

#: −ln of the chance below which silence is no coincidence.
_SURE = 9.2
#: Stretches of evidence further apart than this aren't joined by empty minutes: one stray stamp would
#: make the grid explode.
_STRETCH_MINUTES = 24 * 60
STATES = ("covered", "partly", "none")
_GROUP = ("layer", "service", "host")
_SUMS = ("events", "requests", "probes")
_MINUTE_US = 60_000_000
_MOST_CELLS = 5_000_000  # groups × minutes


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
    rows = summary.frame("coverage").fillna(dict.fromkeys(_GROUP, ""))
    grid = find_grid(rows["minute"])
    # Thousands of hosts over months: a silence of one of them is told no more, one of all of them still is.
    for name in ("host", "service"):
        if len(rows[list(_GROUP)].drop_duplicates()) * len(grid) > _MOST_CELLS:
            rows = rows.assign(**{name: ""})
    if not len(rows):
        return pd.DataFrame(columns=[*_GROUP, "minute", *_SUMS, "first", "last", "state"])
    by_minute = rows.groupby([*_GROUP, "minute"], sort=True)
    told = by_minute.agg({**dict.fromkeys(_SUMS, "sum"), "first": "min", "last": "max"}).reset_index()
    is_first = ~told[list(_GROUP)].eq(told[list(_GROUP)].shift()).all(axis=1).to_numpy()
    starts = np.flatnonzero(is_first)
    # Of each group, its minutes laid out over the whole grid.
    at = np.searchsorted(grid, told["minute"].to_numpy()) + (np.cumsum(is_first) - 1) * len(grid)
    size = len(starts) * len(grid)
    laid = {name: _lay_out(told[name].to_numpy(np.int64), at, size) for name in (*_SUMS, "first", "last")}
    is_told = _lay_out(np.ones(len(at), bool), at, size)
    state = np.concatenate(
        [
            _find_states(laid["events"][part], laid["first"][part], laid["last"][part], grid)
            for part in (slice(start, start + len(grid)) for start in range(0, size, len(grid)))
        ]
    )
    return pd.DataFrame(
        {
            **{name: np.repeat(told[name].to_numpy()[starts], len(grid)) for name in _GROUP},
            "minute": np.tile(grid, len(starts)),
            **{name: laid[name] for name in _SUMS},
            **{name: pd.arrays.IntegerArray(laid[name], ~is_told) for name in ("first", "last")},
            "state": state,
        }
    )


def tell_coverage(coverage: pd.DataFrame) -> list[dict[str, Any]]:
    """Of each group the stretches with evidence: ``layer, service, host, spans [[start, end]]``, RFC 3339."""
    told = []
    for (layer, service, host), group in coverage.groupby(["layer", "service", "host"], sort=True):
        minutes, is_seen = group["minute"].to_numpy(), (group["state"] != "none").to_numpy().copy()
        own = np.flatnonzero(group["events"].to_numpy())
        is_seen[: own[0]] = is_seen[own[-1] + 1 :] = False
        spans = [(int(minutes[begin]), int(minutes[stop - 1]) + 1) for begin, stop in find_runs(is_seen)]
        told.append({"layer": layer, "service": service, "host": host,
                     "spans": [[_write(begin), _write(stop)] for begin, stop in spans]})  # fmt: skip
    return told


def _write(minute: int) -> str:
    return pd.Timestamp(minute * 60, unit="s", tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ")


def _lay_out(values: np.ndarray, at: np.ndarray, size: int) -> np.ndarray:
    laid = np.zeros(size, values.dtype)
    laid[at] = values
    return laid


def _find_states(events: np.ndarray, first: np.ndarray, last: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The state of each minute of one group: its events, and when the first and the last of them came."""
    state = np.full(len(grid), "covered", dtype=object)
    before, after = first - grid * _MINUTE_US, (grid + 1) * _MINUTE_US - last  # µs of a minute without events

    def is_cut(place: int, rate: float, beside: np.ndarray) -> bool:
        """Whether the part of the minute without events is longer than chance allows."""
        return bool(events[place] and beside[place] / _MINUTE_US * rate > _SURE)

    for start, stop in find_runs(events == 0):
        rate = _rate_around(events, start, stop)
        if rate * (stop - start) > _SURE:
            state[start:stop] = "none"
            # The hole began and ended inside the minutes beside it.
            if start > 0 and is_cut(start - 1, rate, after):
                state[start - 1] = "partly"
            if stop < len(grid) and is_cut(stop, rate, before):
                state[stop] = "partly"
    seen = np.flatnonzero(events)
    for at, beside in ((seen[0], before), (seen[-1], after)):
        if state[at] == "covered" and is_cut(at, _rate_around(events, at, at), beside):
            state[at] = "partly"
    return state


def find_runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """[start, stop) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _rate_around(events: np.ndarray, start: int, stop: int) -> float:
    """Events a minute, the median of up to ten minutes on either side: silences beside it count too."""
    beside = np.concatenate((events[max(start - 10, 0) : start], events[stop : stop + 10]))
    return float(np.median(beside)) if len(beside) else 0.0
