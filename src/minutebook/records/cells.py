"""texts → their cells, by the fixed texts between them; no text is matched as a whole.

All texts are cut at once, quotes first; then each distinct cell is matched with its own small expression. Texts that
don't fit are left to the whole pattern.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.records.encoding import encode_runs, encode_short, repeats
from minutebook.records.letters import all_fit, read_bytes

_QUOTE, _BACKSLASH = ord('"'), ord("\\")
#: The inside of quotes with escapes, which without any backslash is simply all between two quotes.
QUOTED = r'[^"\\]*(?:\\.[^"\\]*)*'

_Span = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Cell:
    """One cell of a skeleton: its expression, the group it feeds ("" for none), and the text behind it."""

    expression: str
    name: str
    behind: str  #: "" for the last one, which ends with the line


def cut_cells(text: pa.StringArray, cells: Sequence[Cell]) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """Indices of the texts that split into the cells, and the named cells of those; as dictionaries if they repeat.

    Texts with a backslash never do.
    """
    if text.null_count or not len(text):
        return np.empty(0, np.int64), {}
    if text.offset:
        text = text.take(pa.array(np.arange(len(text))))  # a slice still has all bytes of its longer array
    data, bounds = read_bytes(text)
    quotes = np.flatnonzero(data == _QUOTE)
    place = np.append(find_next(quotes, bounds[:-1]), len(quotes))
    is_cut = np.diff(place) >= sum(cell.behind.count('"') for cell in cells)
    is_escape = data == _BACKSLASH
    if is_escape.any():
        is_cut[np.searchsorted(bounds, np.flatnonzero(is_escape), side="right") - 1] = False
    rows = np.flatnonzero(is_cut)
    if not len(rows):
        return rows, {}
    spans, fits = _find_spans(text, data, bounds[rows], bounds[rows + 1], quotes, place[rows], cells)
    parts: dict[str, pa.Array] = {}
    for cell, (begin, end) in zip(cells, spans, strict=True):
        if not cell.expression:
            fits &= begin == end
        if not cell.expression or (cell.expression == QUOTED and not cell.name):
            continue
        found = encode_short(data, begin, end)
        if found is None:
            found = slice_texts(text, begin, end)
            if not cell.name and all_fit(found, cell.expression):
                continue
            if repeats(found):
                found = encode_runs(found)
        if cell.name:
            parts[cell.name] = found
        if cell.expression != QUOTED:
            fits &= find_fitting(found, cell.expression)
    if not fits.all():
        kept = pa.array(fits)
        return rows[fits], {name: values.filter(kept) for name, values in parts.items()}
    return rows, parts


def _find_spans(
    text: pa.StringArray, data: np.ndarray, begin: np.ndarray, end: np.ndarray, quotes: np.ndarray, place: np.ndarray,
    cells: Sequence[Cell],
) -> tuple[list[_Span], np.ndarray]:  # fmt: skip
    """Where each cell of each text begins and ends, and which texts have all the fixed texts between.

    ``place`` is the position of each text's first quote among the ``quotes``.
    """
    spans: list[_Span] = []
    fits = np.ones(len(begin), bool)
    group: list[Cell] = []
    for cell in cells:
        group.append(cell)
        behind = cell.behind.encode()
        if b'"' not in behind and cell is not cells[-1]:
            continue
        quote = behind.index(b'"') if behind else 0
        at = quotes[place] - quote if behind else end
        fits &= (begin <= at) & (at + len(behind) <= end)
        at = np.where(fits, at, begin)
        fits &= _stands_at(data, at, behind[:quote]) & _stands_at(data, at + quote + 1, behind[quote + 1 :])
        inner, is_cut = _cut_apart(text, begin, at, group)
        spans += inner
        fits &= is_cut
        begin = np.where(fits, at + len(behind), begin)
        place = np.minimum(place + behind.count(b'"'), len(quotes) - 1)
        group = []
    return spans, fits


def _stands_at(data: np.ndarray, at: np.ndarray, text: bytes) -> np.ndarray:
    """Whether the text is at each position of the bytes, eight of which are compared at once."""
    fits = np.ones(len(at), bool)
    words = np.ndarray((max(len(data) - 7, 0),), np.uint64, data, strides=(1,))
    step = 0
    while len(text) - step >= 8 and len(words):
        fits &= words[np.minimum(at + step, len(words) - 1)] == np.frombuffer(text, np.uint64, 1, step)[0]
        step += 8
    for byte in text[step:]:
        fits &= data.take(at + step, mode="clip") == byte
        step += 1
    return fits


def _cut_apart(
    text: pa.StringArray, begin: np.ndarray, end: np.ndarray, cells: Sequence[Cell]
) -> tuple[list[_Span], np.ndarray]:
    """The cells in a stretch of each text, of which only the last has a quote behind it, or nothing."""
    fits = np.ones(len(begin), bool)
    if len(cells) == 1:
        return [(begin, end)], fits
    # The mark also occurs in the rest of a line: a copy of just these bytes is searched faster.
    data, bounds = read_bytes(slice_texts(text, begin, end))
    shift, at, stop = begin - bounds[:-1], bounds[:-1], bounds[1:]
    spans, before, index = [], "", at
    for cell in cells[:-1]:
        if cell.behind != before:
            found = _find_all(data, cell.behind.encode())
            hits = np.append(found, len(data))
        follows = cell.behind == before and len(before) == 1  # the next hit is the next one
        index = np.minimum(index + 1, len(found)) if follows else find_next(found, at)
        here = hits[index]
        fits &= here + len(cell.behind) <= stop
        here = np.where(fits, here, at)
        spans.append((at + shift, here + shift))
        at, before = here + np.where(fits, len(cell.behind), 0), cell.behind
    return [*spans, (at + shift, end)], fits


def _find_all(data: np.ndarray, text: bytes) -> np.ndarray:
    hits = data[: len(data) - len(text) + 1] == text[0]
    for step, byte in enumerate(text[1:], 1):
        hits &= data[step : len(data) - len(text) + 1 + step] == byte
    return np.flatnonzero(hits)


def slice_texts(text: pa.StringArray, begin: np.ndarray, end: np.ndarray) -> pa.StringArray:
    """The bytes from ``begin`` to ``end`` of the array's buffer as texts; both rise from text to text."""
    if not len(begin):
        return pa.array([], pa.string())
    cuts = np.empty(2 * len(begin), np.int32)
    cuts[0::2], cuts[1::2] = begin, end
    pieces = pa.StringArray.from_buffers(len(cuts) - 1, pa.py_buffer(cuts), text.buffers()[2])
    return pc.take(pieces, pa.array(np.arange(0, len(cuts), 2, dtype=np.int32)), boundscheck=False)


def find_next(hits: np.ndarray, at: np.ndarray) -> np.ndarray:
    """For each of ``at`` the index of the first of the ``hits`` that is not before it; both rise.

    Most lines have equally many hits, so that it can be found without a search.
    """
    each = len(hits) // len(at) if len(at) else 0
    if each and each * len(at) == len(hits):
        usual = np.arange(0, len(hits), each)
        if (hits[::each] >= at).all() and (hits[each - 1 :: each][:-1] < at[1:]).all():
            return usual
    return np.searchsorted(hits, at)


def find_fitting(values: pa.Array, expression: str) -> np.ndarray:
    """Which texts fit the expression as a whole; in a dictionary each distinct one is matched once."""
    is_encoded = pa.types.is_dictionary(values.type)
    if all_fit(values.dictionary if is_encoded else values, expression):
        return np.ones(len(values), bool)
    hits = pc.match_substring_regex(values.dictionary if is_encoded else values, f"^(?:{expression})$")
    return (hits.take(values.indices) if is_encoded else hits).to_numpy(zero_copy_only=False)
