"""a frame → CSV: UTF-8, ``\\n`` line ends, a header, quotes only where they are needed.

Null is an empty cell. Text is inert: control characters and line ends are written as escapes (``\\x1b``, ``\\x0a``),
so each line is a row, and a cell that a spreadsheet would compute (one that begins with ``= + - @`` or tab) gets an
apostrophe before it, in every CSV, since any may be opened with a spreadsheet.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.errors import FrameError
from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.cells import Cells, column_names, join_cells, render_chunks
from minutebook.outputs.inertcells import ACTIVE_RE2, escape_controls_in, quieten_formulas

_LONGEST_BYTES = 100_000  # of a cell: Python's reader, for one, refuses 131,072 characters
_LONGEST = 32_000  # characters kept of a longer one
_MARKS = rf'[",]|{ACTIVE_RE2}'


def write_csv(frame: pd.DataFrame, target: Target) -> None:
    """Write ``frame`` as CSV to a path (replaced in one step) or an open stream.

    Times are RFC 3339 in UTC with milliseconds; raises `FrameError` for times without a zone.
    """
    if not isinstance(frame, pd.DataFrame):
        raise FrameError(f"expected a DataFrame, got {type(frame).__name__}")
    alone = frame.shape[1] == 1
    header = [_cell(Cells(name, pa.array([name]), "text"), alone) for name in column_names(frame)]
    with open_target(target) as stream:
        stream.write(_lines(header))
        for columns in render_chunks(frame):
            stream.write(_lines([_cell(column, alone) for column in columns]))


def _lines(columns: list[pa.Array]) -> bytes:
    if not columns:
        return b"\n"
    rows = pc.binary_join_element_wise(*columns, ",")
    return join_cells([rows, ""], "\n")


def _cell(column: Cells, alone: bool) -> pa.Array:
    texts = pc.fill_null(column.texts, "")
    if column.kind == "text" and not _is_plain(texts):
        texts = quieten_formulas(escape_controls_in(_cut_long(texts)))
        quoted = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
        texts = pc.if_else(pc.match_substring_regex(texts, r'[",\r\n]'), quoted, texts)
    # A row of one empty cell would be an empty line, which readers skip.
    return pc.if_else(pc.equal(texts, ""), '""', texts) if alone else texts


def _is_plain(texts: pa.Array) -> bool:
    """Whether all can be written as they are, as in most columns: one check instead of six."""
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    return longest <= _LONGEST_BYTES and not pc.any(pc.match_substring_regex(texts, _MARKS)).as_py()


def _cut_long(texts: pa.Array) -> pa.Array:
    """The texts, cut where they're too long for spreadsheets and some readers; Parquet and JSON have them whole."""
    is_long = pc.greater(pc.binary_length(texts), _LONGEST_BYTES)
    if not pc.any(is_long).as_py():
        return texts
    cut = pc.binary_join_element_wise(pc.utf8_slice_codeunits(texts, 0, _LONGEST), "…", "")
    return pc.if_else(is_long, cut, texts)
