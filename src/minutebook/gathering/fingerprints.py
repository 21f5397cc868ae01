"""events of several logs → which pairs of them may be collections of one stream.

Each event has a number that is equal for equal content; only logs that share enough of them are worth comparing event by
event. Only logs with an event in common are paired: ten thousand small files cost a look at each, not at each pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.grouping import group_rows, join_chunks, plain_texts
from minutebook.columns.texts import is_dictionary
from minutebook.engines import Engine
from minutebook.gathering.overlaps import Overlaps, are_of_one_pod, may_be_copies
from minutebook.machine.database import open_database
from minutebook.reading.account import Account

#: The columns that are equal in copies of an event.
KEY = (
    "time", "kind", "level", "status", "duration", "operation", "user", "client", "trace", "message", "fields",
)  # fmt: skip
#: Share of the events in the overlap that must be equal for logs to be one stream: if named alike, and if not.
_LIKELY, _SURE = 0.5, 0.9
_FEWEST = 20
_ROWS_AT_ONCE = 1 << 18
_FEW_ROWS = 1 << 14  # of a table: hashed together with others
_MOST_OWNERS = 32  # of one event: beyond these many, not each log with it is compared with each


class Prints(NamedTuple):
    """Some events: for each the place of its log among all, its time (µs since 1970) and the number of its content."""

    places: np.ndarray
    times: np.ndarray
    contents: np.ndarray

    def pick(self, rows: np.ndarray | slice) -> Prints:
        """The prints of some of the events."""
        return Prints(*(values[rows] for values in self))


def is_one_stream(one: Account, other: Account, equal: int, inside: int) -> bool:
    """Whether logs are collections of one stream, if ``equal`` of the events ``inside`` of both spans agree."""
    if not equal or not inside:
        return False
    if one.source.stream == other.source.stream or are_of_one_pod(one, other):
        return equal >= _LIKELY * inside
    return equal >= max(_SURE * inside, _FEWEST)


def find_suspects(engine: Engine, accounts: Sequence[Account]) -> list[tuple[Account, Account]]:
    """Pairs of logs that look like one stream by the contents of their events, in the order of the accounts."""
    overlaps = Overlaps(accounts)
    prints = _take_prints(engine, accounts, overlaps) if overlaps else None
    if prints is None:
        return []
    pairs = [(a, b) for a, b in _find_sharing(prints) if may_be_copies(accounts[a], accounts[b])]
    edges = np.searchsorted(prints.places, np.arange(len(accounts) + 1))
    own = {
        place: prints.pick(slice(*edges[place : place + 2])) for place in {place for pair in pairs for place in pair}
    }
    return [(accounts[a], accounts[b]) for a, b in pairs if _agree(accounts[a], accounts[b], own[a], own[b])]


def _take_prints(engine: Engine, accounts: Sequence[Account], overlaps: Overlaps) -> Prints | None:
    """The prints of all events that may be copies, log after log; small tables are hashed together."""
    names = pa.array([account.source.name for account in accounts])
    is_pod = np.array([account.source.pod is not None for account in accounts], bool)
    parts: list[Prints] = []
    held: list[pa.Table] = []
    rows = 0
    for found in engine.map_all(partial(_look_at, names=names, is_pod=is_pod, overlaps=overlaps)):
        if isinstance(found, Prints):
            parts.append(found)
            continue
        held.append(found)
        rows += found.num_rows
        if rows >= _ROWS_AT_ONCE:
            parts.append(_hash(held))
            held, rows = [], 0
    if held:
        parts.append(_hash(held) if parts else _number(held))
    if not parts:
        return None
    whole = Prints(*map(np.concatenate, zip(*parts, strict=True)))
    return whole.pick(np.argsort(whole.places, kind="stable"))


def _look_at(table: pa.Table, *, names: pa.Array, is_pod: np.ndarray, overlaps: Overlaps) -> Prints | pa.Table:
    """The prints of a table's events that may be copies; of a small table, the columns that they are made of."""
    source = join_chunks(table.column("source"))
    places = pc.fill_null(pc.index_in(source.dictionary, names), -1).to_numpy()[source.indices.to_numpy()]
    times = table.column("time").cast(pa.int64()).to_numpy()
    is_inside = overlaps.find(places, times)
    keys = pick_contents(table, np.append(is_pod, False)[places])
    keys = keys.append_column("place", pa.array(places)).append_column("at", pa.array(times))
    keys = keys if is_inside.all() else keys.filter(pa.array(is_inside))
    return (
        _hash([keys]) if keys.num_rows > _FEW_ROWS else plain_texts(keys)
    )  # without the unused words of the table it's cut from


def pick_contents(table: pa.Table, is_pod: np.ndarray) -> pa.Table:
    """The columns that are equal in copies; of a pod's log without the stamp, which the runtime and the program each write."""
    contents = table.select([*KEY])
    if not is_pod.any():
        return contents
    times = pc.if_else(pa.array(is_pod), pa.scalar(0, contents.column("time").type), contents.column("time"))
    return contents.set_column(KEY.index("time"), "time", times)


def _number(tables: Sequence[pa.Table]) -> Prints:
    """The prints of all events taken so far."""
    keys = pa.concat_tables(tables)
    order, starts = group_equal(keys)
    contents = np.empty(len(order), np.uint64)
    contents[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    return _print(keys, contents)


def group_equal(events: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """An order of events that puts equal contents side by side, in the order they came, and where each content begins."""
    return group_rows([_encode(join_chunks(events.column(name))) for name in KEY])


def _encode(values: pa.Array) -> np.ndarray:
    """A number for each distinct value, one for null too."""
    encoded = values if is_dictionary(values) else values.dictionary_encode()
    return pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy()


def _hash(tables: Sequence[pa.Table]) -> Prints:
    """The prints of some of the events, by hashes that compare with those of other tables."""
    keys = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    columns = ", ".join(f'"{name}"' for name in KEY)
    with open_database() as connection:
        connection.register("events", keys)
        hashes = connection.sql(f"SELECT hash({columns}) AS h FROM events").to_arrow_table().column("h").to_numpy()
    return _print(keys, hashes)


def _print(keys: pa.Table, contents: np.ndarray) -> Prints:
    return Prints(keys.column("place").to_numpy(), keys.column("at").to_numpy(), contents)


def _find_sharing(prints: Prints) -> list[tuple[int, int]]:
    """Pairs of logs (their places) with an event in common, ordered by the second and then the first."""
    order = np.lexsort((prints.places, prints.contents))
    owner, contents = prints.places[order], prints.contents[order]
    is_next = np.append(True, (contents[1:] != contents[:-1]) | (owner[1:] != owner[:-1]))
    owner, contents = owner[is_next], contents[is_next]
    starts = np.flatnonzero(np.append(True, contents[1:] != contents[:-1]))
    sizes = np.diff(starts, append=len(contents))
    is_shared = sizes > 1
    groups = {tuple(owner[start : start + size].tolist()) for start, size in zip(starts[is_shared], sizes[is_shared], strict=True)}  # fmt: skip
    found: set[tuple[int, int]] = set()
    for group in groups:
        if len(group) <= _MOST_OWNERS:
            found.update(combinations(group, 2))
        else:
            # If very many logs have the same line, each is compared with the first one and with its neighbour.
            found.update((group[0], place) for place in group[1:])
            found.update(pairwise(group))
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def _agree(one: Account, other: Account, own: Prints, others: Prints) -> bool:
    """Whether enough of the events that both could have are equal, each counted as often as both have it."""
    first, last = max(one.first, other.first), min(one.last, other.last)
    (left, left_counts), (right, right_counts) = (
        np.unique(prints.contents[(prints.times >= first) & (prints.times <= last)], return_counts=True)
        for prints in (own, others)
    )
    _, at_left, at_right = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    equal = int(np.minimum(left_counts[at_left], right_counts[at_right]).sum())
    return is_one_stream(one, other, equal, int(min(left_counts.sum(), right_counts.sum())))
