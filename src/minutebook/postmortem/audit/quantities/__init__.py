"""a sentence → the times, durations, ratios and counts that it states, each with how exactly it states them.

"09:10" is exact to the minute, "09:10:22" to the second, "47 minutes" to a minute, "about 47 minutes" to a fifth; "over
400 users" is a bound. What is later compared with evidence is the interval, never the bare number.

Read in order: `quantity`, `times` (and days), `durations`, `numbers` (shares and counts).
"""

from __future__ import annotations

from minutebook.postmortem.audit.quantities.durations import find_durations
from minutebook.postmortem.audit.quantities.numbers import find_counts, find_ratios
from minutebook.postmortem.audit.quantities.quantity import Quantity
from minutebook.postmortem.audit.quantities.times import find_dates, find_times


def find_quantities(text: str) -> list[Quantity]:
    """All quantities in order; each stretch of text gives at most one."""
    found: list[Quantity] = []
    is_taken = bytearray(len(text))
    for read in (find_times, find_dates, find_durations, find_ratios, find_counts):
        for each in read(text):
            if not any(is_taken[each.start : each.stop]):
                found.append(each)
                is_taken[each.start : each.stop] = b"\1" * (each.stop - each.start)
    return sorted(found, key=lambda each: each.start)
