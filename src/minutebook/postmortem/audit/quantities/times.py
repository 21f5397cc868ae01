"""a sentence → the clock times and days that it states, in whatever zone it names."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping

from minutebook.postmortem.audit.quantities.quantity import Quantity, is_about

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
    rf"(?i)(?<![\w-])(?:(?P<iso>\d{{4}}-\d\d-\d\d)(?!\d|T\d)|(?P<day>\d{{1,2}})(?:st|nd|rd"
    rf"|th)?(?:\s+of)?\s+(?P<month>{_MONTH})(?:,?\s+(?P<year>\d{{4}}))?"
    rf"|(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s+(?P<year2>\d{{4}}))?)(?!\w)"
)


def find_times(text: str) -> Iterator[Quantity]:
    """Clock times, each with the day stated with it or before it."""
    dates = list(find_dates(text))[:200]
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
        # Stated to the minute is cut off or rounded; "around" is some minutes.
        unit, slack = _find_unit(parts), 300.0 if is_about(text, found.start()) else 0.0
        day = _read_date(parts.get("date")) or _nearest_date(dates, found.start())
        bounds = (value - unit / 2 - slack, value + unit + slack)
        place = (found.start(), found.end(), found[0].strip())
        yield Quantity("time", *place, value, *bounds, day, _read_offset(parts))


def find_dates(text: str) -> Iterator[Quantity]:
    """Days, those without a year as well; the value is the ordinal, in year 1 where none is stated."""
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


def _find_unit(parts: Mapping[str, str | None]) -> float:
    """How exact a stated time is, in seconds."""
    if parts.get("fraction"):
        return 0.001
    if parts.get("second") is not None:
        return 1.0
    return 60.0 if parts.get("minute") is not None else 3600.0


def _nearest_date(dates: list[Quantity], start: int) -> datetime.date | None:
    """The nearest date before a time in the same sentence."""
    return next((each.date for each in reversed(dates) if each.stop <= start), None)


def _read_date(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _read_offset(parts: dict[str, str | None]) -> int | None:
    if parts.get("zone"):
        return ZONES[str(parts["zone"]).upper()]
    if parts.get("offset"):
        text = str(parts["offset"]).replace("−", "-").replace(":", "")
        digits = text[1:]
        minutes = int(digits[:2]) * 60 + int(digits[2:] or 0) if len(digits) > 2 else int(digits) * 60
        return -minutes if text[0] == "-" else minutes
    return None
