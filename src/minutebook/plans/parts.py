"""parts of records as read → parts under their final names: the best of several keys, stamps joined, tails cut off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import is_dictionary, plain_texts
from minutebook.names import ASKED, drop_choice
from minutebook.records import Records
from minutebook.records.pairs import cut_message, extract_pairs

#: Parts that make a record a request, whose message then goes without its key=value tail; and their values' form.
_REQUEST_PARTS = {"status": r"^[1-5]\d\d$", "trace": "", "path": ""}


def choose_keys(records: Records) -> Records:
    """The records, each part from the best key that has a value."""
    return replace(records, parts=join_choices(records.parts))


def join_choices(parts: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """The parts; where a record lacks the best key or leaves it empty, the next best one's value is taken."""
    choices: dict[str, list[pa.Array]] = {}
    for name, values in parts.items():
        choices.setdefault(name if name.startswith(ASKED) else drop_choice(name), []).append(values)
    return {part: _coalesce(found) for part, found in choices.items()}


def _coalesce(choices: Sequence[pa.Array]) -> pa.Array:
    told = [values for values in choices if values.null_count < len(values)] or choices[:1]
    best, *others = told
    for other in others:
        best = fill_empty(best, other)
    return best


def join_thousands(records: Records) -> Records:
    """The records, with the digits of durations no longer grouped (1,234,500)."""
    parts = {
        part: _join_thousands(values) if part.startswith("duration") else values
        for part, values in records.parts.items()
    }
    return replace(records, parts=parts)


def _join_thousands(values: pa.Array) -> pa.Array:
    is_grouped = pc.fill_null(pc.match_substring_regex(values, r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$"), False)
    return pc.if_else(is_grouped, pc.replace_substring(values, ",", ""), values)


def join_stamps(records: Records) -> Records:
    """One stamp from two keys: seconds and the nanoseconds within them (Log4j), or date and time of day."""
    parts = dict(records.parts)
    day = parts.pop("day", None)
    if day is not None and "time" in parts:
        parts["time"] = pc.binary_join_element_wise(plain_texts(day), plain_texts(parts["time"]), " ")
    nanos = parts.pop("nanos", None)
    if nanos is not None and "time" in parts:
        nanos, parts["time"] = plain_texts(nanos), plain_texts(parts["time"])
        digits = pc.utf8_lpad(nanos, 9, "0")
        is_both = pc.and_(pc.match_substring_regex(parts["time"], r"^\d+$"), digits.is_valid())
        joined = pc.binary_join_element_wise(parts["time"], digits, ".")
        parts["time"] = pc.if_else(is_both, joined, parts["time"])
    return replace(records, parts=parts)


def read_tails(records: Records, keys: Mapping[str, str]) -> Records:
    """Turn pairs in the group ``pairs``, or at the end of the message, into parts of their own."""
    parts = dict(records.parts)
    tail = parts.pop("pairs", None)
    if tail is None:
        tail = parts.get("message")
    if tail is None or not keys:
        return Records(parts, records.rows, records.pattern)
    found = join_choices(_extract_tails(tail, keys))
    marks = [pc.match_substring_regex(found[part], form) for part, form in _REQUEST_PARTS.items() if part in found]
    if "message" in parts and marks:
        is_request = pc.fill_null(marks[0], False)
        for mark in marks[1:]:
            is_request = pc.or_(is_request, pc.fill_null(mark, False))
        parts["message"] = pc.if_else(is_request, cut_message(parts["message"]), parts["message"])
    own = {part: fill_empty(values, found.get(part)) for part, values in parts.items()}
    return Records(found | own, records.rows, records.pattern)


def fill_empty(own: pa.Array, other: pa.Array | None) -> pa.Array:
    """A group's values, and where it took no part in the match, those from the pairs or from a wrapper."""
    if other is None or other.null_count == len(other):
        return own
    own = plain_texts(own)
    return pc.if_else(pc.fill_null(pc.equal(own, ""), True), plain_texts(other), own)


def _extract_tails(tail: pa.Array, keys: Mapping[str, str]) -> dict[str, pa.Array]:
    if not is_dictionary(tail):
        return extract_pairs(tail, keys)
    return {part: values.take(tail.indices) for part, values in extract_pairs(tail.dictionary, keys).items()}
