"""trials of many batches → all trials, by minute: in memory while they are few, else in temporary files.

There are nearly as many trials as requests. Each part is written in the order of its minutes, so that in the end some
minutes at a time are read from all parts, added up and written again.
"""

from __future__ import annotations

import itertools
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from minutebook.columns.grouping import drop_words
from minutebook.machine.allocation import give_freed_memory_back
from minutebook.machine.interrupting import begin, finish
from minutebook.machine.scratch import make_folder, write_table

_PIECE_ROWS = 250_000
_BATCH_ROWS = 32_768
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


class TrialStore:
    """Parts of trials, and in the end all of them added up."""

    def __init__(self, merge: Merge, memory_bytes: int = 128 << 20) -> None:
        self._merge, self._memory_bytes = merge, memory_bytes
        self._held: list[pa.Table] = []
        self._held_bytes = 0
        self._files: list[tuple[Path, np.ndarray, np.ndarray]] = []  # minutes of each, and how many rows of those
        self._folder: Folder | None = None

    def add(self, table: pa.Table) -> None:
        """Take a part: a table in the order of its minutes."""
        self._held.append(table)
        self._held_bytes += table.get_total_buffer_size()
        if self._held_bytes > self._memory_bytes:
            self._spill()

    def finish(self) -> pa.Table | StoredTrials:
        """All trials, equal keys added up."""
        if self._folder is None:
            return self._merge(self._held)
        if self._held:
            self._spill()
        minutes = np.concatenate([each for _, each, _ in self._files])
        known, place = np.unique(minutes, return_inverse=True)
        rows = np.bincount(place, np.concatenate([counts for *_, counts in self._files]))
        number = np.cumsum(rows) // _PIECE_ROWS
        cuts = [*np.flatnonzero(np.diff(number, prepend=-1)).tolist(), len(known)]
        spans = [(int(known[a]), int(known[b - 1])) for a, b in itertools.pairwise(cuts)]
        # In one batch each: every further batch would repeat the dictionaries.
        pieces = [StoredPiece(*span, self._write(self._read(*span).combine_chunks()), self._folder) for span in spans]
        for path, *_ in self._files:
            path.unlink()
        return StoredTrials(pieces)

    def _spill(self) -> None:
        table = self._merge(self._held)
        minutes, counts = np.unique(table.column("minute").to_numpy(), return_counts=True)
        self._files.append((self._write(table, _BATCH_ROWS), minutes, counts))
        self._held, self._held_bytes = [], 0
        give_freed_memory_back()  # to add up so many takes large arrays, of which later ones rarely fit into the gaps

    def _write(self, table: pa.Table, batch_rows: int | None = None) -> Path:
        self._folder = self._folder or Folder()
        path = self._folder.name_file()
        write_table(drop_words(table.unify_dictionaries()), path, batch_rows)
        return path

    def _read(self, first: int, last: int) -> pa.Table:
        """The trials of some minutes from all parts, added up."""
        found = [
            _read_between(path, minutes, counts, first, last)
            for path, minutes, counts in self._files
            if minutes[0] <= last and first <= minutes[-1]
        ]
        return self._merge(found)


def _read_between(path: Path, minutes: np.ndarray, counts: np.ndarray, first: int, last: int) -> pa.Table:
    ends = np.concatenate(([0], np.cumsum(counts)))
    start, stop = ends[np.searchsorted(minutes, first)], ends[np.searchsorted(minutes, last, side="right")]
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        batches, before = [], 0
        for number in range(reader.num_record_batches):
            if before >= stop:
                break
            batch = reader.get_batch(number)
            if before + batch.num_rows > start:
                batches.append(
                    batch.slice(max(start - before, 0), min(stop - before, batch.num_rows) - max(start - before, 0))
                )
            before += batch.num_rows
        return pa.Table.from_batches(batches, reader.schema)
