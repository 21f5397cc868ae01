"""lines and the plans by which they're read → their records, whatever mixture of formats they are.

A plan is one format with what a sample told: which keys feed which column, which layout its stamps have,
what its messages hold in turn (a container's log line holds a line of any other format). Several plans
read a file that mixes formats: what one leaves over the next one is tried on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.lines import strip_escapes
from minutebook.logformats import LogFormat
from minutebook.names import ASKED, drop_choice
from minutebook.records import Records, no_records
from minutebook.records.arrays import BRACKETS, strip_array
from minutebook.records.folding import looks_continued
from minutebook.records.jsonlines import extract_keys
from minutebook.records.objects import join_objects, unfold
from minutebook.records.pairs import cut_message, extract_pairs, match_logfmt
from minutebook.records.partials import join_partials
from minutebook.records.table import Header, read_rows
from minutebook.records.text import match_lines
from minutebook.texts import change_texts, is_dictionary, plain_texts

#: Parts that make a message a request's, told without its key=value tail, and how they look.
_REQUEST_PARTS = {"status": r"^[1-5]\d\d$", "trace": "", "path": ""}


@dataclass(frozen=True)
class Plan:
    """How the lines of one format are read."""

    log_format: LogFormat
    keys: Mapping[str, str] = field(default_factory=dict)  #: part → key, of JSON, pairs or a table
    layout: str = ""  #: layout of ``time`` where the format's patterns don't say it, or leave it to the log
    header: Header | None = None  #: of a table
    is_batch: bool = False  #: one JSON object holds many records
    in_array: bool = False  #: brackets stand around JSON objects, and commas between
    guesses: Mapping[str, str] = field(default_factory=dict)  #: key of durations that states no unit → the one taken
    inner: tuple[Plan, ...] = ()  #: what the messages of a wrapper hold

    @property
    def layouts(self) -> tuple[str, ...]:
        """Layout of ``time`` by pattern."""
        return tuple(self.layout if p.either_way and self.layout else p.time for p in self.log_format.patterns) or (
            self.layout,
        )

    @property
    def skip(self) -> str:
        """Pattern of the lines that are no records; of a table, its header too."""
        if self.in_array:
            return BRACKETS
        if self.log_format.shape != "csv" or self.header is None:
            return self.log_format.skip
        names = rf"\s*{re.escape(self.header.delimiter)}\s*".join(f'"?{re.escape(n)}"?' for n in self.header.names)
        return rf"^(?:\x{{feff}}?\s*{names}\s*|#TYPE [^,;|\t]*)$"

    def with_header(self, header: Header | None) -> Plan:
        """The same plan for rows under another header."""
        return replace(self, header=header)

    def asking(self, keys: Sequence[str]) -> Plan:
        """The same plan that reads these keys too, where a record has them."""
        step = "\x1f" if self.log_format.shape == "json" else "."
        more = {ASKED + key: key.replace(".", step) for key in keys}
        inner = tuple(plan.asking(keys) for plan in self.inner)
        return replace(self, keys={**self.keys, **more}, inner=inner) if keys else self

    def read(self, text: pa.StringArray) -> Records:
        """Records of the lines that the plan's format fits, all parts read."""
        shape = self.log_format.shape
        if shape == "json":
            return self._read_json(text)
        if shape == "pairs":
            return _with_choices(match_logfmt(text, self.keys))
        if shape in ("csv", "w3c"):
            return read_rows(text, self.header, self.keys) if self.header else no_records()
        return self._read_tails(match_lines(text, self.log_format))

    def _read_json(self, text: pa.StringArray) -> Records:
        text = strip_array(text) if self.in_array else text
        if not self.is_batch:
            records = extract_keys(text, self.keys)
            if self.log_format.wraps:
                records = replace(records, parts={part: plain_texts(values) for part, values in records.parts.items()})
            return _with_nanos(_with_choices(records))
        rows, texts = unfold(text.to_pylist())
        records = _with_nanos(_with_choices(extract_keys(pa.array(texts, pa.string()), self.keys)))
        rows = rows[records.rows]
        return Records(records.parts, rows, np.zeros(len(rows), np.int64), rows + 1)

    def _read_tails(self, records: Records) -> Records:
        """Pairs in the group ``pairs``, or at the end of the message, become parts of their own."""
        parts = dict(records.parts)
        tail = parts.pop("pairs", None)
        if tail is None:
            tail = parts.get("message")
        if tail is None or not self.keys:
            return Records(parts, records.rows, records.pattern)
        found = _coalesce_choices(_extract_tails(tail, self.keys))
        marks = [pc.match_substring_regex(found[part], form) for part, form in _REQUEST_PARTS.items() if part in found]
        if "message" in parts and marks:
            is_request = pc.fill_null(marks[0], False)
            for mark in marks[1:]:
                is_request = pc.or_(is_request, pc.fill_null(mark, False))
            parts["message"] = pc.if_else(is_request, cut_message(parts["message"]), parts["message"])
        own = {part: _with_tail(values, found.get(part)) for part, values in parts.items()}
        return Records(found | own, records.rows, records.pattern)


def _with_tail(own: pa.Array, tail: pa.Array | None) -> pa.Array:
    """What a pattern's group says, and where it took no part, what stands in the pairs."""
    if tail is None or tail.null_count == len(tail):
        return own
    own = plain_texts(own)
    return pc.if_else(pc.fill_null(pc.equal(own, ""), True), plain_texts(tail), own)


def _extract_tails(tail: pa.Array, keys: Mapping[str, str]) -> dict[str, pa.Array]:
    if not is_dictionary(tail):
        return extract_pairs(tail, keys)
    return {part: values.take(tail.indices) for part, values in extract_pairs(tail.dictionary, keys).items()}


def _with_nanos(records: Records) -> Records:
    """Seconds and the nanoseconds within them stand in two keys (Log4j), or day and clock: one stamp."""
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


def _with_choices(records: Records) -> Records:
    return replace(records, parts=_coalesce_choices(records.parts))


def _coalesce_choices(parts: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Parts whose best key a record lacks, from the next best one that it has."""
    choices: dict[str, list[pa.Array]] = {}
    for name, values in parts.items():
        choices.setdefault(name if name.startswith(ASKED) else drop_choice(name), []).append(values)
    return {part: _coalesce(found) for part, found in choices.items()}


def _coalesce(choices: Sequence[pa.Array]) -> pa.Array:
    told = [values for values in choices if values.null_count < len(values)] or choices[:1]
    return told[0] if len(told) == 1 else pc.coalesce(*map(plain_texts, told))


@dataclass(frozen=True)
class Matched:
    """Records that are read alike: the innermost format's, with all their parts."""

    rows: np.ndarray  #: their first lines
    stop: np.ndarray  #: behind the last line that is known to be theirs
    parts: Mapping[str, pa.Array]
    pattern: np.ndarray
    layouts: tuple[str, ...]
    log_format: LogFormat


def match_lines_of(
    text: pa.StringArray, plans: Sequence[Plan], *, joins: bool = True
) -> tuple[list[Matched], np.ndarray]:
    """Records of the lines by the first plan that fits each, and which lines go on from the one before.

    With ``joins``, JSON objects over several of the lines that are left are records too.
    """
    rest = np.arange(len(text))
    is_continued = np.zeros(len(text), bool)
    found: list[Matched] = []
    dialects = [at for at, plan in enumerate(plans) if plan.log_format.shape == "json"]
    for at, plan in enumerate(plans):
        if not len(rest):
            break
        matched, continued = _match(text if len(rest) == len(text) else text.take(pa.array(rest)), plan)
        if dialects and dialects[0] <= at < dialects[-1]:
            matched = [_leave_timeless(each) for each in matched]
        is_left = np.ones(len(rest), bool)
        for each in matched:
            is_left[_covered(each)] = False
            found.append(_moved(each, rest))
        is_continued[rest[continued]] = True
        is_left[continued] = False
        rest = rest[is_left]
    if joins and len(rest) and any(plan.log_format.shape == "json" for plan in plans):
        found += _match_objects(text, rest, plans)
    return found, is_continued


def find_timeless(matched: Matched) -> np.ndarray:
    """Which JSON records lack the key that has the time: a dialect with another key, or no record at all.

    Of several in one line, one of which has it, all are of its dialect.
    """
    time = matched.parts.get("time")
    if matched.log_format.shape != "json" or time is None or not time.null_count:
        return np.empty(0, np.int64)
    is_timeless = time.is_null().to_numpy(zero_copy_only=False)
    return np.flatnonzero(is_timeless & ~np.isin(matched.rows, matched.rows[~is_timeless]))


def _leave_timeless(matched: Matched) -> Matched:
    """The records without those that another dialect may have a time for."""
    timeless = find_timeless(matched)
    return _take(matched, np.setdiff1d(np.arange(len(matched.rows)), timeless)) if len(timeless) else matched


def _clean(texts: pa.Array) -> pa.Array:
    """Texts without terminal colours and without the ends of the lines that they were."""
    texts = strip_escapes(texts)
    is_line = pc.any(pc.ends_with(texts, "\n")).as_py()
    return pc.ascii_rtrim(texts, "\r\n") if is_line else texts


def _covered(matched: Matched) -> np.ndarray:
    if (matched.stop == matched.rows + 1).all():
        return matched.rows
    return np.unique(np.concatenate([np.arange(a, b) for a, b in zip(matched.rows, matched.stop, strict=True)]))


def _moved(matched: Matched, rest: np.ndarray) -> Matched:
    """The same records, their rows counted in the whole batch."""
    if len(rest) and rest[0] == 0 and rest[-1] == len(rest) - 1:
        return matched
    return replace(matched, rows=rest[matched.rows], stop=rest[matched.stop - 1] + 1)


def _match(text: pa.StringArray, plan: Plan) -> tuple[list[Matched], np.ndarray]:
    if plan.log_format.goes_on:
        is_more = pc.match_substring_regex(text, plan.log_format.goes_on).to_numpy(zero_copy_only=False)
        if plan.log_format.goes_on_after:
            is_head = pc.match_substring_regex(text, plan.log_format.goes_on_after).to_numpy(zero_copy_only=False)
            is_more = is_more & np.concatenate(([False], is_head[:-1]))
        goes_on, kept = np.flatnonzero(is_more), np.flatnonzero(~is_more)
        matched, continued = _match_plain(text.take(pa.array(kept)), plan)
        return [_moved(each, kept) for each in matched], np.concatenate((kept[continued], goes_on))
    return _match_plain(text, plan)


def _match_plain(text: pa.StringArray, plan: Plan) -> tuple[list[Matched], np.ndarray]:
    records = plan.read(text)
    continued = np.empty(0, np.int64)
    if plan.log_format.wraps == "lines":
        records, continued = join_partials(records)
        if plan.log_format.shape == "json" and "message" in records.parts:  # docker keeps the line's end
            message = pc.ascii_rtrim(records.parts["message"], "\r\n")
            records = replace(records, parts={**records.parts, "message": message})
    if not len(records.rows):
        return [], continued
    if plan.log_format.shape == "json" and "message" in records.parts:  # colours that JSON wrote as numbers
        message = change_texts(records.parts["message"], _clean)
        records = replace(records, parts={**records.parts, "message": message})
    stop = records.stop if records.stop is not None else records.rows + 1
    outer = Matched(records.rows, stop, records.parts, records.pattern, plan.layouts, plan.log_format)
    if not plan.inner or "message" not in records.parts:
        return [outer], continued
    found, more = _match_inner(outer, plan)
    return found, np.concatenate((continued, more))


def _match_inner(outer: Matched, plan: Plan) -> tuple[list[Matched], np.ndarray]:
    """Records whose messages are lines of other formats, and the rows that go on from the one before."""
    message = pc.fill_null(outer.parts["message"], "")
    matched, continued = match_lines_of(message, plan.inner)
    found = []
    is_free = np.ones(len(outer.rows), bool)
    is_free[continued] = False
    for each in matched:
        is_free[each.rows] = False
        found.append(_overlay(outer, each, plan.log_format))
    goes_on = plan.log_format.wraps == "lines" and any(inner.log_format.multiline for inner in plan.inner)
    if goes_on and found:
        first = min(int(each.rows[0]) for each in matched)
        loose = np.flatnonzero(is_free & (np.arange(len(is_free)) > first))
        more = loose[looks_continued(message.take(pa.array(loose)))]
        continued = np.concatenate((continued, more))
        is_free[more] = False
    if is_free.any() and "time" in outer.parts:
        found.append(_take(outer, np.flatnonzero(is_free)))
    return found, outer.rows[np.sort(continued)]


def _overlay(outer: Matched, inner: Matched, wrapper: LogFormat) -> Matched:
    """An inner record with what its wrapper adds; whose clock counts is the wrapper's to say."""
    around = _take(outer, inner.rows)
    known = {name: values for name, values in around.parts.items() if name not in ("message", "time")}
    parts = {name: _with_tail(plain_texts(values), known.get(name)) for name, values in inner.parts.items()}
    parts = {name: plain_texts(values) for name, values in known.items() if name not in parts} | parts
    layouts, pattern = inner.layouts, inner.pattern
    if "time" in around.parts and (wrapper.clock == "outer" or "time" not in inner.parts):
        parts["time"] = around.parts["time"]
        layouts, pattern = around.layouts, around.pattern
    return Matched(around.rows, around.stop, parts, pattern, layouts, inner.log_format)


def _take(matched: Matched, rows: np.ndarray) -> Matched:
    index = pa.array(rows)
    parts = {name: values.take(index) for name, values in matched.parts.items()}
    return replace(
        matched,
        rows=matched.rows[rows],
        stop=matched.stop[rows],
        parts=parts,
        pattern=matched.pattern[rows],
    )


def _match_objects(text: pa.StringArray, rest: np.ndarray, plans: Sequence[Plan]) -> list[Matched]:
    """JSON objects that take up several lines."""
    is_free = np.zeros(len(text), bool)
    is_free[rest] = True
    start, stop, joined = join_objects(text, is_free, in_array=any(plan.in_array for plan in plans))
    if not len(start):
        return []
    found, _ = match_lines_of(
        pa.array(joined, pa.string()), [p for p in plans if p.log_format.shape == "json"], joins=False
    )
    return [replace(each, rows=start[each.rows], stop=stop[each.rows]) for each in found]
