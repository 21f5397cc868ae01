"""stamps with a time of day alone → their days: as the caller says, else by the file's name or a line before the first.

A file's modification time says nothing, since evidence is copied. A new day begins where the time of day falls back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.plans import Plan
from minutebook.plans.matched import Matched
from minutebook.plans.matching import match_lines_of
from minutebook.times import DAYLESS, parse_times

_HOUR_US = 3_600_000_000
#: Lines out of order, or the end of summer time, make the time of day fall back by less; a new day by more.
_BACK, _AHEAD = 2 * _HOUR_US, 22 * _HOUR_US
_ANY_DAY = (date(2000, 1, 1) - date(1970, 1, 1)).days
_NONE = np.iinfo(np.int64).min
_BANNER_LINES = 20  # before the first record
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<b>{'|'.join(_MONTHS)})[a-z]*\.?"
_IN_NAMES = re.compile(r"(?<!\d)(?P<Y>20\d\d)(?P<by>[-_.]?)(?P<m>\d\d)(?P=by)(?P<d>\d\d)(?!\d)")
#: logrotate names a file by the day of its rotation; most lines in it are of the day before.
_PUT_AWAY = re.compile(r"-20\d{6}(?:\.(?:gz|bz2|xz|zst|zip|lz4))?$")
_IN_TEXT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d.])(?P<Y>20\d\d)[-/.](?P<m>\d\d)[-/.](?P<d>\d\d)(?![\d.])",
        rf"\b(?P<d>\d\d?)[ -]{_MONTH}[ -](?P<Y>20\d\d)\b",
        rf"\b{_MONTH} +(?P<d>\d\d?),?(?: \d\d?:\d\d:\d\d)?(?: [A-Z]{{2,5}})? (?P<Y>20\d\d)\b",
    )
)
#: What says when a program was made, not when it ran.
_OF_THE_PROGRAM = re.compile(
    r"\b(?:built?|builds?|version|release[ds]?|compiled|copyright|expires?|since)\b|\(c\)", re.IGNORECASE
)


class Day(NamedTuple):
    """The day of the first stamp, in days since 1970, and how it's known; None if nothing says it, or two things disagree."""

    day: int | None
    why: str


def is_dayless(plans: Sequence[Plan]) -> bool:
    """Whether some stamps may be a time of day alone."""
    return any(layout in DAYLESS for plan in plans for layout in plan.layouts)


def without_dayless(plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """The plans whose stamps have a date: without a known day, records of the others have no instant."""
    return tuple(plan for plan in plans if not is_dayless([plan]))


def find_day(lines: Sequence[str], plans: Sequence[Plan], name: str, stated: str = "") -> Day:
    """The day of the first stamp among the lines of the source that is called ``name``."""
    if stated:
        return Day(_count(date.fromisoformat(stated)), "as stated")
    named, banner = _find_in_name(name), _find_in_banner(lines, plans)
    if named and banner and named != banner:
        return Day(None, f"its name says {named}, a line before the first stamp {banner}")
    if found := named or banner:
        return Day(_count(found), "by the file's name" if named else "by a line before the first stamp")
    return Day(None, "neither its name nor a line before the first stamp says it")


def list_days(
    matched: Sequence[Matched], place: np.ndarray, day: int, before: int | None
) -> tuple[np.ndarray, tuple[int, int | None]]:
    """The day of each record in the order of the lines; and day and time of day (µs) of the last, for the next batch.

    ``place`` has the records' places in that order; ``before`` is the time of the stamp before the first, on ``day``.
    """
    clocks = np.full(len(place), _NONE)
    if matched:
        clocks[place] = np.concatenate([_read_clocks(each) for each in matched])
    rows = np.flatnonzero(clocks != _NONE)
    days = np.full(len(place), day)
    if not len(rows):
        return days, (day, before)
    known = clocks[rows]
    step = np.diff(known, prepend=known[0] if before is None else before)
    days[rows] = day + np.cumsum((step < -_BACK).astype(np.int64) - (step > _AHEAD))
    return days, (int(days[rows[-1]]), int(known[-1]))


def _read_clocks(matched: Matched) -> np.ndarray:
    """The time of day of each record in µs; `_NONE` where it has no stamp, or one with a date."""
    clocks = np.full(len(matched.rows), _NONE)
    stamps = matched.parts.get("time")
    for index in np.unique(matched.pattern):
        if stamps is None or matched.layouts[index] not in DAYLESS:
            continue
        rows = np.flatnonzero(matched.pattern == index)
        times = parse_times(stamps.take(pa.array(rows)), matched.layouts[index], day=_ANY_DAY).time
        clocks[rows] = pc.fill_null(times.cast(pa.int64()), _NONE).to_numpy(zero_copy_only=False)
    return clocks


def _find_in_name(name: str) -> date | None:
    """The one date in a file's name, else in the name of the nearest folder that has one."""
    *folders, file = name.split("/")
    if _PUT_AWAY.search(file):
        return None
    for part in (file, *reversed(folders)):
        if found := {told for match in _IN_NAMES.finditer(part) if (told := _read_date(match))}:
            return found.pop() if len(found) == 1 else None
    return None


def _find_in_banner(lines: Sequence[str], plans: Sequence[Plan]) -> date | None:
    """The one date in the lines before the first stamp that lacks it."""
    matched, _ = match_lines_of(pa.array(lines[:200], pa.string()), plans)
    dayless = (
        row
        for m in matched
        for row, at in zip(m.rows.tolist(), m.pattern.tolist(), strict=True)
        if m.layouts[at] in DAYLESS
    )
    first = min(dayless, default=0)
    told = [line for line in lines[:first][-_BANNER_LINES:] if not _OF_THE_PROGRAM.search(line)]
    found = {day for line in told for form in _IN_TEXT for match in form.finditer(line) if (day := _read_date(match))}
    return found.pop() if len(found) == 1 else None


def _read_date(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    month = int(parts["m"]) if "m" in parts else _MONTHS.index(parts["b"].lower()) + 1
    try:
        return date(int(parts["Y"]), month, int(parts["d"]))
    except ValueError:
        return None


def _count(day: date) -> int:
    return (day - date(1970, 1, 1)).days
