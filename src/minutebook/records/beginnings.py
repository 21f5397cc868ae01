"""a few lines and a text format → whether any of them can be its record, told by how they begin.

Of a thousand small files each is tried on every format. Reading them costs the same few calls however few lines there
are, so formats whose records begin otherwise are left out first. Never wrong on the other side: where a beginning
can't tell, the format is tried.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.logformats import LogFormat, Pattern

#: Beyond that many lines a look at each costs more than it saves.
FEW_LINES = 100
_LONGEST_LINE = 400  # longer ones could be slow to look at for Python's expressions, which try again and again
_MOST_PIECES = 2


def can_fit(log_format: LogFormat, lines: Sequence[str]) -> bool:
    """Whether any of the lines may be a record of the text format."""
    return any(can_begin(pattern, lines) for pattern in log_format.patterns)


def can_fit_any(log_format: LogFormat, text: pa.StringArray) -> bool:
    """The same of many lines: an expression that is made for one look is made faster by RE2."""
    heads = ("^" + _join_head(pattern) for pattern in log_format.patterns)
    return any(pc.any(pc.match_substring_regex(text, head)).as_py() for head in heads)


def can_begin(pattern: Pattern, lines: Sequence[str]) -> bool:
    """Whether any of the lines may fit the pattern."""
    head = _compile_head(pattern)
    if head is None or any(len(line) <= _LONGEST_LINE and head.match(line) for line in lines):
        return True
    long = [line for line in lines if len(line) > _LONGEST_LINE]
    return (
        bool(long) and pc.any(pc.match_substring_regex(pa.array(long, pa.string()), "^" + _join_head(pattern))).as_py()
    )


@lru_cache(maxsize=1024)
def _compile_head(pattern: Pattern) -> re.Pattern[str] | None:
    """The first pieces of a pattern for Python's own expressions; None where those have no word for it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(_join_head(pattern), re.ASCII)
    except (re.error, Warning, ValueError, OverflowError, RecursionError):
        return None


def _join_head(pattern: Pattern) -> str:
    return "".join(f"(?:{piece})" for piece in pattern.pieces[:_MOST_PIECES])
