"""several logs → the stretches of time that more than one of them covers: only there can events be copies.

Logs of two formats, or of two hosts, are no copies of each other; a log whose host isn't known may be a copy of any. So
each kind of log (format and host) has stretches of its own. But one container's log is what its node keeps, line by line
behind the runtime's stamp, as well as what `kubectl logs` gives without.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from minutebook.reading.account import Account


def may_be_copies(one: Account, other: Account) -> bool:
    """Whether logs have the same format and aren't known to be of two hosts."""
    hosts = {one.source.host, other.source.host} - {None, ""}
    return (one.format == other.format or are_of_one_pod(one, other)) and len(hosts) < 2


def are_of_one_pod(one: Account, other: Account) -> bool:
    """Whether both logs are of the same container of a pod."""
    return one.source.pod is not None and one.source.pod == other.source.pod


class Overlaps:
    """The stretches that more than one log of a kind covers."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        names = [("" if account.source.pod else account.format, account.source.host or "") for account in accounts]
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        self._kinds = np.array([numbers[name] for name in names], np.int64)  # of each log
        edges = list(_find_edges(accounts, self._kinds, list(numbers)))
        kinds = np.repeat(np.arange(len(edges)), [len(each) for each in edges])
        times = np.concatenate([*edges, np.empty(0, np.int64)])
        # One number for kind and time, such that all times of one kind come before those of the next.
        self._times = np.unique(times)
        self._width = len(self._times) + 1
        self._edges = kinds * self._width + np.searchsorted(self._times, times, side="right")

    def __bool__(self) -> bool:
        return len(self._edges) > 0

    def find(self, places: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Which events are in such a stretch, by the place of their log (-1: not one of these) and their time (µs)."""
        kinds = np.append(self._kinds, -1)[places]
        now = kinds * self._width + np.searchsorted(self._times, times, side="right")
        # Edges are beginnings and ends in turn.
        return np.searchsorted(self._edges, now, side="right") % 2 == 1


def _find_edges(
    accounts: Sequence[Account], kinds: np.ndarray, names: Sequence[tuple[str, str]]
) -> Iterator[np.ndarray]:
    """For each kind, where it begins to be covered by two or more logs and where it ends, in turn (µs)."""
    first, last = (np.array([getattr(account, edge) for account in accounts], np.int64) for edge in ("first", "last"))
    formats = np.array([names[kind][0] for kind in kinds.tolist()], object)
    hosts = np.array([names[kind][1] for kind in kinds.tolist()], object)
    for name, host in names:
        beside = (formats == name) & ((hosts == host) | (hosts == "") | (host == ""))
        yield _find_shared(first[beside], last[beside])


def _find_shared(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Where at least two of the spans begin to overlap, and where they end to, in turn."""
    times = np.concatenate((first, last + 1))
    steps = np.repeat([1, -1], len(first))
    order = np.argsort(times, kind="stable")
    times, depth = times[order], np.cumsum(steps[order])
    is_settled = np.append(times[1:] != times[:-1], True)  # of several edges at one moment the last one counts
    times, is_shared = times[is_settled], depth[is_settled] >= 2
    return times[np.flatnonzero(np.diff(is_shared, prepend=False))]
