"""requests that two logs of one service both have → the one of them in which each counts.

An application's access log and its structured log tell of the same requests under the same ids, and both are right about
the service and its layer. A request counts in the log that has more records of it (a retry under one id is two), then in
the one that saw it fail, then in the one that knows more users. In the other it loses its layer: it stays evidence, of
messages too, but no layer is the SLI that it is counted on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.grouping import join_chunks
from minutebook.machine.database import open_database
from minutebook.summary.judging import find_words

_KEY = ("trace", "operation", "service")  # that the records of one request agree in
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd: it makes of each offset another number
_TOLD = 20  # pairs that the ledger has a sentence each of
_SHARED = 0.95  # of the requests that both could have, by the log that has fewer
#: Applies a function to all events, table by table: gives what it makes of each.
Mapped = Callable[[Callable[[pa.Table], "Requests | None"]], Iterable["Requests | None"]]


@dataclass(frozen=True)
class Both:
    """Requests of a service that two logs have, under the same ids."""

    one: str
    other: str
    requests: int
    is_proven: bool  #: whether these are as good as all that both could have

    def tell(self) -> str:
        """A sentence for the ledger."""
        if self.is_proven:
            return (
                f"{self.one} and {self.other} both logged {self.requests:,} requests, by their ids; each counts once."
            )
        return (
            f"{self.one} and {self.other} share the ids of {self.requests:,} requests, which are too few of either's to"
            " be sure that both logged the same ones; each counts in both."
        )


def tell_doubles(found: Sequence[Both]) -> list[str]:
    """Sentences for the ledger; of very many pairs the first ones, and how many more."""
    told = [both.tell() for both in found[:_TOLD]]
    more = sum(both.requests for both in found[_TOLD:] if both.is_proven)
    if len(found) > _TOLD:
        told.append(
            f"{len(found) - _TOLD:,} further pairs of logs of one service share ids of requests: {more:,} requests of those"
            " count once."
        )
    return told


@dataclass(frozen=True)
class Doubles:
    """Which requests of some sources are counted in another one."""

    #: Source → whether its requests count elsewhere, but for those in ``others``; if not, only those do.
    sources: Mapping[str, bool] = field(default_factory=dict)
    others: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint64))  #: numbers of events, in order
    found: Sequence[Both] = ()

    def find(self, table: pa.Table) -> np.ndarray | None:
        """Which events of a table count elsewhere; None: none of them."""
        names = sorted(self.sources)
        places = _find_places(table, names) if names else None
        if places is None:
            return None
        rows = _find_requests(table, places)
        is_other = _is_in(_number(table, rows, places[rows], names), self.others)
        found = np.zeros(table.num_rows, bool)
        found[rows] = is_other ^ np.array([self.sources[name] for name in names])[places[rows]]
        return found


class Requests(NamedTuple):
    """Requests: of each its source's place, its number, a hash of its key (0: it lacks a part of that), time (µs), status (0: none) and
    whether it names a user and a message."""

    places: np.ndarray
    numbers: np.ndarray
    keys: np.ndarray
    times: np.ndarray
    statuses: np.ndarray
    users: np.ndarray
    messages: np.ndarray


class _Log:
    """The requests of one source by key: the distinct ones in order, and of each how many records, the greatest status and the first time."""

    def __init__(self, requests: Requests, shift_us: int) -> None:
        size = max(len(requests.keys), 1)
        #: Whose log counts what both tell alike: the one that knows more users, then the one that says more.
        self.rank = (requests.users.sum() / size, requests.messages.sum() / size, len(requests.keys))
        self.numbers = requests.numbers
        order = np.argsort(requests.keys, kind="stable")
        self._order = order[np.searchsorted(requests.keys[order], 1) :]
        keys = requests.keys[self._order]
        starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
        self.keys = keys[starts]
        self.counts = np.diff(starts, append=len(keys))
        self.statuses, self.times = np.empty(0, np.int64), np.empty(0, np.int64)
        if len(starts):
            self.statuses = np.maximum.reduceat(requests.statuses[self._order], starts)
            self.times = np.minimum.reduceat(requests.times[self._order], starts) + shift_us
        self._is_elsewhere = np.zeros(len(self.keys), bool)

    def leave(self, keys: np.ndarray) -> None:
        """Let the requests at these places of ``keys`` count elsewhere."""
        self._is_elsewhere[keys] = True

    def list_left(self) -> np.ndarray:
        """The numbers of the events that count elsewhere."""
        return self.numbers[self._order[np.repeat(self._is_elsewhere, self.counts)]]


def find_doubles(map_all: Mapped, alike: Sequence[tuple[str, str]], shifts: Mapping[str, int]) -> Doubles:
    """The requests that count elsewhere, of pairs of sources whose shared ids are those of the same requests.

    ``shifts`` are what has to be added to each source's times (µs). A pair whose logs each have many requests that the
    other could have and hasn't are two instances that handle parts of the same traces: theirs count in both.
    """
    names = sorted({name for pair in alike for name in pair})
    parts = [part for part in map_all(partial(_pick, names=names)) if part] if names else []
    if not parts:
        return Doubles()
    logs = dict(
        zip(names, _sort_out(Requests(*map(np.concatenate, zip(*parts, strict=True))), names, shifts), strict=True)
    )
    found = []
    for pair in alike:
        worse, better = (logs[name] for _, name in sorted((logs[name].rank, name) for name in pair))
        _, at_worse, at_better = np.intersect1d(worse.keys, better.keys, assume_unique=True, return_indices=True)
        is_proven = _is_proven(worse, better, at_worse, at_better)
        records = np.maximum(worse.counts[at_worse], better.counts[at_better])
        found.append(Both(*pair, int(records.sum()), is_proven))
        if is_proven:
            is_better = _tells_more(better, worse, at_better, at_worse)
            worse.leave(at_worse[is_better])
            better.leave(at_better[~is_better])
    return Doubles(*_shorten(logs), found)


def _is_proven(one: _Log, other: _Log, at_one: np.ndarray, at_other: np.ndarray) -> bool:
    """Whether one of two logs has as good as all of its requests, of the time that both cover, in the other too."""
    if not len(at_one):
        return False
    first, last = max(one.times.min(), other.times.min()), min(one.times.max(), other.times.max())
    shares = []
    for log, at in ((one, at_one), (other, at_other)):
        is_inside = (log.times >= first) & (log.times <= last)
        shares.append(is_inside[at].sum() / max(is_inside.sum(), 1))
    return bool(max(shares) >= _SHARED)


def _tells_more(better: _Log, worse: _Log, at_better: np.ndarray, at_worse: np.ndarray) -> np.ndarray:
    """Which of the shared requests count in the better log: not those that the worse one has more records of, or saw fail."""
    more = better.counts[at_better] - worse.counts[at_worse]
    higher = better.statuses[at_better] - worse.statuses[at_worse]
    return (more > 0) | (more == 0) & (higher >= 0)


def _shorten(logs: Mapping[str, _Log]) -> tuple[dict[str, bool], np.ndarray]:
    """Of each source the shorter of two lists: the events that count elsewhere, or those that don't (True)."""
    sources: dict[str, bool] = {}
    listed = [np.empty(0, np.uint64)]
    for name, log in logs.items():
        left = log.list_left()
        if len(left):
            sources[name] = 2 * len(left) > len(log.numbers)
            listed.append(np.setdiff1d(log.numbers, left, assume_unique=True) if sources[name] else left)
    return sources, np.sort(np.concatenate(listed))


def _sort_out(requests: Requests, names: Sequence[str], shifts: Mapping[str, int]) -> Iterator[_Log]:
    """The requests log by log."""
    order = np.argsort(requests.places, kind="stable")
    edges = np.searchsorted(requests.places[order], np.arange(len(names) + 1)).tolist()
    for name, edge in zip(names, pairwise(edges), strict=True):
        own = order[slice(*edge)]
        yield _Log(Requests(*(values[own] for values in requests)), shifts.get(name, 0))


def _pick(table: pa.Table, *, names: Sequence[str]) -> Requests | None:
    """The requests of a table that are of these sources."""
    places = _find_places(table, names)
    if places is None:
        return None
    rows = _find_requests(table, places)
    own = table.take(pa.array(rows))
    return Requests(
        places[rows], _number(table, rows, places[rows], names), _hash(own), own.column("time").cast(pa.int64()).to_numpy(),
        pc.fill_null(own.column("status").cast(pa.int64()), 0).to_numpy(),
        *(own.column(name).is_valid().to_numpy() for name in ("user", "message")),
    )  # fmt: skip


def _find_places(table: pa.Table, names: Sequence[str]) -> np.ndarray | None:
    """Of each event the place of its source among the names, -1 for none of them; None: no event is of any."""
    source = join_chunks(table.column("source"))
    of = pc.fill_null(pc.index_in(source.dictionary, pa.array(names, pa.string())), -1).to_numpy()
    return of[source.indices.to_numpy()] if (of >= 0).any() else None


def _find_requests(table: pa.Table, places: np.ndarray) -> np.ndarray:
    is_request = find_words(join_chunks(table.column("kind")), ["request"]).to_numpy(zero_copy_only=False)
    return np.flatnonzero(is_request & (places >= 0) & table.column("offset").is_valid().to_numpy())


def _number(table: pa.Table, rows: np.ndarray, places: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """A number of each of the rows, which no other event has: of its source and its offset there."""
    marks = np.array([_mark(name) for name in names], np.uint64)
    offsets = table.column("offset").take(pa.array(rows)).to_numpy().astype(np.uint64)
    return offsets * _SPREAD ^ marks[places]


def _mark(source: str) -> int:
    return int.from_bytes(hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _hash(requests: pa.Table) -> np.ndarray:
    """A hash of each key; 0 where a part of it is missing."""
    is_whole = np.logical_and.reduce([requests.column(name).is_valid().to_numpy() for name in _KEY])
    hashes = np.zeros(len(is_whole), np.uint64)
    if is_whole.any():
        keys = requests.select([*_KEY]).filter(pa.array(is_whole)).unify_dictionaries().combine_chunks()
        with open_database() as connection:
            connection.register("keys", keys)
            columns = ", ".join(f'"{name}"' for name in _KEY)
            found = connection.sql(f"SELECT hash({columns}) AS h FROM keys").to_arrow_table()
        hashes[is_whole] = np.maximum(found.column("h").to_numpy(), 1)
    return hashes


def _is_in(numbers: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    if not len(ordered):
        return np.zeros(len(numbers), bool)
    place = np.searchsorted(ordered, numbers).clip(max=len(ordered) - 1)
    return ordered[place] == numbers
