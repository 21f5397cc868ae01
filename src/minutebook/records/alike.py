"""JSON lines that are alike → the values of their keys, cut out where they stand.

A few lines show the form that they fill in (`forms`), and all lines with that form are cut by it, one kind after the
other; the remaining lines are left to a real JSON parser.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from minutebook.columns.texts import join_texts
from minutebook.records.forms import draw_form, pick
from minutebook.records.pages import Page

_MOST_KINDS = 8  # of lines
_FEWEST = 0.02  # of the remaining lines, for a kind to be worth another look
_SAMPLE = 32  # lines that a form is made from


def cut_alike(text: pa.StringArray, keys: Mapping[str, str]) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """Indices of the lines whose objects are alike, and their values: part → text (``keys``: part → key)."""
    found: list[tuple[np.ndarray, dict[str, pa.Array]]] = []
    wanted = set(keys.values())
    page = Page(text) if len(text) and not text.null_count else None
    left = page.find_plain() if page else np.empty(0, np.int64)
    for _ in range(_MOST_KINDS):
        form = draw_form([text[int(row)].as_py() for row in pick(left, _SAMPLE)], wanted)
        if page is None or form is None:
            break
        rows, values = form.read(page, left)
        if len(rows) <= _FEWEST * len(left):
            break
        found.append((rows, values))
        left = np.setdiff1d(left, rows, assume_unique=True)
    if not found:
        return left[:0], {}
    parts = {
        part: join_texts([values.get(key, pa.nulls(len(rows), pa.string())) for rows, values in found])
        for part, key in keys.items()
    }
    rows = np.concatenate([rows for rows, _ in found])
    if len(found) > 1:
        order = np.argsort(rows)
        rows, parts = rows[order], {part: values.take(pa.array(order)) for part, values in parts.items()}
    return rows, parts
