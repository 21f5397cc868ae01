"""failing requests that name no user → the user named by another record of the same request.

A proxy knows that a request failed, the application knows whose it was; the request or trace id joins them. Only failures
are joined, so only their ids have to be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.gathering.openings import has_answers
from minutebook.settings.rules import Rules
from minutebook.summary.judging import find_user, judge

#: Applies a function to all events, table by table: gives what it makes of each.
Mapped = Callable[[Callable[[pa.Table], Any]], Iterable[Any]]


class Look(NamedTuple):
    """What a first look at a table of events shows."""

    ownerless: pa.Array  #: ids of failing requests that name no user
    has_answers: bool  #: whether `openings` has something to do


def look(table: pa.Table, rules: Rules) -> Look:
    """A first look at a table of events."""
    return Look(_find_ownerless(table, rules=rules), has_answers(table))


def find_owners(map_events: Mapped, rules: Rules, ownerless: Sequence[pa.Array]) -> dict[str, str]:
    """Id of a failing request without a user → the one user that other records with this id name."""
    if not any(len(ids) for ids in ownerless):
        return {}
    ids = pa.chunked_array([*ownerless], pa.string()).unique()
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for told in map_events(partial(_find_told, ids=ids, rules=rules)):
        for trace, name in told:
            if found.setdefault(trace, name) != name:
                doubtful.add(trace)
    return {trace: name for trace, name in found.items() if trace not in doubtful}


def _find_told(table: pa.Table, *, ids: pa.Array, rules: Rules) -> set[tuple[str, str]]:
    """(id, user) of a table's events that name a user and one of the ids."""
    user = find_user(table, rules)
    is_told = pc.and_(pc.is_valid(user), pc.is_in(table.column("trace"), ids))
    return set(zip(table.column("trace").filter(is_told).to_pylist(), user.filter(is_told).to_pylist(), strict=True))


def _find_ownerless(table: pa.Table, *, rules: Rules) -> pa.Array:
    """Ids of a table's failing requests that name no user."""
    trace = table.column("trace")
    if trace.null_count == len(trace):
        return pa.array([], pa.string())
    judged = judge(table, rules)
    is_open = pc.and_(pc.and_(judged["is_bad"], pc.is_null(judged["user"])), pc.is_valid(trace))
    return trace.filter(pc.fill_null(is_open, False)).combine_chunks()


def fill_users(table: pa.Table, owners: Mapping[str, str]) -> pa.Table:
    """The events; those without a user, but with an id in ``owners``, get that user."""
    user, trace = table.column("user"), table.column("trace")
    if not owners or not user.null_count or trace.null_count == len(trace):
        return table
    ids = sorted(owners)
    place = pc.index_in(trace, pa.array(ids, pa.string()))
    known = pc.coalesce(user.cast(pa.string()), pc.take(pa.array([owners[each] for each in ids], pa.string()), place))
    return table.set_column(table.schema.get_field_index("user"), table.schema.field("user"), known.dictionary_encode())
