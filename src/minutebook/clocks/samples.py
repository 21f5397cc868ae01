"""events → the records of ids that several sources share: a sample of each source, with the same ids in all of them.

While events are read only hashes of their ids are kept, the smallest of each source (bottom-k sketch: Bar-Yossef et
al. 2002), so that pairs survive. The records of ids that turn out to be shared are looked up afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from minutebook.columns.grouping import join_chunks

_PER_SOURCE = 8192
#: Hashes of all sources, and records of shared ids: beyond these many, only ids with still smaller hashes are kept.
_MOST_HASHES, _MOST_RECORDS = 1 << 21, 1 << 18
_HASHED_BYTES, _HASHED_AT_ONCE = 16, 1 << 13
_NAMES = ("source", "trace", "time", "service", "operation", "status", "layer", "user", "host")
#: Applies a function to all events, table by table: gives what it makes of each.
Mapped = Callable[[Callable[[pa.Table], pd.DataFrame]], Iterable[pd.DataFrame]]


class SharedIds(NamedTuple):
    """Hashes of ids that at least two sources have, in order, and the greatest hash in each source's sample."""

    hashes: np.ndarray
    greatest: dict[str, int]


class ClockSample:
    """The smallest hashes of the ids of each source; mergeable, the same in any order."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}  # of the sources
        self._held: list[tuple[np.ndarray, np.ndarray]] = []  # (numbers of the sources, hashes)
        self._rows = 0
        self._bits = 64  # that a hash may have

    def add(self, events: pa.Table) -> None:
        """Take the ids of a batch of events."""
        if ids := _hash_ids(events):
            self._take(ids.sources, ids.codes, ids.hashes)

    def merge(self, other: ClockSample) -> None:
        """Take the ids of another sample."""
        for numbers, hashes in other._held:
            self._take(list(other._numbers), numbers, hashes)

    def find_shared(self) -> SharedIds:
        """The ids that several sources' samples have."""
        numbers, hashes = self._gather()
        ordered = np.sort(hashes)
        is_twice = np.isin(hashes, ordered[1:][ordered[1:] == ordered[:-1]])
        order = np.lexsort((numbers[is_twice], hashes[is_twice]))
        found, owner = hashes[is_twice][order], numbers[is_twice][order]
        is_next = np.append(True, (found[1:] != found[:-1]) | (owner[1:] != owner[:-1]))[: len(found)]
        found, counts = np.unique(found[is_next], return_counts=True)
        found, counts = found[counts > 1], counts[counts > 1]
        greatest = np.zeros(len(self._numbers), np.uint64)
        np.maximum.at(greatest, numbers, hashes)
        known = dict(zip(self._numbers, greatest.tolist(), strict=True)) if len(found) else {}
        return SharedIds(found[np.cumsum(counts) <= _MOST_RECORDS], known)

    def _take(self, names: Sequence[str], codes: np.ndarray, hashes: np.ndarray) -> None:
        numbers = np.array([self._numbers.setdefault(name, len(self._numbers)) for name in names], np.int32)[codes]
        self._held.append(_keep_smallest(numbers, hashes))
        self._rows += len(self._held[-1][0])
        if self._rows > 2 * _MOST_HASHES:
            self._gather()

    def _gather(self) -> tuple[np.ndarray, np.ndarray]:
        """All that is held, reduced as far as it can be; the result doesn't depend on when that's done."""
        none = np.empty(0, np.int32), np.empty(0, np.uint64)
        numbers, hashes = _keep_smallest(*map(np.concatenate, zip(none, *self._held, strict=True)))
        while len(hashes) > _MOST_HASHES or self._bits < 64:
            is_small = hashes < np.uint64(1 << self._bits) if self._bits < 64 else np.ones(len(hashes), bool)
            numbers, hashes = numbers[is_small], hashes[is_small]
            if len(hashes) <= _MOST_HASHES:
                break
            self._bits -= 1
        self._held, self._rows = [(numbers, hashes)], len(hashes)
        return numbers, hashes


def find_records(sample: ClockSample, map_events: Mapped) -> pd.DataFrame:
    """One row per source and shared id: the last event with it, as far as the samples reach."""
    shared = sample.find_shared()
    if not len(shared.hashes):
        return pd.DataFrame(columns=[*_NAMES], dtype="str").astype({"time": "int64"})
    whole = pd.concat(map_events(partial(_pick_shared, shared=shared)), ignore_index=True)
    ordered = whole.sort_values(["source", "trace", "time", "operation"])
    return ordered.drop_duplicates(["source", "trace"], keep="last").reset_index(drop=True)


def _pick_shared(events: pa.Table, *, shared: SharedIds) -> pd.DataFrame:
    """The events with shared ids, as far as their source's sample reaches."""
    rows = np.empty(0, np.int64)
    if ids := _hash_ids(events):
        greatest = np.array([shared.greatest.get(name, 0) for name in ids.sources], np.uint64)[ids.codes]
        place = np.searchsorted(shared.hashes, ids.hashes).clip(max=len(shared.hashes) - 1)
        rows = ids.rows[(shared.hashes[place] == ids.hashes) & (ids.hashes <= greatest)]
    picked = events.select(_NAMES).take(pa.array(rows))
    texts = {name: picked.column(name).cast(pa.string()).to_pandas() for name in _NAMES if name != "time"}
    return pd.DataFrame({**texts, "time": picked.column("time").cast(pa.int64()).to_numpy()})[[*_NAMES]]


class _Ids(NamedTuple):
    """The ids of some events: which rows have one, of which sources they are, and the ids' hashes."""

    rows: np.ndarray
    sources: list[str]
    codes: np.ndarray
    hashes: np.ndarray


def _hash_ids(events: pa.Table) -> _Ids | None:
    traces = join_chunks(events.column("trace"))
    if traces.null_count == len(traces):
        return None
    rows = np.flatnonzero(traces.is_valid().to_numpy(zero_copy_only=False))
    source = join_chunks(events.column("source"))
    codes = source.indices.to_numpy()[rows]
    return _Ids(rows, source.dictionary.to_pylist(), codes, hash_texts(traces.drop_null()))


def _keep_smallest(numbers: np.ndarray, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The smallest hashes of each source."""
    if np.bincount(numbers, minlength=1).max() <= _PER_SOURCE:
        return numbers, hashes
    order = np.argsort(numbers, kind="stable")
    numbers, hashes = numbers[order], hashes[order]
    kept = np.ones(len(hashes), bool)
    edges = np.searchsorted(numbers, np.arange(numbers[-1] + 2)).tolist()
    for start, stop in pairwise(edges):
        if stop - start > _PER_SOURCE:
            smallest = np.unique(hashes[start:stop])[:_PER_SOURCE]
            kept[start:stop] = hashes[start:stop] <= smallest[-1]
    return numbers[kept], hashes[kept]


def hash_texts(texts: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """A 64-bit hash of each text's last 16 bytes: ids differ at their end, and equal ids hash alike."""
    array = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    array = array.cast(pa.large_string())
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(array.buffers()[2], np.uint8) if array.buffers()[2] else np.empty(0, np.uint8)
    mixed = np.empty(len(array), np.uint64)
    for at in range(0, len(array), _HASHED_AT_ONCE):
        mixed[at : at + _HASHED_AT_ONCE] = _hash_ends(data, offsets[at : at + _HASHED_AT_ONCE + 1])
    return mixed


def _hash_ends(data: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """The hashes of some texts, so few at a time that intermediate arrays stay in the processor's cache."""
    ends, starts = offsets[1:], offsets[:-1]
    shortest = int((ends - starts).min(initial=_HASHED_BYTES))
    mixed = np.zeros(len(ends), np.uint64)
    for back in range(1, _HASHED_BYTES + 1):
        at = ends - back
        if back > shortest:
            is_inside = at >= starts
            byte = np.where(is_inside, data[np.where(is_inside, at, 0)] if len(data) else 0, 0)
        else:
            byte = data[at]
        mixed ^= byte.astype(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed
