"""batches of events, kept until clocks are settled: in memory while they're few, else in a temporary file.

Events are parsed once, but a clock is only settled when all sources are read. Until then batches wait here; beyond
``memory_bytes`` they wait on disk (Arrow IPC, LZ4).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.machine.interrupting import begin, finish
from minutebook.machine.scratch import make_folder, write_table


class Part(NamedTuple):
    """A source's events in a table that may hold those of others too."""

    source: str
    start: int
    stop: int


class _Held:
    """A table that is kept, and the parts of it by source."""

    def __init__(self, parts: list[Part], table: pa.Table | Path) -> None:
        self.parts, self.table = parts, table
        self.names = frozenset(part.source for part in parts)

    def without(self, sources: Collection[str]) -> _Held:
        """The same without the events of some sources."""
        return _Held([part for part in self.parts if part.source not in sources], self.table)


class EventStore:
    """Batches by source, in the order in which they came; a context manager that cleans up after itself."""

    def __init__(self, memory_bytes: int = 112 << 20) -> None:
        self._memory_bytes = memory_bytes
        self._held_bytes = 0
        self._held: list[_Held] = []
        self._written = 0
        self._folder: Path | None = None

    def __enter__(self) -> EventStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held = []  # the store may outlive the block, its events needn't
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            finish(self._folder)

    def add(self, table: pa.Table, counts: Sequence[tuple[str, int]]) -> None:
        """Keep a table with the events of some sources, one after the other; ``counts``: (source, how many)."""
        stops = list(accumulate(rows for _, rows in counts))
        parts = [Part(name, stop - rows, stop) for (name, rows), stop in zip(counts, stops, strict=True) if rows]
        if parts:
            self._held_bytes += table.get_total_buffer_size()
            self._held.append(_Held(parts, table if self._held_bytes <= self._memory_bytes else self._spill(table)))

    def _spill(self, table: pa.Table) -> Path:
        if self._folder is None:
            self._folder = make_folder()
            begin(self._folder)
        path = self._folder / f"{self._written}.arrow"
        self._written += 1
        write_table(table, path)
        return path

    def runs(self, how: Callable[[str], object] = lambda _: None) -> Iterator[tuple[str, pa.Table]]:
        """All events in tables as long as possible: neighbours in one table for which ``how`` is equal stay together.

        Each comes with the first of its sources.
        """
        for held in self._held:
            table = _load(held.table)
            yield from ((run.source, cut(table, run)) for run in _find_runs(held.parts, how))

    def of(self, sources: set[str] | None = None) -> Iterator[tuple[str, pa.Table]]:
        """(source, batch) of some sources, or of all, in the order in which they came."""
        for held in self._held:
            if sources is None or not held.names.isdisjoint(sources):
                table = _load(held.table)
                yield from ((p.source, cut(table, p)) for p in held.parts if sources is None or p.source in sources)

    def drop(self, sources: Collection[str]) -> None:
        """Forget all events of some sources."""
        gone = frozenset(sources)
        left = (held if held.names.isdisjoint(gone) else held.without(gone) for held in self._held)
        self._held = [held for held in left if held.parts]

    def drop_rows(self, source: str, rows: pa.Array) -> None:
        """Forget those of the source's events whose position among them is in ``rows``."""
        left: list[_Held] = []
        position = 0
        for held in self._held:
            if source not in held.names:
                left.append(held)
                continue
            left.append(held.without({source}))
            for part in held.parts:
                if part.source == source:
                    events = cut(_load(held.table), part)
                    here = pa.array(np.arange(position, position + events.num_rows))
                    position += events.num_rows
                    kept = events.filter(pc.invert(pc.is_in(here, rows)))
                    left.append(_Held([Part(source, 0, kept.num_rows)], kept))
        self._held = [held for held in left if held.parts]


def _find_runs(parts: Sequence[Part], how: Callable[[str], object]) -> Iterator[Part]:
    """Parts of a table, with neighbouring ones joined for which ``how`` is equal."""
    run: Part | None = None
    for part in parts:
        if run and run.stop == part.start and how(run.source) == how(part.source):
            run = run._replace(stop=part.stop)
            continue
        if run:
            yield run
        run = part
    if run:
        yield run


def cut(table: pa.Table, part: Part) -> pa.Table:
    """The part's events of the table."""
    is_all = part.stop - part.start == table.num_rows
    return table if is_all else table.slice(part.start, part.stop - part.start)


def _load(kept: pa.Table | Path) -> pa.Table:
    if isinstance(kept, Path):
        with pa.ipc.open_file(pa.memory_map(str(kept))) as file:
            return file.read_all()
    return kept
