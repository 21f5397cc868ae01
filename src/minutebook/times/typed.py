"""what a person types → one instant: a day and a time, a time alone, or how long ago.

The allow-list is tried first; dateutil reads the rest, and is refused where another way to read it would give another
instant.
"""

from __future__ import annotations

import re
import warnings
from datetime import UTC, date, datetime, timedelta
from typing import NoReturn

import pyarrow as pa

from minutebook.errors import MinutebookError
from minutebook.times.finding import find_layout
from minutebook.times.instants import YEARS, parse_times
from minutebook.times.layouts import LAYOUTS
from minutebook.times.tails import ABBREVIATIONS
from minutebook.times.zones import TIME, read_offset, shift_zone

_AGO = re.compile(r"-((?:\d{1,6}[wdhms])+)", re.ASCII | re.IGNORECASE)
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_CLOCK = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?", re.ASCII | re.IGNORECASE)
# dateutil reads UTC+3 as POSIX does, three hours west; people mean east.
_NAMED_OFFSET = re.compile(r"\b(?!OCT|SEPT)[A-Z]{0,4}[TC]\s?[+-]\s?\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WAYS = "write it as 2026-11-23T14:05Z, 2026-11-23 14:05, 14:05 or -2h"


def parse_instant(text: str, *, zone: str = "UTC", now: datetime | None = None, day: date | None = None) -> datetime:
    """The instant that somebody typed, in UTC.

    ``2026-11-23T14:05Z``, ``2026-11-23 14:05`` (in ``zone``), ``2026-11-23`` (its first moment), ``14:05`` (on
    ``day``), ``-2h``, ``-1h30m`` (before ``now``, which has a zone), any layout of `layouts`, and whatever
    dateutil reads in one way only. The machine's clock is never used. Raises `MinutebookError` where the
    text is no instant, could be two, or needs ``day`` or ``now`` and there is none.
    """
    typed = text.strip()
    ago = _AGO.fullmatch(typed)
    if ago:
        return _check(_subtract(ago[1], now, text), text)
    clock = _CLOCK.fullmatch(typed)
    if clock:
        if day is None:
            _refuse(text, "says no day", "write the day too: 2026-11-23 14:05")
        typed = f"{day:%Y-%m-%d} {typed if clock[2] and len(clock[1]) == 2 else '0' + typed}"
    elif _DAY.fullmatch(typed):
        typed += " 00:00"
    layout = find_layout([typed])
    if layout is None:
        return _check(_guess(typed, zone, text), text)
    if not LAYOUTS[layout].has_year and day is None:
        _refuse(text, "says no year", _WAYS)
    read = parse_times(pa.array([typed]), layout, zone=zone, year=day.year if day else None)
    quality = read.quality[0].as_py()
    if quality == "ambiguous":
        _refuse_twice(text, zone)
    if quality == "zone_given" and re.search(r"[A-Z]{2,5}$", typed) and not typed.upper().endswith(("AM", "PM")):
        _refuse(text, "names a zone that isn't known", "write its offset: 2026-11-23 14:05 +01:00")
    return _check(read.time[0].as_py(), text)


def _subtract(spans: str, now: datetime | None, text: str) -> datetime:
    if now is None:
        _refuse(text, "is relative, and nothing says to what", "write the day and the clock")
    if now.tzinfo is None:
        raise MinutebookError("'now' has no zone", do="pass datetime.now(UTC), or another with a tzinfo")
    total = timedelta()
    for number, unit in re.findall(r"(\d+)([a-z])", spans.lower()):
        total += timedelta(**{_UNITS[unit]: int(number)})
    try:
        return now.astimezone(UTC) - total
    except OverflowError:
        _refuse(text, "is too long ago", _WAYS)


def _guess(typed: str, zone: str, text: str) -> datetime:
    """dateutil's reading, if there's only one: parts that it would fill in or swap are refused."""
    from dateutil import parser

    if _NAMED_OFFSET.search(typed):
        _refuse(text, "has an offset behind a zone's name", "write the offset alone: 2026-11-23 14:05 +01:00")
    # Filled in from two different days, and in every order of day, month and year: all must agree.
    fillers = (datetime(2001, 2, 3), datetime(2012, 11, 14))
    readings = set()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a zone's name that dateutil would drop
            for filler in fillers:
                for is_day_first, is_year_first in ((0, 0), (0, 1), (1, 0), (1, 1)):
                    read = parser.parse(
                        typed, default=filler, dayfirst=bool(is_day_first), yearfirst=bool(is_year_first),
                        tzinfos=_name_zone,
                    )  # fmt: skip
                    readings.add((read.replace(tzinfo=None), read.utcoffset()))
    except (ValueError, OverflowError, Warning, TypeError, AttributeError, RecursionError):
        _refuse(text, "is no instant that's understood", _WAYS)
    if len(readings) > 1:
        _refuse(text, "could be several instants", _WAYS)
    naive, offset = readings.pop()
    if offset is not None:
        return naive.replace(tzinfo=UTC) - offset
    if not YEARS[0] <= naive.year <= YEARS[1]:
        _refuse(text, f"is not in the years {YEARS[0]} to {YEARS[1]}", _WAYS)
    shifted, is_ambiguous = shift_zone(pa.array([naive.replace(tzinfo=UTC)], TIME), zone)
    if is_ambiguous[0].as_py():
        _refuse_twice(text, zone)
    return shifted[0].as_py()


def _name_zone(name: str | None, offset_s: int | None) -> int | None:
    """Seconds east of UTC for dateutil, None for no zone; raises where a name isn't known or has an offset."""
    if name is None and offset_s is None:
        return None
    if name is None and offset_s is not None and read_offset(_write_offset(offset_s)) is not None:
        return offset_s
    if name is None or name not in ABBREVIATIONS or offset_s:
        raise ValueError(f"no zone: {name}")
    return 60 * ABBREVIATIONS[name]


def _write_offset(offset_s: int) -> str:
    minutes = abs(offset_s) // 60
    return f"{'-' if offset_s < 0 else '+'}{minutes // 60:02}{minutes % 60:02}"


def _check(instant: datetime | None, text: str) -> datetime:
    if instant is None or not YEARS[0] <= instant.year <= YEARS[1]:
        _refuse(text, f"is not in the years {YEARS[0]} to {YEARS[1]}", _WAYS)
    return instant.astimezone(UTC)


def _refuse_twice(text: str, zone: str) -> NoReturn:
    _refuse(text, f"is in an hour that {zone} has twice or not at all", "write its offset: 2026-11-23 14:05 +01:00")


def _refuse(text: str, what: str, do: str) -> NoReturn:
    raise MinutebookError(f"the time {text!r} {what}", where="a time as typed", do=do)
