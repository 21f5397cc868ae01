"""Summary → coverage: which minutes each group of sources has evidence for. No evidence is not no errors.

A group is one layer, host and service, so the rotated files of a log are one group. `silences` finds the minutes in which
a group is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from minutebook.columns.grouping import group_rows
from minutebook.sli.silences import STATES, find_states
from minutebook.sli.stretches import find_runs, find_stretches
from minutebook.summary import Summary
from minutebook.times.utc import MINUTE_US, write_instant

_GROUP = ("layer", "service", "host")
_SUMS = ("events", "requests", "probes")
#: A source has to go on by more than this beyond another, since their clocks may differ.
_APART_US = 5_000_000
_NEARLY_ALL = 0.95
_FEW = 0.1  # of a source's events
_MOST_CELLS = 1_500_000  # groups × minutes


def find_coverage(summary: Summary) -> pd.DataFrame:
    """One row per group and minute: ``layer, service, host, minute, events, requests, probes, first, last, state, goes_on``.

    ``minute`` counts from 1970; ``state`` is covered, partly (the minute in which the group's evidence
    begins, ends or breaks off) or none. ``first`` and ``last`` are µs of its events in the minute, null for none.
    ``goes_on`` says whether a log that has the group's events, and others', went on all through the minute.
    Names and state are categories, and the rows in the order of group and minute.
    """
    rows = _place(summary.frame("coverage")).fillna(dict.fromkeys(_GROUP, ""))
    grid = find_stretches(rows["minute"]).minutes
    # With thousands of hosts over months, silences of single hosts are given up, those of all of them still found.
    for name in ("host", "service"):
        if len(rows[list(_GROUP)].drop_duplicates()) * len(grid) > _MOST_CELLS:
            rows = rows.assign(**{name: ""})
    if not len(rows):
        return pd.DataFrame(columns=[*_GROUP, "minute", *_SUMS, "first", "last", "state", "goes_on"])
    names = {name: rows[name].astype("category") for name in _GROUP}
    group, starts = group_rows([names[name].cat.codes.to_numpy().astype(np.int64) for name in _GROUP])
    number = np.empty(len(rows), np.int64)
    number[group] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(group)))
    shape, minute = (len(starts), len(grid)), np.searchsorted(grid, rows["minute"].to_numpy())
    laid = _lay_out(rows, number, minute, shape)
    is_empty = laid.events == 0
    return pd.DataFrame(
        {
            **{
                name: pd.Categorical.from_codes(
                    np.repeat(values.cat.codes.to_numpy()[group[starts]], len(grid)), dtype=values.dtype
                )
                for name, values in names.items()
            },
            "minute": np.tile(grid, len(starts)),
            **{name: _add_up(rows[name], number, minute, shape).ravel() for name in _SUMS},
            "first": pd.arrays.IntegerArray(laid.first.ravel(), is_empty.ravel()),
            "last": pd.arrays.IntegerArray(laid.last.ravel(), is_empty.ravel().copy()),
            "state": pd.Categorical.from_codes(find_states(*laid, grid).ravel(), list(STATES)),
            "goes_on": _find_going_on(rows, number, grid, minute).ravel(),
        }
    )


class _Laid(NamedTuple):
    """Events of some owners, laid out by minute over the whole grid: how many, and when the first and last came (µs)."""

    events: np.ndarray
    first: np.ndarray
    last: np.ndarray


def _lay_out(rows: pd.DataFrame, owner: np.ndarray, minute: np.ndarray, shape: tuple[int, int]) -> _Laid:
    first, last = np.full(shape, np.iinfo(np.int64).max), np.zeros(shape, np.int64)
    np.minimum.at(first, (owner, minute), rows["first"].to_numpy(np.int64))
    np.maximum.at(last, (owner, minute), rows["last"].to_numpy(np.int64))
    events = _add_up(rows["events"], owner, minute, shape)
    first[events == 0] = 0
    return _Laid(events, first, last)


def _add_up(values: pd.Series, owner: np.ndarray, minute: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    sums = np.bincount(owner * shape[1] + minute, values.to_numpy(float), shape[0] * shape[1])
    return sums.astype(np.int64).reshape(shape)


def _find_going_on(rows: pd.DataFrame, group: np.ndarray, grid: np.ndarray, minute: np.ndarray) -> np.ndarray:
    """By group and minute, whether a source that has other groups, too, went on all through the minute."""
    goes_on = np.zeros((int(group.max()) + 1, len(grid)), bool)
    source = pd.factorize(rows["source"])[0]
    pairs = pd.DataFrame({"source": source, "group": group}).drop_duplicates()
    pairs = pairs[pairs.duplicated("source", keep=False)]
    owner, sources = pd.factorize(pairs["source"], sort=True)
    if not len(sources) or len(sources) * len(grid) > _MOST_CELLS:
        return goes_on
    place = pd.Index(sources).get_indexer(source)
    is_own = place >= 0
    laid = _lay_out(rows[is_own], place[is_own], minute[is_own], (len(sources), len(grid)))
    is_whole = (laid.events > 0) & (find_states(*laid, grid) == STATES.index("covered"))
    np.logical_or.at(goes_on, pairs["group"].to_numpy(), is_whole[owner])
    return goes_on


def _place(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows, each without a layer on that of its source's other events: to count elsewhere is no silence.

    Nor is a host silent that its source names in some of its records only.
    """
    rows = _leave_hosts(rows)
    is_open = rows["layer"].isna()
    if not is_open.any() or is_open.all():
        return rows
    own = rows[~is_open].drop_duplicates("source").set_index("source")["layer"]
    return rows.assign(layer=rows["layer"].where(~is_open, rows["source"].map(own)))


def _leave_hosts(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without the hosts of sources of whose events many name none."""
    is_loose = rows["host"].isna()
    if not is_loose.any() or is_loose.all():
        return rows
    events = rows["events"].to_numpy()
    source, known = pd.factorize(rows["source"])
    loose, whole = (np.bincount(source, weights, len(known)) for weights in (np.where(is_loose, events, 0), events))
    return rows.assign(host=rows["host"].mask((loose > _FEW * whole)[source]))


def cover_services(coverage: pd.DataFrame, counts: Callable[[pd.DataFrame], np.ndarray]) -> pd.DataFrame:
    """``minute, service, state, alive, goes_on``: the state of each service over its groups, whether anything else kept
    logging, and whether all of its own logs did.

    ``counts`` picks the groups: it gets one row per group, with ``layer, service, requests``.
    """
    width = max(int(coverage["minute"].nunique()), 1)
    laid = {
        name: coverage[name].to_numpy(na_value=0).reshape(-1, width)
        for name in ("events", "requests", "probes", "first", "last")
    }
    heads = coverage.iloc[::width].assign(requests=laid["requests"].sum(axis=1))
    is_own = counts(heads)
    services, owner = np.unique(heads["service"].astype(object).to_numpy()[is_own].astype(str), return_inverse=True)
    if not len(services):
        return pd.DataFrame(columns=["minute", "service", "state", "alive", "goes_on"])
    # Sources that don't count belong to no service.
    owners = np.full(len(heads), len(services))
    owners[is_own] = owner
    is_empty = laid["events"] == 0
    state = coverage["state"].cat.codes.to_numpy().reshape(-1, width)[is_own]
    state = _join_states(owner, _leave_lifeless(owner, state, ~is_empty[is_own]))
    alive = _find_others(owners, np.where(is_empty, np.nan, laid["first"]), np.where(is_empty, np.nan, laid["last"]))
    probes = _reduce(np.add, owner, laid["probes"][is_own])
    goes_on = _reduce(np.logical_and, owner, coverage["goes_on"].to_numpy(bool).reshape(-1, width)[is_own])
    alive = alive[: len(services)] | ((probes > 0) & (state == STATES.index("covered")))
    return pd.DataFrame(
        {
            "minute": np.tile(coverage["minute"].to_numpy()[:width], len(services)),
            "service": pd.Categorical.from_codes(np.repeat(np.arange(len(services)), width), list(services)),
            "state": pd.Categorical.from_codes(state.ravel(), list(STATES)),
            "alive": alive.ravel(),
            "goes_on": goes_on.ravel(),
        }
    )


def _leave_lifeless(owner: np.ndarray, state: np.ndarray, is_seen: np.ndarray) -> np.ndarray:
    """The states, none for a group before its first event and behind its last one while others of its owner live.

    However quiet it is then, it isn't there: a pod of a rollout has yet to start.
    """
    begun = np.maximum.accumulate(is_seen, axis=1)
    lives = begun & np.maximum.accumulate(is_seen[:, ::-1], axis=1)[:, ::-1]
    _, number = np.unique(owner, return_inverse=True)
    has_others = _reduce(np.logical_or, owner, lives)[number]
    return np.where(lives | ~has_others, state, STATES.index("none"))


def _join_states(owner: np.ndarray, state: np.ndarray) -> np.ndarray:
    """By owner and minute, the state that its groups agree on; else partly covered.

    Groups that come and go in a rollout leave nothing missing: a minute counts as covered if as many groups are covered
    as in nearly all minutes, and the others have yet to begin, or have ended.
    """
    least, most = _reduce(np.minimum, owner, state), _reduce(np.maximum, owner, state)
    is_covered, is_seen = state == STATES.index("covered"), state != STATES.index("none")
    has_begun = np.cumsum(is_seen, axis=1) > is_seen  # before this minute
    goes_on = np.cumsum(is_seen[:, ::-1], axis=1)[:, ::-1] > is_seen
    breaks_off = _reduce(np.logical_or, owner, ~is_covered & has_begun & goes_on)
    count = _reduce(np.add, owner, is_covered.astype(np.int32))
    usual = np.quantile(count, _NEARLY_ALL, axis=1, method="higher", keepdims=True)
    is_whole = (count > 0) & (count >= usual) & ~breaks_off
    differing = np.where(is_whole, STATES.index("covered"), STATES.index("partly"))
    return np.where(least == most, least, differing)


def _reduce(ufunc: np.ufunc, owner: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The rows of each owner reduced to one; owners are numbered from 0."""
    order = np.argsort(owner, kind="stable")
    starts = np.flatnonzero(np.diff(owner[order], prepend=-1))
    return ufunc.reduceat(values[order], starts, axis=0)


def _find_others(owners: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """By owner and minute: whether another owner logged while this one was silent (nan: no events)."""
    _, owner = np.unique(owners, return_inverse=True)
    first, last = _reduce(np.fmin, owner, first), _reduce(np.fmax, owner, last)
    others = [
        _greatest_of_others(values) for values in (np.nan_to_num(last, nan=-np.inf), np.nan_to_num(-first, nan=-np.inf))
    ]
    with np.errstate(invalid="ignore"):
        went_on = (others[0] > last + _APART_US) | (-others[1] < first - _APART_US)
    return (others[0] > -np.inf) & (np.isnan(last) | went_on)


def _greatest_of_others(values: np.ndarray) -> np.ndarray:
    """In each column, for each row the greatest value of the other rows."""
    best = values.argmax(axis=0)
    column = np.arange(values.shape[1])
    rest = values.copy()
    rest[best, column] = -np.inf
    found = np.broadcast_to(values[best, column], values.shape).copy()
    found[best, column] = rest.max(axis=0)
    return found


def split_groups(coverage: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], slice]]:
    """For each group of a coverage its ``(layer, service, host)`` and its rows."""
    width = max(int(coverage["minute"].nunique()), 1)
    heads = coverage.iloc[::width]
    for number, name in enumerate(zip(*(heads[name].astype(object) for name in _GROUP), strict=True)):
        yield name, slice(number * width, (number + 1) * width)


def tell_coverage(coverage: pd.DataFrame) -> list[dict[str, Any]]:
    """The stretches with evidence of each group: ``layer, service, host, spans [[start, end]]``, RFC 3339."""
    minutes, events = coverage["minute"].to_numpy(), coverage["events"].to_numpy()
    has_evidence = (coverage["state"] != "none").to_numpy()
    told = []
    for (layer, service, host), rows in split_groups(coverage):
        own = np.flatnonzero(events[rows])
        own = np.arange(own[0], own[-1] + 1) + rows.start
        spans = [
            (int(minutes[own[begin]]), int(minutes[own[stop - 1]]) + 1) for begin, stop in find_runs(has_evidence[own])
        ]
        told.append({"layer": layer, "service": service, "host": host,
                     "spans": [[write_instant(minute * MINUTE_US, "s") for minute in span] for span in spans]})  # fmt: skip
    return told
