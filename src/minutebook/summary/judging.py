"""events → which of them are valid, which are bad, and whose they are, by the rules.

Whatever depends on few distinct values (statuses, levels, operations) is looked up once per value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.grouping import join_chunks
from minutebook.settings.rules import USER_COLUMNS, Rules
from minutebook.settings.rules.globs import fits


def judge(events: pa.Table, rules: Rules) -> dict[str, pa.Array]:
    """Columns ``kind`` (probes told apart), ``user``, ``is_valid`` and ``is_bad`` of a table of `events.ARROW_SCHEMA`.

    A request is bad by its status or its outcome; any other log line by its level. Lines with a status that
    aren't requests, and lines without a level, say nothing about health.
    """
    kind = _find_kind(events, rules)
    is_request, is_log = find_words(kind, ["request"]), find_words(kind, ["log"])
    status, level = join_chunks(events.column("status")), events.column("level")
    is_line = pc.and_(is_log, pc.and_(pc.is_null(status), join_chunks(level).is_valid()))
    bad_status = _in(status, rules.bad_codes)
    is_bad = pc.if_else(is_request, bad_status, pc.and_(is_line, find_words(level, rules.bad_levels)))
    is_valid = pc.or_(is_request, is_line)
    if rules.invalid_statuses:
        left_out = _in(status, rules.invalid_codes)
        is_valid = pc.and_(is_valid, pc.invert(pc.and_(is_request, left_out)))
    if rules.outcome:
        is_bad = pc.or_(is_bad, pc.and_(is_valid, find_words(_read_key(events, rules.outcome), rules.bad_outcomes)))
    return {"kind": kind, "user": find_user(events, rules), "is_valid": is_valid, "is_bad": pc.and_(is_bad, is_valid)}


def find_user(events: pa.Table, rules: Rules) -> pa.Array:
    """The user of each event: by the column or key that the rules name, else as logged."""
    if rules.user in USER_COLUMNS or not rules.user:
        return join_chunks(events.column(rules.user or "user"))
    return pc.coalesce(_read_key(events, rules.user), join_chunks(events.column("user")).cast(pa.string()))


def find_words(values: pa.Array | pa.ChunkedArray, words: Collection[str]) -> pa.Array:
    """Which texts are one of the words; null isn't."""
    return pc.fill_null(_map(values, lambda text: text in words, pa.bool_()), False)


def _find_kind(events: pa.Table, rules: Rules) -> pa.Array:
    kind = join_chunks(events.column("kind"))
    for column, globs in (("operation", rules.probe_operations), ("client", rules.probe_clients)):
        if globs:
            hits = _map(events.column(column), partial(fits, globs=globs), pa.bool_())
            is_probe = pc.and_(find_words(kind, ["request"]), pc.fill_null(hits, False))
            kind = pc.if_else(is_probe, "probe", kind.cast(pa.string())).dictionary_encode()
    return kind


def _in(values: pa.Array, known: Collection[int]) -> pa.Array:
    return pc.is_in(values, pa.array(list(known), values.type))


def _read_key(events: pa.Table, key: str) -> pa.Array:
    return _map(events.column("fields"), lambda text: _read_field(text, key), pa.string())


def _read_field(text: str | None, key: str) -> str | None:
    """The value of a key in the JSON of the column ``fields``; None where there's none."""
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    found = value.get(key) if isinstance(value, dict) else None
    return None if found is None or found == "" else found if isinstance(found, str) else json.dumps(found)


def _map(values: pa.Array | pa.ChunkedArray, function: Callable[[str], object], kind: pa.DataType) -> pa.Array:
    """Each distinct text through ``function``."""
    encoded = join_chunks(values) if isinstance(values, pa.ChunkedArray) else values
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    known = encoded.dictionary.to_pylist()
    return pa.array([None if text is None else function(text) for text in known], kind).take(encoded.indices)
