"""a statement → the pairs of times that it joins to ranges, and how long each range is."""

from __future__ import annotations

import itertools
import re

from minutebook.postmortem.audit.consistency.statement import Statement
from minutebook.postmortem.audit.quantities.quantity import Quantity

_RANGE = re.compile(
    r"^\s*\)?\s*(?:\(?(?:UTC|local|[A-Z]{2,4}T)\)?\s*)?(?:–|—|-|→|to|until|till|through|and)\s*(?:about\s+|around\s+|approximately\s+|\d{4}-\d\d-\d\d\s+)?(?:at\s+)?$",
    re.IGNORECASE,
)
DAY_S = 86_400.0


def find_ranges(statement: Statement) -> list[tuple[Quantity, Quantity]]:
    """Pairs of times that a statement joins: 09:08 – 09:17, between 09:08 and 09:17."""
    times = [each for each in statement.quantities if each.kind == "time"]
    text = statement.unit.text
    pairs = []
    for first, second in itertools.pairwise(times):
        between = text[first.stop : second.start]
        is_and = re.search(r"(?i)\band\b", between) and not re.search(r"(?i)\bbetween\s*$", text[: first.start])
        if _RANGE.match(between) and not is_and:
            pairs.append((first, second))
    return pairs


def measure_range(first: Quantity, second: Quantity) -> tuple[float, float, float]:
    """(seconds, least, most) from one time to another; past midnight where the second is earlier and has no day."""
    zone = (
        ((second.offset_min or 0) - (first.offset_min or 0)) * 60.0
        if first.offset_min is not None and second.offset_min is not None
        else 0.0
    )
    days = (second.date - first.date).days * DAY_S if first.date and second.date else 0.0
    value = second.value - first.value - zone + days
    if value < 0 and (not first.date or not second.date or days == 0):
        value += DAY_S
    slack = (first.high - first.value) + (second.high - second.value)
    return value, value - slack, value + slack
