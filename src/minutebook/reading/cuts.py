"""batches of lines → batches cut where records begin, so that each can be read by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.plans import Plan
from minutebook.plans.matching import match_lines_of
from minutebook.records.headers import update_w3c
from minutebook.sources.lines import Lines

_TAIL = 64  # lines, enough to see whether the next one continues a record


def cut_at_records(batches: Iterable[Lines], plans: Sequence[Plan]) -> Iterator[tuple[Lines, tuple[Plan, ...]]]:
    """The same lines, cut so that no record is parted: a batch waits for the line that follows it.

    Each batch comes with the plans that read it: a table's header may change in mid-file.
    """
    waiting: Lines | None = None
    current = tuple(plans)
    may_go_on = any(p.log_format.multiline or p.inner or p.log_format.shape in ("json", "csv", "events") for p in plans)
    for lines in batches:
        if any(plan.log_format.shape == "w3c" for plan in plans):
            for part, under in _cut_at_headers(lines, current):
                yield part, under
                current = under
        elif not may_go_on:
            yield lines, current
        elif waiting is None:
            waiting = lines
        elif _begins_record(waiting, lines, current) or not (start := _last_record(waiting, current)):
            yield waiting, current
            waiting = lines
        else:
            yield waiting.slice(0, start), current
            waiting = _join(waiting.slice(start, len(waiting)), lines)
    if waiting is not None:
        yield waiting, current


def _cut_at_headers(lines: Lines, plans: tuple[Plan, ...]) -> Iterator[tuple[Lines, tuple[Plan, ...]]]:
    """Parts of the lines under one W3C header each."""
    is_directive = pc.match_substring_regex(lines.text, r"^#(?:Fields:|Date:|fields\t)").to_numpy(zero_copy_only=False)
    cuts = np.flatnonzero(is_directive)
    begin = 0
    for cut in [*cuts.tolist(), len(lines)]:
        if cut > begin:
            yield lines.slice(begin, cut), plans
            begin = cut
        if cut < len(lines):
            directive = lines.text[cut].as_py()
            plans = tuple(p.with_header(update_w3c(p.header, directive)) for p in plans)


def _join(first: Lines, second: Lines) -> Lines:
    return Lines(
        pa.concat_arrays([first.text, second.text]),
        first.first,
        np.concatenate((first.offsets[:-1], second.offsets)),
        first.is_counted,
    )


def _begins_record(before: Lines, lines: Lines, plans: Sequence[Plan]) -> bool:
    """Whether the first of the lines begins a record, judged together with the lines before it."""
    text = pa.concat_arrays([before.text[-_TAIL:], lines.text[:1]])
    matched, _ = match_lines_of(text, plans)
    return any(m.rows[-1] == len(text) - 1 for m in matched)


def _last_record(lines: Lines, plans: Sequence[Plan]) -> int:
    """Index of the last line that begins a record; 0 where none does."""
    tail = _TAIL
    while True:
        start = max(len(lines) - tail, 0)
        matched, _ = match_lines_of(lines.text[start:], plans)
        if matched:
            return start + max(int(m.rows[-1]) for m in matched)
        if start == 0:
            return 0
        tail *= 8
