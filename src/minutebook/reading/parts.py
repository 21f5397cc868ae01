"""a large plain log → the part of it in which a span of time lies, found by reading its stamps here and there.

Nothing is skipped on trust: the stamps at some thirty places must be in order, and the part is wider than the span by
more than any disorder seen and any likely error of the clock. Once the clocks are settled, `account.Part.covers` says
whether the part was wide enough; if it wasn't, the whole log is read.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.reading.account import Part
from minutebook.reading.days import is_dayless
from minutebook.reading.recipes import Recipe, parse_lines
from minutebook.sources import Source
from minutebook.sources.lines import split_lines
from minutebook.times.spans import Span
from minutebook.times.utc import MINUTE_US

#: Smaller files are read whole.
SMALLEST = 16 << 20
_PLACES = 32
_WINDOWS = 32 << 10, 1 << 20  # bytes read at one place, and where they hold no record
_NEAR = 256 << 10  # bytes: no closer look is worth its time
#: By how much stamps may be off: those of a stated zone, and those whose zone is yet to be found.
_SLACK_US = 10 * MINUTE_US
_ZONELESS_SLACK_US = 15 * 60 * MINUTE_US


@dataclass(frozen=True)
class _Look:
    """What stands at one place of a file."""

    start: int  #: offset of the first record
    least: int  #: the stamps there, µs
    greatest: int
    disorder: int  #: how far a stamp is before one that precedes it, µs
    is_zoneless: bool


def is_large(source: Source, smallest: int | None = None) -> bool:
    """Whether it's a file of at least ``smallest`` bytes, by default so large that reading a part of it pays."""
    return source.path is not None and (source.size or 0) >= (SMALLEST if smallest is None else smallest)


def may_be_parted(source: Source, recipe: Recipe, *, smallest: int | None = None) -> bool:
    """Whether reading may begin in the middle of the source: it's large and plain, and no line depends on far ones."""
    if source.path is None or not is_large(source, smallest):
        return False
    if (
        recipe.carries_year
        or is_dayless(recipe.plans)
        or any(plan.log_format.shape in ("w3c", "events") for plan in recipe.plans)
    ):
        return False
    with source.path.open("rb") as file:
        start = file.read(64)
    # Nor with a byte order mark, or with objects over several lines.
    return not start.startswith(codecs.BOM_UTF8) and start.split(b"\n")[0].strip() not in (b"[", b"{", b"[{")


def find_ends(source: Source, recipe: Recipe) -> tuple[int, int] | None:
    """The stamps at both ends of a source that `may_be_parted`, in µs."""
    size = source.size
    if source.path is None or size is None:
        return None
    with source.path.open("rb", buffering=0) as file:
        first, last = (_look(file, place, size, recipe) for place in (0, max(size - _WINDOWS[0], 0)))
    return (min(first.least, last.least), max(first.greatest, last.greatest)) if first and last else None


def find_cuts(source: Source, recipe: Recipe, start: int, stop: int, size: int) -> list[int]:
    """Offsets from ``start`` to ``stop``, about ``size`` bytes apart, at each of which a record begins."""
    whole = source.size
    cuts = [start]
    if source.path is not None and whole is not None:
        with source.path.open("rb", buffering=0) as file:
            for place in range(start + size, stop - size // 2, size):
                look = _look(file, place, whole, recipe)
                if look and cuts[-1] < look.start < stop:
                    cuts.append(look.start)
    return [*cuts, stop]


def find_part(source: Source, recipe: Recipe, span: Span) -> tuple[Part | None, str]:
    """The part of a source that `may_be_parted` in which the span lies; or None and why all of it is read.

    The reason is "" where skipping would save next to nothing.
    """
    size = source.size
    if source.path is None or size is None:
        return None, ""
    with source.path.open("rb", buffering=0) as file:

        def look(offset: int) -> _Look | None:
            return _look(file, offset, size, recipe)

        looks = [each for place in range(_PLACES) if (each := look(size * place // _PLACES))]
        if last := look(max(size - _WINDOWS[0], 0)):
            looks.append(last)
        if len(looks) < _PLACES // 2:
            return None, "too few of its stamps can be read to skip any of it"
        disorder = _find_disorder(looks)
        slack = _ZONELESS_SLACK_US if any(each.is_zoneless for each in looks) else _SLACK_US
        if disorder > slack // 4:
            return None, f"its stamps go back by up to {disorder / 1e6:,.0f} s, so all of it was read"
        start = 0 if span.since is None else _find_start(looks, look, span.since - slack)
        stop = size if span.until is None else _find_stop(looks, look, span.until + slack, size)
        if stop <= start:
            # No record lies in the span. A little is read all the same, to settle the clock by.
            beyond = look(min(start + _NEAR, size - 1))
            stop = beyond.start if beyond and beyond.start > start else size
    if size - (stop - start) < _NEAR:
        return None, ""
    edges = min(each.least for each in looks), max(each.greatest for each in looks)
    return Part(start, stop, size, len(looks), slack - 2 * disorder, *edges), ""


def _look(file: IO[bytes], offset: int, size: int, recipe: Recipe) -> _Look | None:
    known = replace(recipe, formats=())  # what a look cuts off at its start is no sign of a further format
    begin = max(offset - 1, 0)  # a line that begins at the offset itself counts
    for window in _WINDOWS:
        file.seek(begin)
        data = file.read(window + offset - begin)
        start = data.find(b"\n") + 1 if offset else 0
        stop = len(data) if begin + len(data) == size else data.rfind(b"\n") + 1
        if start < stop and (start or not offset):
            table, _ = parse_lines(split_lines(data[start:stop], begin + start), known)
            if table.num_rows:
                return _tell(table)
    return None


def _tell(table: pa.Table) -> _Look:
    times = table.column("time").cast(pa.int64()).to_numpy()
    zoneless = pc.is_in(table.column("time_quality").cast(pa.string()), pa.array(["zone_assumed", "ambiguous"]))
    return _Look(
        table.column("offset")[0].as_py(), int(times.min()), int(times.max()),
        int((np.maximum.accumulate(times) - times).max()), bool(pc.any(zoneless).as_py()),
    )  # fmt: skip


def _find_disorder(looks: Sequence[_Look]) -> int:
    """How far a stamp is before one that stands earlier in the file, µs."""
    before = np.maximum.accumulate([each.greatest for each in looks])[:-1]
    back = before - np.array([each.least for each in looks[1:]])
    return max(int(back.max(initial=0)), *(each.disorder for each in looks))


def _find_start(looks: Sequence[_Look], look: Callable[[int], _Look | None], bound: int) -> int:
    """The offset of a record close to the bound (µs), such that all records ahead of it are before the bound."""
    at = max((place for place, each in enumerate(looks) if each.greatest < bound), default=-1)
    if at < 0:
        return 0
    low = looks[at].start
    high = looks[at + 1].start if at + 1 < len(looks) else low
    while high - low > _NEAR:
        middle = look((low + high) // 2)
        if middle is None or not low < middle.start < high:
            break
        low, high = (middle.start, high) if middle.greatest < bound else (low, middle.start)
    return low


def _find_stop(looks: Sequence[_Look], look: Callable[[int], _Look | None], bound: int, size: int) -> int:
    """The offset of a record close to the bound (µs), such that neither it nor any after it is before the bound."""
    at = min((place for place, each in enumerate(looks) if each.least >= bound), default=-1)
    if at < 0:
        return size
    high = looks[at].start
    low = looks[at - 1].start if at else high
    while high - low > _NEAR:
        middle = look((low + high) // 2)
        if middle is None or not low < middle.start < high:
            break
        low, high = (low, middle.start) if middle.least >= bound else (middle.start, high)
    return high
