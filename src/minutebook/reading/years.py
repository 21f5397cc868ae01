"""year-less stamps → the year of the first: as the caller says, else by the other sources, else by the file's age."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import plain_texts
from minutebook.plans import Plan
from minutebook.plans.matched import Matched
from minutebook.plans.matching import match_lines_of
from minutebook.sources import Source
from minutebook.times import YEARLESS, YEARS, Years, find_years, parse_times
from minutebook.times.zones import TIME

_DAY_US = 86_400_000_000
#: Has a 29 February, so that every stamp of a year-less log can be read.
_ANY_YEAR = 2000
#: Records among which the first readable stamp is looked for.
_FIRST = 200


def is_yearless(lines: Sequence[str], plans: Sequence[Plan]) -> bool:
    """Whether stamps of some of the lines lack the year."""
    if not any(
        layout in YEARLESS for plan in plans for layout in (*plan.layouts, *(x for p in plan.inner for x in p.layouts))
    ):
        return False
    matched = match_lines_of(pa.array(lines, pa.string()), plans)[0]
    return not matched or any(each.layouts[at] in YEARLESS for each in matched for at in np.unique(each.pattern))


def find_stated_year(lines: Sequence[str], plans: Sequence[Plan]) -> int | None:
    """The year of the first stamp that has one, for later ones that may lack it; None where none has."""
    for matched in match_lines_of(pa.array(lines[:200], pa.string()), plans)[0]:
        stamps = matched.parts.get("time")
        layout = matched.layouts[matched.pattern[0]] if len(matched.pattern) else ""
        if stamps is not None and layout and layout not in YEARLESS:
            times = parse_times(stamps[:1], layout).time.drop_null()
            if len(times):
                return times[0].as_py().year
    return None


class Guess(NamedTuple):
    """The year that the first year-less stamp is taken to be of, and why."""

    year: int
    why: str


def find_year(
    lines: Sequence[str], plans: Sequence[Plan], source: Source, around: tuple[int, int] | None
) -> Guess | None:
    """The year of the first year-less stamp among the lines; None where nothing tells it.

    A stamp of the same log that states its year tells it, if only one within a message. Else ``around``, the span of
    the other sources (µs): the year that brings the stamp closest to it. Without one, the latest year that doesn't put
    the stamp behind the file's own time of change. A 29 February among the stamps leaves only years that have one.
    """
    first = _first_stamp(lines, plans)
    if first is None:
        return None
    run = _read_run(lines, plans)
    if (stated := run.find_stated()) is not None:
        return Guess(stated, "a stamp of the same log states it")
    return guess_year(first, run.find_leap_days(), source, around)


def guess_year(first: datetime, leaps: frozenset[int], source: Source, around: tuple[int, int] | None) -> Guess | None:
    """The year of the first stamp, where its log doesn't state it; so many years later (``leaps``) there's a 29 February."""
    because = ", of those in which its 29 February exists" if leaps else ""
    if around is not None:
        reach = 8 if leaps else 1  # leap years are up to eight years apart
        years = range(_year_of(around[0]) - reach, _year_of(around[1]) + reach + 1)
        year = min(_keep_leap(years, leaps), key=lambda year: (_distance(_in_year(first, year), around), year))
        return Guess(year, f"the nearest to the other sources{because}")
    if source.path is None:
        return None
    changed = int(source.path.stat().st_mtime * 1e6) + _DAY_US
    years = range(YEARS[0], _year_of(changed) + 1)
    fitting = [year for year in _keep_leap(years, leaps) if _in_year(first, year) <= changed]
    return Guess(fitting[-1], f"the latest before the file's last change{because}") if fitting else None


class _Run(NamedTuple):
    """Stamps in the order of their lines: month and day, years since the first one, and the year that it states or 0."""

    month: np.ndarray
    day: np.ndarray
    since: np.ndarray
    stated: np.ndarray

    def find_stated(self) -> int | None:
        """The first stamp's year, by the first one that states its own."""
        told = np.flatnonzero(self.stated)
        return int(self.stated[told[0]] - self.since[told[0]]) if len(told) else None

    def find_leap_days(self) -> frozenset[int]:
        """How many years after the first stamp's there's a 29 February."""
        return frozenset(np.unique(self.since[(self.month == 2) & (self.day == 29)]).tolist())


def _read_run(lines: Sequence[str], plans: Sequence[Plan]) -> _Run:
    text = pa.array(lines, pa.string())
    known = np.zeros((4, len(text)), np.int64)  # month, day, since, stated; by line
    for matched in match_lines_of(text, plans)[0]:
        times = _read_stamps(matched)
        is_yearless = np.array([layout in YEARLESS for layout in matched.layouts])[matched.pattern]
        month, day, year = (
            pc.fill_null(part(times), 0).to_numpy(zero_copy_only=False) for part in (pc.month, pc.day, pc.year)
        )
        known[:, matched.rows] = month, day, np.zeros_like(year), np.where(is_yearless, 0, year)
    for rows, years in _read_inner_years(text, plans):
        known[3, rows] = np.where(known[3, rows] == 0, years, known[3, rows])
    known = known[:, known[0] > 0]
    known[2] = find_years(known[0], 0)
    return _Run(*known)


def _read_inner_years(text: pa.StringArray, plans: Sequence[Plan]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Lines whose messages have a stamp that states its year, and which."""
    for plan in plans:
        records = plan.read(text) if plan.inner and any(layout in YEARLESS for layout in plan.layouts) else None
        if records is None or "message" not in records.parts:
            continue
        for each in match_lines_of(pc.fill_null(plain_texts(records.parts["message"]), ""), plan.inner)[0]:
            if "time" in each.parts and not any(layout in YEARLESS for layout in each.layouts):
                years = pc.fill_null(pc.year(_read_stamps(each)), 0).to_numpy(zero_copy_only=False)
                yield records.rows[each.rows], years


def _keep_leap(years: Sequence[int], leaps: frozenset[int]) -> Sequence[int]:
    """The years that have a 29 February where the stamps do; all of them where none has."""
    return [year for year in years if all(isleap(year + step) for step in leaps)] or years


def list_years(matched: Sequence[Matched], place: np.ndarray, year: int | None, month: int) -> Years:
    """The year of each record in the order of the lines, whatever format it's in; one alone if that's the first's.

    ``place`` has the records' places in that order; ``month`` is that of the stamp before the first, in ``year``, or 0.
    """
    if year is None:
        return None
    if len(matched) == 1 and len(set(matched[0].layouts)) == 1:
        # The order of the stamps tells all but the first one's.
        first = _read_months(matched[0], _FIRST)
        known = first[first > 0][:1]
        return int(find_years(np.concatenate(([month], known)), year)[-1]) if month else year
    months = np.zeros(len(place), np.int64)
    months[place] = np.concatenate([_read_months(each) for each in matched]) if matched else months
    rows = np.flatnonzero(months)
    years = np.full(len(place), year)
    if len(rows):
        before = month or int(months[rows[0]])
        years[rows] = find_years(np.concatenate(([before], months[rows])), year)[1:]
    return years


def _read_months(matched: Matched, most: int | None = None) -> np.ndarray:
    """The month of each of the first records; 0 where the stamp can't be read."""
    return pc.fill_null(pc.month(_read_stamps(matched, most)), 0).to_numpy(zero_copy_only=False)


def _read_stamps(matched: Matched, most: int | None = None) -> pa.Array:
    """The stamps of the first records, year-less ones in a year of their own; null where they can't be read."""
    stamps = matched.parts.get("time")
    if stamps is None:
        return pa.nulls(len(matched.rows[:most]), TIME)
    order, times = [np.empty(0, np.int64)], [pa.nulls(0, TIME)]
    for index in np.unique(matched.pattern[:most]):
        rows = np.flatnonzero(matched.pattern[:most] == index)
        any_year = np.full(len(rows), _ANY_YEAR)
        times.append(parse_times(stamps.take(pa.array(rows)), matched.layouts[index], year=any_year).time)
        order.append(rows)
    return pa.concat_arrays(times).take(pa.array(np.argsort(np.concatenate(order), kind="stable")))


def _first_stamp(lines: Sequence[str], plans: Sequence[Plan]) -> datetime | None:
    for matched in match_lines_of(pa.array(lines[:200], pa.string()), plans)[0]:
        stamps = matched.parts.get("time")
        for layout in matched.layouts:
            if stamps is not None and layout in YEARLESS:
                times = parse_times(stamps, layout, year=_ANY_YEAR).time.drop_null()
                if len(times):
                    return times[0].as_py()
    return None


def _in_year(stamp: datetime, year: int) -> int:
    """µs of the stamp in that year; of 29 February in a year without one, the day after."""
    try:
        moved = stamp.replace(year=year)
    except ValueError:
        moved = stamp.replace(year=year, month=3, day=1)
    return int(moved.replace(tzinfo=UTC).timestamp() * 1e6)


def _year_of(us: int) -> int:
    return datetime.fromtimestamp(us / 1e6, UTC).year


def _distance(us: int, around: tuple[int, int]) -> int:
    return max(around[0] - us, us - around[1], 0)
