"""lines of an array of JSON objects, or of objects run together → the objects.

Exports and hand-made files put brackets around the objects and commas between them, one per line or pretty-printed; some
shippers write no line ends at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.records.jsontext import DECODER, load_json

#: Lines of brackets and commas alone.
BRACKETS = r"^[\s,\[\]]+$"
_BEFORE, _BEHIND = " \t[,", " \t\r,]"
_BETWEEN = re.compile(r"[\s,\[\]]*")
_LOOKED_AT = 20
_REST = 2000  # characters kept of a text that is no value


def is_array(lines: Sequence[str]) -> bool:
    """Whether the lines are objects of an array: a bracket opens it, or the objects have commas behind them."""
    told = [line.strip() for line in lines if line.strip()]
    if told and told[0][:1] == "[" and load_json(told[0]) is None:
        return True
    if told and told[0] == "{" and any(line.rstrip() == "}," for line in lines):
        return True  # pretty-printed, with commas behind
    return any(
        line[:1] == "{" and line[-1:] == "," and isinstance(load_json(line[:-1]), dict) for line in told[:_LOOKED_AT]
    )


def strip_array(text: pa.StringArray) -> pa.StringArray:
    """The lines without an array's brackets and commas."""
    return pc.ascii_rtrim(pc.ascii_ltrim(text, _BEFORE), _BEHIND)


def strip_line(line: str, *, is_first: bool, is_last: bool) -> str:
    """One line without them."""
    line = line.lstrip(_BEFORE) if is_first else line
    return line.rstrip(_BEHIND) if is_last else line


def split_values(text: str) -> Iterator[object]:
    """The values in a text, one behind the other; a last one that is cut off comes as ``{"message": …}``."""
    at = first = _skip(text, 0)
    while at < len(text):
        try:
            value, at = DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            if at > first:
                yield {"message": text[at : at + _REST]}
            return
        yield value
        at = _skip(text, at)


def _skip(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at


def is_run_together(text: str) -> bool:
    """Whether a line holds several objects."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    values = split_values(text)
    first, second = next(values, None), next(values, None)
    return isinstance(first, dict) and isinstance(second, dict)
