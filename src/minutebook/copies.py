"""events → events without copies: the same stream collected twice is counted once.

Identity is by content, never by name. Within one source, equal lines are true repeats and stay; across
copies of one stream the count of a line is the maximum, not the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.account import Account
from minutebook.engines import Engine
from minutebook.fingerprints import KEY, find_suspects, is_one_stream


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
            engine.drop(account.source.name)
            why = "equal content"
            found.append(Copied(account.source.name, first[key].source.name, account.events, why))
        else:
            first[key] = account
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
    rows, inside = _shared(left, right)
    if not is_one_stream(one, other, len(rows), inside):
        return None
    engine.drop(other.source.name, rows)
    why = f"overlap of one stream: {len(rows) / inside:.0%} of the lines that both could have are equal"
    return Copied(other.source.name, one.source.name, len(rows), why)


def _keys(engine: Engine, source: str, span: tuple[int, int]) -> pa.Table:
    """Position and content of the source's events within the span."""
    found, before = [], 0
    for _, (rows, keys) in engine.map(partial(_find_keys, span=span), [source]):
        position = pc.add(keys.column("position"), before)
        found.append(keys.set_column(keys.schema.get_field_index("position"), "position", position))
        before += rows
    return pa.concat_tables(found).unify_dictionaries()


def _find_keys(source: str, table: pa.Table, *, span: tuple[int, int]) -> tuple[int, pa.Table]:
    """How many events a batch has, and position and content of those within the span."""
    keys = table.select([*KEY]).append_column("position", pa.array(range(table.num_rows), pa.int64()))
    times = table.column("time").cast(pa.int64()).to_numpy()
    return table.num_rows, keys.filter(pa.array((times >= span[0]) & (times <= span[1])))


def _shared(left: pa.Table, right: pa.Table) -> tuple[pa.Array, int]:
    """Positions in ``right`` that repeat one of ``left``, each once; and the smaller side's size."""
    import duckdb

    names = ", ".join(f'"{name}"' for name in KEY)
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.register("a", left)
        connection.register("b", right)
        rows = connection.sql(
            f"""
            WITH numbered_a AS (SELECT {names}, row_number() OVER (PARTITION BY {names} ORDER BY position) AS n FROM a),
                 numbered_b AS (SELECT {names}, position, row_number() OVER (PARTITION BY {names} ORDER BY position) AS n FROM b)
            SELECT b.position FROM numbered_b b JOIN numbered_a a ON
            {" AND ".join(f'a."{name}" IS NOT DISTINCT FROM b."{name}"' for name in KEY)} AND a.n = b.n
            ORDER BY b.position
            """
        ).to_arrow_table()
    return rows.column("position").combine_chunks(), min(left.num_rows, right.num_rows)
