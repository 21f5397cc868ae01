"""trials of many batches → all trials, by minute: in memory while they are few, else in temporary files.

There are nearly as many trials as requests. They are written in pieces of some minutes each, as soon as there are too many
to be held. Pieces whose minutes others have too, as of hosts that wrote at once, are added up in the end and written again.
"""

from __future__ import annotations

import itertools
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from minutebook.columns.grouping import drop_words
from minutebook.machine.allocation import give_freed_memory_back
from minutebook.machine.interrupting import begin, finish
from minutebook.machine.scratch import make_folder, write_table
from minutebook.machine.threads import map_ahead, start_threads

_PIECE_ROWS = 250_000
#: Adds tables of trials up.
Merge = Callable[[list[pa.Table]], pa.Table]


class Folder:
    """A temporary folder, removed when nothing uses it any more."""

    def __init__(self) -> None:
        self.path = make_folder()
        self._names = itertools.count()
        begin(self.path)
        weakref.finalize(self, _remove, self.path)

    def name_file(self) -> Path:
        """A new path in it."""
        return self.path / f"{next(self._names)}.arrow"


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    finish(folder)


class StoredPiece(NamedTuple):
    """All trials of some minutes, in a file."""

    first: int
    last: int
    path: Path
    folder: Folder  #: kept alive as long as the piece

    def load(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Read them, or some of their columns."""
        with pa.OSFile(str(self.path)) as file:
            names = pa.ipc.open_file(file).schema.names
            fields = None if columns is None else [place for place, name in enumerate(names) if name in columns]
            return pa.ipc.open_file(file, options=pa.ipc.IpcReadOptions(included_fields=fields)).read_all()


class StoredTrials:
    """Trials in files, piece by piece; the files are removed when nothing uses them any more."""

    nbytes = 0  #: in memory

    def __init__(self, pieces: Sequence[StoredPiece]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[StoredPiece]:
        return iter(self._pieces)


class _Part(NamedTuple):
    """Some of the trials, in a file; other parts may have trials of the same minutes."""

    path: Path
    minutes: np.ndarray  #: each once, in order
    rows: np.ndarray  #: how many each of them has

    @property
    def first(self) -> int:
        return int(self.minutes[0])

    @property
    def last(self) -> int:
        return int(self.minutes[-1])

    def read_between(self, first: int, last: int) -> pa.Table:
        """The trials of the minutes ``first`` to ``last``, both included."""
        ends = np.cumsum([0, *self.rows])
        start = ends[np.searchsorted(self.minutes, first)]
        stop = ends[np.searchsorted(self.minutes, last, side="right")]
        with pa.OSFile(str(self.path)) as file:
            return pa.ipc.open_file(file).read_all().slice(start, stop - start)


class TrialStore:
    """Parts of trials, and in the end all of them added up."""

    def __init__(self, merge: Merge, memory_bytes: int = 128 << 20) -> None:
        self._merge, self._memory_bytes = merge, memory_bytes
        self._held: list[pa.Table] = []
        self._held_bytes = 0
        self._parts: list[_Part] = []
        self._folder: Folder | None = None

    def add(self, table: pa.Table) -> None:
        """Take a part: a table in the order of its minutes."""
        self._hold(table)
        if self._held_bytes > self._memory_bytes and any(each.num_rows for each in self._held):
            self._spill()

    def finish(self) -> pa.Table | StoredTrials:
        """All trials, equal keys added up."""
        if not self._parts:
            return self._merge(self._held)
        if self._held:
            self._spill(is_last=True)
        with start_threads() as pool:
            return StoredTrials(
                [piece for parts in _find_overlapping(self._parts) for piece in self._add_up(parts, pool)]
            )

    def _hold(self, table: pa.Table) -> None:
        self._held.append(table)
        self._held_bytes += table.get_total_buffer_size()

    def _spill(self, *, is_last: bool = False) -> None:
        """Write what is held to files, but for the last minute, if there's more: what comes next may go on with it."""
        table = self._merge(self._held)
        self._held, self._held_bytes = [], 0
        minutes, begins, rows = np.unique(table.column("minute").to_numpy(), return_index=True, return_counts=True)
        if not is_last and 2 * begins[-1] > table.num_rows:
            self._hold(_copy(table.slice(begins[-1])))
            minutes, begins, rows = minutes[:-1], begins[:-1], rows[:-1]
        for span in _cut(rows):
            path = self._write(table.slice(begins[span.start], rows[span].sum()))
            self._parts.append(_Part(path, minutes[span], rows[span]))
        del table
        give_freed_memory_back()  # to add up so many takes large arrays, of which later ones rarely fit into the gaps

    def _write(self, table: pa.Table) -> Path:
        self._folder = self._folder or Folder()
        path = self._folder.name_file()
        write_table(_copy(table), path)
        return path

    def _add_up(self, parts: Sequence[_Part], pool: Executor) -> Iterator[StoredPiece]:
        """Pieces of all trials of the minutes that some parts have."""
        assert self._folder
        if len(parts) == 1:
            yield StoredPiece(parts[0].first, parts[0].last, parts[0].path, self._folder)
            return
        minutes, place = np.unique(np.concatenate([part.minutes for part in parts]), return_inverse=True)
        rows = np.bincount(place, np.concatenate([part.rows for part in parts]))
        spans = [(int(minutes[span.start]), int(minutes[span.stop - 1])) for span in _cut(rows)]
        yield from map_ahead(pool, partial(self._add_up_between, parts), spans)
        for part in parts:
            part.path.unlink()

    def _add_up_between(self, parts: Sequence[_Part], span: tuple[int, int]) -> StoredPiece:
        assert self._folder
        first, last = span
        found = [part.read_between(first, last) for part in parts if part.first <= last and first <= part.last]
        return StoredPiece(first, last, self._write(self._merge(found)), self._folder)


def _cut(rows: np.ndarray) -> list[slice]:
    """Slices of the minutes that have about as many rows as a piece together; ``rows`` are of each minute."""
    number = np.cumsum(rows) // _PIECE_ROWS
    return [
        slice(a, b) for a, b in itertools.pairwise([*np.flatnonzero(np.diff(number, prepend=-1)).tolist(), len(rows)])
    ]


def _find_overlapping(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """The parts in the order of their minutes; those with minutes in common come together."""
    group: list[_Part] = []
    last = -1
    for part in sorted(parts, key=lambda each: (each.first, each.last)):
        if group and part.first > last:
            yield group
            group = []
        group.append(part)
        last = max(last, part.last)
    if group:
        yield group


def _copy(table: pa.Table) -> pa.Table:
    """The table in one batch of its own, with no words but its own: each further batch would repeat its dictionaries."""
    return drop_words(table.unify_dictionaries().combine_chunks())
