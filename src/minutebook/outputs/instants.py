"""instants and spans → the words people read: clock times in a named zone, ``9 min 8 s``.

Values come as timestamps or as RFC 3339 text (results that were saved), so both are taken.
"""

from __future__ import annotations

import datetime
import math
import numbers
import zoneinfo
from typing import TYPE_CHECKING

from minutebook.errors import MinutebookError

if TYPE_CHECKING:
    import pandas as pd

# Not by strftime, whose month names depend on the locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def find_zone(zone: str) -> datetime.tzinfo:
    """The time zone of that IANA name; `MinutebookError` if there's none."""
    if zone == "UTC":
        return datetime.UTC
    try:
        return zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, TypeError) as error:
        do = "use an IANA name such as Europe/Berlin"
        raise MinutebookError(f"no time zone {zone!r}", do=do) from error


def as_instant(value: object) -> pd.Timestamp | None:
    """A timestamp in UTC, or None for null and for what is no instant."""
    import pandas as pd

    if value is None or value is pd.NaT or value is pd.NA:
        return None
    try:
        time = pd.Timestamp(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if pd.isna(time) or time.tzinfo is None:
        return None
    return time.tz_convert("UTC")


def format_clock(time: datetime.datetime | None, zone: datetime.tzinfo, *, fraction: int = 0) -> str:
    """``09:08:04`` in the zone, with that many digits of the second (cut off); ``?`` for None."""
    if time is None:
        return "?"
    digits = f".{time.microsecond:06d}"[: fraction + 1] if fraction else ""
    return time.astimezone(zone).strftime("%H:%M:%S") + digits


def format_moment(
    time: datetime.datetime | None, zone: datetime.tzinfo, *, fraction: int = 0, day: bool = False
) -> str:
    """As `format_clock`, with ``23 November, `` before it if ``day``."""
    clock = format_clock(time, zone, fraction=fraction)
    if time is None or not day:
        return clock
    local = time.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]}, {clock}"


def format_range(
    start: datetime.datetime | None, end: datetime.datetime | None, zone: datetime.tzinfo, *, day: bool = False
) -> str:
    """``09:08:04 – 09:17:10``, with the day if asked for, and with both where they differ."""
    is_one_day = None in (start, end) or start.astimezone(zone).date() == end.astimezone(zone).date()  # type: ignore[union-attr]
    since = format_moment(start, zone, day=day or not is_one_day)
    return f"{since} – {format_moment(end, zone, day=not is_one_day)}"


def format_days(start: datetime.datetime, end: datetime.datetime, zone: datetime.tzinfo) -> str:
    """``23 November 2026`` or ``23 – 24 November 2026``: the days from start to end."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    until = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    if first.date() == last.date():
        return until
    since = f"{first.day}"
    if (first.month, first.year) != (last.month, last.year):
        since += f" {_MONTHS[first.month - 1]}"
    return f"{since}{f' {first.year}' if first.year != last.year else ''} – {until}"


def format_span(seconds: object) -> str:
    """``0.4 s``, ``9 min 8 s``, ``2 h 5 min``, ``3 d 4 h``; ``unknown`` for what is no number."""
    if isinstance(seconds, bool) or not isinstance(seconds, numbers.Real):
        return "unknown"
    value = float(seconds)
    if not math.isfinite(value):
        return "unknown"
    sign, size = ("−" if value < 0 else ""), abs(value)
    if size < 9.95:
        return f"{sign}{size:.1f} s".replace(".0 s", " s")
    whole = round(size)
    days, hours, minutes = whole // 86_400, whole // 3600 % 24, whole // 60 % 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (whole % 60, "s")]
    first = next(n for n, (count, _) in enumerate(parts) if count)
    return sign + " ".join(f"{count:,} {unit}" for count, unit in parts[first : first + 2] if count)
