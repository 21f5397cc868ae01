"""events of some sources → their requests in a few bytes each, those of one key together.

Past a fixed number they wait in temporary files, split by the hash of their key, so that what is in memory at once stays
small however many there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.grouping import join_chunks
from minutebook.machine.database import open_database
from minutebook.machine.scratch import append_rows
from minutebook.summary.judging import find_words
from minutebook.summary.trialstore import Folder

_KEY = ("trace", "operation", "service")  # in which all records of one request agree
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so each offset becomes a different number
#: Of a request: the hash of its key (0: a part of that is missing), its number, its time (µs), the place of its source among the
#: names, its status (0: none), and whether it names a user and a message.
REQUEST = np.dtype(
    [
        ("key", "u8"),
        ("number", "u8"),
        ("time", "i8"),
        ("place", "i4"),
        ("status", "i2"),
        ("user", "?"),
        ("message", "?"),
    ]
)
_ROWS_HELD = 1 << 20
_PARTS_BITS = 8


class Requests:
    """Requests of many batches, part by part."""

    def __init__(self) -> None:
        self._held: list[np.ndarray] = []
        self._rows = 0
        self._folder: Folder | None = None

    def add(self, requests: np.ndarray) -> None:
        """Take some more, of the type `REQUEST`."""
        self._held.append(requests)
        self._rows += len(requests)
        if self._rows > _ROWS_HELD:
            self._write()

    @property
    def is_stored(self) -> bool:
        """Whether they are in files, not in memory."""
        return self._folder is not None

    def parts(self) -> Iterator[np.ndarray]:
        """All requests in parts, those of one key in the same part."""
        if self._folder is None:
            yield self._take()
            return
        self._write()
        held, rows = [], 0
        for path in sorted(self._folder.path.iterdir()):
            held.append(np.fromfile(path, REQUEST))
            rows += len(held[-1])
            if rows > _ROWS_HELD:
                yield np.concatenate(held)
                held, rows = [], 0
        yield np.concatenate([np.empty(0, REQUEST), *held])

    def _take(self) -> np.ndarray:
        self._held = [np.concatenate([np.empty(0, REQUEST), *self._held])]
        return self._held[0]

    def _write(self) -> None:
        self._folder = self._folder or Folder()
        whole = self._take()
        part = np.where(whole["key"] > 0, whole["key"], whole["number"]) >> np.uint64(64 - _PARTS_BITS)
        order = np.argsort(part, kind="stable")
        edges = np.searchsorted(part[order], np.arange((1 << _PARTS_BITS) + 1)).tolist()
        for number in range(1 << _PARTS_BITS):
            append_rows(whole[order[edges[number] : edges[number + 1]]], self._folder.path / f"{number:03}.requests")
        self._held, self._rows = [], 0


def pick_requests(table: pa.Table, names: Sequence[str]) -> np.ndarray:
    """The requests of a table that are of the named sources."""
    places = find_places(table, names)
    if places is None:
        return np.empty(0, REQUEST)
    rows = find_rows(table, places)
    own = table.select([*_KEY, "time", "status", "user", "message"]).take(pa.array(rows))
    found = np.empty(len(rows), REQUEST)
    found["key"], found["place"] = _hash(own), places[rows]
    found["number"] = number_rows(table, rows, places[rows], names)
    found["time"] = own.column("time").cast(pa.int64()).to_numpy()
    found["status"] = pc.fill_null(own.column("status"), 0).to_numpy()
    for name in ("user", "message"):
        found[name] = own.column(name).is_valid().to_numpy()
    return found


def find_places(table: pa.Table, names: Sequence[str]) -> np.ndarray | None:
    """The place of each event's source among the names, -1 for none of them; None where no event has one."""
    source = join_chunks(table.column("source"))
    of = pc.fill_null(pc.index_in(source.dictionary, pa.array(names, pa.string())), -1).to_numpy()
    return of[source.indices.to_numpy()] if (of >= 0).any() else None


def find_rows(table: pa.Table, places: np.ndarray) -> np.ndarray:
    """Which rows are requests of one of the places."""
    is_request = find_words(join_chunks(table.column("kind")), ["request"]).to_numpy(zero_copy_only=False)
    return np.flatnonzero(is_request & (places >= 0) & table.column("offset").is_valid().to_numpy())


def number_rows(table: pa.Table, rows: np.ndarray, places: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """A number for each row that no other event has, made of its source and its offset there."""
    offsets = table.column("offset").take(pa.array(rows)).to_numpy().astype(np.uint64)
    return offsets * _SPREAD ^ mark_sources(names)[places]


def mark_sources(names: Sequence[str]) -> np.ndarray:
    """A number for each source, made of its name."""
    return np.array([_mark(name) for name in names], np.uint64)


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
