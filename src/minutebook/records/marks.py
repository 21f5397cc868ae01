"""key=value texts → where the value of each wanted key is, by the marks between pairs; no text is matched as a whole.

All marks of all texts are found at once: blanks, commas, quotes, equal signs. A key is what's between a mark and an equal
sign, and compared as numbers of eight bytes. Texts whose quotes aren't plain are left to patterns.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from minutebook.records.letters import BLANKS, read_bytes

_QUOTE, _EQUALS, _BACKSLASH = ord('"'), ord("="), ord("\\")


def _table(letters: str) -> np.ndarray:
    """For each byte value, whether it's one of the letters."""
    table = np.zeros(256, bool)
    table[list(letters.encode())] = True
    return table


_MARKS = _table(BLANKS + ',;|{}[]()"=\\')
_BEFORE_KEY = _table(BLANKS + ",;|{[(")
_BEHIND_VALUE = _table(BLANKS + '",|')
_CLOSING = _table("})]")
_BEFORE_QUOTE = _table(BLANKS + "=:,;([{")


#: Of a number of eight bytes, as many from the first one on.
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)


def _as_number(text: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(text, "little"))


class Value(NamedTuple):
    """Where a key's value is in each text: from ``begin`` to ``end``, without its quotes; both rise from text to text."""

    begin: np.ndarray
    end: np.ndarray
    is_found: np.ndarray
    is_quoted: np.ndarray


class Marks:
    """The marks of texts."""

    def __init__(self, text: pa.StringArray) -> None:
        data, self.bounds = read_bytes(text)
        start = self.bounds[0]
        self.data = np.append(data, np.zeros(8, np.uint8))  # so that there are eight bytes from each one on
        at = np.flatnonzero(_MARKS[data[start:]]) + start
        self._first = np.searchsorted(at, self.bounds)  # of each text
        self._at = np.append(at, len(data))  # the last one is none, and of no text
        self._mark = self.data[self._at]
        self._row = np.append(np.repeat(np.arange(len(text)), np.diff(self._first)), -1)

    @cached_property
    def has_brackets(self) -> bool:
        """Whether a bracket of any kind is closed anywhere."""
        return bool(_CLOSING[self._mark].any())

    @cached_property
    def _quotes_before(self) -> np.ndarray:
        """How many quotes of its text come before each mark."""
        counts = np.concatenate(([0], np.cumsum(self._mark == _QUOTE)))
        return counts[:-1] - counts[self._first[self._row]]

    @cached_property
    def is_odd(self) -> np.ndarray:
        """Texts with escapes, an open quote, or one that opens behind something else than a value's would."""
        quotes = np.flatnonzero(self._mark == _QUOTE)
        is_odd = np.bincount(self._row[quotes], minlength=len(self.bounds) - 1) % 2 == 1
        is_odd[self._row[self._mark == _BACKSLASH]] = True
        opening = quotes[self._quotes_before[quotes] % 2 == 0]
        at, row = self._at[opening], self._row[opening]
        is_odd[row[(at > self.bounds[row]) & ~_BEFORE_QUOTE[self.data[at - 1]]]] = True
        return is_odd

    @cached_property
    def _keys(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The equal signs behind keys, as places among the marks; where each key begins, and its first eight bytes."""
        is_plain = (self._mark == _EQUALS) & (self._quotes_before % 2 == 0) & ~self.is_odd[self._row]
        signs = np.flatnonzero(is_plain)
        is_first = signs == self._first[self._row[signs]]
        signs = signs[is_first | _BEFORE_KEY[self._mark[signs - 1]]]
        is_first = signs == self._first[self._row[signs]]
        begin = np.where(is_first, self.bounds[self._row[signs]], self._at[signs - 1] + 1)
        return signs, begin, self._read_word(begin, self._at[signs] - begin)

    def _read_word(self, at: np.ndarray, length: np.ndarray) -> np.ndarray:
        """The bytes from each position on, as many as its length says but at most eight, as one number."""
        words = np.ndarray((len(self.data) - 7,), np.uint64, self.data, strides=(1,))
        return words[at] & _MASKS[np.clip(length, 0, 8)]

    def _next(self, is_it: np.ndarray) -> np.ndarray:
        """The place of the next such mark from each mark on, else of the last one, which is none."""
        places = np.where(is_it, np.arange(len(is_it)), len(is_it) - 1)
        return np.minimum.accumulate(places[::-1])[::-1]

    @cached_property
    def _next_end(self) -> np.ndarray:
        return self._next(_BEHIND_VALUE[self._mark])

    @cached_property
    def _next_quote(self) -> np.ndarray:
        return self._next(self._mark == _QUOTE)

    def find(self, key: str) -> Value | None:
        """The values of a key, in each text the first one; None where none has it."""
        signs = self._find_signs(key.encode())
        if not len(signs):
            return None
        rows, ends = self._row[signs], self._next_end[signs + 1]
        is_inside = self._row[ends] == rows
        is_quoted = is_inside & (self._mark[ends] == _QUOTE) & (self._at[ends] == self._at[signs] + 1)
        closing = self._next_quote[np.where(is_quoted, ends + 1, 0)]
        begin, end = self.bounds[:-1].copy(), self.bounds[:-1].copy()
        begin[rows] = self._at[signs] + 1 + is_quoted
        plain_end = np.where(is_inside, self._at[ends], self.bounds[rows + 1])
        end[rows] = np.where(is_quoted, self._at[closing], plain_end)
        found, quoted = np.zeros(len(begin), bool), np.zeros(len(begin), bool)
        found[rows], quoted[rows] = True, is_quoted
        return Value(begin, end, found, quoted)

    def _find_signs(self, key: bytes) -> np.ndarray:
        """The equal sign behind the key in each text that has it, as a place among the marks."""
        signs, begin, word = self._keys
        hits = np.flatnonzero(word == _as_number(key[:8]))
        hits = hits[self._at[signs[hits]] - begin[hits] == len(key)]
        for step in range(8, len(key), 8):
            rest = key[step : step + 8]
            hits = hits[self._read_word(begin[hits] + step, np.array(len(rest))) == _as_number(rest)]
        rows = self._row[signs[hits]]
        return signs[hits[np.flatnonzero(np.diff(rows, prepend=-1))]]
