"""what a person typed (``--since 14:05 --until -2h``) → the span of time that is looked at.

Times without a day are relative to the evidence, never to the machine's clock. ``since`` is the first moment inside,
``until`` the first one after.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.errors import MinutebookError
from minutebook.times import parse_instant
from minutebook.times.utc import write_instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANY = datetime(2000, 1, 1, tzinfo=UTC)  # to see whether a text would be an instant on some day
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From ``since`` up to but not including ``until``, each in µs since 1970; None is open."""

    since: int | None = None
    until: int | None = None

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def find(self, events: pa.Table, shift_us: int = 0) -> pa.Array:
        """Which events begin inside, their clock corrected by ``shift_us``."""
        time = events.column("time").cast(pa.int64())
        is_in = pa.array([True] * events.num_rows) if not self else None
        for compare, edge in ((pc.greater_equal, self.since), (pc.less, self.until)):
            if edge is not None:
                side = compare(time, edge - shift_us)
                is_in = side if is_in is None else pc.and_(is_in, side)
        return is_in

    def tell(self) -> dict[str, str | None]:
        """``since`` and ``until`` as texts in UTC."""
        since, until = (None if edge is None else write_instant(edge) for edge in (self.since, self.until))
        return {"since": since, "until": until}


def read_span(since: str | None, until: str | None, zone: str, evidence: tuple[int, int] | None) -> Span | None:
    """The span between two times as typed; None where they are relative and the ``evidence`` isn't known yet.

    ``evidence`` is its first and last moment (µs); ``zone`` holds for times without one. A clock time alone is on the
    evidence's day: on the one day on which it lies within the evidence, else on the nearest; ``until`` is the first
    such time after ``since``. Raises `MinutebookError` for what is no time, could be on several days, or ends before it
    begins.
    """
    for text in (since, until):
        if text is not None:
            parse_instant(text, zone=zone, now=_ANY, day=_ANY.date())
    if evidence is None and any(text is not None and _is_relative(text, zone) for text in (since, until)):
        return None
    bounds = tuple(_EPOCH + timedelta(microseconds=us) for us in evidence) if evidence else (_ANY, _ANY)
    start = end = None
    if until is not None and not _is_relative(until, zone):
        end = parse_instant(until, zone=zone)
    if since is not None:
        start = _read(since, zone, bounds, before=end)
    if until is not None and end is None:
        end = _read(until, zone, bounds, after=start)
    if start is not None and end is not None and start >= end:
        raise MinutebookError(
            f"the span ends ({_tell(end)}) before it begins ({_tell(start)})", where="--since, --until", do="swap them"
        )
    return Span(_as_us(start), _as_us(end))


def _is_relative(text: str, zone: str) -> bool:
    """Whether the time needs the evidence: for its day, for its year, or for the moment that it's counted back from."""
    try:
        parse_instant(text, zone=zone)
    except MinutebookError:
        return True
    return False


def _read(
    text: str,
    zone: str,
    bounds: tuple[datetime, ...],
    *,
    after: datetime | None = None,
    before: datetime | None = None,
) -> datetime:
    first, last = bounds
    if not _is_relative(text, zone):
        return parse_instant(text, zone=zone)
    if text.strip().startswith("-"):
        return parse_instant(text, zone=zone, now=last)
    # Every day in between has the same time of day: only the days at the edges matter.
    around = {edge + i * _DAY for edge in (first, last, after, before) if edge is not None for i in (-1, 0, 1)}
    found = sorted(set(_on_days(text, zone, last, {each.date() for each in around})))
    if after is not None:
        return next(each for each in found if each > after)
    if before is not None:
        return next(each for each in reversed(found) if each < before)
    within = [each for each in found if first <= each <= last]
    if not found:
        parse_instant(text, zone=zone, now=last, day=first.date())  # raises what's wrong with it
    if len(within) > 1:
        _refuse_several(text, within)
    return within[0] if within else min(found, key=lambda each: max(first - each, each - last))


def _on_days(text: str, zone: str, now: datetime, days: set[date]) -> Iterator[datetime]:
    for day in days:
        # Not on a day on which the zone has this hour twice or not at all.
        with suppress(MinutebookError):
            yield parse_instant(text, zone=zone, now=now, day=day)


def _refuse_several(text: str, found: list[datetime]) -> NoReturn:
    raise MinutebookError(
        f"the time {text!r} is on several days of the evidence, {found[0]:%Y-%m-%d} to {found[-1]:%Y-%m-%d}",
        where="--since, --until",
        do=f"write the day too: {found[-1]:%Y-%m-%d} {text.strip()}",
    )


def _as_us(instant: datetime | None) -> int | None:
    return None if instant is None else (instant - _EPOCH) // timedelta(microseconds=1)


def _tell(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}Z"
