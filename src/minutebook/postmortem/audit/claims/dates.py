"""a stated day and the days of the evidence → a verdict."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from minutebook.postmortem.audit.quantities.quantity import Quantity
from minutebook.postmortem.audit.verdicts import CONTRADICTED, OPEN, SUPPORTED, Verdict


def judge_date(quantity: Quantity, days: Sequence[datetime.date], *, is_told: bool) -> Verdict:
    """Whether it's a day in the evidence; ``is_told``: whether the text is about the day of the incident at all."""
    if not days:
        return Verdict(OPEN, why="no evidence with a day")
    # Without a year it's read in the evidence's own.
    stated = quantity.date or _with_year(quantity, days[0].year)
    if stated in days:
        return Verdict(SUPPORTED, stated.isoformat(), "", "timeline.csv", "")
    near = min(days, key=lambda day: abs((day - stated).days))
    off = abs((near - stated).days)
    if not is_told or (off > 31 and stated.year == near.year):
        return Verdict(OPEN, why="it may be another event's day")
    told = f"{off} day{'s' if off > 1 else ''}"
    return Verdict(CONTRADICTED, near.isoformat(), told, "timeline.csv", "the evidence is of another day")


def _with_year(quantity: Quantity, year: int) -> datetime.date:
    day = datetime.date.fromordinal(int(quantity.value))
    return datetime.date(year, day.month, min(day.day, 28) if (day.month, day.day) == (2, 29) else day.day)
