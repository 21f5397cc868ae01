"""an array of stamps in one layout → their instants and how each is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.errors import MinutebookError, suggest
from minutebook.times.dates import Dates, count_days, find_years, read_clocks, read_dates, read_halves, read_integers
from minutebook.times.epochs import read_epochs, read_labels
from minutebook.times.iso import read_plain_iso
from minutebook.times.layouts import LAYOUTS, Layout, whole_pattern
from minutebook.times.tails import read_biases, read_tails
from minutebook.times.zones import MINUTE, TIME, shift_zone

#: No incident is in other years, and a stray stamp would make the grid of minutes explode.
YEARS = (1990, 2100)
_FIRST, _END = (int(np.datetime64(f"{year}-01-01", "us").astype(np.int64)) for year in (YEARS[0], YEARS[1] + 1))
_DAY = 24 * 60 * MINUTE

QUALITIES = ("stated", "zone_assumed", "zone_given", "year_assumed", "ambiguous", "day_assumed")
_STATED, _ZONE_ASSUMED, _ZONE_GIVEN, _YEAR_ASSUMED, _AMBIGUOUS, _DAY_ASSUMED = range(len(QUALITIES))


#: The year of year-less stamps: that of the first, or of each.
Years = int | np.ndarray | None
#: The day (since 1970) of stamps with a time of day alone: that of all, or of each.
Days = int | np.ndarray | None


class Instants(NamedTuple):
    """The instants that texts state, how each is known, and the finest resolution seen."""

    time: pa.Array  #: timestamp[us, UTC]; null where the text is no instant; zone-less ones as if UTC
    #: stated, zone_assumed (zone-less), zone_given, year_assumed, ambiguous, day_assumed; null as time
    quality: pa.Array
    resolution_s: float  #: 0 where nothing was read


def parse_times(
    texts: pa.Array | pa.ChunkedArray, layout: str, *, zone: str | None = None, year: Years = None, day: Days = None
) -> Instants:
    """The instants that ``texts`` state in ``layout``; null where one isn't an instant.

    ``zone`` (IANA name or offset) holds for zone-less stamps. In an hour that a clock change repeats, the earlier instant
    is taken; in one that it leaves out, the stamp is shifted forward; both are flagged ambiguous. ``year`` is that of the
    first stamp in a year-less layout (without it, null) and changes where the month falls back by more than one; an
    array has the year of each stamp. ``day`` is the same for stamps with a time of day alone. ``:60`` is a leap second,
    only at the end of an hour: the last microsecond before the next. Instants outside of `YEARS` are null. Raises
    `MinutebookError` where there's no such layout or zone, never for a text.
    """
    if layout not in LAYOUTS:
        raise MinutebookError(f"no time layout is called {layout!r}", do=suggest(layout, LAYOUTS))
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if LAYOUTS[layout].is_dayless:
        return _parse_clocks(texts, zone, day)
    if pa.types.is_dictionary(texts.type):
        return _parse_distinct(texts, layout, zone, year)
    # Not checked for UTF-8: an invalid byte matches no pattern, so its row is null.
    texts = pc.cast(texts, pa.string(), safe=False)
    known = LAYOUTS[layout]
    # Stamps in whole seconds repeat: each distinct one is read once.
    head = texts[:1000]
    if known.has_year and 2 * (pc.count_distinct(head).as_py() or 0) < len(head):
        return _parse_distinct(texts.dictionary_encode(), layout, zone, year)
    return _finish(_read(texts, layout, known, year), zone)


def _parse_distinct(texts: pa.DictionaryArray, layout: str, zone: str | None, year: Years) -> Instants:
    if not LAYOUTS[layout].has_year:  # the year depends on the order of the stamps
        return parse_times(texts.cast(pa.string()), layout, zone=zone, year=year)
    found = _finish(_read(texts.dictionary, layout, LAYOUTS[layout], year), zone)
    quality = pa.DictionaryArray.from_arrays(found.quality.indices.take(texts.indices), found.quality.dictionary)
    return Instants(found.time.take(texts.indices), quality, found.resolution_s)


def _parse_clocks(texts: pa.Array, zone: str | None, day: Days) -> Instants:
    """The instants of times of day on the day that the caller says; their quality is day_assumed."""
    days = np.broadcast_to(np.asarray(0 if day is None else day), len(texts)).astype("datetime64[D]")
    clocks = pc.cast(texts, pa.string(), safe=False)
    # A stamp with a date isn't a time of day alone.
    clocks = pc.if_else(pc.match_substring_regex(clocks, r"^\s*\d\d?:") if day is not None else False, clocks, None)
    dates, place = np.unique(days, return_inverse=True)
    dated = pc.binary_join_element_wise(pa.array(dates.astype(str), pa.string()).take(pa.array(place)), clocks, " ")
    found = parse_times(dated, "iso", zone=zone)
    words = found.quality.cast(pa.string())
    words = pc.if_else(
        pc.or_kleene(words.is_null(), pc.equal(words, QUALITIES[_AMBIGUOUS])), words, QUALITIES[_DAY_ASSUMED]
    )
    return Instants(found.time, words.dictionary_encode(), found.resolution_s)


@dataclass
class _Reading:
    """The rows while they are read: µs since 1970 (as if UTC where zone-less), and what is known of each."""

    us: np.ndarray
    is_valid: np.ndarray
    is_zoned: np.ndarray
    is_ambiguous: np.ndarray
    is_yearless: bool
    resolution_s: float = np.inf

    @classmethod
    def nothing(cls, count: int, *, is_yearless: bool) -> _Reading:
        no = np.zeros(count, bool)
        return cls(np.zeros(count, np.int64), no, no.copy(), no.copy(), is_yearless)


def _read(texts: pa.Array, name: str, layout: Layout, year: Years) -> _Reading:
    reading = _Reading.nothing(len(texts), is_yearless=not layout.has_year)
    if not layout.has_year and year is None:
        return reading
    rows = None
    if name == "iso":
        rows = _take_plain_iso(texts, reading)
        if rows is not None:
            if not len(rows):
                return reading
            texts = texts.take(pa.array(rows))
    groups = pc.extract_regex(texts, whole_pattern(layout))
    is_match = groups.is_valid()
    if not pc.any(is_match).as_py():
        return reading
    matched = np.flatnonzero(is_match.to_numpy(zero_copy_only=False))
    groups = groups.filter(is_match)
    part = {field.name: pc.struct_field(groups, field.name) for field in groups.type}
    rows = matched if rows is None else rows[matched]
    if "whole" in part:
        reading.us[rows], resolution_s = read_epochs(part["whole"], part["fraction"])
        reading.is_valid[rows] = reading.is_zoned[rows] = True
    elif name == "tai64n":
        reading.us[rows], resolution_s = read_labels(part["label"]), 1e-6
        reading.is_valid[rows] = reading.is_zoned[rows] = True
    else:
        resolution_s = _read_calendar(part, layout, year, rows, reading)
    reading.resolution_s = min(reading.resolution_s, resolution_s)
    return reading


def _take_plain_iso(texts: pa.Array, reading: _Reading) -> np.ndarray | None:
    """Read what Arrow's cast can; gives the rows left over, or None for all."""
    digits = 0
    for rows, us, is_zoned, most in read_plain_iso(texts):
        where = slice(None) if rows is None else rows
        reading.us[where], reading.is_valid[where], reading.is_zoned[where] = us, True, is_zoned
        digits = max(digits, most)
    if not reading.is_valid.any():
        return None
    reading.resolution_s = 10.0 ** -min(digits, 6)
    left = ~reading.is_valid
    if texts.null_count:
        left &= texts.is_valid().to_numpy(zero_copy_only=False)
    return np.flatnonzero(left)


def _read_calendar(
    part: dict[str, pa.Array], layout: Layout, year: Years, rows: np.ndarray, reading: _Reading
) -> float:
    """Put dates, times of day and zones into the rows of ``reading``; gives the resolution (s)."""
    texts, clock = part["date"], part["clock"]
    if "year" in part:
        texts = pc.binary_join_element_wise(texts, part["year"], " ")
    if "ms" in part:
        clock = pc.replace_substring_regex(clock, r"\b(\d)\b", r"0\1")
    dates = read_dates(texts, layout.date)
    us, exists, resolution_s = read_clocks(clock, is_compact=layout.is_compact)
    if "ms" in part:
        us, resolution_s = us + read_integers(part["ms"]) * 1000, 0.001
    tails = (
        read_biases(part["bias"]) if "bias" in part else read_tails(part["tail"] if "tail" in part else part["zone"])
    )
    if tails.half.any():
        us, is_half = read_halves(us, tails.half)
        exists &= is_half
    if not layout.has_year:
        told = year[rows] if isinstance(year, np.ndarray) else None
        dates = dates._replace(year=told) if told is not None else _assume_years(dates, exists, int(year or 0))
    days, is_day = count_days(dates)
    us = us + days * _DAY - tails.offset_us
    for name, named in tails.names:
        shifted, is_ambiguous = shift_zone(pa.array(us[named]).cast(TIME), name)
        us[named] = shifted.cast(pa.int64()).to_numpy()
        reading.is_ambiguous[rows[named]] = is_ambiguous.to_numpy(zero_copy_only=False)
    exists &= is_day & tails.is_tail
    reading.is_zoned[rows] = tails.is_zoned
    reading.us[rows], reading.is_valid[rows] = us, exists
    return resolution_s


def _assume_years(dates: Dates, exists: np.ndarray, year: int) -> Dates:
    """The dates with years; a row that can't be a date doesn't count as a neighbour, so it begins no year."""
    years = np.full(len(exists), year)
    rows = np.flatnonzero(exists & (dates.month >= 1) & (dates.month <= 12) & (dates.day >= 1) & (dates.day <= 31))
    years[rows] = find_years(dates.month[rows], year)
    return dates._replace(year=years)


def _finish(reading: _Reading, zone: str | None) -> Instants:
    """Shift zone-less instants by ``zone``, drop those outside of `YEARS`, and name how each is known."""
    words = np.where(reading.is_zoned, np.int32(_STATED), np.int32(_ZONE_ASSUMED))
    if reading.is_yearless:
        words[:] = _YEAR_ASSUMED
    us, is_ambiguous = reading.us, reading.is_ambiguous
    is_valid = reading.is_valid & (us >= _FIRST - _DAY) & (us < _END + _DAY)
    if zone is not None:
        rows = np.flatnonzero(~reading.is_zoned)
        shifted, is_flagged = shift_zone(pa.array(us[rows], mask=~is_valid[rows]).cast(TIME), zone)
        us[rows] = pc.fill_null(shifted.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        is_ambiguous[rows] = pc.fill_null(is_flagged, False).to_numpy(zero_copy_only=False)
        if not reading.is_yearless:
            words[rows] = _ZONE_GIVEN
    words[is_ambiguous] = _AMBIGUOUS
    is_null = ~(is_valid & (us >= _FIRST) & (us < _END))
    quality = pa.DictionaryArray.from_arrays(pa.array(words, pa.int32(), mask=is_null), pa.array(QUALITIES))
    resolution_s = 0.0 if is_null.all() else reading.resolution_s
    return Instants(pa.array(us, pa.int64(), mask=is_null).cast(TIME), quality, resolution_s)
