"""events → events without copies: the same stream collected twice is counted once.

Identity is by content, never by name. Within one source, equal lines are true repeats and stay; across
copies of one stream the count of a line is the maximum, not the sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.grouping import drop_words
from minutebook.engines import Engine
from minutebook.gathering.fingerprints import find_suspects, group_equal, is_one_stream, pick_contents
from minutebook.gathering.overlaps import are_of_one_pod
from minutebook.reading.account import Account

_ROWS_AT_ONCE = 1 << 20  # whose contents are compared
_APART_US = 1_000_000  # stamps of a line by a container's runtime and by the program in it


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
        # Equal content under the names of two hosts, or of two stated services, was written by both.
        key = (account.sha256, account.source.host or "", *(f"{name} {said}" for name, said in account.stated.items()))
        if key in first:
            found.append(Copied(account.source.name, first[key].source.name, account.events, "equal content"))
        else:
            first[key] = account
    engine.drop([each.source for each in found])
    kept = [account for account in first.values() if account.is_log and account.events]
    for pairs in _cut_runs(find_suspects(engine, kept)):
        found += _drop_overlaps(engine, pairs)
    return found


def _cut_runs(pairs: Iterable[tuple[Account, Account]]) -> Iterator[list[tuple[Account, Account]]]:
    """The pairs in runs in which each log occurs once, since what a run drops counts in the next."""
    run: list[tuple[Account, Account]] = []
    names: set[str] = set()
    rows = 0
    for pair in pairs:
        own, size = {account.source.name for account in pair}, sum(account.events for account in pair)
        if run and (rows + size > _ROWS_AT_ONCE or not names.isdisjoint(own)):
            yield run
            run, names, rows = [], set(), 0
        run.append(pair)
        names |= own
        rows += size
    if run:
        yield run


def _drop_overlaps(engine: Engine, pairs: Sequence[tuple[Account, Account]]) -> Iterator[Copied]:
    """Drop from the second log of each pair what the first one has too, if both are collections of one stream."""
    spans = {account.source.name: _find_span(*pair) for pair in pairs for account in pair}
    pods = frozenset(account.source.name for pair in pairs if are_of_one_pod(*pair) for account in pair)
    keys = _find_keys(engine, spans, pods)
    for one, other in pairs:
        left, right = keys[one.source.name], keys[other.source.name]
        rows, inside = _find_repeated(left, right), min(left.num_rows, right.num_rows)
        if is_one_stream(one, other, len(rows), inside):
            engine.drop_rows(other.source.name, rows)
            why = f"overlap of one stream: {len(rows) / inside:.0%} of the lines that both could have are equal"
            yield Copied(other.source.name, one.source.name, len(rows), why)


def _find_span(one: Account, other: Account) -> tuple[int, int]:
    """The span that both logs cover (µs); of a pod's a little more, since their stamps of a line differ."""
    around = _APART_US if are_of_one_pod(one, other) else 0
    return max(one.first, other.first) - around, min(one.last, other.last) + around


def _find_keys(engine: Engine, spans: Mapping[str, tuple[int, int]], pods: Collection[str]) -> dict[str, pa.Table]:
    """Position and content of the events of each source within its span; ``pods`` are sources of pods' logs."""
    found: dict[str, list[pa.Table]] = {}
    before: Counter[str] = Counter()
    for source, (rows, keys) in engine.map(partial(_pick_keys, spans=spans, pods=pods), list(spans)):
        position = pc.add(keys.column("position"), before[source])
        keys = keys.set_column(keys.schema.get_field_index("position"), "position", position)
        found.setdefault(source, []).append(keys)
        before[source] += rows
    return {source: pa.concat_tables(tables) for source, tables in found.items()}


def _pick_keys(
    source: str, table: pa.Table, *, spans: Mapping[str, tuple[int, int]], pods: Collection[str]
) -> tuple[int, pa.Table]:
    """How many events a batch has, and the position and content of those within the span."""
    first, last = spans[source]
    keys = pick_contents(table, np.full(table.num_rows, source in pods))
    keys = keys.append_column("position", pa.array(np.arange(table.num_rows)))
    times = table.column("time").cast(pa.int64()).to_numpy()
    return table.num_rows, drop_words(keys.filter(pa.array((times >= first) & (times <= last))))


def _find_repeated(left: pa.Table, right: pa.Table) -> pa.Array:
    """Positions of the events in ``right`` that repeat one of ``left``, each of which can be repeated once."""
    order, starts = group_equal(pa.concat_tables([left, right]))
    sizes = np.diff(starts, append=len(order))
    # Among equal events those of the left come first; as many of the right repeat them.
    ours = np.add.reduceat(order < left.num_rows, starts, dtype=np.int64)
    number = np.arange(len(order)) - np.repeat(starts, sizes)
    ours = np.repeat(ours, sizes)
    rows = order[(number >= ours) & (number < 2 * ours)] - left.num_rows
    return right.column("position").take(pa.array(np.sort(rows))).combine_chunks()
