"""events → which of them are valid, which are bad, and whose they are, by the rules.

Whatever depends on few distinct values (statuses, levels, operations) is looked up once a value.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.rules import USER_COLUMNS, Rules, fits, read_field


def judge(events: pa.Table, rules: Rules) -> dict[str, pa.ChunkedArray]:
    """Columns ``kind`` (probes told apart), ``user``, ``is_valid`` and ``bad`` of a table of `events.ARROW_SCHEMA`.

    A request is bad by its status or its outcome; a log line that is none by its level. Lines with a status
    that aren't requests, and lines without a level, say nothing of health.
    """
    kind = _find_kind(events, rules)
    is_request, is_log = pc.equal(kind, "request"), pc.equal(kind, "log")
    status, level = events.column("status"), events.column("level")
    is_line = pc.and_(is_log, pc.and_(pc.is_null(status), pc.is_valid(level)))
    bad_status = _in(status, [code for code in range(100, 600) if rules.is_bad_status(code)])
    bad = pc.if_else(is_request, bad_status, pc.and_(is_line, _in(level.cast(pa.string()), list(rules.bad_levels))))
    is_valid = pc.or_(is_request, is_line)
    if rules.invalid_statuses:
        left_out = _in(status, [code for code in range(100, 600) if rules.is_invalid_status(code)])
        is_valid = pc.and_(is_valid, pc.invert(pc.and_(is_request, left_out)))
    if rules.outcome:
        outcome = _read_key(events, rules.outcome)
        bad = pc.or_(bad, pc.and_(is_valid, _in(outcome, list(rules.bad_outcomes))))
    return {"kind": kind, "user": find_user(events, rules), "is_valid": is_valid, "bad": pc.and_(bad, is_valid)}


def find_user(events: pa.Table, rules: Rules) -> pa.ChunkedArray:
    """Who is meant by each event: the column or key that the rules name, else the user as logged."""
    if rules.user in USER_COLUMNS:
        return events.column(rules.user).cast(pa.string())
    if not rules.user:
        return events.column("user")
    return pc.coalesce(_read_key(events, rules.user), events.column("user"))


def _find_kind(events: pa.Table, rules: Rules) -> pa.ChunkedArray:
    kind = events.column("kind").cast(pa.string())
    for column, globs in (("operation", rules.probe_operations), ("client", rules.probe_clients)):
        if globs:
            hits = _map(events.column(column), lambda text, globs=globs: fits(text, globs), pa.bool_())  # type: ignore[misc]
            kind = pc.if_else(pc.and_(pc.equal(kind, "request"), pc.fill_null(hits, False)), "probe", kind)
    return kind


def _in(values: pa.ChunkedArray, known: list[int] | list[str]) -> pa.ChunkedArray:
    return pc.is_in(values, pa.array(known, values.type))


def _read_key(events: pa.Table, key: str) -> pa.ChunkedArray:
    return _map(events.column("fields"), lambda text: read_field(text, key), pa.string())


def _map(values: pa.ChunkedArray, function: Callable[[str], object], kind: pa.DataType) -> pa.ChunkedArray:
    """Each distinct text through ``function``."""
    encoded = values.cast(pa.string()).dictionary_encode().unify_dictionaries()
    if not encoded.num_chunks:
        return pa.chunked_array([], kind)
    known = encoded.chunk(0).dictionary.to_pylist()
    mapped = pa.array([None if text is None else function(text) for text in known], kind)
    return pa.chunked_array([mapped.take(chunk.indices) for chunk in encoded.chunks], kind)
