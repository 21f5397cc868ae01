"""events → events without copies: the same stream collected twice is counted once.

Identity is by content, never by name. Within one source, equal lines are true repeats and stay; across
copies of one stream the count of a line is the maximum, not the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.account import Account
from minutebook.engines import Engine
from minutebook.fingerprints import KEY, find_suspects, group_equal, is_one_stream
from minutebook.grouping import drop_words


@dataclass(frozen=True)
class Copied:
    """Events of ``source`` that are copies of some in ``of``."""

    source: str
    of: str
    events: int
    why: str


def drop_copies(engine: Engine, accounts: Sequence[Account]) -> list[Copied]:
    """Take copies out of the events: whole files of equal content, then overlaps of one stream."""
    found: list[Copied] = []
    first: dict[tuple[str, ...], Account] = {}
    for account in accounts:
        if not account.lines:
            continue
        # Equal content under two hosts' names is two hosts that wrote the same; so with two stated services.
        key = (account.sha256, account.source.host or "", *(f"{name} {said}" for name, said in account.stated.items()))
        if key in first:
            found.append(Copied(account.source.name, first[key].source.name, account.events, "equal content"))
        else:
            first[key] = account
    engine.drop([each.source for each in found])
    kept = [account for account in first.values() if account.is_log and account.events]
    for earlier, later in find_suspects(engine, kept):
        copied = _drop_overlap(engine, earlier, later)
        if copied:
            found.append(copied)
    return found


def _drop_overlap(engine: Engine, one: Account, other: Account) -> Copied | None:
    """Drop from ``other`` what ``one`` has too, if both are collections of one stream."""
    span = max(one.first, other.first), min(one.last, other.last)
    left, right = (_keys(engine, account.source.name, span) for account in (one, other))
    rows, inside = _find_repeated(left, right), min(left.num_rows, right.num_rows)
    if not is_one_stream(one, other, len(rows), inside):
        return None
    engine.drop_rows(other.source.name, rows)
    why = f"overlap of one stream: {len(rows) / inside:.0%} of the lines that both could have are equal"
    return Copied(other.source.name, one.source.name, len(rows), why)


def _keys(engine: Engine, source: str, span: tuple[int, int]) -> pa.Table:
    """Position and content of the source's events within the span."""
    found, before = [], 0
    for _, (rows, keys) in engine.map(partial(_find_keys, span=span), [source]):
        position = pc.add(keys.column("position"), before)
        found.append(keys.set_column(keys.schema.get_field_index("position"), "position", position))
        before += rows
    return pa.concat_tables(found)


def _find_keys(source: str, table: pa.Table, *, span: tuple[int, int]) -> tuple[int, pa.Table]:
    """How many events a batch has, and position and content of those within the span."""
    keys = table.select([*KEY]).append_column("position", pa.array(np.arange(table.num_rows)))
    times = table.column("time").cast(pa.int64()).to_numpy()
    return table.num_rows, drop_words(keys.filter(pa.array((times >= span[0]) & (times <= span[1]))))


def _find_repeated(left: pa.Table, right: pa.Table) -> pa.Array:
    """Positions in ``right`` of events that repeat one of ``left``, each of these once."""
    order, starts = group_equal(pa.concat_tables([left, right]))
    sizes = np.diff(starts, append=len(order))
    # Of equal events those of the left come first, and as many of the right repeat them.
    ours = np.add.reduceat(order < left.num_rows, starts, dtype=np.int64)
    number = np.arange(len(order)) - np.repeat(starts, sizes)
    ours = np.repeat(ours, sizes)
    rows = order[(number >= ours) & (number < 2 * ours)] - left.num_rows
    return right.column("position").take(pa.array(np.sort(rows))).combine_chunks()
