"""lines and plans → records, each line read by the first plan that fits it, and which lines continue a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import change_texts, plain_texts
from minutebook.plans import Plan
from minutebook.plans.matched import Matched, leave_timeless, overlay
from minutebook.records.folding import looks_continued
from minutebook.records.objects import join_objects
from minutebook.records.partials import join_partials
from minutebook.sources.lines import strip_escapes


def match_lines_of(
    text: pa.StringArray, plans: Sequence[Plan], *, joins: bool = True
) -> tuple[list[Matched], np.ndarray]:
    """Records of the lines by the first plan that fits each, and which lines continue the one before.

    With ``joins``, JSON objects that span several of the remaining lines are records too.
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
            matched = [leave_timeless(each) for each in matched]
        is_left = np.ones(len(rest), bool)
        for each in matched:
            is_left[each.lines] = False
            found.append(each.moved_to(rest))
        is_continued[rest[continued]] = True
        is_left[continued] = False
        rest = rest[is_left]
    if joins and len(rest) and any(plan.log_format.shape == "json" for plan in plans):
        found += _match_objects(text, rest, plans)
    return found, is_continued


def _match(text: pa.StringArray, plan: Plan) -> tuple[list[Matched], np.ndarray]:
    """Records of the lines that one plan fits, without lines that by its format continue the one before."""
    going_on = plan.log_format.goes_on
    if not going_on:
        return _match_plain(text, plan)
    is_more = pc.match_substring_regex(text, going_on).to_numpy(zero_copy_only=False)
    if plan.log_format.goes_on_after:
        is_head = pc.match_substring_regex(text, plan.log_format.goes_on_after).to_numpy(zero_copy_only=False)
        is_more = is_more & np.concatenate(([False], is_head[:-1]))
    goes_on, kept = np.flatnonzero(is_more), np.flatnonzero(~is_more)
    matched, continued = _match_plain(text.take(pa.array(kept)), plan)
    return [each.moved_to(kept) for each in matched], np.concatenate((kept[continued], goes_on))


def _match_plain(text: pa.StringArray, plan: Plan) -> tuple[list[Matched], np.ndarray]:
    records = plan.read(text)
    continued = np.empty(0, np.int64)
    if plan.log_format.wraps == "lines":
        records, continued = join_partials(records.plain())
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


def _clean(texts: pa.Array) -> pa.Array:
    """The texts without terminal colours and line ends."""
    texts = strip_escapes(texts)
    is_line = pc.any(pc.ends_with(texts, "\n")).as_py()
    return pc.ascii_rtrim(texts, "\r\n") if is_line else texts


def _match_inner(outer: Matched, plan: Plan) -> tuple[list[Matched], np.ndarray]:
    """Records whose messages are lines of other formats, and the rows that continue the one before."""
    message = pc.fill_null(plain_texts(outer.parts["message"]), "")
    matched, continued = match_lines_of(message, plan.inner)
    if plan.log_format.wraps == "records":
        continued = np.zeros_like(continued)  # a row of a table is a record, whatever its message would be among lines
    found = []
    is_free = np.ones(len(outer.rows), bool)
    is_free[continued] = False
    for each in matched:
        is_free[each.rows] = False
        found.append(overlay(outer, each, plan.log_format))
    goes_on = plan.log_format.wraps == "lines" and any(inner.log_format.multiline for inner in plan.inner)
    if goes_on and found:
        first = min(int(each.rows[0]) for each in matched)
        loose = np.flatnonzero(is_free & (np.arange(len(is_free)) > first))
        more = loose[looks_continued(message.take(pa.array(loose)))]
        continued = np.concatenate((continued, more))
        is_free[more] = False
    if is_free.any() and "time" in outer.parts:
        found.append(outer.take(np.flatnonzero(is_free)))
    return found, outer.rows[np.sort(continued)]


def _match_objects(text: pa.StringArray, rest: np.ndarray, plans: Sequence[Plan]) -> list[Matched]:
    """JSON objects that span several lines."""
    is_free = np.zeros(len(text), bool)
    is_free[rest] = True
    start, stop, joined = join_objects(text, is_free, in_array=any(plan.in_array for plan in plans))
    if not len(start):
        return []
    found, _ = match_lines_of(
        pa.array(joined, pa.string()), [p for p in plans if p.log_format.shape == "json"], joins=False
    )
    return [replace(each, rows=start[each.rows], stop=stop[each.rows]) for each in found]
