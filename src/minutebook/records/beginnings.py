"""a few lines and a text format → whether any of them can be its record, by their beginnings.

Each of a thousand small files is tried on every format, and a trial costs the same few calls however few the lines, so
formats whose records begin differently are left out first. A format is only left out where that's certain.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.logformats import LogFormat, Pattern

#: Beyond that many lines, looking at each costs more than it saves.
FEW_LINES = 100
_LONGEST_LINE = 400  # longer ones could be slow for Python's backtracking expressions
_MOST_PIECES = 2
_PROBES = 24  # of many lines: where one fits a pattern, most others may
_FEW_LOOKS = 4  # at a pattern: RE2 makes its expression faster than Python, which keeps it


def can_fit(log_format: LogFormat, text: pa.StringArray, lines: Sequence[str]) -> bool:
    """Whether any of a few lines, which are ``text`` too, may be a record of the text format."""
    return any(can_begin(pattern, text, lines) for pattern in log_format.patterns)


def can_fit_any(log_format: LogFormat, text: pa.StringArray) -> bool:
    """The same of some of many lines. Where all are JSON objects, only patterns that say so are held against them."""
    heads = [_head_of(pattern) for pattern in log_format.patterns]
    if pc.all(pc.starts_with(text, "{")).as_py():
        heads = [head for head in heads if head.expression.startswith(r"^(?:\{")]
    return any(head.is_in(text) for head in heads)


def find_few(pattern: Pattern, text: pa.StringArray) -> np.ndarray | None:
    """The rows of many lines that fit the pattern; None where that's to be expected of most."""
    whole = "^" + "".join(f"(?:{piece})" for piece in pattern.pieces)
    if pc.any(pc.match_substring_regex(text[:: max(len(text) // _PROBES, 1)], whole)).as_py():
        return None
    return pc.indices_nonzero(pc.match_substring_regex(text, whole)).to_numpy().astype(np.int64)


def can_begin(pattern: Pattern, text: pa.StringArray, lines: Sequence[str]) -> bool:
    """Whether any of a few lines may fit the pattern."""
    return _head_of(pattern).can_begin(text, lines)


class _Head:
    """How the records of a pattern begin."""

    def __init__(self, pattern: Pattern) -> None:
        self.expression = "^" + "".join(f"(?:{piece})" for piece in pattern.pieces[:_MOST_PIECES])
        self._looks = 0

    def can_begin(self, text: pa.StringArray, lines: Sequence[str]) -> bool:
        """Whether any of a few lines may begin so."""
        self._looks += 1
        if self._looks <= _FEW_LOOKS:
            return self.is_in(text)
        head = self._compiled
        if head is None or any(len(line) <= _LONGEST_LINE and head.match(line) for line in lines):
            return True
        long = [line for line in lines if len(line) > _LONGEST_LINE]
        return bool(long) and self.is_in(pa.array(long, pa.string()))

    def is_in(self, text: pa.StringArray) -> bool:
        """Whether any of the lines begins so, as RE2 has it."""
        found: bool = pc.any(pc.match_substring_regex(text, self.expression)).as_py()
        return found

    @cached_property
    def _compiled(self) -> re.Pattern[str] | None:
        """For Python's own expressions; None where those have no word for it."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                return re.compile(self.expression, re.ASCII)
        except (re.error, Warning, ValueError, OverflowError, RecursionError):
            return None


@lru_cache(maxsize=1024)
def _head_of(pattern: Pattern) -> _Head:
    return _Head(pattern)
