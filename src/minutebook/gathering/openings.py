"""requests that one record opens and another one answers → the answers, told whole.

Rails' production log and Fastify's say in one record what was asked for, and by whom, and in a later one, under the same
id, how it ended. The answer counts as the request; the record that opened it stays evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.clocks import hash_texts
from minutebook.columns.grouping import join_chunks
from minutebook.gathering.requests import mark_sources, number_rows
from minutebook.settings.rules import Rules
from minutebook.summary.judging import find_words

#: What an answer takes over from the record that opened the request.
_TOLD = ("operation", "client", "user")
_LONGEST_US = 3_600_000_000  # from opening to answer; ids of some servers begin anew when they restart
_METHOD_AND_PATH = re.compile(r"[A-Z]{3,10} /")
#: Applies a function to all events, table by table: gives what it makes of each.
Mapped = Callable[[Callable[[pa.Table], Any]], Iterable[Any]]


@dataclass(frozen=True)
class Openings:
    """What the answers lack: a row of ``told`` (`_TOLD` and ``kind``) for each of ``numbers``, the events' own, in order."""

    numbers: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint64))
    told: pa.Table | None = None

    def fill(self, table: pa.Table) -> pa.Table:
        """The events of a table, its answers told whole."""
        if self.told is None or not has_answers(table):
            return table
        rows = _find_answers(table)
        numbers = _number(table, rows)
        place = np.searchsorted(self.numbers, numbers).clip(max=len(self.numbers) - 1)
        is_own = self.numbers[place] == numbers
        of = np.full(table.num_rows, -1)
        of[rows[is_own]] = place[is_own]
        at = pa.array(of, mask=of < 0)
        for name in ("kind", *_TOLD):
            kept, filled = table.column(name).cast(pa.string()), self.told.column(name).take(at).cast(pa.string())
            known = pc.coalesce(filled, kept) if name == "kind" else pc.coalesce(kept, filled)
            known = known.dictionary_encode() if pa.types.is_dictionary(table.schema.field(name).type) else known
            table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), known)
        return table

    def tell(self) -> list[str]:
        """Sentences for the ledger."""
        if not len(self.numbers):
            return []
        return [
            f"{len(self.numbers):,} requests are told in two records each, one that says what was asked for and one that"
            " says how it ended; joined by their ids, in one source at a time."
        ]


def has_answers(table: pa.Table) -> bool:
    """Whether a table may have answers: events with a code and an id, but without an operation."""
    status, operation, trace = (table.column(name) for name in ("status", "operation", "trace"))
    return bool(status.null_count < len(status) and operation.null_count and trace.null_count < len(trace)) and bool(
        len(_find_answers(table))
    )


def find_openings(map_all: Mapped, rules: Rules) -> Openings:
    """What each answer lacks, by the last opening with its id in the same source."""
    sides = list(map_all(_pick_sides))
    answers = np.concatenate([np.empty(0, _SIDE), *(each.answers for each in sides)])
    openings = np.concatenate([np.empty(0, _SIDE), *(each.openings for each in sides)])
    keys = np.intersect1d(answers["key"], openings["key"])
    whole = np.concatenate([keys[:0], *(map_all(partial(_find_whole, keys=keys)) if len(keys) else ())])
    answers = answers[~np.isin(answers["key"], whole)]
    at_answer, at_opening = _pair(answers, openings)
    if not len(at_answer):
        return Openings()
    told = pa.concat_tables([each.told for each in sides]).unify_dictionaries().take(pa.array(at_opening))
    kind = _tell_kind(join_chunks(told.column("operation")), rules.probe_patterns()[0])
    order = np.argsort(answers["number"][at_answer])
    numbers = answers["number"][at_answer][order]
    return Openings(numbers, told.append_column("kind", kind).take(pa.array(order)))


#: Of a record: the hash of its source and id, its time (µs) and its number.
_SIDE = np.dtype([("key", "u8"), ("time", "i8"), ("number", "u8")])


class _Sides(NamedTuple):
    """Records of a table that open requests, with what they tell, and those that answer them."""

    openings: np.ndarray
    answers: np.ndarray
    told: pa.Table


def _pick_sides(table: pa.Table) -> _Sides:
    opened = _find_open(table)
    told = table.select(_TOLD).take(pa.array(opened))
    words = [join_chunks(column.cast(pa.string())).dictionary_encode() for column in told.columns]
    return _Sides(_list_sides(table, opened), _list_sides(table, _find_answers(table)), pa.table(words, [*_TOLD]))


def _list_sides(table: pa.Table, rows: np.ndarray) -> np.ndarray:
    found = np.empty(len(rows), _SIDE)
    found["key"] = _find_keys(table, rows)
    found["time"] = table.column("time").cast(pa.int64()).to_numpy()[rows]
    found["number"] = _number(table, rows)
    return found


def _find_keys(table: pa.Table, rows: np.ndarray) -> np.ndarray:
    source = join_chunks(table.column("source"))
    marks = mark_sources(source.dictionary.to_pylist())[source.indices.to_numpy()[rows]]
    return hash_texts(table.column("trace").take(pa.array(rows))) ^ marks


def _number(table: pa.Table, rows: np.ndarray) -> np.ndarray:
    source = join_chunks(table.column("source"))
    return number_rows(table, rows, source.indices.to_numpy()[rows], source.dictionary.to_pylist())


def _find_open(table: pa.Table) -> np.ndarray:
    """Rows that say what was asked for, and not how it ended."""
    operation = join_chunks(table.column("operation"))
    is_named = pc.is_valid(operation)
    if pc.any(is_named).as_py():
        known = operation if pa.types.is_dictionary(operation.type) else operation.dictionary_encode()
        fits = [bool(text) and _METHOD_AND_PATH.match(text) is not None for text in known.dictionary.to_pylist()]
        is_named = pc.fill_null(pa.array(fits, pa.bool_()).take(known.indices), False)
    return _find_rows(table, ["log"], pc.and_(is_named, table.column("status").is_null().combine_chunks()))


def _find_answers(table: pa.Table) -> np.ndarray:
    """Rows that say how a request ended, and not what was asked for."""
    status, operation = table.column("status"), table.column("operation")
    return _find_rows(table, ["log", "request"], pc.and_(status.is_valid(), operation.is_null()).combine_chunks())


def _find_whole(table: pa.Table, *, keys: np.ndarray) -> np.ndarray:
    """Those of the keys with which a record tells a whole request: other codes beside it are no answers to the client."""
    own = _find_keys(
        table, _find_rows(table, ["request", "probe"], table.column("operation").is_valid().combine_chunks())
    )
    return np.unique(own[np.isin(own, keys)])


def _find_rows(table: pa.Table, kinds: Sequence[str], mask: pa.Array) -> np.ndarray:
    is_named = pc.and_(table.column("trace").is_valid(), table.column("offset").is_valid()).combine_chunks()
    is_own = pc.and_(pc.and_(mask, is_named), find_words(table.column("kind"), kinds))
    return np.flatnonzero(is_own.to_numpy(zero_copy_only=False))


def _pair(answers: np.ndarray, openings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of the answers, and of the openings that they belong to.

    Of openings with one key ahead of answers, as many of the last ones belong together: what is told in between, such
    as the answers of other services, is no answer to the client.
    """
    both = np.concatenate((openings, answers))
    is_answer = np.arange(len(both)) >= len(openings)
    order = np.lexsort((is_answer, both["time"], both["key"]))
    key, is_answer = both["key"][order], is_answer[order]
    begins = np.append(True, (key[1:] != key[:-1]) | (is_answer[:-1] & ~is_answer[1:]))[: len(key)]
    starts = np.flatnonzero(begins)
    sizes = np.diff(starts, append=len(key))
    opened = np.add.reduceat(~is_answer, starts) if len(starts) else np.empty(0, np.int64)
    pairs = np.minimum(opened, sizes - opened)
    nth = np.arange(pairs.sum()) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    at_opening = order[np.repeat(starts + opened - pairs, pairs) + nth]
    at_answer = order[np.repeat(starts + sizes - pairs, pairs) + nth]
    is_near = both["time"][at_answer] - both["time"][at_opening] <= _LONGEST_US
    return at_answer[is_near] - len(openings), at_opening[is_near]


def _tell_kind(operation: pa.DictionaryArray, probes: re.Pattern[str]) -> pa.Array:
    known = ["probe" if probes.search(text) else "request" for text in operation.dictionary.to_pylist()]
    return pa.array(known, pa.string()).take(operation.indices)


def map_told(map_all: Mapped, openings: Openings) -> Mapped:
    """``map_all`` over events whose answers are told whole."""
    return map_all if openings.told is None else lambda function: map_all(partial(_apply_told, function, openings))


def _apply_told(function: Callable[[pa.Table], Any], openings: Openings, table: pa.Table) -> Any:
    return function(openings.fill(table))
