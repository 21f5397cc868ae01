"""rows of a table with quoted cells → their cells, cut at the delimiters that no quotes hide; all rows at once.

What CSV's rules say of other rows, such as those with a quote in mid-cell, is left to `csv`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.records.cells import slice_texts
from minutebook.records.letters import read_bytes

_QUOTE = ord('"')
_LONGEST = 1 << 16  # bytes; `csv` refuses cells of twice as many


def cut_rows(text: pa.StringArray, delimiter: str, width: int) -> tuple[np.ndarray, list[pa.Array], np.ndarray]:
    """Indices of the plain rows with so many cells; these cells, column by column; and which rows are plain.

    In a plain row quotes are around whole cells, and doubled within them.
    """
    data, bounds = read_bytes(text)
    data = np.append(data, np.uint8(0))
    at = np.flatnonzero((data[bounds[0] :] == _QUOTE) | (data[bounds[0] :] == ord(delimiter))) + bounds[0]
    row = np.repeat(np.arange(len(text)), np.diff(np.searchsorted(at, bounds)))
    is_quote = data[at] == _QUOTE
    counts = np.concatenate(([0], np.cumsum(is_quote)))
    inside = (counts[:-1] - counts[np.searchsorted(at, bounds[:-1])][row]) % 2 == 1
    is_plain = _find_plain(data, bounds)
    opens, closes = is_quote & ~inside, is_quote & inside
    beside = np.array([_QUOTE, ord(delimiter)])
    is_plain[row[opens & (at > bounds[row]) & ~np.isin(data[at - 1], beside)]] = False
    is_plain[row[closes & (at + 1 < bounds[row + 1]) & ~np.isin(data[at + 1], beside)]] = False
    is_plain &= np.bincount(row[is_quote], minlength=len(text)) % 2 == 0
    cuts = ~is_quote & ~inside
    rows = np.flatnonzero(is_plain & (np.bincount(row[cuts], minlength=len(text)) == width - 1) & (np.diff(bounds) > 0))
    is_in = np.zeros(len(text), bool)
    is_in[rows] = True
    between = at[cuts & is_in[row]].reshape(len(rows), width - 1)
    begins = np.column_stack((bounds[rows], between + 1))
    ends = np.column_stack((between, bounds[rows + 1]))
    return rows, [_read_cells(text, data, begins[:, place], ends[:, place]) for place in range(width)], is_plain


def _find_plain(data: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Rows without the bytes that `csv` has rules of its own for."""
    is_plain = np.diff(bounds) < _LONGEST
    odd = np.flatnonzero((data[bounds[0] : -1] == 0) | (data[bounds[0] : -1] == ord("\r"))) + bounds[0]
    is_plain[np.searchsorted(bounds, odd, side="right") - 1] = False
    return is_plain


def _read_cells(text: pa.StringArray, data: np.ndarray, begin: np.ndarray, end: np.ndarray) -> pa.Array:
    is_quoted = (begin < end) & (data[begin] == _QUOTE)
    cells = slice_texts(text, begin + is_quoted, end - is_quoted)
    has_quotes = is_quoted.any() and pc.any(pc.match_substring(cells, '""')).as_py()
    return pc.replace_substring(cells, '""', '"') if has_quotes else cells
