"""a sentence → the times, durations, ratios and counts that it states, each with how exactly it states them.

"09:10" is a minute, "09:10:22" a second; "47 minutes" is good to a minute, "about 47 minutes" to a fifth; "over 400 users"
is a bound. What is compared with evidence later is the interval, never the bare number.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Abbreviations people write beside clock times → minutes ahead of UTC.
ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 60, "WEST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180, "MSK": 180, "IST": 330, "SGT": 480, "HKT": 480,
    "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360,
    "PST": -480, "PDT": -420, "BRT": -180,
}  # fmt: skip
_MONTHS = {
    name: n
    for n, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_ZONE = rf"(?:\s?(?P<zone>{'|'.join(sorted(ZONES, key=len, reverse=True))})\b|\s?\(?(?:UTC|GMT)?(?P<offset>[+−-]\d{{2}}:?\d{{2}}|[+−-]\d{{1,2}})\b)?"
_CLOCK = re.compile(
    r"(?<![\w:.,/-])(?:(?P<date>\d{4}-\d\d-\d\d)(?:T|,?\s+(?:at\s+)?))?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,6}))?)?(?![\d:])"
    rf"(?:\s?(?P<half>[ap])\.?m\b\.?)?{_ZONE}",
    re.IGNORECASE,
)
_ISO = re.compile(
    rf"(?<![\w:.-])(?P<date>\d{{4}}-\d\d-\d\d)T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{{1,9}}))?)?{_ZONE}",
    re.IGNORECASE,
)
_HOUR = re.compile(rf"(?<![\w:.,-])(?P<hour>\d{{1,2}})\s?(?P<half>[ap])\.?m\b\.?{_ZONE}", re.IGNORECASE)
_DATE = re.compile(
    rf"(?i)(?<![\w-])(?:(?P<iso>\d{{4}}-\d\d-\d\d)(?!\d|T\d)|(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{_MONTH})(?:,?\s+(?P<year>\d{{4}}))?|(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s+(?P<year2>\d{{4}}))?)(?!\w)"
)
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
          "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}  # fmt: skip
_UNITS = (
    ("ms|milliseconds?|msec", 0.001),
    ("seconds?|secs?|s", 1.0),
    ("minutes?|mins?|min|m|['′]", 60.0),
    ("hours?|hrs?|hr|h", 3600.0),
    ("days?|d", 86_400.0),
)
_UNIT = "|".join(words for words, _ in _UNITS)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SPELT = "|".join(sorted(_WORDS, key=len, reverse=True))
_PART = rf"(?:(?:{_NUMBER})\s?-?(?:{_UNIT})|(?:{_SPELT})[\s-](?:seconds?|minutes?|hours?|days?)|half\s+an?\s+hour|(?:an|one)\s+hour\s+and\s+a\s+half|a\s+quarter\s+of\s+an\s+hour)(?![A-Za-z_/])"
_DURATION = re.compile(rf"(?<![\w.:,/$-])(?:{_PART})(?:(?:\s|,\s|\s?and\s)?(?:{_PART}))*", re.IGNORECASE)
_STATUSES = re.compile(r"[1-5]\d\ds")
_PIECE = re.compile(rf"(?P<number>{_NUMBER}|{_SPELT})[\s-]?(?P<unit>{_UNIT})(?![A-Za-z_])", re.IGNORECASE)
_RATIO = re.compile(r"(?<![\w.])(?P<number>\d+(?:\.\d+)?)\s?(?:%|percent\b|per\s?cent\b)", re.IGNORECASE)
_COUNT = re.compile(
    rf"(?<![\w.:/#$€£+−-])(?P<number>{_NUMBER})(?:\s?(?P<scale>k|thousand|million|m)\b)?(?![\w:/]|\.\d|,\d|-\w)",
    re.IGNORECASE,
)
#: What stands before a status code.
_ANSWER = re.compile(
    r"(?i)\b(?:an?|https?|status(?: code)?|code|returned|returning|answered|got|with|response|served)\s+$"
)
_ABOUT = re.compile(
    r"(?i)(?:about|around|approximately|approx\.?|roughly|circa|ca\.?|some|~|≈|nearly|almost|close to|shortly (?:after|before)|just (?:after|before|over|under))\s*$"
)
_LEAST = re.compile(
    r"(?i)(?:over|more than|at least|above|exceed(?:ed|ing)|upwards of|>|≥|no fewer than|not less than)\s*$"
)
_MOST = re.compile(r"(?i)(?:under|fewer than|less than|at most|below|up to|<|≤|no more than|within)\s*$")


@dataclass(frozen=True)
class Quantity:
    """One stated quantity; ``value`` in seconds (a time: of its day, UTC or as its zone says), as a share, or a count."""

    kind: str  #: time, date, duration, ratio or count
    start: int
    stop: int
    text: str
    value: float
    low: float  #: what the words allow
    high: float
    date: datetime.date | None = None
    offset_min: int | None = None  #: of a time's stated zone
    is_about: bool = False


def find_quantities(text: str) -> list[Quantity]:
    """All of them, in order; each stretch of text is one quantity at most."""
    found: list[Quantity] = []
    is_taken = bytearray(len(text))
    for read in (_find_times, _find_dates, _find_durations, _find_ratios, _find_counts):
        for each in read(text):
            if not any(is_taken[each.start : each.stop]):
                found.append(each)
                is_taken[each.start : each.stop] = b"\1" * (each.stop - each.start)
    return sorted(found, key=lambda each: each.start)


def _find_times(text: str) -> Iterator[Quantity]:
    dates = list(_find_dates(text))[:200]
    for found in [*_ISO.finditer(text), *_CLOCK.finditer(text), *_HOUR.finditer(text)]:
        parts = found.groupdict()
        hour, minute, second = int(parts["hour"]), int(parts.get("minute") or 0), int(parts.get("second") or 0)
        if parts.get("half"):
            if not 1 <= hour <= 12:
                continue
            hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
        if hour > 24 or minute > 59 or second > 59:
            continue
        fraction = float(f"0.{parts['fraction']}") if parts.get("fraction") else 0.0
        value = hour * 3600 + minute * 60 + second + fraction
        unit = (
            3600.0
            if parts.get("minute") is None
            else 60.0
            if parts.get("second") is None
            else 1.0
            if not parts.get("fraction")
            else 0.001
        )
        is_about = bool(_ABOUT.search(text[max(found.start() - 24, 0) : found.start()]))
        # Stated to the minute is cut off or rounded; "around" is some minutes.
        slack = 300.0 if is_about else 0.0
        day = (
            datetime.date.fromisoformat(parts["date"])
            if parts.get("date") and _is_date(parts["date"])
            else _nearest_date(dates, found.start())
        )
        yield Quantity(
            "time",
            found.start(),
            found.end(),
            found[0].strip(),
            value,
            value - unit / 2 - slack,
            value + unit + slack,
            day,
            _read_offset(parts),
            is_about,
        )


def _nearest_date(dates: list[Quantity], start: int) -> datetime.date | None:
    """The date that stands before a time in the same sentence."""
    return next((each.date for each in reversed(dates) if each.stop <= start), None)


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read_offset(parts: dict[str, str | None]) -> int | None:
    if parts.get("zone"):
        return ZONES[str(parts["zone"]).upper()]
    if parts.get("offset"):
        text = str(parts["offset"]).replace("−", "-").replace(":", "")
        digits = text[1:]
        minutes = int(digits[:2]) * 60 + int(digits[2:] or 0) if len(digits) > 2 else int(digits) * 60
        return -minutes if text[0] == "-" else minutes
    return None


def _find_dates(text: str) -> Iterator[Quantity]:
    for found in _DATE.finditer(text):
        parts = found.groupdict()
        if parts["iso"]:
            year, month, day = map(int, parts["iso"].split("-"))
        else:
            month = _MONTHS[str(parts["month"] or parts["month2"])[:3].lower()]
            day = int(parts["day"] or parts["day2"])
            year = int(parts["year"] or parts["year2"] or 0)
        try:
            date = datetime.date(year or 1, month, day)
        except ValueError:
            continue
        yield Quantity(
            "date", found.start(), found.end(), found[0], float(date.toordinal()), 0, 0, date if year else None
        )


def _find_durations(text: str) -> Iterator[Quantity]:
    for found in _DURATION.finditer(text):
        if _STATUSES.fullmatch(found[0]):
            continue  # 504s are answers, not seconds
        value, unit = _read_duration(found[0])
        if value is None:
            continue
        yield _bound("duration", text, found.start(), found.end(), value, unit)


def _read_duration(text: str) -> tuple[float | None, float]:
    told = re.sub(r"(?i)half\s+an?\s+hour", "30 minutes", text)
    told = re.sub(r"(?i)(?:an|one)\s+hour\s+and\s+a\s+half", "90 minutes", told)
    told = re.sub(r"(?i)a\s+quarter\s+of\s+an\s+hour", "15 minutes", told)
    total, finest = 0.0, 0.0
    for piece in _PIECE.finditer(told):
        number = piece["number"].lower()
        size = next(size for words, size in _UNITS if re.fullmatch(words, piece["unit"], re.IGNORECASE))
        total += (_WORDS[number] if number in _WORDS else float(number.replace(",", ""))) * size
        decimals = len(number.partition(".")[2]) if number not in _WORDS else 0
        finest = size / 10**decimals
    return (total, finest) if finest else (None, 0.0)


def _find_ratios(text: str) -> Iterator[Quantity]:
    for found in _RATIO.finditer(text):
        decimals = len(found["number"].partition(".")[2])
        yield _bound("ratio", text, found.start(), found.end(), float(found["number"]) / 100, 10**-decimals / 100)


def _find_counts(text: str) -> Iterator[Quantity]:
    for found in _COUNT.finditer(text):
        number = found["number"]
        if re.fullmatch(r"[1-5]\d\d", number) and _ANSWER.search(text[max(found.start() - 24, 0) : found.start()]):
            continue
        scale = {"k": 1e3, "thousand": 1e3, "million": 1e6, "m": 1e6}.get((found["scale"] or "").lower(), 1.0)
        value = float(number.replace(",", "")) * scale
        # 1.2k is good to a hundred.
        unit = scale / 10 ** len(number.partition(".")[2]) if scale > 1 else 0.0
        yield _bound("count", text, found.start(), found.end(), value, unit)


def _bound(kind: str, text: str, start: int, stop: int, value: float, unit: float) -> Quantity:
    before = text[max(start - 24, 0) : start]
    # Rounded to its last digit, or cut off there.
    low, high = value - unit / 2, value + unit
    is_about = bool(_ABOUT.search(before))
    if is_about:
        slack = {"duration": 0.2, "ratio": 0.1, "count": 0.1}[kind] * value
        low, high = low - slack, high + slack
    elif _LEAST.search(before):
        high = value * 1.5 + unit
    elif _MOST.search(before):
        low = value * 0.5 - unit
    return Quantity(kind, start, stop, text[start:stop], value, low, high, is_about=is_about)
