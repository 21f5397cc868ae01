"""The work on this machine: on threads, with events in memory or, where they are many, in temporary files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pyarrow as pa

from minutebook.clocks import ClockSample
from minutebook.engines.settling import Settle
from minutebook.engines.store import EventStore
from minutebook.events import ARROW_SCHEMA
from minutebook.machine.allocation import give_freed_memory_back
from minutebook.machine.progress import ignore
from minutebook.machine.threads import map_ahead, start_threads
from minutebook.reading import DEFERRED, ReadingContext, read_source
from minutebook.reading.account import Account
from minutebook.reading.series import Group, Series, Told, find_firsts, group_sources, read_series, tell_format
from minutebook.settings.rules import Rules
from minutebook.sources import Source
from minutebook.summary import Summary, merge, merge_trials, summarise
from minutebook.summary.trialstore import TrialStore

T = TypeVar("T")
_BATCH_ROWS = 40_000
_MOST_WAITING = 64 << 20  # bytes of summaries that aren't merged yet


@contextmanager
def open_local() -> Iterator[LocalEngine]:
    """An engine on threads; its events are removed at the end."""
    with start_threads() as pool, EventStore() as store:
        yield LocalEngine(pool, store)


class LocalEngine:
    """An `Engine` in this process."""

    def __init__(self, pool: Executor, store: EventStore) -> None:
        self._pool, self._store = pool, store
        self._told: dict[str, Future[Told | None]] = {}  # by the name of a log of many files
        self.sample, self.has_ids = ClockSample(), False

    def read(self, sources: Sequence[Source], context: ReadingContext) -> list[Account]:
        """Read sources one after the other, the blocks of each on all threads; many small ones at once."""
        accounts: dict[str, Account] = {}
        groups = group_sources(sources, context.config)
        quiet = replace(context, tell=ignore)  # what can't be read together is read again
        # Submitted first, so that no thread waits for a result that has no thread yet.
        for group in find_firsts(groups):
            if group.log not in self._told:
                self._told[group.log] = self._pool.submit(tell_format, group.sources, quiet)
        read = partial(self._read_together, context=quiet)
        for group, together in zip(groups, map_ahead(self._pool, read, groups), strict=True):
            for series in together:
                self._keep(series.table, series.counts, context)
                accounts |= series.accounts
            for source in group.sources:
                if account := accounts.get(source.name):
                    if account.status != DEFERRED:
                        context.tell(source.size or 0)
                    continue
                accounts[source.name], tables = read_source(source, context, self._pool)
                for table in tables:
                    self._keep(table, [(source.name, table.num_rows)], context)
        return [accounts[source.name] for source in sources]

    def _read_together(self, group: Group, context: ReadingContext) -> list[Series]:
        """What is read of several sources at once; nothing for a single one."""
        if len(group.sources) == 1:
            return []
        return read_series(group.sources, context, self._told[group.log].result() if group.log else None)

    def _keep(self, table: pa.Table, counts: Sequence[tuple[str, int]], context: ReadingContext) -> None:
        self._store.add(table, counts)
        self.has_ids |= table.column("trace").null_count < table.num_rows
        if not context.is_alone:
            self.sample.add(table)

    def map(
        self, function: Callable[[str, pa.Table], T], among: Sequence[str] | None = None
    ) -> Iterator[tuple[str, T]]:
        """One batch after the other, on demand."""
        batches = self._store.of(None if among is None else set(among))
        return ((source, function(source, table)) for source, table in batches)

    def map_all(self, function: Callable[[pa.Table], T]) -> Iterator[T]:
        """Some tables at a time, a few ahead of demand."""
        return map_ahead(self._pool, function, (table for _, table in self._store.runs()))

    def settle(self, settle: Settle) -> Iterator[pa.Table]:
        """All events; those of neighbours in a table stay together where they are settled alike."""
        return (settle(source, table) for source, table in self._store.runs(settle.how))

    def drop(self, sources: Collection[str]) -> None:
        """Forget all events of some sources."""
        self._store.drop(sources)

    def drop_rows(self, source: str, rows: pa.Array) -> None:
        """Forget those of a source's events whose position among them is in ``rows``."""
        self._store.drop_rows(source, rows)

    def summarise(self, settle: Settle, rules: Rules) -> Summary:
        """One Summary of all events, each batch as ``settle`` makes it."""
        return summarise_all(self.settle(settle), self._pool, rules)


def summarise_all(tables: Iterable[pa.Table], pool: Executor, rules: Rules | None = None) -> Summary:
    """One Summary of all tables by the rules; small ones are joined, and some are summarised at a time."""
    return add_summaries(map_ahead(pool, partial(summarise, rules=rules), _gather_rows(tables)), rules)


def add_summaries(summaries: Iterable[Summary], rules: Rules | None = None) -> Summary:
    """One Summary of many, with as few of them in memory as possible."""
    parts: list[Summary] = []
    size = 0
    trials = TrialStore(merge_trials)
    for part in summaries:
        table = pa.concat_tables(part.trial_tables())
        trials.add(table)
        parts.append(replace(part, trials=table.schema.empty_table()))
        size += parts[-1].nbytes
        if size > _MOST_WAITING:
            parts = [merge(parts)]
            size = 0
            give_freed_memory_back()
    if not parts:
        return summarise(ARROW_SCHEMA.empty_table(), rules)
    with start_threads(1) as pool:  # both are some large operations of Arrow and NumPy
        finished = pool.submit(trials.finish)
        return replace(merge(parts), trials=finished.result())


def _gather_rows(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        held.append(table)
        rows += table.num_rows
        if rows >= _BATCH_ROWS:
            yield _concat(held)
            held, rows = [], 0
    if held:
        yield _concat(held)


def _concat(tables: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
