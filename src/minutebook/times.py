"""text → instants, strictly, and how far each is to be trusted.

Stamps go through an allow-list of explicit layouts, never through a guesser. An impossible date is null,
never another day. A zone-less stamp is given as if it were UTC, to be shifted when its zone is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.errors import MinutebookError

#: Years outside of these aren't an incident's: a stray stamp would make a grid of minutes explode.
YEARS = (1990, 2100)
_TIME = pa.timestamp("us", "UTC")
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND

_MONTHS = {
    name: i
    for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
#: Zone names that mean one offset in logs; others are left to the source's zone.
_ABBREVIATIONS: Mapping[str, int] = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "BST": 60, "WEST": 60, "CET": 60, "CEST": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360,
    "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600, "JST": 540, "KST": 540, "SGT": 480,
    "AWST": 480,
}  # fmt: skip

_CLOCK = r"(?P<H>\d\d):(?P<M>\d\d):(?P<S>\d\d)"
_FRACTION = r"(?:[.,:](?P<f>\d{1,12}))?"
_ZONE = r"(?: ?(?P<z>Z|[+-]\d\d(?::?\d\d)?|[A-Z]{2,5}))?"
_B = r"(?P<b>[A-Za-z]{3})[a-z]*\.?"

#: layout → RE2 pattern, its groups named by strptime's letters. Tried in this order by `find_layout`.
_PATTERNS: Mapping[str, str] = {
    "iso": rf"(?P<Y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)(?:[T _]| +){_CLOCK}{_FRACTION}{_ZONE}",
    "epoch": r"(?P<e>\d{9,19})(?:\.(?P<f>\d{1,12}))?",
    "%d/%b/%Y:%H:%M:%S %z": rf"(?P<d>\d\d)/{_B}/(?P<Y>\d{{4}}):{_CLOCK}{_FRACTION}{_ZONE}",
    "%Y/%m/%d %H:%M:%S": rf"(?P<Y>\d{{4}})/(?P<m>\d\d)/(?P<d>\d\d)[ T-]{_CLOCK}{_FRACTION}{_ZONE}",
    "%b %e %H:%M:%S": rf"{_B} +(?P<d>\d\d?) {_CLOCK}{_FRACTION}",
    "%b %e %H:%M:%S %Y": rf"{_B} +(?P<d>\d\d?) {_CLOCK}{_FRACTION} (?P<Y>\d{{4}}){_ZONE}",
    "%b %e %Y %H:%M:%S": rf"{_B} +(?P<d>\d\d?),? (?P<Y>\d{{4}}),? {_CLOCK}{_FRACTION}{_ZONE}",
    "%a %b %d %H:%M:%S %Y": rf"[A-Za-z]{{3}} {_B} +(?P<d>\d\d?) {_CLOCK}{_FRACTION} (?P<Y>\d{{4}}){_ZONE}",
    "asctime": rf"[A-Za-z]{{3}} {_B} +(?P<d>\d\d?) {_CLOCK}(?: (?P<z>[A-Z]{{2,5}}))? (?P<Y>\d{{4}})",
    "rfc2822": rf"[A-Za-z]{{3}}, (?P<d>\d\d?)[ -]{_B}[ -](?P<Y>\d{{4}}) {_CLOCK}{_FRACTION}{_ZONE}",
    "%m%d %H:%M:%S": rf"(?P<m>\d\d)(?P<d>\d\d) {_CLOCK}{_FRACTION}",
    "%y/%m/%d %H:%M:%S": rf"(?P<y>\d\d)/(?P<m>\d\d)/(?P<d>\d\d) {_CLOCK}{_FRACTION}",
    "%y%m%d %H:%M:%S": rf"(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d) +(?P<H>\d\d?):(?P<M>\d\d):(?P<S>\d\d){_FRACTION}",
    "%y%m%d %H%M%S": r"(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d) (?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)",
    "%d %b %Y %H:%M:%S": rf"(?P<d>\d\d?) {_B} (?P<Y>\d{{4}}),? {_CLOCK}{_FRACTION}{_ZONE}",
    "%d %b %H:%M:%S": rf"(?P<d>\d\d?) {_B} {_CLOCK}{_FRACTION}",
    "%d-%b-%Y %H:%M:%S": rf"(?P<d>\d\d?)-{_B}-(?P<Y>\d{{4}})[ :T]{_CLOCK}{_FRACTION}{_ZONE}",
    "%Y%m%dT%H%M%S": rf"(?P<Y>\d{{4}})(?P<m>\d\d)(?P<d>\d\d)T?(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d){_FRACTION}{_ZONE}",
    "%Y%m%d %H:%M:%S": rf"(?P<Y>\d{{4}})(?P<m>\d\d)(?P<d>\d\d)[ T]{_CLOCK}{_FRACTION}{_ZONE}",
    # HealthApp: 20171223-22:15:29:8 is 8 ms, not 800
    "%Y%m%d-%H:%M:%S:ms": r"(?P<Y>\d{4})(?P<m>\d\d)(?P<d>\d\d)-(?P<H>\d\d?):(?P<M>\d\d?):(?P<S>\d\d?):(?P<ms>\d{1,3})",
    "%Y-%m-%d-%H.%M.%S": r"(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)-(?P<H>\d\d)\.(?P<M>\d\d)\.(?P<S>\d\d)(?:\.(?P<f>\d{1,12}))?",
    "%d.%m.%Y %H:%M:%S": rf"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<Y>\d{{4}}),? {_CLOCK}{_FRACTION}{_ZONE}",
    "%d/%m/%Y %H:%M:%S": rf"(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<Y>\d{{4}}),?[ T]{_CLOCK}{_FRACTION}{_ZONE}",
    "%m/%d/%Y %H:%M:%S": rf"(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<Y>\d{{4}}),?[ T]{_CLOCK}{_FRACTION}{_ZONE}",
    "%m/%d/%Y %I:%M:%S %p": rf"(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<Y>\d{{4}}),? (?P<H>\d\d?):(?P<M>\d\d):(?P<S>\d\d){_FRACTION} (?P<p>[APap][Mm]){_ZONE}",
    "%Y-%m-%d  %H:%M:%S": rf"(?P<Y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d) +(?P<H>\d\d?):(?P<M>\d\d):(?P<S>\d\d){_FRACTION}{_ZONE}",
    "%Y-%m-%d %H:%M": r"(?P<Y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)[T ](?P<H>\d\d):(?P<M>\d\d)" + _ZONE,
}  # fmt: skip

#: Layouts without a year; the caller says which one the first stamp is of.
YEARLESS = tuple(name for name, pattern in _PATTERNS.items() if not re.search(r"\?P<[Yye]>", pattern))


class Instants(NamedTuple):
    """What texts say: one instant each, how it's known, and the finest resolution seen."""

    time: pa.Array  #: timestamp[us, UTC]; null where the text is no instant; zone-less ones as if UTC
    quality: pa.Array  #: stated, zone_assumed (zone-less), zone_given, year_assumed, ambiguous; null as time
    resolution_s: float


def layouts() -> tuple[str, ...]:
    """The layouts that are known, in the order in which `find_layout` tries them."""
    return tuple(_PATTERNS)


def parse_times(
    texts: pa.Array | pa.ChunkedArray,
    layout: str,
    *,
    zone: str | None = None,
    year: int | None = None,
) -> Instants:
    """The instants that ``texts`` state in ``layout``; what isn't one is null.

    ``zone`` (IANA name or offset) holds for zone-less stamps: in the hour that a clock change repeats the
    earlier instant, in the one it leaves out the later, both flagged ambiguous. ``year`` is the year of the
    first stamp of a year-less layout (without it they're null); the year changes where the month falls back
    by more than one from its neighbour, so small reorderings cost no year. ``:60`` is a leap second, at
    the end of an hour only: the last microsecond before the next.
    """
    if layout not in _PATTERNS:
        raise MinutebookError(f"no time layout is called {layout!r}", do=f"use one of {', '.join(_PATTERNS)}")
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if not len(texts):
        return Instants(pa.array([], _TIME), pa.array([], pa.string()).dictionary_encode(), 0.0)
    if layout in YEARLESS:
        return _finish(_parse(texts, layout, year), zone)
    # Stamps of a second's resolution repeat: each distinct one is read once.
    head = texts[:1000]
    if pc.count_distinct(head).as_py() < 0.5 * len(head):
        encoded = texts.dictionary_encode()
        instants, quality, resolution_s = _finish(_parse(encoded.dictionary, layout, year), zone)
        indices = encoded.indices
        return Instants(
            instants.take(indices),
            quality.cast(pa.string()).take(indices).dictionary_encode(),
            resolution_s,
        )
    return _finish(_parse(texts, layout, year), zone)


class _Parsed(NamedTuple):
    us: np.ndarray  # as if UTC where zone-less
    is_valid: np.ndarray
    is_zoned: np.ndarray
    is_yearless: bool
    resolution_s: float


def _finish(parsed: _Parsed, zone: str | None) -> Instants:
    words = np.where(parsed.is_zoned, 0, 1)
    us, is_valid = parsed.us, parsed.is_valid
    if parsed.is_yearless:
        words = np.full(len(us), 3)
    if zone is not None and not parsed.is_zoned.all():
        naive = pa.array(us, mask=~is_valid).cast(_TIME)
        shifted, is_ambiguous = shift_zone(naive, zone)
        shifted_us = pc.fill_null(shifted.cast(pa.int64()), 0).to_numpy()
        us = np.where(parsed.is_zoned, us, shifted_us)
        is_valid = is_valid & (parsed.is_zoned | shifted.is_valid().to_numpy(zero_copy_only=False))
        flagged = np.where(is_ambiguous.to_numpy(zero_copy_only=False), 4, 3 if parsed.is_yearless else 2)
        words = np.where(parsed.is_zoned, words, flagged)
    names = pa.array(["stated", "zone_assumed", "zone_given", "year_assumed", "ambiguous"])
    quality = pa.DictionaryArray.from_arrays(pa.array(words, pa.int32(), mask=~is_valid), names)
    return Instants(pa.array(us, pa.int64(), mask=~is_valid).cast(_TIME), quality, parsed.resolution_s)


_PLAIN_ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?"


def _parse_plain_iso(texts: pa.Array) -> _Parsed | None:
    """Arrow's own cast, fifty times as fast, where every text is plain ISO of one kind; else None."""
    texts = pc.replace_substring(texts, ",", ".")
    for ending, kind in (
        (r"(?:Z|[+-]\d\d:?\d\d)$", pa.timestamp("ns", "UTC")),
        ("$", pa.timestamp("ns")),
    ):
        if not pc.all(pc.fill_null(pc.match_substring_regex(texts, _PLAIN_ISO + ending), False)).as_py():
            continue
        try:
            ns = pc.cast(texts, kind).cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:  # a date that doesn't exist: row by row tells which
            return None
        us = ns // 1000
        low, high = (np.datetime64(f"{y}-01-01", "us").astype(np.int64) for y in (YEARS[0], YEARS[1] + 1))
        longest = _longest_fraction(us)
        is_zoned = np.full(len(us), kind.tz is not None)
        return _Parsed(us, (us >= low) & (us < high), is_zoned, False, 10.0 ** -min(longest, 6))
    return None


def _longest_fraction(us: np.ndarray) -> int:
    """How many digits of a second the instants use: 0, 3 or 6."""
    return 6 if (us % 1000).any() else 3 if (us % _SECOND).any() else 0


def _parse(texts: pa.Array, layout: str, year: int | None) -> _Parsed:
    texts = texts.cast(pa.string())
    if layout == "iso" and (plain := _parse_plain_iso(texts)) is not None:
        return plain
    groups = pc.extract_regex(pc.utf8_trim_whitespace(texts), f"^(?:{_PATTERNS[layout]})$")
    matched = groups.is_valid().to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(matched)
    kept = groups.filter(groups.is_valid())
    part = {kept.type.field(i).name: kept.field(i) for i in range(kept.type.num_fields)}
    count = len(rows)
    us, valid, zoned = (
        np.zeros(len(texts), np.int64),
        np.zeros(len(texts), bool),
        np.zeros(len(texts), bool),
    )
    if layout in YEARLESS and year is None:
        return _Parsed(us, valid, zoned, True, 0.0)
    if layout == "epoch":
        found, is_ok, resolution_s = _read_epoch(part["e"], part["f"])
        is_zoned = np.ones(count, bool)
    else:
        fraction_us, resolution_s = _read_fraction(part, count)
        found, is_ok = _read_calendar(part, count, year, fraction_us)
        offset_us, is_zoned = _read_zone(part.get("z"), count)
        found = found - offset_us
    low, high = (np.datetime64(f"{y}-01-01", "us").astype(np.int64) for y in (YEARS[0], YEARS[1] + 1))
    is_ok &= (found >= low - _DAY) & (found < high + _DAY)
    us[rows], valid[rows], zoned[rows] = found, is_ok, is_zoned
    return _Parsed(us, valid, zoned, layout in YEARLESS, resolution_s)


def _integers(values: pa.Array) -> np.ndarray:
    return pc.cast(pc.replace_substring_regex(values, r"^$", "0"), pa.int64()).to_numpy(zero_copy_only=False)


def _read_calendar(
    part: Mapping[str, pa.Array], count: int, year: int | None, fraction_us: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """µs since 1970 of the parts' date and time, and which of them exist."""
    month = _integers(part["m"]) if "m" in part else _read_months(part["b"])
    day, hour, minute = (_integers(part[letter]) for letter in ("d", "H", "M"))
    second = _integers(part["S"]) if "S" in part else np.zeros(count, np.int64)
    if "Y" in part:
        years = _integers(part["Y"])
    elif "y" in part:
        years = 2000 + _integers(part["y"])
    else:
        years = find_years(month, year or 0)
    if "p" in part:
        is_pm = pc.match_substring_regex(part["p"], "^[Pp]")
        is_ok = (hour >= 1) & (hour <= 12)
        hour = hour % 12 + 12 * is_pm.to_numpy(zero_copy_only=False)
    else:
        is_ok = np.ones(count, bool)
    is_leap = (second == 60) & (minute == 59)
    is_ok &= (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & ((second < 60) | is_leap)
    months = (years - 1970) * 12 + np.clip(month, 1, 12) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    is_ok &= day <= following - first
    us = (first + day - 1) * _DAY + ((hour * 60 + minute) * 60 + np.minimum(second, 60)) * _SECOND
    us = np.where(is_leap, us - 1, us + fraction_us)
    return us, is_ok & (years >= YEARS[0]) & (years <= YEARS[1])


def _read_months(names: pa.Array) -> np.ndarray:
    encoded = names.dictionary_encode()
    numbers = [_MONTHS.get((name or "").lower(), 0) for name in encoded.dictionary.to_pylist()]
    return np.array(numbers, np.int64)[encoded.indices.to_numpy()] if len(names) else np.empty(0, np.int64)


def find_years(month: np.ndarray, year: int) -> np.ndarray:
    """The year of each month of a year-less log, the first of which is in ``year``."""
    step = np.diff(month, prepend=month[:1])
    # December → January is the next year; a stray December between Januaries is the year before again.
    return year + np.cumsum((step < -1).astype(np.int64) - (step > 10))


def _read_fraction(part: Mapping[str, pa.Array], count: int) -> tuple[np.ndarray, float]:
    """Fractions of a second in µs (further digits cut off), and the finest resolution."""
    if "ms" in part:
        return _integers(part["ms"]) * 1000, 0.001
    if "S" not in part:
        return np.zeros(count, np.int64), 60.0
    digits = part.get("f")
    if digits is None or not count:
        return np.zeros(count, np.int64), 1.0
    longest = pc.max(pc.utf8_length(digits)).as_py() or 0
    if longest == 0:
        return np.zeros(count, np.int64), 1.0
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(digits, 6, "0"), 0, 6)
    return _integers(padded), 10.0 ** -min(longest, 6)


def _read_zone(zone: pa.Array | None, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets in µs, and whether the stamp states one."""
    if zone is None or not count:
        return np.zeros(count, np.int64), np.zeros(count, bool)
    encoded = zone.dictionary_encode()
    minutes = [read_offset_minutes(text) for text in encoded.dictionary.to_pylist()]
    index = encoded.indices.to_numpy()
    offsets = np.array([m if m is not None else 0 for m in minutes], np.int64)[index]
    return offsets * 60 * _SECOND, np.array([m is not None for m in minutes], bool)[index]


def read_offset_minutes(text: str | None) -> int | None:
    """Minutes east of UTC that a zone's text states: Z, +0530, +05:30, +05, CEST; None where it doesn't."""
    if not text:
        return None
    match = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", text)
    if match:
        hours, minutes = int(match[2]), int(match[3] or 0)
        return (1 if match[1] == "+" else -1) * (hours * 60 + minutes) if hours < 19 and minutes < 60 else None
    return _ABBREVIATIONS.get(text)


def _read_epoch(whole: pa.Array, fraction: pa.Array) -> tuple[np.ndarray, np.ndarray, float]:
    """µs since 1970 of integers or decimals in s, ms, µs or ns, told by their size."""
    numbers = _integers(whole)
    scale = np.select([numbers >= 10**17, numbers >= 10**14, numbers >= 10**11], [-3, 0, 3], 6)
    digits = _integers(pc.utf8_slice_codeunits(pc.utf8_rpad(fraction, 6, "0"), 0, 6))
    us = np.select(
        [scale == -3, scale == 0, scale == 3],
        [numbers // 1000, numbers, numbers * 1000 + digits // 1000],
        np.where(scale == 6, numbers, 0) * _SECOND + digits,
    )
    longest = pc.max(pc.utf8_length(fraction)).as_py() or 0 if len(fraction) else 0
    finest = int(scale.min()) if len(scale) else 6
    return us, np.ones(len(us), bool), 10.0 ** max(-6, min(finest - 6, finest - 6 - longest))


def shift_zone(time: pa.Array, zone: str) -> tuple[pa.Array, pa.Array]:
    """Zone-less instants (given as if UTC) in UTC, and which of them a clock change makes ambiguous."""
    offset = read_offset_minutes(zone)
    if offset is not None:
        moved = pc.subtract(time.cast(pa.int64()), offset * 60 * _SECOND).cast(_TIME)
        return moved, pa.array(np.zeros(len(time), bool))
    naive = time.cast(pa.int64()).cast(pa.timestamp("us"))
    try:
        early, late = (
            pc.assume_timezone(naive, zone, ambiguous=which, nonexistent=which) for which in ("earliest", "latest")
        )
    except pa.ArrowInvalid as error:
        raise MinutebookError(f"no such zone: {zone}", do="use an IANA name (Europe/Berlin) or +02:00") from error
    differ = pc.fill_null(pc.not_equal(early.cast(pa.int64()), late.cast(pa.int64())), False)
    # In a gap both neighbours of the missing hour are offered: the later one is the shifted clock.
    exists = _round_trips(early, naive)
    best = pc.if_else(exists, early.cast(pa.int64()), late.cast(pa.int64()))
    return best.cast(_TIME), differ


def _round_trips(instants: pa.Array, naive: pa.Array) -> pa.Array:
    return pc.fill_null(pc.equal(pc.local_timestamp(instants).cast(pa.int64()), naive.cast(pa.int64())), True)


def find_layout(texts: Sequence[str]) -> str | None:
    """The layout that reads most of the non-empty texts, at least 80 % of them; None where none does.

    Where day and month could be either way round in all of them, nothing proves one: None.
    """
    known = [text for text in texts if text and text.strip()]
    if not known:
        return None
    array = pa.array(known, pa.string())
    shares: dict[str, float] = {}
    for layout in _PATTERNS:
        if not any(_compiled(layout).fullmatch(text.strip()) for text in known[:50]):
            continue
        parsed = parse_times(array, layout, year=2000)
        shares[layout] = 1 - parsed.time.null_count / len(known)
    good = [layout for layout, share in shares.items() if share >= 0.8]
    if not good:
        return None
    best = max(good, key=lambda layout: (shares[layout], -layouts().index(layout)))
    twin = {"%d/%m/%Y %H:%M:%S": "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S": "%d/%m/%Y %H:%M:%S"}.get(best)
    return None if twin and shares.get(twin) == shares[best] else best


@cache
def _compiled(layout: str) -> re.Pattern[str]:
    return re.compile(_PATTERNS[layout])
