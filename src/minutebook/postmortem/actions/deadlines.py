"""the text under "due" → whether it's a timebox, and its day where it names one.

A day, a stated period ("end of next sprint", "Q1 2027", "within 2 weeks") is a timebox; "ASAP", "soon" and "ongoing"
aren't.
"""

from __future__ import annotations

import datetime
import re

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = "(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAYS = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(
        rf"(?i)(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s./-]+(?:of\s+)?{_MONTH}\.?,?[\s./-]*(?P<year>\d{{4}}"
        rf"|\d{{2}}(?!\d))?"
    ),
    re.compile(rf"(?i)\b{_MONTH}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d),?\s*(?P<year>\d{{4}})?"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})\.(?P<m>\d{1,2})\.(?P<year>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<m>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?!\d)"),
)
_PERIOD = re.compile(
    r"(?i)\b(?:(?:end of|during|in|by|within|before|until|this|next|current|following|coming|the)\s+)*"
    r"(?:(?:next|this|current|following|coming)\s+(?:sprint|week|month|quarter|iteration|release|year|cycle|(?:mon"
    r"|tues|wednes|thurs|fri|satur|sun)day)"
    r"|end of (?:the |this |next )?(?:sprint|week|month|quarter|iteration|year|cycle|day|q[1-4]|h[12]"
    r"|\w{3,9}(?:\s+\d{4})?)"
    r"|sprint[\s-]*#?\d+|\d{4}[\s-]?q[1-4]|q[1-4](?:[\s/-]*\d{2,4})?|h[12](?:[\s/-]*\d{2,4})?|\d{4}-w\d{1,2}"
    r"|w(?:eek)?\s?\d{1,2}\b|eo[wmqyd]\b"
    r"|(?:\d+|one|two|three|four|five|six|eight|a)\s+(?:business |working |calendar )?(?:days?|weeks?|months?"
    r"|sprints?|hours?|quarters?)"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december)(?:\s+\d{4})?"
    r"|\d+\s?[dwm]\b)"
)
_OPEN = re.compile(
    r"(?i)\b(?:asap|soon|tbd|tbc|tba|ongoing|later|someday|eventually|when possible|as needed|continuous(?:ly)?"
    r"|immediately|unknown|none|n/?a|backlog|sometime|no date|open|as time permits|when time permits)\b|^[\s?–—-]*$"
)


def read_deadline(text: str, *, year: int | None = None) -> tuple[bool, datetime.date | None, str]:
    """(is a timebox, its day where it names one, what is wrong). A day without a year takes ``year``, if that's given."""
    for pattern in _DAYS:
        if found := pattern.search(text):
            parts = found.groupdict()
            month = int(parts["m"]) if parts.get("m") else _MONTHS[parts["month"][:3].lower()]
            stated = int(parts["year"]) if parts.get("year") else year
            if stated is not None and stated < 100:
                stated += 2000
            if stated is None:
                return (
                    (True, None, "")
                    if _is_day(2024, month, int(parts["day"]))
                    else (False, None, f"no such day: {found[0].strip()}")
                )
            day = _is_day(stated, month, int(parts["day"])) or _is_day(stated, int(parts["day"]), month)
            return (True, day, "") if day else (False, None, f"no such day: {found[0].strip()}")
    if _OPEN.search(text):
        return False, None, f"“{text.strip()}” is no date" if text.strip(" ?–—-") else "no date"
    if _PERIOD.search(text):
        return True, None, ""
    return False, None, f"“{text.strip()}” is no date"


def _is_day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
