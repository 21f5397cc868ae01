"""batches of events, kept until clocks are settled: in memory while they're few, else in a temporary file.

Events are parsed once. What a source says about its clock is only known when all sources are read, so
batches wait here between the two; past ``memory_bytes`` they wait on disk (Arrow IPC, LZ4).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.interrupting import begin, finish
from minutebook.scratch import make_folder, write_table


class Part(NamedTuple):
    """A source's events in a table that may hold those of others too."""

    source: str
    start: int
    stop: int


class _Held(NamedTuple):
    parts: list[Part]
    table: pa.Table | Path


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
        self._held = []  # whoever holds the store on needs its events no more
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            finish(self._folder)

    def add(self, table: pa.Table, counts: Sequence[tuple[str, int]]) -> None:
        """Keep a table of the events of some sources, one behind the other: each has (its name, how many)."""
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

    def tables(self) -> Iterator[tuple[list[Part], pa.Table]]:
        """Each table that is kept, and whose events are where in it."""
        return ((parts, _load(table)) for parts, table in self._held)

    def of(self, sources: set[str] | None = None) -> Iterator[tuple[str, pa.Table]]:
        """(source, batch) of some sources, or of all, in the order in which they came."""
        for parts, kept in self._held:
            chosen = parts if sources is None else [part for part in parts if part.source in sources]
            if chosen:
                table = _load(kept)
                yield from ((part.source, cut(table, part)) for part in chosen)

    def drop(self, source: str, rows: pa.Array | None = None) -> None:
        """Forget the source's events, or those whose position among its events is in ``rows``."""
        held: list[_Held] = []
        position = 0
        for parts, table in self._held:
            own = [part for part in parts if part.source == source]
            others = [part for part in parts if part.source != source]
            if others or not own:
                held.append(_Held(others, table))
            for part in own if rows is not None else ():
                events = cut(_load(table), part)
                here = pa.array(range(position, position + events.num_rows), pa.int64())
                position += events.num_rows
                left = events.filter(pc.invert(pc.is_in(here, rows)))
                held.append(_Held([Part(source, 0, left.num_rows)], left))
        self._held = held


def cut(table: pa.Table, part: Part) -> pa.Table:
    """The part's events of the table."""
    is_all = part.stop - part.start == table.num_rows
    return table if is_all else table.slice(part.start, part.stop - part.start)


def _load(kept: pa.Table | Path) -> pa.Table:
    if isinstance(kept, Path):
        with pa.ipc.open_file(pa.memory_map(str(kept))) as file:
            return file.read_all()
    return kept
