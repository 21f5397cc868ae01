"""What workers do: read parts of sources, apply functions to their events. Each task is a pure function of its input,
so what a lost worker held can be made again elsewhere.

Each result travels as one array of bytes, since Arrow's own buffers would arrive unaligned.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.clocks import ClockSample
from minutebook.engines.settling import Settle
from minutebook.engines.store import EventStore
from minutebook.machine.threads import start_threads
from minutebook.reading import ReadingContext, find_large_log, open_account, read_part, read_source, series
from minutebook.reading.account import Account
from minutebook.reading.parts import find_cuts, find_part
from minutebook.reading.recipes import Recipe
from minutebook.settings.rules import Rules
from minutebook.sources import Source
from minutebook.sources.contents import Reader
from minutebook.sources.places import BYTES
from minutebook.summary import Summary, merge, summarise


class Layout(NamedTuple):
    """A large log in parts: its recipe, its account so far, and where the parts begin and end."""

    recipe: Recipe
    account: Account
    cuts: list[int]
    is_counted: bool


class Read(NamedTuple):
    """What one task read: the accounts of some sources, and tables of their events, each with (source, how many)."""

    accounts: dict[str, Account]
    tables: list[tuple[pa.Table, list[tuple[str, int]]]]


class Kept(NamedTuple):
    """Which part of a `Read` is still wanted."""

    sources: frozenset[str]
    gone: dict[str, np.ndarray]  #: source → positions of its events that aren't
    before: int = 0  #: lines of its source ahead of it


def pack(value: Any) -> np.ndarray:
    """Anything as an array of bytes."""
    return np.frombuffer(pickle.dumps(value), np.uint8)


def unpack(packed: np.ndarray) -> Any:
    """What `pack` packed."""
    return pickle.loads(packed.tobytes())


def lay_out(source: Source, context: ReadingContext, size: int) -> np.ndarray:
    """A `Layout` of the source in parts of about ``size`` bytes; None where it's read whole."""
    account = open_account(source, context)
    recipe = find_large_log(account, context, 2 * size)
    # Lines that a container's runtime has cut, and counts of repeats, need the lines before them.
    if recipe is None or any(plan.inner or plan.log_format.repeats for plan in recipe.plans):
        return pack(None)
    start, stop = 0, source.size or 0
    if context.span:
        account.part, account.note = find_part(source, recipe, context.span)
        if account.part:
            start, stop, account.note = account.part.start, account.part.stop, account.part.tell()
    return pack(Layout(recipe, account, find_cuts(source, recipe, start, stop, size), start == 0))


def hash_content(source: Source, context: ReadingContext, part: tuple[int, int] | None) -> np.ndarray:
    """The `Content` of a source, or of a part of it."""
    reader = Reader(source, context.config.limits, part=part)
    for _ in reader:
        pass
    return pack(reader.content)


def read_whole(source: Source, context: ReadingContext) -> np.ndarray:
    """The `Read` of a source."""
    with start_threads(1) as pool:
        return _pack_read(*read_source(source, context, pool))


def tell_format(sources: Sequence[Source], context: ReadingContext) -> np.ndarray:
    """The format of a log, by its first files."""
    return pack(series.tell_format(sources, context))


def read_together(sources: Sequence[Source], context: ReadingContext, known: np.ndarray | None) -> np.ndarray:
    """The `Read` of the small files that are plainly parts of one log."""
    parts = series.read_series(sources, context, None if known is None else unpack(known))
    accounts = {name: account for part in parts for name, account in part.accounts.items()}
    return pack(Read(accounts, [(part.table, part.counts) for part in parts]))


def read_piece(recipe: Recipe, start: int, stop: int, context: ReadingContext, is_counted: bool) -> np.ndarray:
    """The `Read` of a part of a source."""
    with start_threads(1) as pool:
        return _pack_read(*read_part(recipe, start, stop, context, pool, is_counted=is_counted))


def _pack_read(account: Account, tables: Iterator[pa.Table]) -> np.ndarray:
    name = account.source.name
    read = [(table, [(name, table.num_rows)]) for table in tables]
    return pack(Read({name: account}, read))  # the account is complete only after the last of them


def tell_read(read: np.ndarray) -> np.ndarray:
    """(accounts, sample of ids) of what was read: small, while the tables stay."""
    accounts, tables = unpack(read)
    sample = ClockSample()
    for table, _ in tables:
        sample.add(table)
    return pack((accounts, sample))


def apply(read: np.ndarray, function: Callable[[str, pa.Table], Any], kept: Kept, among: set[str] | None) -> np.ndarray:
    """(source, the function's result) for each batch that was read, of all sources or of some."""
    return pack([(source, function(source, table)) for source, table in _load(read, kept).of(among)])


def apply_to_all(read: np.ndarray, function: Callable[[pa.Table], Any], kept: Kept) -> np.ndarray:
    """The function's result for each table that was read."""
    return pack([function(table) for _, table in _load(read, kept).runs()])


def settle_read(read: np.ndarray, settle: Settle, kept: Kept) -> np.ndarray:
    """The tables that were read, settled."""
    return pack([settle(source, table) for source, table in _load(read, kept).runs(settle.how)])


def summarise_read(read: np.ndarray, settle: Settle, rules: Rules, kept: Kept) -> np.ndarray:
    """The Summary of all tables that were read."""
    settled = (settle(source, table) for source, table in _load(read, kept).runs(settle.how))
    parts: list[Summary] = [summarise(table.unify_dictionaries().combine_chunks(), rules) for table in settled]
    return pack(merge(parts))


def _load(read: np.ndarray, kept: Kept) -> EventStore:
    """The wanted events of those that were read, their lines numbered on from the parts before."""
    accounts, tables = unpack(read)
    store = EventStore(sys.maxsize)
    for table, counts in tables:
        store.add(_move_lines(table, kept.before), counts)
    store.drop(set(accounts) - kept.sources)
    for source, rows in kept.gone.items():
        store.drop_rows(source, pa.array(rows))
    return store


def _move_lines(table: pa.Table, before: int) -> pa.Table:
    if not before:
        return table
    line = table.column("line")
    moved = pc.if_else(pc.less(line, BYTES), pc.add(line, before), line)
    return table.set_column(table.schema.get_field_index("line"), table.schema.field("line"), moved)
