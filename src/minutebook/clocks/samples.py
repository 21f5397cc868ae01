"""events → a sample of their ids: in every source the same ones, so that pairs survive.

Ids are sampled by hash (bottom-k sketch: Bar-Yossef et al. 2002).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

_PER_SOURCE = 8192
_HASHED_BYTES, _HASHED_AT_ONCE = 16, 1 << 13
_NAMES = ("source", "trace", "time", "service", "operation", "layer")


@dataclass
class ClockSample:
    """(source, id, time …) of the ids with the smallest hashes in each source; mergeable."""

    tables: list[pd.DataFrame] = field(default_factory=list)

    def add(self, events: pa.Table) -> None:
        """Take the sample of a batch of events of one source."""
        traces = events.column("trace")
        rows = np.flatnonzero(traces.is_valid().to_numpy())
        if not len(rows):
            return
        hashes = hash_texts(traces.drop_null())
        if len(hashes) > _PER_SOURCE:
            limit = np.partition(hashes, _PER_SOURCE)[_PER_SOURCE]
            keep = np.flatnonzero(hashes <= limit)
            rows, hashes = rows[keep], hashes[keep]
        events = events.select(_NAMES).take(pa.array(rows))
        frame = pd.DataFrame(
            {name: events.column(name).cast(pa.string()).to_pandas() for name in _NAMES if name != "time"}
        )
        frame["time"] = events.column("time").cast(pa.int64()).to_numpy()
        frame["hash"] = hashes
        self.tables.append(frame)

    def frame(self) -> pd.DataFrame:
        """One row per (source, id): its last event, of the ids that every source's sketch still covers."""
        if not self.tables:
            return pd.DataFrame(columns=[*_NAMES, "hash"])
        whole = pd.concat(self.tables, ignore_index=True)
        rank = whole.groupby("source")["hash"].rank(method="dense")
        whole = whole[rank <= _PER_SOURCE].sort_values(["source", "trace", "time", "operation"])
        return whole.drop_duplicates(["source", "trace"], keep="last").reset_index(drop=True)


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
    """The hashes of some texts; few enough for what is made on the way to stay near the processor."""
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
