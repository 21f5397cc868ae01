"""a source's account and clock, or those of all sources → what was read, in words and in sums."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from minutebook.outputs.inert import inert_text
from minutebook.outputs.instants import as_instant, format_clock, format_span
from minutebook.outputs.wording.counts import as_whole, count_of

_COUNTS = ("lines", "lines_in_events", "lines_skipped", "lines_rejected", "events", "copies")


def sum_sources(sources: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Sums over all sources: lines and what became of them, ``lines_told`` for, events and copies."""
    listed = list(sources)
    total = {name: sum(as_whole(source.get(name)) for source in listed) for name in _COUNTS}
    return total | {"lines_told": total["lines_in_events"] + total["lines_skipped"] + total["lines_rejected"]}


def tell_source(source: Mapping[str, Any], tz: datetime.tzinfo) -> Iterator[str]:
    """How a source was read, in short pieces."""
    score = source.get("score")
    share = f" ({score * 100:.3g}%)" if isinstance(score, float) else ""
    yield (inert_text(source.get("format")) or "no format") + share
    if source.get("runner_up"):
        yield f"next best {inert_text(source['runner_up'])}"
    yield count_of(as_whole(source.get("lines")), "line")
    # Of a batch several events share a line: what goes on isn't known there.
    goes_on = as_whole(source.get("lines_in_events")) - as_whole(source.get("events"))
    if goes_on > 0:
        yield f"{goes_on:,} going on from the one before"
    for what in ("skipped", "rejected"):
        if as_whole(source.get(f"lines_{what}")):
            yield f"{as_whole(source[f'lines_{what}']):,} {what}"
    if source.get("zone"):
        basis = inert_text(source.get("zone_basis"))
        yield f"zone {inert_text(source['zone'])}" + (f" ({basis})" if basis else "")
    offset = source.get("clock_offset_s")
    if isinstance(offset, numbers.Real) and float(offset):
        way = "ahead" if float(offset) > 0 else "behind"
        yield f"clock {format_span(abs(float(offset)))} {way}"
    if source.get("likely_user"):
        yield f"no usual key of users ({inert_text(source['likely_user'])} looks like one)"
    first, last = as_instant(source.get("first")), as_instant(source.get("last"))
    if first is not None and last is not None:
        yield f"{first.tz_convert(tz):%Y-%m-%d} {format_clock(first, tz)} – {_until(first, last, tz)}"


def _until(first: pd.Timestamp, last: pd.Timestamp, tz: datetime.tzinfo) -> str:
    is_one_day = first.tz_convert(tz).date() == last.tz_convert(tz).date()
    return format_clock(last, tz) if is_one_day else f"{last.tz_convert(tz):%Y-%m-%d %H:%M:%S}"
