"""a sample of stamps → the layout that they're in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import plain_texts
from minutebook.times.instants import Instants, parse_times
from minutebook.times.layouts import LAYOUTS, find_twins, whole_pattern

#: The layout of a sample has to read at least this share of it.
ENOUGH = 0.8
_LOOK_AT = 50
# Any year with a 29 February will do.
_LEAP_YEAR = 2024


def find_layout(texts: Sequence[str], enough: float = ENOUGH, among: Iterable[str] = LAYOUTS) -> str | None:
    """The layout that reads most of the non-empty texts, at least ``enough`` of them; None where none does.

    Where several read as many, it's the first of `layouts`. Where day and month could be either way round in all texts,
    nothing proves one: None.
    """
    known = [text.encode("utf-8", "replace") for text in texts if text and text.strip()]
    if not known:
        return None
    array = pa.array(known, pa.binary()).cast(pa.string())
    first = [text.decode() for text in known[:_LOOK_AT]]
    counts: dict[str, int] = {}
    for layout in among:
        if LAYOUTS[layout].is_own:
            continue
        # Python's own pattern first: most layouts read none of the texts, and a kernel call isn't free.
        if any(_compile(layout).match(text) for text in first):
            counts[layout] = len(known) - parse_times(array, layout, year=_LEAP_YEAR).time.null_count
    best = max(counts, key=counts.__getitem__, default=None)
    if best is None or counts[best] < enough * len(known):
        return None
    twins = find_twins(best)
    if twins and len({counts.get(twin) for twin in twins}) == 1:
        return None
    return best


def parse_mixed(texts: pa.Array, layout: str, *, zone: str | None = None) -> Instants:
    """The instants of stamps in ``layout``, or in another one that states a whole instant.

    Several loggers may write one key: one seconds since 1970, another ISO 8601. Each stamp is read by itself; what no
    layout reads is null.
    """
    read = parse_times(texts, layout, zone=zone)
    time, quality, finest = read.time, read.quality.cast(pa.string()), read.resolution_s
    for name, other in LAYOUTS.items():
        is_left = pc.and_(time.is_null(), texts.is_valid())
        if not pc.any(is_left).as_py():
            break
        if name == layout or find_twins(name) or other.is_own or not other.has_year:
            continue
        more = parse_times(plain_texts(texts.filter(is_left)), name, zone=zone)
        if more.time.null_count < len(more.time):
            time = pc.replace_with_mask(time, is_left, more.time)
            quality = pc.replace_with_mask(quality, is_left, more.quality.cast(pa.string()))
            finest = min(finest or more.resolution_s, more.resolution_s)
    return Instants(time, quality, finest)


@cache
def _compile(layout: str) -> re.Pattern[str]:
    return re.compile(whole_pattern(LAYOUTS[layout]), re.ASCII)
