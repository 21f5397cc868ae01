"""one service's trials → what is the same in all channels, found in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from minutebook.assessment.slow import find_limits
from minutebook.columns.categories import drop_unused, join_rows, pick_rows, seen_names
from minutebook.machine.allocation import give_freed_memory_back
from minutebook.sli.trials import TIMES, Trials, find_first, find_last

_MOST_CELLS = 10_000_000  # minutes × operations that are counted in place
#: Fewer users or clients are no impact.
FEWEST_USERS = 3


@dataclass(frozen=True)
class Facts:
    """What is the same of a service's trials in all channels."""

    operations: list[str]
    cells: pd.DataFrame  #: minute_no, place, weight: users, or requests where nobody is known
    candidates: pd.DataFrame  #: all trials that may be bad in any channel
    with_users: frozenset[str]  #: operations with a user who is named
    names_good: bool  #: whether a user with a success is named, if anybody had one: ids may be of failures only
    is_told_apart: bool  #: whether users can be told apart: not by one address that stands for all
    span_us: tuple[float, float]  #: first and last event of named users


def find_facts(trials: Trials, limits_s: Mapping[str, float]) -> Facts:
    """The facts of one service's trials; ``limits_s`` are the lowest by which any channel calls them slow."""
    columns = ("minute", "operation", "user", "client", "requests", "bad", *TIMES, "longest_s")
    # Pieces in memory share their categories; those from files have their own, too many to keep for a few candidates.
    parts = list(trials.map(partial(_find_part, limits_s=limits_s, drop=trials.is_stored), *columns))
    with_users = frozenset[str]().union(*(part.with_users for part in parts))
    addresses = set[str]().union(*(part.addresses for part in parts))
    is_told_apart = bool(with_users) or len(addresses) >= FEWEST_USERS
    span_us = min(part.span_us[0] for part in parts), max(part.span_us[1] for part in parts)
    successes = [part.names_good for part in parts if part.names_good is not None]
    names_good = any(successes) or not successes
    whole = pd.concat([part.cells for part in parts], ignore_index=True)
    candidates = join_rows([part.candidates for part in parts])
    parts.clear()
    if trials.is_stored:  # their many small tables leave memory scattered
        give_freed_memory_back()
    operations = sorted(whole["operation"].unique())
    whole["place"] = np.searchsorted(operations, whole["operation"].to_numpy(object)) if operations else 0
    return Facts(
        operations, whole.assign(weight=whole["users" if is_told_apart else "requests"]),
        candidates, with_users, names_good, is_told_apart, span_us,
    )  # fmt: skip


class _Part(NamedTuple):
    """The facts of some minutes."""

    cells: pd.DataFrame
    candidates: pd.DataFrame
    with_users: set[str]
    names_good: bool | None  #: None: nobody had a success
    addresses: set[str]  #: as many as tell users apart
    span_us: tuple[float, float]


def _find_part(rows: pd.DataFrame, limits_s: Mapping[str, float], drop: bool) -> _Part:
    is_named = rows["user"].cat.codes.to_numpy() >= 0
    named = pick_rows(rows, is_named)
    is_good = rows["requests"].to_numpy() > rows["bad"].to_numpy()
    candidates = rows[(rows["bad"].to_numpy() > 0) | find_slow(rows, limits_s)]
    return _Part(
        _sum_cells(rows), drop_unused(candidates) if drop else candidates,
        seen_names(named["operation"]), bool((is_good & is_named).any()) if is_good.any() else None, seen_names(rows["client"], most=FEWEST_USERS),
        (float(find_first(named).astype(float).min(initial=np.inf)), float(find_last(named).astype(float).max(initial=-np.inf))),
    )  # fmt: skip


def _sum_cells(rows: pd.DataFrame) -> pd.DataFrame:
    """By minute and operation: ``requests``, and ``users`` (requests where nobody is known)."""
    requests = rows["requests"].to_numpy(float)
    is_known = (rows["user"].cat.codes.to_numpy() >= 0) | (rows["client"].cat.codes.to_numpy() >= 0)
    names = rows["operation"].cat
    minutes = rows["minute"].to_numpy()  # in order; years may lie between two of them
    is_next = np.diff(minutes, prepend=minutes[:1]) > 0
    cell = np.cumsum(is_next) * max(len(names.categories), 1) + names.codes.to_numpy()
    if len(cell) and int(cell[-1]) > _MOST_CELLS:  # names of other services, thousands of them
        seen, cell = np.unique(cell, return_inverse=True)
        told = np.arange(len(seen))
    else:
        told = seen = np.flatnonzero(np.bincount(cell))
    sums = {
        name: np.bincount(cell, weight)[told]
        for name, weight in (("requests", requests), ("users", np.where(is_known, 1.0, requests)))
    }
    place, code = np.divmod(seen, max(len(names.categories), 1))
    minute = np.concatenate((minutes[:1], minutes[is_next]))[place]
    return pd.DataFrame({"minute_no": minute, "operation": names.categories.array.take(code), **sums})


def find_slow(rows: pd.DataFrame, limits_s: Mapping[str, float]) -> np.ndarray:
    """Which trials' longest good request took longer than their operation's limit."""
    if not limits_s:
        return np.zeros(len(rows), bool)
    return rows["longest_s"].to_numpy(float) > find_limits(rows["operation"], limits_s)
