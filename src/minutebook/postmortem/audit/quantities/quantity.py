"""One stated quantity: its kind, its place in a text, its value, and the bounds that the words around it allow."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

_ABOUT = re.compile(
    r"(?i)(?:about|around|approximately|approx\.?|roughly|circa|ca\.?|some|~|≈|nearly|almost|close to"
    r"|shortly (?:after|before)|just (?:after|before|over|under))\s*$"
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


def is_about(text: str, start: int) -> bool:
    """Whether the words before a place make its number approximate."""
    return _ABOUT.search(_before(text, start)) is not None


def bound(kind: str, text: str, start: int, stop: int, value: float, unit: float) -> Quantity:
    """A quantity, exact to its last digit (of size ``unit``) or as far as the words before it say."""
    before = _before(text, start)
    # Rounded to its last digit, or cut off there.
    low, high = value - unit / 2, value + unit
    if is_about(text, start):
        slack = {"duration": 0.2, "ratio": 0.1, "count": 0.1}[kind] * value
        low, high = low - slack, high + slack
    elif _LEAST.search(before):
        high = value * 1.5 + unit
    elif _MOST.search(before):
        low = value * 0.5 - unit
    return Quantity(kind, start, stop, text[start:stop], value, low, high)


def _before(text: str, start: int) -> str:
    return text[max(start - 24, 0) : start]
