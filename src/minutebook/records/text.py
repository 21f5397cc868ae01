"""lines → records by the patterns of a text format: RE2 over whole batches, piece by piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import extract_groups, join_texts
from minutebook.logformats import LogFormat, Pattern, groups_of
from minutebook.records import Records, no_records
from minutebook.records.beginnings import FEW_LINES, can_begin, find_few
from minutebook.records.cells import cut_cells
from minutebook.records.freetext import find_free_text, match_free_text
from minutebook.records.skeletons import find_skeleton

#: So many groups RE2 reads in one pass.
_FAST_GROUPS = 4


def match_lines(text: pa.StringArray, log_format: LogFormat) -> Records:
    """Records of the lines that a pattern of the format fits; the first pattern that fits wins."""
    rest = np.arange(len(text))
    found: list[tuple[int, np.ndarray, dict[str, pa.Array]]] = []
    few = text.to_pylist() if len(text) <= FEW_LINES else []
    for index, pattern in enumerate(log_format.patterns):
        if not len(rest):
            break
        if few and not can_begin(pattern, text, few):
            continue
        left = text if len(rest) == len(text) else text.take(pa.array(rest))
        rows, parts = match_pattern(left, pattern) if few else _match_many(left, pattern)
        if len(rows):
            found.append((index, rest[rows], parts))
            is_left = np.ones(len(rest), bool)
            is_left[rows] = False
            rest = rest[is_left]
    return _in_order(found)


def _match_many(text: pa.StringArray, pattern: Pattern) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """The same of many lines: to see which ones don't fit takes a tenth of the time of matching them in vain."""
    near = find_few(pattern, text)
    if near is None:
        return match_pattern(text, pattern)
    if not len(near):
        return near, {}
    rows, parts = match_pattern(text.take(pa.array(near)), pattern)
    return near[rows], parts


def match_pattern(text: pa.StringArray, pattern: Pattern) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """Indices of the texts that the whole pattern fits, and its groups for those: texts, or dictionaries of them."""
    cells = find_skeleton("".join(pattern.pieces)) if pattern.one_way else ()
    if not cells:
        return _match_whole(text, pattern)
    rows, parts = cut_cells(text, cells)
    left = np.ones(len(text), bool)
    left[rows] = False
    if not left.any():
        return rows, parts
    others = np.flatnonzero(left)
    more, further = _match_whole(text.take(pa.array(others)), pattern)
    if not len(more):
        return rows, parts
    rows = np.concatenate((rows, others[more]))
    order = pa.array(np.argsort(rows))
    parts = {
        name: join_texts([parts[name], values]).take(order) if parts else values for name, values in further.items()
    }
    return np.sort(rows), parts


def _match_whole(text: pa.StringArray, pattern: Pattern) -> tuple[np.ndarray, dict[str, pa.Array]]:
    beginning = find_free_text(pattern.pieces)
    found = match_free_text(text, beginning) if beginning else None
    return found or _match_in_passes(text, pattern)


def _match_in_passes(text: pa.StringArray, pattern: Pattern) -> tuple[np.ndarray, dict[str, pa.Array]]:
    # One expression: passing the rest of each line from piece to piece would copy it each time.
    heads, last = _cut_passes(pattern)
    rows, parts = _extract(text, pattern.pieces, last)
    if heads and len(rows):
        fitting = text if len(rows) == len(text) else text.take(pa.array(rows))
        for stop, names in heads:
            parts |= _extract(fitting, pattern.pieces[:stop], names)[1]
    return rows, parts


def _cut_passes(pattern: Pattern) -> tuple[list[tuple[int, tuple[str, ...]]], tuple[str, ...]]:
    """How to read a pattern: (pieces, their groups) of each pass over the beginnings of lines, and the groups of the pass
    over whole lines, which decides what fits.

    RE2 is three times as fast on an expression that can match in one way only, but not with more than four groups. If it
    can match in several ways, what fits the beginning needn't fit the whole.
    """
    if not pattern.one_way or len(pattern.groups) <= _FAST_GROUPS:
        return [], pattern.groups
    heads: list[tuple[int, tuple[str, ...]]] = []
    held: tuple[str, ...] = ()
    for index, piece in enumerate(pattern.pieces):
        names = groups_of([piece])
        if held and len(held) + len(names) > _FAST_GROUPS:
            heads.append((index, held))
            held = ()
        held += names
    return heads, held


def _extract(
    text: pa.StringArray, pieces: Sequence[str], names: Sequence[str]
) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """Indices of the texts that the pieces fit, and the groups ``names`` of those."""
    expression = "^" + "".join(f"(?:{piece})" for piece in pieces)
    for name in groups_of(pieces):
        if name not in names:
            expression = expression.replace(f"(?P<{name}>", "(?:")
    return extract_groups(text, expression)


def compile_pieces(pattern: Pattern) -> list[str]:
    """The pieces one by one, each but the last passing on the rest of the text, to show how far a text gets."""
    *heads, last = pattern.pieces
    return [f"^(?:{piece})(?P<rest_>(?s:.*))$" for piece in heads] + [f"^(?:{last})"]


def count_pieces(text: pa.StringArray, pattern: Pattern) -> list[int]:
    """How many of the texts get past each piece: shows how far a failing sample got."""
    counts = []
    for expression in compile_pieces(pattern):
        groups = pc.extract_regex(text, expression)
        groups = groups.filter(groups.is_valid())
        counts.append(len(groups))
        if expression != compile_pieces(pattern)[-1]:
            text = pc.struct_field(groups, "rest_") if len(groups) else pa.array([], pa.string())
    return counts


def _in_order(found: list[tuple[int, np.ndarray, dict[str, pa.Array]]]) -> Records:
    """Records of several patterns as one, in the order of their lines."""
    if not found:
        return no_records()
    if len(found) == 1:
        index, rows, parts = found[0]
        return Records(parts, rows, np.full(len(rows), index))
    rows = np.concatenate([rows for _, rows, _ in found])
    order = np.argsort(rows, kind="stable")
    names = dict.fromkeys(name for _, _, parts in found for name in parts)
    parts = {
        name: join_texts([parts.get(name, pa.nulls(len(rows), pa.string())) for _, rows, parts in found]).take(
            pa.array(order)
        )
        for name in names
    }
    pattern = np.concatenate([np.full(len(rows), index) for index, rows, _ in found])
    return Records(parts, rows[order], pattern[order])
