"""events of several logs → which pairs of them may be collections of one stream.

Each event is a hash of its content; only logs that share enough of them are worth comparing event by event. So a
thousand small files cost a look at each, not one at each pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations, pairwise
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from minutebook.account import Account
from minutebook.engines import Engine
from minutebook.grouping import plain_texts

#: Of some events: the hash of each, and its time (µs since 1970).
Hashes: TypeAlias = tuple[np.ndarray, np.ndarray]
#: The columns that are equal in copies of an event.
KEY = (
    "time", "kind", "level", "status", "duration", "operation", "user", "client", "trace", "message", "fields",
)  # fmt: skip
#: Share of the events in the overlap that must be equal for logs to be one stream: named alike, and otherwise.
_LIKELY, _SURE = 0.5, 0.9
_FEWEST = 20
_ROWS_AT_ONCE = 1 << 18
_FEW_ROWS = 4096  # of a batch: hashed together with others
_MOST_OWNERS = 32  # of one event: beyond that, not each of its logs is compared with each


def is_one_stream(one: Account, other: Account, equal: int, inside: int) -> bool:
    """Whether logs are collections of one stream, of which ``equal`` events of the ``inside`` of both spans agree."""
    if not equal or not inside:
        return False
    if one.source.stream == other.source.stream:
        return equal >= _LIKELY * inside
    return equal >= max(_SURE * inside, _FEWEST)


def find_suspects(engine: Engine, accounts: Sequence[Account]) -> list[tuple[Account, Account]]:
    """Pairs of logs that by the hashes of their events are one stream, in the order of the accounts."""
    candidates = list(_find_candidates(accounts))
    if not candidates:
        return []
    hashes = _hash_events(engine, _find_overlaps(candidates))
    order = {account.source.name: place for place, account in enumerate(accounts)}
    sharing = _find_sharing({order[name]: rows[0] for name, rows in hashes.items()})
    found = []
    for one, other in candidates:
        places = sorted((order[one.source.name], order[other.source.name]))
        if tuple(places) in sharing and _agree(one, other, hashes):
            found.append((places[1], places[0]))
    return [(accounts[earlier], accounts[later]) for later, earlier in sorted(found)]


def _find_candidates(accounts: Sequence[Account]) -> Iterator[tuple[Account, Account]]:
    """Pairs of one format whose spans meet, and which don't say that they are of two hosts."""
    by_format: dict[str, list[Account]] = {}
    for account in sorted(accounts, key=lambda each: each.first):
        by_format.setdefault(account.format, []).append(account)
    for alike in by_format.values():
        for place, one in enumerate(alike):
            for other in alike[place + 1 :]:
                if other.first > one.last:
                    break
                if not (one.source.host and other.source.host and one.source.host != other.source.host):
                    yield one, other


def _find_overlaps(candidates: Sequence[tuple[Account, Account]]) -> dict[str, list[tuple[int, int]]]:
    """Source → the spans that others have too (µs), in order and apart: only there can events be copies."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for one, other in candidates:
        for account in (one, other):
            spans.setdefault(account.source.name, []).append(_find_overlap(one, other))
    joined: dict[str, list[tuple[int, int]]] = {}
    for name, own in spans.items():
        apart = joined[name] = [min(own)]
        for first, last in sorted(own)[1:]:
            if first <= apart[-1][1]:
                apart[-1] = apart[-1][0], max(apart[-1][1], last)
            else:
                apart.append((first, last))
    return joined


def _find_overlap(one: Account, other: Account) -> tuple[int, int]:
    return max(one.first, other.first), min(one.last, other.last)


def _hash_events(engine: Engine, spans: Mapping[str, list[tuple[int, int]]]) -> dict[str, Hashes]:
    """Source → the hashes of its events within the spans, and their times (µs); few of many sources are hashed together."""
    parts: dict[str, list[Hashes]] = {}
    held: list[tuple[str, pa.Table]] = []
    rows = 0
    for name, found in engine.map(partial(_look_at, spans=spans), sorted(spans)):
        if isinstance(found, tuple):
            parts.setdefault(name, []).append(found)
            continue
        held.append((name, found))
        rows += found.num_rows
        if rows >= _ROWS_AT_ONCE:
            _hash_together(held, parts)
            held, rows = [], 0
    _hash_together(held, parts)
    return {name: (np.concatenate([own[0] for own in each]), np.concatenate([own[1] for own in each])) for name, each in parts.items()}  # fmt: skip


def _look_at(source: str, table: pa.Table, *, spans: Mapping[str, list[tuple[int, int]]]) -> Hashes | pa.Table:
    """The hashes of a batch's events within the source's spans; of few, what is to be hashed."""
    edges = np.array(spans[source]).ravel()
    times = table.column("time").cast(pa.int64()).to_numpy()
    # A last instant is within too.
    inside = (np.searchsorted(edges, times, side="right") % 2 == 1) | np.isin(times, edges[1::2])
    keys = table.select([*KEY])
    keys = keys if inside.all() else keys.filter(pa.array(inside))
    return _hash(keys) if keys.num_rows > _FEW_ROWS else plain_texts(keys)  # without all words of what it's cut from


def _hash_together(held: Sequence[tuple[str, pa.Table]], parts: dict[str, list[Hashes]]) -> None:
    if not held:
        return
    hashes, times = _hash(pa.concat_tables([table for _, table in held]))
    at = 0
    for name, table in held:
        part = slice(at, at + table.num_rows)
        parts.setdefault(name, []).append((hashes[part], times[part]))
        at += table.num_rows


def _hash(keys: pa.Table) -> Hashes:
    import duckdb

    keys = keys.unify_dictionaries().combine_chunks()
    columns = ", ".join(f'"{name}"' for name in KEY)
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.register("events", keys)
        hashes = connection.sql(f"SELECT hash({columns}) AS h FROM events").to_arrow_table().column("h").to_numpy()
    return hashes, keys.column("time").cast(pa.int64()).to_numpy()


def _find_sharing(hashes: dict[int, np.ndarray]) -> set[tuple[int, int]]:
    """Pairs of places whose logs have an event in common."""
    places = sorted(hashes)
    distinct = [np.unique(hashes[place]) for place in places]
    every = np.concatenate(distinct)
    owner = np.repeat(places, [len(each) for each in distinct])
    order = np.argsort(every, kind="stable")
    every, owner = every[order], owner[order]
    starts = np.flatnonzero(np.append(True, every[1:] != every[:-1]))
    sizes = np.diff(np.append(starts, len(every)))
    found: set[tuple[int, int]] = set()
    groups = {tuple(owner[start : start + size].tolist()) for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True)}  # fmt: skip
    for group in groups:
        if len(group) <= _MOST_OWNERS:
            found.update(combinations(group, 2))
        else:
            # The same line in very many logs: each is compared with the first and with its neighbour.
            found.update((group[0], place) for place in group[1:])
            found.update(pairwise(group))
    return found


def _agree(one: Account, other: Account, hashes: dict[str, Hashes]) -> bool:
    """Whether enough of the events that both could have are equal, each counted as often as in both."""
    first, last = _find_overlap(one, other)
    inside = []
    for account in (one, other):
        own, times = hashes[account.source.name]
        inside.append(np.unique(own[(times >= first) & (times <= last)], return_counts=True))
    (left, left_counts), (right, right_counts) = inside
    _, at_left, at_right = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    equal = int(np.minimum(left_counts[at_left], right_counts[at_right]).sum())
    return is_one_stream(one, other, equal, int(min(left_counts.sum(), right_counts.sum())))
