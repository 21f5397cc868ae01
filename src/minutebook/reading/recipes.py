"""lines of a source → events, by a recipe: what its format, the caller and the other sources say of it.

`parse_lines` keeps no state: the same lines and recipe give the same events on any thread or machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import plain_texts
from minutebook.detection import detect_format, find_unread, match_and_fold
from minutebook.events import make_table
from minutebook.fields import read_fields
from minutebook.logformats import LogFormat
from minutebook.plans import Plan
from minutebook.plans.matched import Matched
from minutebook.reading.account import Account, list_rejects
from minutebook.reading.days import list_days, without_dayless
from minutebook.reading.repeats import count_repeats
from minutebook.reading.years import list_years
from minutebook.records.below import read_below
from minutebook.records.folding import Folded, find_exceptions, say_blank
from minutebook.settings.limits import Limits
from minutebook.settings.rules import Rules
from minutebook.sources import Source
from minutebook.sources.lines import Lines, count_long_lines, strip_escapes
from minutebook.times import DAYLESS, YEARLESS, Days, Years, parse_mixed, parse_times

#: Lines by which a format is detected.
SAMPLE_LINES = 2000
_RETRY_SHARE = 0.02  # of a block rejected: look for a further format
_ZONE = re.compile(r"(?:[A-Z]{1,5}|[+-]\d\d:?\d\d)\s*$")
_OFFSET = re.compile(r"[+-]\d\d:?\d\d$")


@dataclass(frozen=True)
class Recipe:
    """All that is needed to turn lines of a source into events."""

    source: Source
    plans: tuple[Plan, ...]
    formats: Sequence[LogFormat] = ()  #: tried on what the plans leave over
    rules: Rules = field(default_factory=Rules)
    zone: str | None = None
    zone_beside: str = ""  #: of stamps without one, by those beside them that state it
    year: int | None = None
    carries_year: bool = False  #: stamps lack the year, which goes on from batch to batch
    month: int = 0  #: of the last stamp before such lines; 0 where they are the first
    #: of stamps with a time of day alone: the first one's, in days since 1970; goes on like the year
    day: int | None = None
    clock: int | None = None  #: time of day of the last stamp before such lines, in µs
    limits: Limits = field(default_factory=Limits)


class _Block(NamedTuple):
    """Lines of a source that are read at once, and the records in them."""

    lines: Lines
    text: pa.StringArray  #: of the lines, without escape codes
    folded: Folded
    recipe: Recipe
    account: Account


def parse_lines(lines: Lines, recipe: Recipe) -> tuple[pa.Table, Account]:
    """Events of some lines that no record crosses, and their account."""
    most = recipe.limits.rejects
    long_lines = count_long_lines(lines, recipe.limits)
    account = Account(recipe.source, lines_seen=len(lines), long_lines=long_lines, most_rejects=most)
    text = strip_escapes(lines.text)
    matched, folded = _match(text, recipe, account)
    account.keep_rejects(list_rejects(lines, [(row, why, 1) for row, why in folded.rejected[:most]]))
    account.rejected = len(folded.rejected)
    account.skipped.update(folded.skipped)
    account.lines_in_events = int(folded.lines.sum())
    place = _find_places([m.rows for m in matched])
    years: Years = list_years(matched, place, recipe.year, recipe.month) if recipe.carries_year else recipe.year
    days: Days = None
    if recipe.day is not None:
        days, account.day_after = list_days(matched, place, recipe.day, recipe.clock)
    block = _Block(lines, text, folded, recipe, account)
    tables, at = [], 0
    for each in matched:
        own = place[at : at + len(each.rows)]
        at += len(each.rows)
        tables.append(_make_events(each, block, own, _pick(years, own), _pick(days, own)))
    return _with_repeats(_in_order(tables), recipe.plans), account


def _match(text: pa.StringArray, recipe: Recipe, account: Account) -> tuple[list[Matched], Folded]:
    """The records of the lines, by the recipe's plans and, where those leave too many lines over, by further ones."""
    matched, folded = match_and_fold(text, recipe.plans)
    unread = find_unread(matched, folded)
    if len(unread) <= _RETRY_SHARE * len(text) or not recipe.formats:
        return matched, folded
    # The format changed in mid-file: what the sample couldn't show is detected here.
    account.is_mixed = True
    sample = text.take(pa.array(unread)[:SAMPLE_LINES]).to_pylist()
    more = detect_format(sample, recipe.formats).plans
    more = more if recipe.day is not None else without_dayless(more)
    if not more:
        return matched, folded
    return match_and_fold(text, (*recipe.plans, *(plan.asking(recipe.rules.keys) for plan in more)))


def _find_places(rows: Sequence[np.ndarray]) -> np.ndarray:
    """The place of each record among all, in the order of their lines; each part of them is in order."""
    whole = np.concatenate([*rows, np.empty(0, np.int64)])
    place = np.arange(len(whole))
    if len(rows) > 1:
        place[np.argsort(whole, kind="stable")] = np.arange(len(whole))
    return place


def _in_order(tables: Sequence[pa.Table]) -> pa.Table:
    """The tables as one, in the order of the lines."""
    if len(tables) == 1:
        return tables[0]
    whole = pa.concat_tables(tables).unify_dictionaries() if tables else make_table({}, 0)
    lines_of = whole.column("line").to_numpy()
    return whole.take(pa.array(np.argsort(lines_of, kind="stable")))


def _with_repeats(events: pa.Table, plans: Sequence[Plan]) -> pa.Table:
    for pattern in {plan.log_format.repeats for plan in plans} - {""}:
        events = count_repeats(events, pattern)
    return events


def _pick(values: Years | Days, rows: np.ndarray) -> Years | Days:
    """The year or day of each of the rows; one that holds for all as it is."""
    return values[rows] if isinstance(values, np.ndarray) else values


def _make_events(matched: Matched, block: _Block, own: np.ndarray, year: Years, day: Days) -> pa.Table:
    """Events of the records that one plan reads; ``own`` are their places in ``block.folded``."""
    account, recipe, source = block.account, block.recipe, block.recipe.source
    log_format = matched.log_format
    start, stop = block.folded.start[own], block.folded.stop[own]
    parts = _read_lines_below(matched, block.text, start, stop)
    account.stated_offset = account.stated_offset or _stated_offset(parts)
    account.lacks_zone |= _lacks_zone(parts, matched.layouts)
    is_utc = log_format.utc and recipe.zone is None
    zone = recipe.zone or (recipe.zone_beside if not is_utc else "") or None
    times, quality, resolution_s = _read_times(parts, matched, zone, year, day)
    if is_utc or recipe.zone_beside:
        words = quality.cast(pa.string())
        known = "zone_assumed" if is_utc else "zone_given"
        quality = pc.if_else(pc.equal(words, known), "stated" if is_utc else "zone_inferred", words)
    if times.null_count:
        is_known = times.is_valid()
        known = is_known.to_numpy(zero_copy_only=False)
        _reject_timeless(block, own[~known])
        parts = {name: values.filter(is_known) for name, values in parts.items()}
        times, quality = times.filter(is_known), quality.filter(is_known)
        start, stop = start[known], stop[known]
    rows = len(times)
    account.add(_measure(source, times, quality, resolution_s))
    columns = read_fields(parts, log_format.kind, log_format.levels, recipe.rules.probe_patterns())
    if "host" in columns and source.host:
        columns["host"] = pc.coalesce(plain_texts(columns["host"]), pa.scalar(source.host))
    offsets = block.lines.offsets
    columns = {
        "kind": log_format.kind, "layer": log_format.layer, "host": source.host, **log_format.fixed, **columns,
        "time": times, "time_quality": quality, "source": source.name,
        "line": pa.array(block.lines.places(start)), "offset": pa.array(offsets[start]),
        "length": pa.array(offsets[stop] - offsets[start]) if rows else pa.array([], pa.int64()),
    }  # fmt: skip
    return make_table({name: values for name, values in columns.items() if values is not None}, rows)


def _read_lines_below(
    matched: Matched, text: pa.StringArray, start: np.ndarray, stop: np.ndarray
) -> dict[str, pa.Array]:
    """The parts of the records, and what the lines below their first ones add: named groups, or an exception."""
    parts = dict(matched.parts)
    if matched.log_format.below:
        return read_below(parts, text, start, stop, matched.log_format.below)
    if "message" in parts and matched.log_format.multiline:
        parts["message"] = say_blank(parts["message"], text, start, stop)
        exceptions = find_exceptions(text, start, stop)
        if exceptions is not None:
            parts["exception"] = exceptions
    return parts


def _reject_timeless(block: _Block, rows: np.ndarray) -> None:
    """Take the lines of records whose time can't be read from the events to the rejects."""
    account, starts, counts = block.account, block.folded.start[rows], block.folded.lines[rows]
    account.lines_in_events -= int(counts.sum())
    account.rejected += int(counts.sum())
    rejects = [
        (start, "its time can't be read" if count else "the time of a further record in it can't be read", count)
        for start, count in zip(starts.tolist(), counts.tolist(), strict=True)
    ]
    account.keep_rejects(list_rejects(block.lines, rejects[: block.recipe.limits.rejects]))


def _measure(source: Source, times: pa.Array, quality: pa.Array, resolution_s: float) -> Account:
    """What some events add to the account, lines apart."""
    part = Account(source, events=len(times), resolution_s=resolution_s)
    words = quality if pa.types.is_dictionary(quality.type) else quality.dictionary_encode()
    counts = pc.value_counts(words.indices).to_pylist()
    part.qualities.update({str(words.dictionary[entry["values"]]): int(entry["counts"]) for entry in counts})
    if part.events:
        span = pc.min_max(times.cast(pa.int64())).as_py()
        part.first, part.last = span["min"], span["max"]
    return part


def _stated_offset(parts: Mapping[str, pa.Array]) -> str:
    stamps = parts.get("time")
    match = _OFFSET.search(stamps[0].as_py() or "") if stamps is not None and len(stamps) else None
    return match.group(0) if match else ""


def _lacks_zone(parts: Mapping[str, pa.Array], layouts: Sequence[str]) -> bool:
    """Whether the first stamp has neither a year, or day, nor a zone."""
    stamps = parts.get("time")
    if stamps is None or not len(stamps) or not any(layout in (*YEARLESS, *DAYLESS) for layout in layouts):
        return False
    return not _ZONE.search(stamps[0].as_py() or "Z")


def _read_times(
    parts: dict[str, pa.Array], matched: Matched, zone: str | None, year: Years, day: Days
) -> tuple[pa.Array, pa.Array, float]:
    stamps = parts.pop("time", None)
    count = len(matched.rows)
    if stamps is None:
        return pa.nulls(count, pa.timestamp("us", "UTC")), pa.nulls(count, pa.string()), 0.0
    layouts = matched.layouts
    if len(set(layouts)) == 1:
        if matched.log_format.patterns or layouts[0] in YEARLESS:
            read = parse_times(stamps, layouts[0], zone=zone, year=year, day=day)
        else:  # the sample told the layout, not each record
            read = parse_mixed(stamps, layouts[0], zone=zone)
        return read.time, read.quality, read.resolution_s
    order, times, qualities, told = [], [], [], []
    for index in np.unique(matched.pattern):
        rows = np.flatnonzero(matched.pattern == index)
        own = stamps.take(pa.array(rows))
        read = parse_times(own, layouts[index], zone=zone, year=_pick(year, rows), day=_pick(day, rows))
        order.append(rows)
        times.append(read.time)
        qualities.append(read.quality.cast(pa.string()))
        told.append((len(rows), read.resolution_s))
    back = pa.array(np.argsort(np.concatenate(order), kind="stable"))
    return pa.concat_arrays(times).take(back), pa.concat_arrays(qualities).take(back), max(told)[1]
