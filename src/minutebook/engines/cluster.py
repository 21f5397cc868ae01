"""The work on Dask: the same functions as tasks, wherever its workers are; events stay with those that read them.

Large plain logs are read in parts that begin where records do, all else whole. A part in which the format changes is
told by what is left over around it, so such a log is read whole too: the book has the same bytes as one made locally.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from minutebook.account import Account
from minutebook.clocks import ClockSample
from minutebook.engines import tasks
from minutebook.engines.local import add_summaries
from minutebook.engines.settling import Settle
from minutebook.errors import MinutebookError
from minutebook.interrupting import begin, finish
from minutebook.progress import ignore
from minutebook.reading import DEFERRED, Settings, close_account
from minutebook.rules import Rules
from minutebook.series import Group, find_firsts, group_sources
from minutebook.sources import Source
from minutebook.summary import Summary

T = TypeVar("T")
#: Of which size parts are, in bytes; smaller logs than two of them are read whole.
PART_BYTES = 64 << 20
_WORKERS = 2
_PATIENCE_S = 10


@contextmanager
def open_cluster(scheduler: str | None = None) -> Iterator[ClusterEngine]:
    """An engine on the scheduler at that address, else on the active client, else on processes of this machine."""
    try:
        import dask
        from distributed import Client, LocalCluster, default_client
    except ImportError as error:
        raise MinutebookError(
            "Dask isn't installed", where="engine dask", do="install it: pip install 'minutebook[dask]'"
        ) from error
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=_PATIENCE_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise MinutebookError("no scheduler answers there", where=scheduler, do="check its address") from error
        with client:
            yield ClusterEngine(client)
        return
    try:
        active = default_client()
    except ValueError:
        with (
            _temporary_folder() as folder,
            dask.config.set({"temporary-directory": folder}),
            LocalCluster(
                n_workers=_WORKERS,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield ClusterEngine(client)
    else:
        yield ClusterEngine(active)


@contextmanager
def _temporary_folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="minutebook-", ignore_cleanup_errors=True) as folder:
        begin(Path(folder))
        try:
            yield folder
        finally:
            finish(Path(folder))


@dataclass
class _Piece:
    """What one task read."""

    read: Any  #: the future of it
    rows: int
    before: int = 0  #: lines of the source ahead of it


@dataclass
class _Kept:
    """A source's pieces, and which of its events aren't wanted any more: their positions, in order."""

    pieces: list[_Piece]
    gone: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def drop(self, rows: np.ndarray) -> None:
        """Forget events by their positions among those that are left."""
        if len(self.gone):
            left = np.delete(np.arange(sum(piece.rows for piece in self.pieces)), self.gone)
            rows = left[rows]
        self.gone = np.union1d(self.gone, rows)

    def list_pieces(self) -> Iterator[tuple[_Piece, list[int]]]:
        """Each piece, and which of its rows aren't wanted."""
        start = 0
        for piece in self.pieces:
            here = slice(*np.searchsorted(self.gone, (start, start + piece.rows)))
            yield piece, (self.gone[here] - start).tolist()
            start += piece.rows


class ClusterEngine:
    """An `Engine` on Dask's workers. What was read is kept there, and made again where a worker is lost."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._kept: dict[str, _Kept] = {}
        self.sample = ClockSample()

    def read(self, sources: Sequence[Source], settings: Settings) -> list[Account]:
        """Read sources side by side, large logs in parts."""
        tell, settings = settings.tell, replace(settings, tell=ignore)  # workers can't tell it
        near = [source for source in sources if source.path is None]
        laid = {
            source.name: self._submit(tasks.lay_out, source, settings, PART_BYTES)
            for source in sources
            if source.path is not None and (source.size or 0) >= 2 * PART_BYTES
        }
        small = [each for each in sources if each.path is not None and each.name not in laid]
        groups = group_sources(small, settings.config)
        known = {group.log: self._submit(tasks.tell_format, group.first, settings) for group in find_firsts(groups)}
        whole = {
            each.name: read
            for group in groups
            for each, read in self._read_group(group, known.get(group.log), settings)
        }
        # Standard input is here, and nowhere else.
        whole |= {source.name: self._submit(tasks.pack, _read_here(source, settings)) for source in near}
        parted = {name: self._read_parts(_fetch(layout), settings) for name, layout in laid.items()}
        accounts = []
        for source in sources:
            accounts.append(self._take(source, settings, parted.get(source.name), whole.get(source.name)))
            if accounts[-1].status != DEFERRED:
                tell(source.size or 0)
        return accounts

    def _read_group(self, group: Group, known: Any, settings: Settings) -> list[tuple[Source, Any]]:
        """What is read of each source of a group, which one worker reads together."""
        if len(group.sources) == 1:
            return [(each, self._submit(tasks.read_whole, each, settings)) for each in group.sources]
        together = self._submit(tasks.read_together, group.sources, settings, known)
        return [(each, self._submit(tasks.read_one, together, each, settings)) for each in group.sources]

    def _read_parts(
        self, layout: tasks.Layout | None, settings: Settings
    ) -> tuple[tasks.Layout, list[Any], Any] | None:
        if layout is None:
            return None
        reads = [
            self._submit(tasks.read_piece, layout.recipe, start, stop, settings, layout.is_counted)
            for start, stop in zip(layout.cuts, layout.cuts[1:], strict=False)
        ]
        part = (layout.cuts[0], layout.cuts[-1]) if layout.account.part else None
        return layout, reads, self._submit(tasks.hash_content, layout.account.source, settings, part)

    def _take(
        self, source: Source, settings: Settings, parted: tuple[tasks.Layout, list[Any], Any] | None, whole: Any
    ) -> Account:
        """Keep what was read of a source; its account."""
        if parted is not None:
            layout, reads, content = parted
            told = [_fetch(each) for each in [self._submit(tasks.tell_read, read) for read in reads]]
            if not any(account.is_mixed for account, _, _ in told):
                account, pieces = layout.account, []
                for read, (part, sample, rows) in zip(reads, told, strict=True):
                    before = account.lines_seen if layout.is_counted else 0
                    part.rejects = [each._replace(line=each.line + before) for each in part.rejects]
                    account.add(part)
                    pieces.append(_Piece(read, rows, before))
                    self.sample.merge(sample)
                close_account(account, _fetch(content), settings.config.limits)
                self._keep(source, pieces)
                return account
        read = whole or self._submit(tasks.read_whole, source, settings)
        account, sample, rows = _fetch(self._submit(tasks.tell_read, read))
        self.sample.merge(sample)
        self._keep(source, [_Piece(read, rows)])
        return account

    def _keep(self, source: Source, pieces: list[_Piece]) -> None:
        self._kept.pop(source.name, None)  # what was read again is behind the others, as it is locally
        self._kept[source.name] = _Kept(pieces)

    def map(
        self, function: Callable[[str, pa.Table], T], among: Sequence[str] | None = None
    ) -> Iterator[tuple[str, T]]:
        """All batches side by side; results in order."""
        waiting = [
            (source, self._submit(tasks.apply, piece.read, function, source, piece.before, dropped))
            for source in (self._kept if among is None else [name for name in self._kept if name in set(among)])
            for piece, dropped in self._kept[source].list_pieces()
            if piece.rows
        ]
        for source, future in _hand_over(waiting):
            yield from ((source, result) for result in _fetch(future))

    def map_all(self, function: Callable[[pa.Table], T]) -> Iterator[T]:
        """All tables side by side; results in order."""
        return (result for _, result in self.map(partial(tasks.ignore_source, function)))

    def drop(self, sources: Collection[str]) -> None:
        """Forget all events of some sources."""
        for source in sources:
            self._kept[source] = _Kept([])

    def drop_rows(self, source: str, rows: pa.Array) -> None:
        """Forget those of a source's events whose position among them is in ``rows``."""
        self._kept[source].drop(rows.to_numpy(zero_copy_only=False))

    def summarise(self, settle: Settle, rules: Rules) -> Summary:
        """One Summary of all events: one of each piece where it was read, added up here."""
        waiting = [
            (source, self._submit(tasks.summarise_read, piece.read, settle, rules, source, piece.before, dropped))
            for source, kept in self._kept.items()
            for piece, dropped in kept.list_pieces()
            if piece.rows
        ]
        return add_summaries((_fetch(future) for _, future in _hand_over(waiting)), rules)

    def _submit(self, function: Callable[..., Any], *words: Any) -> Any:
        return self._client.submit(function, *words, pure=False)


def _fetch(future: Any) -> Any:
    """What a task made; its own refusals as they are, and one line where no worker lives long enough."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    try:
        return tasks.unpack(future.result())
    except (KilledWorker, CancelledError, CommClosedError) as error:
        raise MinutebookError(
            f"workers or their scheduler were lost ({type(error).__name__})",
            where="engine dask",
            do="give the workers more memory, or do without --engine dask",
        ) from error


def _hand_over(waiting: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The futures, each forgotten, and its result with it, when the next one is asked for."""
    waiting.reverse()
    while waiting:
        yield waiting.pop()


def _read_here(source: Source, settings: Settings) -> tuple[Account, list[pa.Table]]:
    return tasks.unpack(tasks.read_whole(source, settings))
