"""the place of a record in its source ↔ how it's written: ``web-2.app.log:812`` is line 812 of that source.

Where reading began in mid-file, the lines before weren't counted: there ``web-2.app.log:@52341`` is the record at byte
52,341. In columns of integers both are one number, so that places sort and add up as lines do.
"""

from __future__ import annotations

import pandas as pd

#: Added to an offset in bytes to tell it from a line number; small enough to be exact as a float.
BYTES = 1 << 52


def name_line(line: int) -> str:
    """``812``, or ``@52341`` for a place in bytes."""
    return str(line) if line < BYTES else f"@{line - BYTES}"


def name_place(source: object, line: int) -> str:
    """``web-2.app.log:812``, the reference that `raw` finds the lines by."""
    return f"{source}:{name_line(line)}"


def name_places(source: pd.Series, line: pd.Series) -> pd.Series:
    """`name_place` of each pair."""
    number = line.astype("str")
    if (line >= BYTES).any():
        number = number.where(line < BYTES, "@" + (line - BYTES).astype("str"))
    return source.astype("str") + ":" + number


def read_line(text: str) -> int | None:
    """The number that `name_line` wrote; None where the text is no place."""
    digits = text.removeprefix("@")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        return None
    return int(digits) + (BYTES if text.startswith("@") else 0)
