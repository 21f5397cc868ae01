"""a sample of stamps → the layout that they're in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pyarrow as pa

from minutebook.times.instants import parse_times
from minutebook.times.layouts import LAYOUTS, TWINS, whole_pattern

#: A layout that reads less than this share of a sample isn't the sample's.
ENOUGH = 0.8
_LOOK_AT = 50
# Which year doesn't matter here, but 29 February must exist.
_LEAP_YEAR = 2024


def find_layout(texts: Sequence[str]) -> str | None:
    """The layout that reads most of the non-empty texts, at least 80 % of them; None where none does.

    Of layouts that read as many, the first of `layouts`. Where the day and the month could be either way round
    in all texts, nothing proves one: None.
    """
    known = [text.encode("utf-8", "replace") for text in texts if text and text.strip()]
    if not known:
        return None
    array = pa.array(known, pa.binary()).cast(pa.string())
    first = [text.decode() for text in known[:_LOOK_AT]]
    counts: dict[str, int] = {}
    for layout in LAYOUTS:
        # Python's own pattern first: most layouts read none of the texts, and a kernel call isn't free.
        if any(_compile(layout).match(text) for text in first):
            counts[layout] = len(known) - parse_times(array, layout, year=_LEAP_YEAR).time.null_count
    best = max(counts, key=counts.__getitem__, default=None)
    if best is None or counts[best] < ENOUGH * len(known):
        return None
    if best in TWINS and len({counts.get(twin) for twin in TWINS}) == 1:
        return None
    return best


@cache
def _compile(layout: str) -> re.Pattern[str]:
    return re.compile(whole_pattern(LAYOUTS[layout]), re.ASCII)
