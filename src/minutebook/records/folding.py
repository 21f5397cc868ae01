"""records and the lines between them → which lines belong to which record.

A line that fits no pattern belongs to the record before it (a traceback, a wrapped message), unless it looks like a
record of its own: then it's rejected and counted, instead of vanishing into another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import plain_texts

#: Lines below a blank message that may be blank too.
_MOST_BLANK = 4
# A leading stamp, with which no continuation begins.
_STAMP = (
    r"^\W{0,2}(?:\d{4}[-/]\d\d[-/]\d\d[ T_]\d\d[:.]\d\d|\d\d[/-]\w{3}[/-]\d{4}[: ]\d\d:\d\d|"
    r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{10}(?:\.\d+)?\s)"
    # a web server's access log
    r"|^[\w.:\-]+ \S+ \S+ \[\d\d/\w{3}/\d{4}:\d\d:\d\d"
    # a JSON line of a logger's
    r'|^\{.*"(?:@?timestamp|ts|time|@t)" ?: ?(?:"\d|\d).*\}$'
)
_CONTINUED = r"^(?:\s|$|Traceback \(|Caused by: |\.\.\. \d+ more|[\w.$]+(?:Error|Exception)\b)"
# How exceptions are printed: `shop.PoolTimeout: text`, as a line of its own.
_EXCEPTION = r"^(?:[A-Za-z_][\w.$]*\.)?[A-Z]\w*(?:: [^\n]*|)$"
# Why a line is rejected.
_ORPHAN = "stands before the first record"
_STRANGER = "is no record of a known format, and not part of one"


@dataclass(frozen=True)
class Folded:
    """Each record's lines ``[start, stop)``, and what became of the lines in none."""

    start: np.ndarray
    stop: np.ndarray
    lines: np.ndarray  #: how many lines each record has, its first and those folded into it
    skipped: dict[str, int]
    rejected: list[tuple[int, str]]  #: (index of the line, why), in order
    known: int = 0  #: how many of the folded lines are continuations by the format itself


def fold_lines(
    text: pa.StringArray,
    start: np.ndarray,
    stop: np.ndarray,
    is_multiline: np.ndarray,
    is_continued: np.ndarray,
    skip: str,
) -> Folded:
    """Which of the lines ``text`` belong to which record.

    ``start`` and ``stop`` are the lines that each record is known to have, by start (several may share a line);
    ``is_multiline`` says whether more may follow, ``is_continued`` which lines are known to continue the one before;
    ``skip`` is a pattern of headers and comments, if there are any.
    """
    lines, loose = _count_own(start, stop), _find_loose(start, stop, len(text))
    if not len(loose):
        return Folded(start, stop, lines, {}, [])
    texts = text.take(pa.array(loose))
    is_blank = _mask(pc.equal(pc.utf8_trim_whitespace(texts), ""))
    is_header = _mask(pc.match_substring_regex(texts, skip)) if skip else np.zeros(len(loose), bool)
    owner = np.searchsorted(start, loose, side="right") - 1
    is_orphan, is_known = owner < 0, is_continued[loose]
    may_go_on = np.append(is_multiline, False)[owner]  # False of -1, an orphan's owner
    is_folded = ~is_header & ~is_orphan & (is_known | (may_go_on & ~looks_stamped(texts)))
    is_rejected = ~is_folded & ~is_header & ~is_blank
    # A record ends where its last own line does: a reject in between doesn't belong to it.
    stop = stop.copy()
    np.add.at(lines, owner[is_folded], 1)
    np.maximum.at(stop, owner[is_folded], loose[is_folded] + 1)
    skipped = {"blank": int((is_blank & ~is_header & ~is_folded).sum()), "header or comment": int(is_header.sum())}
    why = np.where(is_orphan, _ORPHAN, _STRANGER)[is_rejected]
    return Folded(
        start,
        stop,
        lines,
        {reason: count for reason, count in skipped.items() if count},
        list(zip(loose[is_rejected].tolist(), why.tolist(), strict=True)),
        int((is_folded & is_known).sum()),
    )


def _count_own(start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """How many lines each record is known to have; of records that share one, the first counts it."""
    before = np.maximum.accumulate(np.concatenate(([0], stop[:-1]))) if len(stop) else stop
    return np.maximum(stop - np.maximum(start, before), 0)


def _find_loose(start: np.ndarray, stop: np.ndarray, count: int) -> np.ndarray:
    """The lines that no record is known to have."""
    depth = np.bincount(start, minlength=count + 1) - np.bincount(stop, minlength=count + 1)
    return np.flatnonzero(np.cumsum(depth)[:count] == 0)


def looks_stamped(text: pa.Array) -> np.ndarray:
    """Which texts begin with a stamp, and so are records of their own."""
    return _mask(pc.match_substring_regex(text, _STAMP))


def looks_continued(text: pa.Array) -> np.ndarray:
    """Which texts can only continue the one before: indented, a stack frame, an exception's name."""
    return _mask(pc.match_substring_regex(text, _CONTINUED))


def find_exceptions(text: pa.StringArray, start: np.ndarray, stop: np.ndarray) -> pa.Array | None:
    """The exception that ends each record's traceback, in one line; null where there is none."""
    has_more = stop - start > 1
    if not has_more.any():
        return None
    last = text.take(pa.array(np.where(has_more, stop - 1, 0)))
    second = text.take(pa.array(np.where(has_more, np.minimum(start + 1, len(text) - 1), 0)))
    told = pc.if_else(
        pc.match_substring_regex(last, _EXCEPTION),
        last,
        pc.if_else(pc.match_substring_regex(second, _EXCEPTION), second, None),
    )
    return pc.if_else(pa.array(has_more), told, None)


def say_blank(message: pa.Array, text: pa.StringArray, start: np.ndarray, stop: np.ndarray) -> pa.Array:
    """The messages, a blank one as the first line below it that says something, without the [tags] ahead of it.

    Rails writes an exception so: an empty line, and below it what was raised, each line behind the request's id.
    """
    rows = np.flatnonzero(stop - start > 1)
    rows = rows[_mask(pc.equal(pc.utf8_trim_whitespace(plain_texts(message.take(pa.array(rows)))), ""))]
    if not len(rows):
        return message
    said = pa.nulls(len(rows), pa.string())
    for below in range(1, _MOST_BLANK + 1):
        line = text.take(pa.array(np.minimum(start[rows] + below, stop[rows] - 1)))
        line = pc.utf8_trim_whitespace(pc.replace_substring_regex(line, r"^\s*(?:\[[^\]\s]*\] *)+", ""))
        said = pc.coalesce(said, pc.if_else(pc.equal(line, ""), None, line))
    told = np.full(len(message), None, object)
    told[rows] = said.to_numpy(zero_copy_only=False)
    return pc.coalesce(pa.array(told, pa.string()), plain_texts(message))


def _mask(values: pa.Array) -> np.ndarray:
    return pc.fill_null(values, False).to_numpy(zero_copy_only=False)
