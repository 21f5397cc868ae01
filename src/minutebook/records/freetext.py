"""a pattern that ends in free text → the expression of what comes before; the text is the rest of the line.

Most logs are so: stamp, level, logger, and then whatever was to be said. To find where a match ends, RE2 would go over
the whole line several times; what comes before the text is short, and where that fits, the rest does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import extract_groups
from minutebook.records.cells import slice_texts
from minutebook.records.letters import read_bytes
from minutebook.records.skeletons import is_row

_NEWLINE = 10
_HEAD = "head_"  # the group of what comes before the text
_TEXT, _ENDS = "message", ".*)$"


@cache
def find_free_text(pieces: Sequence[str]) -> str:
    """The expression of a pattern's beginning, if it ends in a message that takes all the rest of a line; else ""."""
    *heads, last = pieces
    before, begins, text = last.rpartition(f"(?P<{_TEXT}>")
    inside = text.removesuffix(_ENDS)
    if not begins or inside == text or not (is_row(before) and is_row(inside)):
        return ""
    head = "".join(f"(?:{piece})" for piece in (*heads, before))
    return f"^(?P<{_HEAD}>{head}){inside}"


def match_free_text(text: pa.StringArray, beginning: str) -> tuple[np.ndarray, dict[str, pa.Array]] | None:
    """Indices of the texts that fit, and all groups of those; None where a text has several lines."""
    data, bounds = read_bytes(text)
    if (data[bounds[0] :] == _NEWLINE).any():  # where free text ends
        return None
    rows, parts = extract_groups(text, beginning)
    begin = bounds[rows] + pc.binary_length(parts.pop(_HEAD)).to_numpy()
    return rows, {**parts, _TEXT: slice_texts(text, begin, bounds[rows + 1])}
