"""a stamp in an export, text or number → (its instant in UTC, how it's known)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa

from minutebook.times import YEARS, find_layout, parse_times

#: Stamps that `parse_times` would read the same, a thousand times slower one by one.
_WHOLE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_UNIT = r"h(?:ours?|rs?)?|m(?:in(?:utes?|s)?)?|s(?:ec(?:onds?|s)?)?|ms"
_SPOKEN = re.compile(rf"(\d+(?:\.\d+)?) ?({_UNIT})\b")
_ALL_SPOKEN = re.compile(rf"(?:\d+(?:\.\d+)? ?(?:{_UNIT})\b[,.]? ?)+")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
#: Exports may be old; but year 1 and 1970 mean "never" in them.
_FIRST_YEAR = 1971


class Stamp(NamedTuple):
    """An instant in UTC, and how it's known."""

    time: datetime
    quality: str
    resolution_s: float = 0.0  #: 60 where it has no seconds; finer ones count as exact


def read_stamp(value: object, *, zone: str | None = None) -> Stamp | None:
    """The instant that a value states; None for null, year 1, zero and what can't be read.

    A zone-less stamp is in ``zone``, else taken as UTC; its quality says which.
    """
    if value is None or isinstance(value, bool | dict | list):
        return None
    text = str(value).strip()
    return _read(text, zone) if 0 < len(text) < 80 else None


@lru_cache(maxsize=4096)
def _read(text: str, zone: str | None) -> Stamp | None:
    if _WHOLE.fullmatch(text):
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            time = None
        if time is not None and YEARS[0] <= time.year <= YEARS[1]:
            return Stamp(time.astimezone(UTC), "stated")
    read = _parse(text, "iso", zone) if text[4:5] == "-" else None
    if read is None and (layout := find_layout([text])):
        read = _parse(text, layout, zone)
    return read or _read_old(text)


def _parse(text: str, layout: str, zone: str | None) -> Stamp | None:
    read = parse_times(pa.array([text]), layout, zone=zone)
    if read.time.null_count:
        return None
    resolution_s = read.resolution_s if read.resolution_s >= 60 else 0.0
    return Stamp(read.time[0].as_py().astimezone(UTC), str(read.quality[0].as_py()), resolution_s)


def _read_old(text: str) -> Stamp | None:
    """A whole ISO stamp from before the years that are accepted in logs."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.tzinfo is None or not _FIRST_YEAR <= time.year < 1990:
        return None
    return Stamp(time.astimezone(UTC), "stated")


def add_ms(stamp: Stamp, value: object, unit: int = 1) -> Stamp | None:
    """The stamp, so many units of milliseconds later; None where the value is no number of them."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return stamp._replace(time=stamp.time + timedelta(microseconds=int(Decimal(str(value)) * unit * 1000)))
    except (InvalidOperation, ValueError, OverflowError):
        return None


def read_spoken_s(value: object) -> float | None:
    """Seconds of a duration as people and pages write it (``1 min 32 sec``, ``48s``); None without a unit."""
    text = str(value).strip().lower() if isinstance(value, str) else ""
    found = _SPOKEN.findall(text)
    return (
        sum(float(number) * _UNITS["ms" if unit == "ms" else unit[0]] for number, unit in found)
        if _ALL_SPOKEN.fullmatch(text)
        else None
    )
