"""What workers do: parts of sources read, functions applied to their events. Each task is a pure function of its input.

So what a lost worker held is made again elsewhere. Results travel as one array of bytes each, whatever they are made of:
Arrow's own buffers would arrive where they're not aligned.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook import series
from minutebook.account import Account
from minutebook.clocks import ClockSample
from minutebook.contents import Reader
from minutebook.parts import find_cuts, find_part
from minutebook.places import BYTES
from minutebook.reading import Settings, find_large_log, open_account, read_part, read_source
from minutebook.recipes import Recipe
from minutebook.rules import Rules
from minutebook.sources import Source
from minutebook.summary import Summary, merge, summarise
from minutebook.threads import start_threads


class Layout(NamedTuple):
    """A large log in parts: how it's read, what is known of it, and where the parts begin and end."""

    recipe: Recipe
    account: Account
    cuts: list[int]
    is_counted: bool


def pack(value: Any) -> np.ndarray:
    """Anything as an array of bytes."""
    return np.frombuffer(pickle.dumps(value), np.uint8)


def unpack(packed: np.ndarray) -> Any:
    """What `pack` packed."""
    return pickle.loads(packed.tobytes())


def lay_out(source: Source, settings: Settings, size: int) -> np.ndarray:
    """A `Layout` of the source in parts of about ``size`` bytes; None where it's read whole."""
    account = open_account(source, settings)
    recipe = find_large_log(account, settings, 2 * size)
    # Lines that a container's runtime parted, and counts of repeats, need what stands before them.
    if recipe is None or any(plan.inner or plan.log_format.repeats for plan in recipe.plans):
        return pack(None)
    start, stop = 0, source.size or 0
    if settings.span:
        account.part, account.note = find_part(source, recipe, settings.span)
        if account.part:
            start, stop, account.note = account.part.start, account.part.stop, account.part.tell()
    return pack(Layout(recipe, account, find_cuts(source, recipe, start, stop, size), start == 0))


def hash_content(source: Source, settings: Settings, part: tuple[int, int] | None) -> np.ndarray:
    """The `Content` of a source, or of a part of it."""
    reader = Reader(source, settings.config.limits, part=part)
    for _ in reader:
        pass
    return pack(reader.content)


def read_whole(source: Source, settings: Settings) -> np.ndarray:
    """(account, tables) of a source."""
    with start_threads(1) as pool:
        return _pack_read(*read_source(source, settings, pool))


def tell_format(sources: Sequence[Source], settings: Settings) -> np.ndarray:
    """What the first files of a log tell of it."""
    return pack(series.tell_format(sources, settings))


def read_together(sources: Sequence[Source], settings: Settings, known: np.ndarray | None) -> np.ndarray:
    """The list of `Series` of some small files."""
    return pack(series.read_series(sources, settings, None if known is None else unpack(known)))


def read_one(packed: np.ndarray, source: Source, settings: Settings) -> np.ndarray:
    """(account, tables) of a source that was read with others, or is now read by itself."""
    own = next((each for each in unpack(packed) if source.name in each.accounts), None)
    return pack((own.accounts[source.name], [own.pick(source.name)])) if own else read_whole(source, settings)


def read_piece(recipe: Recipe, start: int, stop: int, settings: Settings, is_counted: bool) -> np.ndarray:
    """(account, tables) of a part of a source."""
    with start_threads(1) as pool:
        return _pack_read(*read_part(recipe, start, stop, settings, pool, is_counted=is_counted))


def _pack_read(account: Account, tables: Iterator[pa.Table]) -> np.ndarray:
    read = [table for table in tables if table.num_rows]  # the account is complete behind the last of them
    return pack((account, read))


def tell_read(read: np.ndarray) -> np.ndarray:
    """Of what was read the (account, sample of ids, events): small, where the tables stay."""
    account, tables = unpack(read)
    sample = ClockSample()
    for table in tables:
        sample.add(table)
    return pack((account, sample, sum(table.num_rows for table in tables)))


def apply(
    read: np.ndarray,
    function: Callable[[str, pa.Table], Any],
    source: str,
    before: int,
    dropped: Sequence[int],
) -> np.ndarray:
    """What the function makes of each table that was read."""
    return pack([function(source, table) for table in _load(read, before, dropped)])


def ignore_source(function: Callable[[pa.Table], Any], source: str, table: pa.Table) -> Any:
    """What a function makes of a table, whoever's it is."""
    return function(table)


def summarise_read(
    read: np.ndarray,
    settle: Callable[[str, pa.Table], pa.Table],
    rules: Rules,
    source: str,
    before: int,
    dropped: Sequence[int],
) -> np.ndarray:
    """The Summary of all tables that were read."""
    parts: list[Summary] = [
        summarise(settle(source, table).unify_dictionaries().combine_chunks(), rules)
        for table in _load(read, before, dropped)
    ]
    return pack(merge(parts))


def _load(read: np.ndarray, before: int, dropped: Sequence[int]) -> list[pa.Table]:
    """The tables, their lines numbered on from those ``before``, without the rows that were dropped."""
    _, tables = unpack(read)
    loaded, position = [], 0
    for whole in tables:
        table = whole
        if before:
            line = table.column("line")
            moved = pc.if_else(pc.less(line, BYTES), pc.add(line, before), line)
            table = table.set_column(table.schema.get_field_index("line"), table.schema.field("line"), moved)
        if len(dropped):
            here = pa.array(range(position, position + table.num_rows), pa.int64())
            table = table.filter(pc.invert(pc.is_in(here, pa.array(dropped, pa.int64()))))
        position += whole.num_rows
        loaded.append(table)
    return loaded
