"""JSON lines of a logger → the form that they fill in: fixed texts, and blanks with a value each.

A logger writes the same keys in the same order again and again, some with few distinct values. So what's between the
values that vary is one of a few texts, each of which is searched for as a whole.
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import change_texts
from minutebook.records.cells import QUOTED, find_fitting, slice_texts
from minutebook.records.encoding import repeats
from minutebook.records.kinds import Kind, Values, read_cells
from minutebook.records.pages import LONGEST, Page

_TIMES = 4  # occurrences of a value, on average, for values to count as few
_ROUNDS = 6  # of learning further fixed texts of a form
_MOST_TEXTS = 64
_SAMPLE = 8  # lines to learn from


class Form:
    """The cells of lines that are alike; those with few values are part of the fixed texts between the blanks."""

    def __init__(self, kind: Kind, filled: Sequence[Values]) -> None:
        columns = list(zip(*filled, strict=True))
        self._kind, self._cells = kind, kind.cells
        is_blank = [len(set(column)) * _TIMES > len(column) for column in columns]
        self._blanks = [place for place, is_own in enumerate(is_blank) if is_own]
        self._sizes = [_find_usual({len(value.encode()) for value in columns[place]}) for place in self._blanks]
        cuts = [-1, *self._blanks, len(columns)]
        #: Places of the cells within each fixed text, and the texts with their values.
        self._between = [range(start + 1, stop) for start, stop in itertools.pairwise(cuts)]
        self._texts: list[dict[bytes, Values]] = [{} for _ in self._between]
        for values, _ in collections.Counter(filled).most_common():
            self._learn(values)

    def read(self, page: Page, rows: np.ndarray) -> tuple[np.ndarray, dict[str, pa.Array]]:
        """Which of the page's lines ``rows`` fill in the form, and their values by name."""
        numbers = [np.zeros(len(rows), np.int32) for _ in self._texts]
        spans = [np.zeros((2, len(rows)), np.int64) for _ in self._blanks]
        is_read = np.zeros(len(rows), bool)
        left = np.arange(len(rows))
        for _ in range(_ROUNDS):
            is_read[self._walk(page, rows, left, numbers, spans)] = True
            left = left[~is_read[left]]
            filled = self._kind.read_values(page.text[int(row)].as_py() for row in rows[pick(left, _SAMPLE)])
            if not sum(self._learn(values) for values in filled):
                break
        if len(left):
            rows = rows[is_read]
            numbers, spans = [each[is_read] for each in numbers], [each[:, is_read] for each in spans]
        return self._cut(page, rows, numbers, spans)

    def _learn(self, values: Values) -> bool:
        """Learn the fixed texts of a line with these values; gives whether any is new."""
        is_new = False
        for between, texts in zip(self._between, self._texts, strict=True):
            # What is behind the blank before them, or ahead of all.
            text = self._cells[between.start].behind
            text += "".join(values[place] + self._cells[place + 1].behind for place in between)
            data = text.encode()
            if data not in texts and len(data) <= LONGEST and len(texts) < _MOST_TEXTS:
                texts[data] = tuple(values[place] for place in between)
                is_new = True
        return is_new

    def _walk(
        self, page: Page, rows: np.ndarray, left: np.ndarray, numbers: Sequence[np.ndarray], spans: Sequence[np.ndarray]
    ) -> np.ndarray:
        """Which of ``rows[left]`` split by the form; notes which fixed texts each has (``numbers``), and where its blanks
        begin and end (``spans``)."""
        at = page.bounds[rows[left]]
        for place, texts in enumerate(self._texts):
            number = page.find_text(at, list(texts))
            at = at + np.array([*map(len, texts), 0])[number]
            is_kept = number >= 0
            if place == len(self._blanks):
                is_kept &= at == page.bounds[rows[left] + 1]
            numbers[place][left] = number
            if not is_kept.all():
                left, at = left[is_kept], at[is_kept]
            if place < len(self._blanks):
                mark = self._cells[self._blanks[place] + 1].behind[0]
                spans[place][0, left] = at
                at = page.find_mark(at, ord(mark), self._sizes[place])
                spans[place][1, left] = at
        return left

    def _cut(
        self, page: Page, rows: np.ndarray, numbers: Sequence[np.ndarray], spans: Sequence[np.ndarray]
    ) -> tuple[np.ndarray, dict[str, pa.Array]]:
        is_fit = np.ones(len(rows), bool)
        found: dict[str, pa.Array] = {}
        for place, (begin, end) in zip(self._blanks, spans, strict=True):
            cell = self._cells[place + 1]
            if cell.name or cell.expression != QUOTED:
                texts = slice_texts(page.text, begin, end)
                found[cell.name] = texts.dictionary_encode() if repeats(texts) else texts
            if cell.expression != QUOTED:
                is_fit &= find_fitting(found[cell.name], cell.expression)
                found[cell.name] = change_texts(found[cell.name], _drop_null)
        for between, fixed, number in zip(self._between, self._texts, numbers, strict=True):
            for column, place in enumerate(between):
                cell = self._cells[place + 1]
                if cell.name:
                    words = pa.array([values[column] for values in fixed.values()], pa.string())
                    known = (words if cell.expression == QUOTED else _drop_null(words)).dictionary_encode()
                    indices = known.indices.take(pa.array(number))
                    found[cell.name] = pa.DictionaryArray.from_arrays(indices, known.dictionary)
        found.pop("", None)
        if not is_fit.all():
            rows, found = rows[is_fit], {name: values.filter(pa.array(is_fit)) for name, values in found.items()}
        return rows, found


def draw_form(lines: Sequence[str], wanted: Collection[str]) -> Form | None:
    """The form that most of the lines fill in; None where values can't be cut out."""
    best: tuple[Kind, list[Values]] | None = None
    for line in (lines[place] for place in (0, len(lines) // 2) if lines):
        cells = read_cells(line, wanted)
        if cells and (best is None or cells != best[0].cells):
            kind = Kind(cells)
            filled = kind.read_values(lines)
            best = max(best or (kind, filled), (kind, filled), key=lambda each: len(each[1]))
    return Form(*best) if best else None


def pick(rows: np.ndarray, most: int) -> np.ndarray:
    """Some of the rows, evenly spread, the first among them."""
    return rows[:: max(-(-len(rows) // most), 1)]


def _find_usual(sizes: Collection[int]) -> int:
    """The size that all have; 0 where sizes differ or are too long for one step."""
    return next(iter(sizes)) if len(sizes) == 1 and max(sizes) <= LONGEST // 8 else 0


def _drop_null(texts: pa.Array) -> pa.Array:
    is_null = pc.equal(texts, "null")
    return pc.if_else(is_null, None, texts) if pc.any(is_null).as_py() else texts
