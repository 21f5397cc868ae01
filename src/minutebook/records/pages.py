"""lines → a page: the bytes of all of them in one array, compared at many positions at once.

Eight bytes are one number, and a few of those a row: so a text is compared, or a mark found, in many lines by a few
steps over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from minutebook.records.letters import read_bytes

#: The longest text that can be looked for, in bytes.
LONGEST = 4096
_BACKSLASH, _BLANK = ord("\\"), ord(" ")
_ONES, _HIGHS = (np.uint64(int.from_bytes(bytes([byte]) * 8, "little")) for byte in (0x01, 0x80))
_STEP, _STEPS = 16, 4  # bytes searched for a mark together, and how often before all bytes are searched


class Page:
    """Some texts without nulls, their bytes in one array."""

    def __init__(self, text: pa.StringArray) -> None:
        # A slice still has all bytes of its longer array.
        self.text = text.take(pa.array(np.arange(len(text)))) if text.offset else text
        data, self.bounds = read_bytes(self.text)  #: where each text begins; at the end where the last one ends
        self._bytes = np.concatenate((data, np.zeros(LONGEST + 8, np.uint8)))
        self._marks: dict[int, np.ndarray] = {}

    def find_plain(self) -> np.ndarray:
        """Which texts have neither a backslash nor a control character."""
        data = self._bytes[: self.bounds[-1]]
        is_plain = np.ones(len(self.text), bool)
        is_odd = data == _BACKSLASH
        if len(data) and data.min() < _BLANK:
            is_odd |= data < _BLANK
        if is_odd.any():
            is_plain[np.searchsorted(self.bounds, np.flatnonzero(is_odd), side="right") - 1] = False
        return np.flatnonzero(is_plain)

    def find_text(self, at: np.ndarray, texts: Sequence[bytes]) -> np.ndarray:
        """Which of the texts is at each position of the bytes; -1 for none."""
        found = np.full(len(at), -1, np.int32)
        rest: np.ndarray | None = None  # None: all of them
        for number, text in enumerate(texts):
            hits = np.flatnonzero(self._stands_at(at if rest is None else at[rest], text))
            found[hits if rest is None else rest[hits]] = number
            rest = np.flatnonzero(found < 0)
            if not len(rest):
                break
        return found

    def find_mark(self, at: np.ndarray, mark: int, usual: int) -> np.ndarray:
        """Where the next byte ``mark`` is from each position on; the end of all bytes if there's none.

        ``usual`` is how many bytes are likely to come before it; 0 where that isn't known.
        """
        found = np.full(len(at), -1, np.int64)
        if usual:
            is_usual = self._bytes[np.minimum(at + usual, len(self._bytes) - 1)] == mark
            is_usual &= ~self._holds(at, mark, usual)
            found[is_usual] = at[is_usual] + usual
        rest = np.flatnonzero(found < 0)
        for step in range(0, _STEP * _STEPS, _STEP):
            if not len(rest):
                return found
            words = self._words(np.minimum(at[rest] + step, self.bounds[-1]), _STEP)
            before = np.full(len(rest), -1, np.int64)
            for place in reversed(range(words.shape[1])):
                zeros = _find_zeros(words[:, place], mark)
                # The lowest bit that is set is the first of them.
                here = (np.bitwise_count((zeros & (~zeros + np.uint64(1))) - np.uint64(1)) >> 3).astype(np.int64)
                before = np.where(zeros != 0, here + 8 * place, before)
            is_found = before >= 0
            found[rest[is_found]] = at[rest[is_found]] + step + before[is_found]
            rest = rest[~is_found]
        if len(rest):
            found[rest] = self._search(at[rest] + _STEP * _STEPS, mark)
        return np.minimum(found, self.bounds[-1])

    def _search(self, at: np.ndarray, mark: int) -> np.ndarray:
        if mark not in self._marks:
            self._marks[mark] = np.append(np.flatnonzero(self._bytes[: self.bounds[-1]] == mark), self.bounds[-1])
        hits = self._marks[mark]
        return hits[np.minimum(np.searchsorted(hits, at), len(hits) - 1)]

    def _words(self, at: np.ndarray, size: int) -> np.ndarray:
        """At least ``size`` bytes from each position on, a row each, as numbers of eight bytes."""
        width = -(-size // 8) * 8
        rows = np.ndarray((len(self._bytes) - width + 1,), f"V{width}", self._bytes.data, strides=(1,))
        return rows[at].view("<u8").reshape(len(at), width // 8)

    def _stands_at(self, at: np.ndarray, text: bytes) -> np.ndarray:
        words = self._words(at, len(text))
        wanted = np.frombuffer(text.ljust(8 * words.shape[1], b"\0"), "<u8")
        fits = np.ones(len(at), bool)
        for place, word in enumerate(wanted):
            left = 8 * (len(text) - 8 * place)
            column = words[:, place]
            fits &= (column if left >= 64 else column & np.uint64((1 << left) - 1)) == word
        return fits

    def _holds(self, at: np.ndarray, mark: int, size: int) -> np.ndarray:
        """Whether the mark is among the ``size`` bytes from each position on."""
        words = self._words(at, size)
        held = np.zeros(len(at), bool)
        for place in range(words.shape[1]):
            left = 8 * (size - 8 * place)
            zeros = _find_zeros(words[:, place], mark)
            # A bit above the first one that is set may be set by it; below the limit the first one counts.
            held |= (zeros if left >= 64 else zeros & np.uint64((1 << left) - 1)) != 0
        return held


def _find_zeros(words: np.ndarray, mark: int) -> np.ndarray:
    """The highest bit of each byte that is the mark, in numbers of eight bytes; the lowest such bit is always right.

    Mycroft's way of 1987, as C libraries find the end of a text.
    """
    odd = words ^ np.uint64(int.from_bytes(bytes([mark]) * 8, "little"))
    return (odd - _ONES) & ~odd & _HIGHS
