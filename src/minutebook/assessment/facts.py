"""one service's trials → what no channel changes of them, found in one look at all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from minutebook.assessment.slow import find_limits
from minutebook.trials import (
    TIMES,
    Trials,
    drop_unused,
    find_first,
    find_last,
    find_who,
    join_rows,
    pick_rows,
    seen_names,
)

_MOST_CELLS = 10_000_000  # minutes × operations that are counted in place
#: Fewer tell no impact.
FEWEST_USERS = 3


@dataclass(frozen=True)
class Facts:
    """What no channel changes of a service's trials."""

    operations: list[str]
    cells: pd.DataFrame  #: minute_no, place, weight: users, or requests where nobody is known
    candidates: pd.DataFrame  #: all trials that may be bad in any channel
    with_users: frozenset[str]  #: operations with a user who is named
    is_told_apart: bool  #: whether who is known tells users apart: one address before all of them doesn't
    span_us: tuple[float, float]  #: first and last event of named users


def find_facts(trials: Trials, limits_s: Mapping[str, float]) -> Facts:
    """The facts of one service's trials; ``limits_s`` are the least ones over which any channel calls them slow."""
    with_users: set[str] = set()
    addresses: set[str] = set()
    spans, cells, candidates = [(np.inf, -np.inf)], [], []
    for rows in trials.rows("minute", "operation", "user", "client", "requests", "bad", *TIMES, "longest_s"):
        named = pick_rows(rows, rows["user"].cat.codes.to_numpy() >= 0)
        with_users |= seen_names(named["operation"])
        if len(named):
            spans.append((float(find_first(named).min()), float(find_last(named).max())))
        elif not with_users and len(addresses) < FEWEST_USERS:
            addresses |= seen_names(rows["client"], most=FEWEST_USERS)
        cells.append(_sum_cells(rows))
        candidates.append(drop_unused(rows[(rows["bad"].to_numpy() > 0) | find_slow(rows, limits_s)]))
    is_told_apart = bool(with_users) or len(addresses) >= FEWEST_USERS
    whole = pd.concat(cells, ignore_index=True)
    operations = sorted(whole["operation"].unique())
    whole["place"] = np.searchsorted(operations, whole["operation"].to_numpy(object)) if operations else 0
    span_us = min(first for first, _ in spans), max(last for _, last in spans)
    return Facts(
        operations, whole.assign(weight=whole["users" if is_told_apart else "requests"]), join_rows(candidates),
        frozenset(with_users), is_told_apart, span_us,
    )  # fmt: skip


def _sum_cells(rows: pd.DataFrame) -> pd.DataFrame:
    """By minute and operation: ``requests``, and ``users``, where nobody is known requests too."""
    requests = rows["requests"].to_numpy(float)
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
        for name, weight in (("requests", requests), ("users", np.where(find_who(rows) >= 0, 1.0, requests)))
    }
    place, code = np.divmod(seen, max(len(names.categories), 1))
    minute = np.concatenate((minutes[:1], minutes[is_next]))[place]
    return pd.DataFrame({"minute_no": minute, "operation": names.categories.array.take(code), **sums})


def find_slow(rows: pd.DataFrame, limits_s: Mapping[str, float]) -> np.ndarray:
    """Which trials' longest good request took longer than their operation's limit."""
    return rows["longest_s"].to_numpy(float) > find_limits(rows["operation"], limits_s)
