"""a sentence → the durations that it states, in figures or in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from minutebook.postmortem.audit.quantities.numbers import NUMBER
from minutebook.postmortem.audit.quantities.quantity import Quantity, bound

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
_SPELT = "|".join(sorted(_WORDS, key=len, reverse=True))
_PART = rf"(?:(?:{NUMBER})\s?-?(?:{_UNIT})|(?:{_SPELT})[\s-](?:seconds?|minutes?|hours?|days?)|half\s+an?\s+hour|(?:an|one)\s+hour\s+and\s+a\s+half|a\s+quarter\s+of\s+an\s+hour)(?![A-Za-z_/])"
_DURATION = re.compile(rf"(?<![\w.:,/$-])(?:{_PART})(?:(?:\s|,\s|\s?and\s)?(?:{_PART}))*", re.IGNORECASE)
_STATUSES = re.compile(r"[1-5]\d\ds")
_PIECE = re.compile(rf"(?P<number>{NUMBER}|{_SPELT})[\s-]?(?P<unit>{_UNIT})(?![A-Za-z_])", re.IGNORECASE)


def find_durations(text: str) -> Iterator[Quantity]:
    """Each duration in full: ``1 hour and 5 minutes`` is one."""
    for found in _DURATION.finditer(text):
        if _STATUSES.fullmatch(found[0]):
            continue  # 504s are answers, not seconds
        value, unit = _read_duration(found[0])
        if value is None:
            continue
        yield bound("duration", text, found.start(), found.end(), value, unit)


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
