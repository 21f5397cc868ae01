"""one service's trials → which are bad in a channel (fail, slow or both), and all that the method asks of them.

It asks for counts by minute and operation, for the bad trials, and for all trials of some minutes. The many good ones of
quiet minutes are counted once and not looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from minutebook.assessment.baseline import Grid
from minutebook.assessment.facts import Facts, find_slow
from minutebook.assessment.slow import find_slow_shares
from minutebook.columns.categories import count_names, drop_unused, find_name, join_rows, pick_rows, spell_names
from minutebook.sli.trials import Trials, find_first, find_last
from minutebook.times.utc import MINUTE_US

#: (service, operation) → the duration (s) over which a request is slow
Limits = Mapping[tuple[str, str], float]
_RECENT = 8  # stretches whose trials are kept


class Judged(NamedTuple):
    """Trials of one service as a channel judges them, by minute, a value a trial; times are µs, nan for none."""

    minute: np.ndarray  #: from 1970
    place: np.ndarray  #: of the operation among all of the channel's
    user: pd.Categorical
    client: pd.Categorical
    weight: np.ndarray  #: 1, or each request where nobody is known
    weight_bad: np.ndarray
    bad_at: np.ndarray
    bad_until: np.ndarray
    good_at: np.ndarray
    good_until: np.ndarray

    def pick(self, mask: np.ndarray) -> Judged:
        """The trials in the mask."""
        return self if mask.all() else Judged(*(column[mask] for column in self))

    def count_users(self) -> int:
        """How many distinct users are named."""
        return count_names(self.user)

    def count_clients(self) -> int:
        """How many distinct clients came without a user's name."""
        return count_names(self.client[self.user.codes < 0])


@dataclass(frozen=True)
class Channel:
    """The trials of one service in one channel; ``limits_s``: operation → over which duration (s) it's slow."""

    name: str  #: fail, slow or both
    trials: Trials
    facts: Facts
    limits_s: Mapping[str, float]
    latency: pd.DataFrame
    # The same stretches are looked at for each choice of odds and of what is usual.
    _recent: dict[Any, Judged] = field(default_factory=dict, init=False, repr=False, compare=False)
    _counts: dict[Any, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    _grids: list[Grid] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def operations(self) -> list[str]:
        """All operations, in order."""
        return self.facts.operations

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.operations)}

    def find_places(self, operations: Collection[str]) -> np.ndarray:
        """A mask over the places of all operations: whether each is one of these."""
        is_in = np.zeros(len(self.operations), bool)
        is_in[[self._places[name] for name in operations if name in self._places]] = True
        return is_in

    def find_span(self, operations: Collection[str]) -> tuple[int, int]:
        """The first and last minute with a trial of the operations."""
        cells = self.facts.cells
        own = cells["minute_no"].to_numpy()[self.find_places(operations)[cells["place"].to_numpy()]]
        return int(own.min()), int(own.max())

    def has_users(self, operations: Collection[str] | None = None) -> bool:
        """Whether any user of the operations (default all) is named."""
        return bool(self.facts.with_users if operations is None else self.facts.with_users & set(operations))

    @cached_property
    def bad(self) -> Judged:
        """The trials that are bad, of all minutes."""
        return self._judge(self.facts.candidates[self._find_bad(self.facts.candidates)])

    @cached_property
    def bad_by(self) -> tuple[np.ndarray, pd.Index]:
        """Who made each bad trial, the user, else the client, as a place among those names in order; -1: unknown."""
        if not self.facts.is_told_apart:  # one address before all of them tells nobody apart
            return np.full(len(self.bad.minute), -1), pd.Index([], dtype="str")
        return pd.factorize(spell_names(self.bad.user).fillna(spell_names(self.bad.client)), sort=True)

    def between(self, first: int, last: int, operations: Collection[str] | None = None) -> Judged:
        """All trials of the minutes ``first`` to ``last`` (included), of some operations (default all)."""
        key = (first, last, None if operations is None else tuple(operations))
        if key not in self._recent:
            if operations is None:
                rows = self.trials.between(first, last)
            else:
                is_in = self.find_places(operations)
                rows = self._pick(first, last, lambda part: np.asarray(is_in[self._place(part)]))
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
        count, is_in = 0, self.find_places(operations)
        for rows in self.trials.parts_between(first, last):
            user, client = (find_name(rows[name], who) for name in ("user", "client"))
            is_own = user | (client & (rows["user"].cat.codes.to_numpy() < 0))
            count += int(np.count_nonzero(is_own & is_in[self._place(rows)]))
        return count

    def of_users(self, users: pd.Index, operations: Collection[str], first: int, last: int) -> Judged:
        """The trials of some users at some operations in the minutes ``first`` to ``last`` (included)."""
        is_in = self.find_places(operations)

        def find(part: pd.DataFrame) -> np.ndarray:
            is_one = np.append(part["user"].cat.categories.isin(users), False)
            return np.asarray(is_one[part["user"].cat.codes.to_numpy()] & is_in[self._place(part)])

        return self._judge(self._pick(first, last, find))

    def _pick(self, first: int, last: int, find: Callable[[pd.DataFrame], np.ndarray]) -> pd.DataFrame:
        """The trials that ``find`` picks, part by part: a long stretch may be too large for memory."""
        parts = []
        for rows in self.trials.parts_between(first, last):
            picked = pick_rows(rows, find(rows))
            parts.append(drop_unused(picked) if self.trials.is_stored and picked is not rows else picked)
        return join_rows(parts) if parts else self.trials.between(first, last)

    def count_users(self, span: tuple[int, int], operations: Collection[str] | None = None) -> int:
        """How many distinct users have an event in the span (µs, inclusive) at some operations (default all)."""
        is_in = None if operations is None else self.find_places(operations)
        names = []
        for rows in self.trials.parts_between(span[0] // MINUTE_US, span[1] // MINUTE_US):
            mask = (find_last(rows) >= span[0]) & (find_first(rows) <= span[1])
            own = pick_rows(rows, mask if is_in is None else mask & is_in[self._place(rows)])["user"].array
            names.append(own.categories[np.flatnonzero(np.bincount(own.codes + 1)[1:])])
        return len(names[0].append(names[1:]).unique()) if names else 0

    def count_outside(self, span: tuple[int, int], operations: Collection[str]) -> int:
        """How many requests of the span's first and last minute (µs, inclusive) came before it begins or after it ends.

        Of a trial across an edge, only the first or the last request is known to be outside; the others count as inside.
        """
        count, is_in = 0, self.find_places(operations)
        for minute in {span[0] // MINUTE_US, span[1] // MINUTE_US}:
            rows = self.trials.between(minute, minute)
            first, last = find_first(rows), find_last(rows)
            is_out = (last < span[0]) | (first > span[1])
            outside = np.where(is_out, rows["requests"].to_numpy(), 0 + (first < span[0]) + (last > span[1]))
            count += int(outside[is_in[self._place(rows)]].sum())
        return count

    def find_times(self, span: tuple[int, int]) -> np.ndarray:
        """When its trials began and ended (µs), in order, from a minute before the span to a minute behind it."""
        rows = self.trials.between(span[0] // MINUTE_US - 1, span[1] // MINUTE_US + 1)
        return np.unique(np.concatenate((find_first(rows), find_last(rows)))).astype(np.int64)

    def make_grid(self, minutes: np.ndarray) -> Grid:
        """Weights by minute and operation; of the same minutes the same grid."""
        if not self._grids or self._grids[0].minutes is not minutes:
            self._grids[:] = [self._fill_grid(minutes)]
        return self._grids[0]

    def _fill_grid(self, minutes: np.ndarray) -> Grid:
        shape = (len(minutes), len(self.operations))

        def fill(minute: np.ndarray, place: np.ndarray, weight: np.ndarray) -> np.ndarray:
            cell = np.searchsorted(minutes, minute) * shape[1] + place
            return np.bincount(cell, weight, shape[0] * shape[1]).reshape(shape)

        valid = fill(*(self.facts.cells[name].to_numpy() for name in ("minute_no", "place", "weight")))
        return Grid(minutes, self.operations, valid, fill(self.bad.minute, self.bad.place, self.bad.weight_bad))

    def _place(self, rows: pd.DataFrame) -> np.ndarray:
        """The place of each row's operation among all."""
        names = rows["operation"].cat
        known = np.array([self._places.get(name, -1) for name in names.categories], np.int64)
        return known[names.codes.to_numpy()] if len(known) else np.empty(0, np.int64)

    def _find_bad(self, rows: pd.DataFrame) -> np.ndarray:
        is_bad, is_slow = rows["bad"].to_numpy() > 0, find_slow(rows, self.limits_s)
        return {"fail": is_bad, "slow": is_slow, "both": is_bad | is_slow}[self.name]

    @cached_property
    def _slow_shares(self) -> pd.Series:
        return find_slow_shares(self.latency, self.limits_s)

    def _count_slow(self, rows: pd.DataFrame, good: np.ndarray) -> np.ndarray:
        """How many of a trial's good requests were slow, at least one: only the longest one's duration is kept."""
        keys = [rows["minute"].to_numpy(), spell_names(rows["operation"].array)]
        shares = self._slow_shares.reindex(pd.MultiIndex.from_arrays(keys))
        return np.maximum(np.round(good * shares.fillna(0.0).to_numpy()), 1.0)

    def _judge(self, rows: pd.DataFrame) -> Judged:
        user, client = rows["user"].array, rows["client"].array
        is_known = ((user.codes >= 0) | (client.codes >= 0)) & self.facts.is_told_apart
        requests, bad = rows["requests"].to_numpy(float), rows["bad"].to_numpy(float)
        first_bad, last_bad = rows["first_bad"].to_numpy(), rows["last_bad"].to_numpy()
        good_at = rows["first_good"].to_numpy()
        is_bad, bad_at, bad_until = bad > 0, first_bad, last_bad
        weight_bad = np.where(is_known, is_bad, bad)
        if self.name != "fail":
            is_slow = find_slow(rows, self.limits_s)
            slow = is_slow.astype(float)
            if (is_slow & ~is_known).any():
                slow = np.where(is_slow & ~is_known, self._count_slow(rows, requests - bad), slow)
            slow_at = np.where(is_slow, rows["longest_at"].to_numpy(), np.nan)
            if self.name == "slow":
                is_bad, bad_at, bad_until, weight_bad = is_slow, slow_at, slow_at, slow
            else:
                bad_at, bad_until = np.fmin(bad_at, slow_at), np.fmax(bad_until, slow_at)
                is_bad, weight_bad = is_bad | is_slow, np.where(is_known, is_bad | is_slow, bad + slow)
        return Judged(
            rows["minute"].to_numpy(), self._place(rows), user, client, np.where(is_known, 1.0, requests),
            weight_bad.astype(float), np.where(is_bad, bad_at, np.nan), np.where(is_bad, bad_until, np.nan),
            np.where(np.isnan(good_at), first_bad, good_at), rows["last_good"].to_numpy(),
        )  # fmt: skip
