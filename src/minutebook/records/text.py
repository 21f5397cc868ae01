"""lines → records by the patterns of a text format: RE2 over whole batches, piece by piece."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.logformats import LogFormat, Pattern
from minutebook.records import Records, no_records


def match_lines(text: pa.StringArray, log_format: LogFormat) -> Records:
    """Records of the lines that a pattern of the format fits; the first pattern that fits wins."""
    rest = np.arange(len(text))
    found: list[tuple[int, np.ndarray, dict[str, pa.Array]]] = []
    for index, pattern in enumerate(log_format.patterns):
        if not len(rest):
            break
        rows, parts = match_pattern(text if len(rest) == len(text) else text.take(pa.array(rest)), pattern)
        if len(rows):
            found.append((index, rest[rows], parts))
            is_left = np.ones(len(rest), bool)
            is_left[rows] = False
            rest = rest[is_left]
    return _in_order(found)


def match_pattern(text: pa.StringArray, pattern: Pattern) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """Indices of the texts that the whole pattern fits, and its groups for those."""
    # One expression: handing the rest of each line on from piece to piece would copy it each time.
    groups = pc.extract_regex(text, "^" + "".join(f"(?:{piece})" for piece in pattern.pieces))
    rows = np.arange(len(text))
    if groups.null_count:
        is_match = groups.is_valid()
        groups = groups.filter(is_match)
        rows = np.flatnonzero(is_match.to_numpy(zero_copy_only=False))
    return rows, {groups.type.field(i).name: groups.field(i) for i in range(groups.type.num_fields)}


def compile_pieces(pattern: Pattern) -> list[str]:
    """The pieces one by one, each but the last handing on what it leaves over: how far a text gets."""
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
        name: pa.concat_arrays([parts.get(name, pa.nulls(len(rows), pa.string())) for _, rows, parts in found]).take(
            pa.array(order)
        )
        for name in names
    }
    pattern = np.concatenate([np.full(len(rows), index) for index, rows, _ in found])
    return Records(parts, rows[order], pattern[order])
