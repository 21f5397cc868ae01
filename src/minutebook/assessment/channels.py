"""one service's trials → what is bad in a channel (fail, slow, both), and what the method asks of them.

It asks for counts by minute and operation, for the bad trials, and for all trials of some minutes: the many good
ones of quiet minutes are counted, once, and not looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from minutebook.assessment.baseline import Grid
from minutebook.assessment.slow import find_limits, find_slow_shares
from minutebook.trials import (
    TIMES,
    Trials,
    drop_unused,
    find_first,
    find_last,
    find_name,
    find_names,
    find_who,
    join_rows,
    pick_rows,
    seen_names,
    spell_names,
)

#: (service, operation) → the duration (s) over which a request is slow
Limits = Mapping[tuple[str, str], float]
_RECENT = 8  # stretches that are kept
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
            addresses |= seen_names(rows["client"])
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


def find_places(names: pd.Series, operations: list[str]) -> np.ndarray:
    """The place of each row's operation among all."""
    known = (
        np.searchsorted(operations, np.asarray(names.cat.categories, dtype=object)) if operations else np.empty(0, int)
    )
    return known[names.cat.codes.to_numpy()]


@dataclass(frozen=True)
class Channel:
    """The trials of one service in one channel; ``limits_s``: operation → over which duration (s) it's slow.

    Frames of judged trials are in order of ``minute_no, place`` (of the operation among all by name), ``user, client``
    and have ``operation``, ``who`` (the user, else the client, else null), ``weight`` (1, or each request where nobody
    is known), ``weight_bad``, and in µs, nan for none, ``bad_at, bad_until, good_at, good_until, first_us, last_us``.
    """

    name: str  #: fail, slow or both
    trials: Trials
    facts: Facts
    limits_s: Mapping[str, float]
    latency: pd.DataFrame
    # The same stretches are looked at for each choice of odds and of what is usual.
    _recent: dict[Any, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)
    _counts: dict[Any, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def operations(self) -> list[str]:
        """All operations, in order."""
        return self.facts.operations

    def find_span(self, operations: Collection[str]) -> tuple[int, int]:
        """The first and last minute with a trial of the operations."""
        cells = self.facts.cells
        own = cells.loc[np.isin(self.operations, list(operations))[cells["place"].to_numpy()], "minute_no"]
        return int(own.min()), int(own.max())

    def has_users(self, operations: Collection[str] | None = None) -> bool:
        """Whether any user of the operations (default all) is named."""
        return bool(self.facts.with_users if operations is None else self.facts.with_users & set(operations))

    @cached_property
    def bad(self) -> pd.DataFrame:
        """The judged trials that are bad, of all minutes."""
        return self._judge(self.facts.candidates[self._find_bad(self.facts.candidates)])

    def between(self, first: int, last: int, operations: Collection[str] | None = None) -> pd.DataFrame:
        """All judged trials of the minutes ``first`` to ``last`` (included), of some operations (default all)."""
        key = (first, last, None if operations is None else tuple(operations))
        if key not in self._recent:
            rows = self.trials.between(first, last)
            if operations is not None:
                rows = pick_rows(rows, find_names(rows["operation"], lambda name: name in operations))
            while len(self._recent) >= _RECENT:
                self._recent.pop(next(iter(self._recent)))
            self._recent[key] = self._judge(rows)
        return self._recent[key]

    def count_of(self, who: str, first: int, last: int, operations: Collection[str]) -> int:
        """How many trials a user, or client where no user is known, made in those minutes."""
        key = (who, first, last, tuple(operations))
        if key not in self._counts:
            self._counts[key] = self._count_of(who, first, last, operations)
        return self._counts[key]

    def _count_of(self, who: str, first: int, last: int, operations: Collection[str]) -> int:
        count = 0
        for rows in self.trials.parts_between(first, last):
            user, client = (find_name(rows[name], who) for name in ("user", "client"))
            is_own = user | (client & (rows["user"].cat.codes.to_numpy() < 0))
            count += int(np.count_nonzero(is_own & find_names(rows["operation"], lambda name: name in operations)))
        return count

    def within(self, span: tuple[int, int], operations: Collection[str] | None = None) -> pd.DataFrame:
        """All judged trials with an event in the span (µs, inclusive), of some operations (default all)."""
        rows = self.between(span[0] // 60_000_000, span[1] // 60_000_000, operations)
        return rows[(rows["last_us"] >= span[0]) & (rows["first_us"] <= span[1])]

    def find_times(self, span: tuple[int, int]) -> np.ndarray:
        """When its trials began and ended (µs), in order, from a minute before the span to a minute behind it."""
        rows = self.trials.between(span[0] // 60_000_000 - 1, span[1] // 60_000_000 + 1)
        return np.unique(np.concatenate((find_first(rows), find_last(rows)))).astype(np.int64)

    def make_grid(self, minutes: np.ndarray) -> Grid:
        """Weights by minute and operation."""
        shape = (len(minutes), len(self.operations))

        def fill(rows: pd.DataFrame, name: str) -> np.ndarray:
            cell = np.searchsorted(minutes, rows["minute_no"].to_numpy()) * shape[1] + rows["place"].to_numpy()
            return np.bincount(cell, rows[name].to_numpy(float), shape[0] * shape[1]).reshape(shape)

        return Grid(minutes, self.operations, fill(self.facts.cells, "weight"), fill(self.bad, "weight_bad"))

    def _find_bad(self, rows: pd.DataFrame) -> np.ndarray:
        is_bad, is_slow = rows["bad"].to_numpy() > 0, find_slow(rows, self.limits_s)
        return {"fail": is_bad, "slow": is_slow, "both": is_bad | is_slow}[self.name]

    @cached_property
    def _slow_shares(self) -> pd.Series:
        return find_slow_shares(self.latency, self.limits_s)

    def _count_slow(self, minute: pd.Series, operation: pd.Series, good: np.ndarray) -> np.ndarray:
        """How many of a trial's good requests were slow, at least one: it's told of its longest one only."""
        shares = self._slow_shares.reindex(pd.MultiIndex.from_arrays([minute.to_numpy(), operation.astype("str")]))
        return np.maximum(np.round(good * shares.fillna(0.0).to_numpy()), 1.0)

    def _judge(self, rows: pd.DataFrame) -> pd.DataFrame:
        user, client, operation = (spell_names(rows[name]) for name in ("user", "client", "operation"))
        who = client if user.isna().all() else user.fillna(client)
        if not self.facts.is_told_apart:
            who = who.where(who.isna(), None)  # one address before all of them tells nobody apart
        is_known = who.notna().to_numpy()
        requests, bad = rows["requests"].to_numpy(float), rows["bad"].to_numpy(float)
        first_bad, last_bad = rows["first_bad"].to_numpy(), rows["last_bad"].to_numpy()
        good_at = rows["first_good"].to_numpy()
        is_bad, bad_at, bad_until = bad > 0, first_bad, last_bad
        weight_bad = np.where(is_known, is_bad, bad)
        if self.name != "fail":
            is_slow = find_slow(rows, self.limits_s)
            slow = is_slow.astype(float)
            if (is_slow & ~is_known).any():
                counts = self._count_slow(rows["minute"], operation, requests - bad)
                slow = np.where(is_slow & ~is_known, counts, slow)
            slow_at = np.where(is_slow, rows["longest_at"].to_numpy(), np.nan)
            if self.name == "slow":
                is_bad, bad_at, bad_until, weight_bad = is_slow, slow_at, slow_at, slow
            else:
                bad_at, bad_until = np.fmin(bad_at, slow_at), np.fmax(bad_until, slow_at)
                is_bad, weight_bad = is_bad | is_slow, np.where(is_known, is_bad | is_slow, bad + slow)
        place = find_places(rows["operation"], self.operations)
        return pd.DataFrame(
            {
                "minute_no": rows["minute"].to_numpy(), "place": place, "operation": operation, "user": user,
                "client": client, "who": who, "requests": requests,
                "weight": np.where(is_known, 1.0, requests), "weight_bad": weight_bad.astype(float),
                "bad_at": np.where(is_bad, bad_at, np.nan), "bad_until": np.where(is_bad, bad_until, np.nan),
                "good_at": np.where(np.isnan(good_at), first_bad, good_at), "good_until": rows["last_good"].to_numpy(),
                "first_us": find_first(rows), "last_us": find_last(rows),
            }
        )  # fmt: skip


def minute_of(times: pd.Series) -> pd.Series:
    """Minutes since 1970."""
    return times.dt.as_unit("us").astype("int64") // 60_000_000
