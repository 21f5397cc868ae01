"""records and the lines between them → which lines belong to which record.

A line that no pattern fits belongs to the record before it (a traceback, a wrapped message), unless it
looks like a record of its own: then it's rejected, and counted, instead of vanishing into another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.logformats import LogFormat
from minutebook.records import Records

# A leading stamp: what a continuation doesn't begin with.
_STAMP = (
    r"^\W{0,2}(?:\d{4}[-/]\d\d[-/]\d\d[ T_]\d\d[:.]\d\d|\d\d[/-]\w{3}[/-]\d{4}[: ]\d\d:\d\d|"
    r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{10}(?:\.\d+)?\s|\{\")"
)
# How exceptions are printed: `shop.PoolTimeout: text`, as a line of its own.
_EXCEPTION = r"^(?:[A-Za-z_][\w.$]*\.)?[A-Z]\w*(?:: [^\n]*|)$"


@dataclass(frozen=True)
class Folded:
    """Each record's lines ``[start, stop)``, and what became of the lines that no record has."""

    start: np.ndarray
    stop: np.ndarray
    skipped: dict[str, int]
    rejected: list[tuple[int, str]]  #: (index of the line, why), in order
    lines: np.ndarray  #: how many lines each record has, its own one and the folded ones


def fold_lines(text: pa.StringArray, records: Records, log_format: LogFormat) -> Folded:
    """Which of the lines ``text`` belong to which of the ``records``."""
    count = len(text)
    start = records.rows
    stop = start + 1
    if len(start) == count:
        return Folded(start, stop, {}, [], np.ones(count, np.int64))
    is_record = np.zeros(count, bool)
    is_record[start] = True
    others = np.flatnonzero(~is_record)
    texts = text.take(pa.array(others))
    is_blank = _mask(pc.equal(pc.utf8_trim_whitespace(texts), ""))
    is_header = _mask(pc.match_substring_regex(texts, log_format.skip)) if log_format.skip else np.zeros(len(others), bool)
    is_orphan = others < (start[0] if len(start) else count)
    if log_format.multiline:
        is_stranger = _mask(pc.match_substring_regex(texts, _STAMP))
    else:
        is_stranger = np.ones(len(others), bool)
    is_rejected = (is_stranger | is_orphan) & ~is_blank & ~is_header
    is_skipped = is_header | (is_blank & (is_orphan | (not log_format.multiline)))
    is_folded = ~(is_rejected | is_skipped)
    # A record ends where its last own line does: a reject in between doesn't belong to it.
    lines = np.ones(len(start), np.int64)
    if len(start):
        owner = np.searchsorted(start, others[is_folded], side="right") - 1
        lines += np.bincount(owner, minlength=len(start))
        stop = start + 1
        np.maximum.at(stop, owner, others[is_folded] + 1)
    reason = "is no record of this format, and not part of one"
    before = "stands before the first record"
    rejected = [
        (int(row), before if orphan and log_format.multiline else reason)
        for row, orphan in zip(others[is_rejected], is_orphan[is_rejected], strict=True)
    ]
    skipped = {"blank": int((is_blank & is_skipped & ~is_header).sum()), "header": int(is_header.sum())}
    return Folded(start, stop, {why: n for why, n in skipped.items() if n}, rejected, lines)


def find_exceptions(text: pa.StringArray, folded: Folded) -> pa.Array | None:
    """The exception that ends each record's traceback, in one line; null where there is none."""
    has_more = folded.stop - folded.start > 1
    if not has_more.any():
        return None
    last = text.take(pa.array(np.where(has_more, folded.stop - 1, 0)))
    second = text.take(pa.array(np.where(has_more, np.minimum(folded.start + 1, len(text) - 1), 0)))
    told = pc.if_else(
        pc.match_substring_regex(last, _EXCEPTION),
        last,
        pc.if_else(pc.match_substring_regex(second, _EXCEPTION), second, None),
    )
    return pc.if_else(pa.array(has_more), told, None)


def _mask(values: pa.Array) -> np.ndarray:
    return pc.fill_null(values, False).to_numpy(zero_copy_only=False)
