"""dates and times of day in text → days and microseconds, as arrays; what doesn't exist is marked, not moved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.times.zones import MINUTE, SECOND

_MONTHS = pa.array(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
_COLON = ord(":") - ord("0")


class Dates(NamedTuple):
    """Year (0 where the layout has none), month and day, as written: ranges are not checked yet."""

    year: np.ndarray
    month: np.ndarray
    day: np.ndarray


def read_dates(texts: pa.Array, pattern: str) -> Dates:
    """The dates in texts; one that doesn't match ``pattern`` has month 0. Each distinct text is read once."""
    encoded = texts.dictionary_encode()
    groups = pc.extract_regex(encoded.dictionary, f"^(?:{pattern})$")
    part = {name: pc.struct_field(groups, name) for name in (field.name for field in groups.type)}
    if "Y" in part:
        year = read_integers(part["Y"])
    elif "y" in part:
        year = read_integers(part["y"])
        year = year + np.where(year < 90, 2000, 1900)
    else:
        year = np.zeros(len(encoded.dictionary), np.int64)
    if "m" in part:
        month = read_integers(part["m"])
    else:
        month = (
            pc.fill_null(pc.index_in(pc.ascii_lower(part["b"]), _MONTHS), -1)
            .to_numpy(zero_copy_only=False)
            .astype(np.int64)
            + 1
        )
    index = encoded.indices.to_numpy(zero_copy_only=False)
    return Dates(year[index], month[index], read_integers(part["d"])[index])


def read_integers(digits: pa.Array) -> np.ndarray:
    """int64 of texts of 1 to 18 digits each (null or empty: 0)."""
    whole = pc.if_else(pc.equal(pc.binary_length(digits), 0), "0", digits)
    return pc.fill_null(pc.cast(whole, pa.int64()), 0).to_numpy(zero_copy_only=False)


def count_days(dates: Dates) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970 of dates, and whether each exists."""
    month = np.clip(dates.month, 1, 12)
    months = (dates.year - 1970) * 12 + month - 1
    first, following = (
        m.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for m in (months, months + 1)
    )
    exists = (dates.month == month) & (dates.day >= 1) & (dates.day <= following - first)
    return first + dates.day - 1, exists


def find_years(month: np.ndarray, year: int) -> np.ndarray:
    """The year of each month in a year-less log, the first of which is in ``year``.

    A new year begins where the month falls back by more than one, so not at a line out of order at the end of a month;
    from January to December it's the year before again.
    """
    step = np.diff(month, prepend=month[:1])
    return year + np.cumsum((step < -1).astype(np.int64) - (step > 10))


class Clocks(NamedTuple):
    """Times of day: microseconds since midnight, whether each exists, and the finest fraction seen (s)."""

    us: np.ndarray
    exists: np.ndarray
    resolution_s: float


def read_clocks(texts: pa.Array, *, is_compact: bool = False) -> Clocks:
    """Times of day written HH:MM[:SS[.f…]] with any separator, or HHMMSS[.f…]; the hour may be one digit.

    ``texts`` has no nulls and nothing but such times: they're read as bytes, by position. Digits of a fraction
    beyond the sixth are cut off. ``:60`` exists at the end of an hour only, and is the last microsecond before
    the next hour.
    """
    data, start, length = _bytes(texts)
    width = 2 if is_compact else 3
    is_short = np.zeros(len(start), bool) if is_compact else data[start + 1] == _COLON
    if is_short.any():
        start, length = start - is_short, length + is_short  # as if with a blank for the tens
    hour = np.where(is_short, 0, data[start]) * np.int64(10) + data[start + 1]
    minute = data[start + width] * np.int64(10) + data[start + width + 1]
    second_at = 2 * width
    has_second = length > second_at
    tens, ones = (np.where(has_second, start + second_at + place, 0) for place in (0, 1))
    second = np.where(has_second, data[tens] * np.int64(10) + data[ones], 0)
    exists = (hour < 24) & (minute < 60) & ((second < 60) | ((second == 60) & (minute == 59)))
    fraction, digits = _read_fraction(data, start + second_at + 3, length - second_at - 3)
    us = hour * 60 * MINUTE + minute * MINUTE + second * SECOND
    us = np.where(second == 60, us - 1, us + fraction)
    resolution_s = 60.0 if len(start) and not has_second.any() else 10.0**-digits
    return Clocks(us, exists, resolution_s)


def _bytes(texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The digits as numbers, and where each text starts among them and how long it is."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    # A few extra bytes, so that positions in an empty array or a short last text exist.
    raw = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]] if data is not None else np.empty(0, np.uint8)
    values = np.append(raw, np.zeros(8, np.uint8)) - np.uint8(ord("0"))
    return values, bounds[:-1] - bounds[0], np.diff(bounds)


def read_halves(us: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times of day (µs) with AM (1) or PM (2), and whether they exist: 12 is 0, and 0 and 13 don't exist."""
    hour = us // (60 * MINUTE)
    shift = np.where(half == 2, 12, 0) - np.where(hour == 12, 12, 0)
    return us + np.where(half > 0, shift, 0) * 60 * MINUTE, (half == 0) | ((hour >= 1) & (hour <= 12))


def _read_fraction(data: np.ndarray, start: np.ndarray, digits: np.ndarray) -> tuple[np.ndarray, int]:
    """Fractions in µs, and the largest number of digits in any, at most 6."""
    most = int(np.clip(digits.max(initial=0), 0, 6))
    us = np.zeros(len(start), np.int64)
    for place in range(most):
        there = digits > place
        us += np.where(there, data[np.where(there, start + place, 0)], 0) * np.int64(10 ** (5 - place))
    return us, most
