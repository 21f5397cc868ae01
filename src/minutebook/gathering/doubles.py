"""requests that two logs of one service both have → the one of them in which each counts.

An application's access log and its structured log record the same requests under the same ids, and both name the right
service and layer. A request counts in the log that has more records of it (a retry under one id is two), else in the one
that saw it fail, else in the one that knows more users. In the other log it loses its layer: it stays evidence, and its
messages are kept, but no SLI counts it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np
import pyarrow as pa

from minutebook.gathering.requests import REQUEST, Requests, find_places, find_rows, number_rows, pick_requests

_TOLD = 20  # pairs that get a sentence each in the ledger
_SHARED = 0.95  # of the requests that both could have, in the log that has fewer
#: Applies a function to all events, table by table: gives what it makes of each.
Mapped = Callable[[Callable[[pa.Table], np.ndarray]], Iterable[np.ndarray]]


@dataclass(frozen=True)
class Both:
    """Requests of a service that two logs have, under the same ids."""

    one: str
    other: str
    records: int
    is_proven: bool  #: whether these are nearly all that both could have

    def tell(self) -> str:
        """A sentence for the ledger."""
        if self.is_proven:
            return f"{self.one} and {self.other} both logged {self.records:,} requests, by their ids; each counts once."
        return (
            f"{self.one} and {self.other} share the ids of {self.records:,} requests, which are too few of either's to"
            " be sure that both logged the same ones; each counts in both."
        )


def tell_doubles(found: Sequence[Both]) -> list[str]:
    """Sentences for the ledger: the first pairs, and how many more there are."""
    told = [both.tell() for both in found[:_TOLD]]
    more = sum(both.records for both in found[_TOLD:] if both.is_proven)
    if len(found) > _TOLD:
        told.append(
            f"{len(found) - _TOLD:,} further pairs of logs of one service share ids of requests: {more:,} requests of those"
            " count once."
        )
    return told


@dataclass(frozen=True)
class Doubles:
    """Which requests of some sources count in another one."""

    #: Source → whether its requests count elsewhere, but for those in ``others``; if not, only those do.
    sources: Mapping[str, bool] = field(default_factory=dict)
    others: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint64))  #: numbers of events, in order
    found: Sequence[Both] = ()

    def find(self, table: pa.Table) -> np.ndarray | None:
        """Which events of a table count elsewhere; None: none of them."""
        names = sorted(self.sources)
        places = find_places(table, names) if names else None
        if places is None:
            return None
        rows = find_rows(table, places)
        is_other = _is_in(number_rows(table, rows, places[rows], names), self.others)
        found = np.zeros(table.num_rows, bool)
        found[rows] = is_other ^ np.array([self.sources[name] for name in names])[places[rows]]
        return found


class _Pair:
    """Two logs of one service: the better one, which counts what both record alike, the worse one, and what they share."""

    def __init__(self, better: str, worse: str) -> None:
        self.better, self.worse = better, worse
        self.records = 0  #: of the requests that both have, each as often as in the log that has it more often
        self.left = 0  #: those of them in the worse log
        self._inside = np.zeros(
            (2, 2), np.int64
        )  # (better, worse) × (requests of the time that both cover, those shared)

    def measure(self, logs: Mapping[str, _Log], spans: Mapping[str, tuple[int, int]]) -> None:
        """Count what they share, in one part of their requests."""
        better, worse, at_better, at_worse = self.match(logs)
        self.records += int(np.maximum(better.counts[at_better], worse.counts[at_worse]).sum())
        self.left += int(worse.counts[at_worse].sum())
        first, last = (
            pick(*each)
            for pick, each in zip((max, min), zip(spans[self.better], spans[self.worse], strict=True), strict=True)
        )
        for place, (log, at) in enumerate(((better, at_better), (worse, at_worse))):
            is_inside = (log.times >= first) & (log.times <= last)
            self._inside[place] += is_inside.sum(), is_inside[at].sum()

    @property
    def is_proven(self) -> bool:
        """Whether the other log has nearly all requests of one of them, in the time that both cover."""
        return any(shared >= max(_SHARED * inside, 1) for inside, shared in self._inside.tolist())

    def part(self, logs: Mapping[str, _Log]) -> None:
        """Let each request count in the better log, unless the worse one has more records of it or saw it fail."""
        better, worse, at_better, at_worse = self.match(logs)
        more = better.counts[at_better] - worse.counts[at_worse]
        higher = better.statuses[at_better] - worse.statuses[at_worse]
        is_better = (more > 0) | (more == 0) & (higher >= 0)
        worse.is_elsewhere[at_worse[is_better]] = True
        better.is_elsewhere[at_better[~is_better]] = True

    def match(self, logs: Mapping[str, _Log]) -> tuple[_Log, _Log, np.ndarray, np.ndarray]:
        """Both logs, and the places of the shared keys in each."""
        better, worse = logs.get(self.better, _NONE), logs.get(self.worse, _NONE)
        _, at_better, at_worse = np.intersect1d(better.keys, worse.keys, assume_unique=True, return_indices=True)
        return better, worse, at_better, at_worse

    def tell(self) -> Both:
        """What the ledger says of them."""
        one, other = sorted((self.better, self.worse))
        return Both(one, other, self.records, self.is_proven)


class _Log:
    """Requests of one source by key: the distinct keys in order, each with its records, greatest status and first time."""

    def __init__(self, requests: np.ndarray, shift_us: int = 0) -> None:
        self.numbers = requests["number"]
        order = np.argsort(requests["key"], kind="stable")
        self._order = order[np.searchsorted(requests["key"][order], 1) :]
        keys = requests["key"][self._order]
        starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
        self.keys = keys[starts]
        self.counts = np.diff(starts, append=len(keys))
        self.statuses, self.times = np.empty(0, np.int16), np.empty(0, np.int64)
        if len(starts):
            self.statuses = np.maximum.reduceat(requests["status"][self._order], starts)
            self.times = np.minimum.reduceat(requests["time"][self._order], starts) + shift_us
        self.is_elsewhere = np.zeros(len(self.keys), bool)

    def list_left(self) -> np.ndarray:
        """The numbers of events that count elsewhere."""
        return self.numbers[self._order[np.repeat(self.is_elsewhere, self.counts)]]


_NONE = _Log(np.empty(0, REQUEST))


class _Logs:
    """The requests of some sources, log by log, in parts that keep those of one key together."""

    def __init__(self, names: Sequence[str], shifts: Mapping[str, int]) -> None:
        self._names, self._shifts = names, [shifts.get(name, 0) for name in names]
        self._requests = Requests()
        self._known: list[dict[str, _Log]] = []
        self._sums = np.zeros((len(names), 3), np.int64)  # requests, those with a user, and with a message
        self._spans = np.tile(np.array([np.iinfo(np.int64).max, np.iinfo(np.int64).min]), (len(names), 1))

    def add(self, requests: np.ndarray) -> None:
        """Take some more requests."""
        self._requests.add(requests)
        place, keyed = requests["place"], requests[requests["key"] > 0]
        for column, weights in enumerate((None, requests["user"], requests["message"])):
            self._sums[:, column] += np.bincount(place, weights, len(self._names)).astype(np.int64)
        np.minimum.at(self._spans[:, 0], keyed["place"], keyed["time"])
        np.maximum.at(self._spans[:, 1], keyed["place"], keyed["time"])

    @property
    def sizes(self) -> dict[str, int]:
        """Source → how many requests."""
        return dict(zip(self._names, self._sums[:, 0].tolist(), strict=True))

    @property
    def spans(self) -> dict[str, tuple[int, int]]:
        """Source → its first and last request with an id, on the common clock (µs)."""
        return {
            name: (first + shift, last + shift)
            for name, (first, last), shift in zip(self._names, self._spans.tolist(), self._shifts, strict=True)
        }

    @property
    def ranks(self) -> dict[str, tuple[float, float, int, str]]:
        """Source → rank, by which the better log is chosen: more users known, then more messages, then more requests."""
        return {
            name: (users / max(size, 1), messages / max(size, 1), size, name)
            for name, (size, users, messages) in zip(self._names, self._sums.tolist(), strict=True)
        }

    def parts(self) -> Iterator[dict[str, _Log]]:
        """Source → its requests, part by part; a single part in memory is split only once."""
        if self._known:
            yield from self._known
            return
        for requests in self._requests.parts():
            order = np.argsort(requests["place"], kind="stable")
            edges = np.searchsorted(requests["place"][order], np.arange(len(self._names) + 1)).tolist()
            logs = {
                name: _Log(requests[order[start:stop]], shift)
                for name, (start, stop), shift in zip(self._names, pairwise(edges), self._shifts, strict=True)
                if stop > start
            }
            if not self._requests.is_stored:
                self._known = [logs]
            yield logs


def find_doubles(map_all: Mapped, alike: Sequence[tuple[str, str]], shifts: Mapping[str, int]) -> Doubles:
    """The requests that count elsewhere, for pairs of sources that share ids of the same requests.

    ``shifts`` are what has to be added to each source's times (µs). Two logs that each have many requests which the other
    could have and hasn't are two instances that handle parts of the same traces: their requests count in both.
    """
    if not alike:
        return Doubles()
    names = sorted({name for pair in alike for name in pair})
    logs = _Logs(names, shifts)
    for requests in map_all(partial(pick_requests, names=names)):
        logs.add(requests)
    ranks = logs.ranks
    pairs = [_Pair(*sorted(pair, key=lambda name: ranks[name], reverse=True)) for pair in alike]
    spans = logs.spans
    for part in logs.parts():
        for pair in pairs:
            pair.measure(part, spans)
    proven = [pair for pair in pairs if pair.is_proven]
    return Doubles(*_list_shorter(logs, proven), [pair.tell() for pair in pairs])


def _list_shorter(logs: _Logs, proven: Sequence[_Pair]) -> tuple[dict[str, bool], np.ndarray]:
    """The events of each source that count elsewhere or, where those are fewer, the ones that don't (True)."""
    left: Counter[str] = Counter()
    for pair in proven:
        left[pair.worse] = max(left[pair.worse], pair.left)
    sources = {name: True for name, size in logs.sizes.items() if 2 * left[name] > size}
    listed = [np.empty(0, np.uint64)]
    for part in logs.parts() if proven else ():
        for pair in proven:
            pair.part(part)
        for name, log in part.items():
            gone = log.list_left()
            if sources.get(name):
                listed.append(np.setdiff1d(log.numbers, gone, assume_unique=True))
            elif len(gone):
                sources[name] = False
                listed.append(gone)
    return sources, np.sort(np.concatenate(listed))


def _is_in(numbers: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    if not len(ordered):
        return np.zeros(len(numbers), bool)
    place = np.searchsorted(ordered, numbers).clip(max=len(ordered) - 1)
    return ordered[place] == numbers
