"""The work on Dask: the same functions as tasks; events stay on the workers that read them.

Large plain logs are read in parts that begin where records do, all else whole. To detect a change of format in the middle
takes the lines around it, so such a log is read whole too: the book has the same bytes as one made locally.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from minutebook.clocks import ClockSample
from minutebook.engines import tasks
from minutebook.engines.local import add_summaries
from minutebook.engines.settling import Settle
from minutebook.errors import MinutebookError
from minutebook.machine.interrupting import begin, finish
from minutebook.machine.progress import ignore
from minutebook.reading import DEFERRED, ReadingContext, close_account
from minutebook.reading.account import Account
from minutebook.reading.series import find_firsts, group_sources
from minutebook.settings.rules import Rules
from minutebook.sources import Source
from minutebook.summary import Summary

T = TypeVar("T")
#: The size of parts in bytes; logs smaller than two of them are read whole.
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
                dashboard_address=":0",  # any port: the default may be taken by another cluster
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
    """What one task read, and which of it is still wanted."""

    read: Any  #: the future of it
    rows: dict[str, int]  #: source of which events are wanted → how many were read
    before: int = 0  #: lines of the source ahead of it
    gone: dict[str, np.ndarray] = field(default_factory=dict)  #: source → positions of events that aren't wanted

    @property
    def kept(self) -> tasks.Kept:
        """What of it is wanted."""
        gone = {source: rows for source, rows in self.gone.items() if source in self.rows}
        return tasks.Kept(frozenset(self.rows), gone, self.before)

    def drop_rows(self, source: str, rows: np.ndarray) -> None:
        """Forget events of a source, by their positions among the remaining ones."""
        gone = self.gone.get(source, np.empty(0, np.int64))
        left = np.delete(np.arange(self.rows[source]), gone)
        self.gone[source] = np.union1d(gone, left[rows])

    def count(self, source: str) -> int:
        """How many events of the source are wanted."""
        return self.rows[source] - len(self.gone.get(source, ()))


class ClusterEngine:
    """An `Engine` on Dask's workers, where events are kept, and read again if a worker is lost."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._pieces: list[_Piece] = []
        self.sample, self.has_ids = ClockSample(), True

    def read(self, sources: Sequence[Source], context: ReadingContext) -> list[Account]:
        """Read sources side by side, large logs in parts, many small ones in one task."""
        tell, context = context.tell, replace(context, tell=ignore)  # workers can't call it
        near = [source for source in sources if source.path is None]
        laid = {
            source.name: self._submit(tasks.lay_out, source, context, PART_BYTES)
            for source in sources
            if source.path is not None and (source.size or 0) >= 2 * PART_BYTES
        }
        reads = self._read_groups(
            [each for each in sources if each.path is not None and each.name not in laid], context
        )
        # Standard input is here, and nowhere else.
        reads += [self._submit(tasks.pack, tasks.unpack(tasks.read_whole(source, context))) for source in near]
        parted = [self._read_parts(_fetch(layout), context) for layout in laid.values()]
        accounts: dict[str, Account] = {}
        for parts in parted:
            accounts |= self._take_parts(parts, context) if parts else {}
        accounts |= self._take(reads)
        left = [source for source in sources if source.name not in accounts]
        accounts |= self._take([self._submit(tasks.read_whole, source, context) for source in left])
        for source in sources:
            if accounts[source.name].status != DEFERRED:
                tell(source.size or 0)
        return [accounts[source.name] for source in sources]

    def _read_groups(self, sources: Sequence[Source], context: ReadingContext) -> list[Any]:
        """Tasks that read small sources, each several that belong together."""
        groups = group_sources(sources, context.config)
        known = {group.log: self._submit(tasks.tell_format, group.first, context) for group in find_firsts(groups)}
        return [
            self._submit(tasks.read_together, group.sources, context, known.get(group.log))
            if len(group.sources) > 1
            else self._submit(tasks.read_whole, group.sources[0], context)
            for group in groups
        ]

    def _read_parts(
        self, layout: tasks.Layout | None, context: ReadingContext
    ) -> tuple[tasks.Layout, list[Any], Any] | None:
        if layout is None:
            return None
        reads = [
            self._submit(tasks.read_piece, layout.recipe, start, stop, context, layout.is_counted)
            for start, stop in zip(layout.cuts, layout.cuts[1:], strict=False)
        ]
        part = (layout.cuts[0], layout.cuts[-1]) if layout.account.part else None
        return layout, reads, self._submit(tasks.hash_content, layout.account.source, context, part)

    def _take_parts(self, parted: tuple[tasks.Layout, list[Any], Any], context: ReadingContext) -> dict[str, Account]:
        """Keep what was read of a large log; gives its account, or nothing where it has to be read whole."""
        layout, reads, content = parted
        account, name = layout.account, layout.account.source.name
        told = [_fetch(each) for each in [self._submit(tasks.tell_read, read) for read in reads]]
        if any(accounts[name].is_mixed for accounts, _ in told):
            return {}
        for read, (accounts, sample) in zip(reads, told, strict=True):
            part = accounts[name]
            before = account.lines_seen if layout.is_counted else 0
            part.rejects = [each._replace(line=each.line + before) for each in part.rejects]
            account.add(part)
            self.sample.merge(sample)
            self._keep(read, accounts, before)
        close_account(account, _fetch(content), context.config.limits)
        return {name: account}

    def _take(self, reads: Sequence[Any]) -> dict[str, Account]:
        """Keep what was read; gives its accounts."""
        found: dict[str, Account] = {}
        for read, told in zip(reads, [self._submit(tasks.tell_read, read) for read in reads], strict=True):
            accounts, sample = _fetch(told)
            self.sample.merge(sample)
            self._keep(read, accounts)
            found |= accounts
        return found

    def _keep(self, read: Any, accounts: Mapping[str, Account], before: int = 0) -> None:
        if rows := {name: account.events for name, account in accounts.items() if account.events}:
            self._pieces.append(_Piece(read, rows, before))

    def map(
        self, function: Callable[[str, pa.Table], T], among: Sequence[str] | None = None
    ) -> Iterator[tuple[str, T]]:
        """All batches side by side; results in order."""
        chosen = None if among is None else set(among)
        waiting = [
            self._submit(tasks.apply, piece.read, function, piece.kept, chosen)
            for piece in self._pieces
            if piece.rows and (chosen is None or not chosen.isdisjoint(piece.rows))
        ]
        for future in _hand_over(waiting):
            yield from _fetch(future)

    def map_all(self, function: Callable[[pa.Table], T]) -> Iterator[T]:
        """All tables side by side; results in order."""
        for future in _hand_over(
            [self._submit(tasks.apply_to_all, piece.read, function, piece.kept) for piece in self._list_wanted()]
        ):
            yield from _fetch(future)

    def settle(self, settle: Settle) -> Iterator[pa.Table]:
        """All events, settled where they were read; tables in order."""
        waiting = [self._submit(tasks.settle_read, piece.read, settle, piece.kept) for piece in self._list_wanted()]
        for future in _hand_over(waiting):
            yield from _fetch(future)

    def drop(self, sources: Collection[str]) -> None:
        """Forget all events of some sources."""
        gone = set(sources)
        for piece in self._pieces:
            piece.rows = {source: rows for source, rows in piece.rows.items() if source not in gone}

    def drop_rows(self, source: str, rows: pa.Array) -> None:
        """Forget those of a source's events whose position among them is in ``rows``."""
        places, start = np.sort(rows.to_numpy(zero_copy_only=False)), 0
        for piece in self._pieces:
            if source in piece.rows:
                stop = start + piece.count(source)
                own = places[slice(*np.searchsorted(places, (start, stop)))]
                if len(own):
                    piece.drop_rows(source, own - start)
                start = stop

    def summarise(self, settle: Settle, rules: Rules) -> Summary:
        """One Summary of all events: made of each piece where it was read, added up here."""
        waiting = [
            self._submit(tasks.summarise_read, piece.read, settle, rules, piece.kept) for piece in self._list_wanted()
        ]
        return add_summaries((_fetch(future) for future in _hand_over(waiting)), rules)

    def _list_wanted(self) -> list[_Piece]:
        return [piece for piece in self._pieces if piece.rows]

    def _submit(self, function: Callable[..., Any], *words: Any) -> Any:
        return self._client.submit(function, *words, pure=False)


def _fetch(future: Any) -> Any:
    """The result of a task; raises its own refusals, and `MinutebookError` where workers were lost."""
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


def _hand_over(waiting: list[Any]) -> Iterator[Any]:
    """The futures; each is dropped, with its result, when the next one is asked for."""
    waiting.reverse()
    while waiting:
        yield waiting.pop()
