"""batches of events, kept until clocks are settled: in memory while they're few, else in a temporary file.

Events are parsed once. What a source says about its clock is only known when all sources are read, so
batches wait here between the two; past ``memory_bytes`` they wait on disk (Arrow IPC, LZ4).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.interrupting import begin, finish


class EventStore:
    """Batches by source, in the order in which they came; a context manager that cleans up after itself."""

    def __init__(self, memory_bytes: int = 160 << 20) -> None:
        self._memory_bytes = memory_bytes
        self._held_bytes = 0
        self._batches: list[tuple[str, pa.Table | Path]] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> EventStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._folder:
            self._folder.cleanup()
            finish(Path(self._folder.name))

    def add(self, source: str, table: pa.Table) -> None:
        """Keep a batch of events of ``source``."""
        if not table.num_rows:
            return
        self._held_bytes += table.get_total_buffer_size()
        self._batches.append((source, table if self._held_bytes <= self._memory_bytes else self._spill(table)))

    def _spill(self, table: pa.Table) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="minutebook-")
            begin(Path(self._folder.name))
        path = Path(self._folder.name) / f"{len(self._batches)}.arrow"
        with pa.ipc.new_file(path, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as file:
            file.write_table(table)
        return path

    def __iter__(self) -> Iterator[tuple[str, pa.Table]]:
        """(source, batch), in the order in which they came."""
        for source, batch in self._batches:
            yield source, _load(batch)

    def of(self, sources: set[str]) -> Iterator[tuple[str, pa.Table]]:
        """The batches of some sources."""
        for source, batch in self._batches:
            if source in sources:
                yield source, _load(batch)

    def drop(self, source: str, rows: pa.Array | None = None) -> None:
        """Forget the source's events, or those whose position among its events is in ``rows``."""
        kept: list[tuple[str, pa.Table | Path]] = []
        position = 0
        for name, batch in self._batches:
            if name != source:
                kept.append((name, batch))
                continue
            if rows is None:
                continue
            table = _load(batch)
            here = pa.array(range(position, position + table.num_rows), pa.int64())
            position += table.num_rows
            kept.append((name, table.filter(pc.invert(pc.is_in(here, rows)))))
        self._batches = kept


def _load(batch: pa.Table | Path) -> pa.Table:
    if isinstance(batch, Path):
        with pa.ipc.open_file(pa.memory_map(str(batch))) as file:
            return file.read_all()
    return batch
