"""one block of lines, which are those of several files → the events of each file, and what became of its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.account import Account
from minutebook.events import make_table
from minutebook.lines import Lines, split_lines
from minutebook.reading import Settings, fill_stated
from minutebook.recipes import Recipe, parse_lines
from minutebook.years import guess_year


@dataclass(frozen=True)
class Series:
    """What was read of some files: those that aren't in ``accounts`` are to be read by themselves."""

    accounts: dict[str, Account] = field(default_factory=dict)
    table: pa.Table = field(default_factory=lambda: make_table({}, 0))  #: the events of these, file after file

    def pick(self, name: str) -> pa.Table:
        """The events of one of the files."""
        start = 0
        for other, account in self.accounts.items():
            if other == name:
                return self.table.slice(start, account.events)
            start += account.events
        raise KeyError(name)


@dataclass(frozen=True)
class File:
    """A small file that was read: its account so far, its content and how many lines that has."""

    account: Account
    content: bytes  #: with a line end behind its last line
    rows: int


def parse_together(files: Sequence[File], recipe: Recipe, settings: Settings) -> Series:
    """The events of some files, without those that have a line which is neither an event's nor passed over."""
    lines = split_lines(b"".join(each.content for each in files))
    table, told = parse_lines(lines, recipe)
    begin, length = (table.column(name).to_numpy() for name in ("offset", "length"))
    spans = np.searchsorted(lines.offsets, begin), np.searchsorted(lines.offsets, begin + length)
    edges = np.concatenate(([0], np.cumsum([each.rows for each in files])))
    is_plain = len(lines) == edges[-1] and told.lines_in_events == (spans[1] - spans[0]).sum() and not told.long_lines
    if not is_plain or told.rejected != sum(each.lines for each in told.rejects):
        return Series()
    place = _find_place(edges, spans[0])
    whole = np.bincount(place, minlength=len(files)) > 0
    for reject in told.rejects:
        ends = np.array([reject.line - 1, reject.line - 2 + max(reject.lines, 1)])
        first, final = _find_place(edges, ends).tolist()
        whole[first : final + 1] = False
    last = _find_place(edges, spans[1] - 1)
    whole[place[last != place]] = whole[last[last != place]] = False  # a record goes on into the next file
    if recipe.plans[0].log_format.repeats:  # of what another file says
        whole[place[table.column("count").is_valid().to_numpy()]] = False
    if recipe.carries_year:
        whole &= _agree_on_year(files, table, place, recipe, settings)
    skipped = _find_skipped(lines, spans, edges)
    kept = whole[place]
    table, place = table.filter(pa.array(kept)), place[kept]
    starts = np.concatenate(([0], np.cumsum([len(each.content) for each in files])))
    table = _name_places(table, edges[place], starts[place], place, [each.account for each in files])
    accounts: dict[str, Account] = {}
    for each, good, own, measured in zip(files, whole, skipped, _measure(table, place, len(files)), strict=True):
        if good:
            account, in_events = each.account, each.rows - own.total()
            account.add(
                Account(
                    account.source,
                    lines_seen=each.rows,
                    lines_in_events=in_events,
                    skipped=own,
                    lacks_zone=told.lacks_zone,
                    resolution_s=told.resolution_s,
                    stated_offset=told.stated_offset,
                    **measured,
                )
            )
            if account.events == in_events:
                account.score = 1.0  # nothing of it is loose
            account.check()
            accounts[account.source.name] = account
    return Series(accounts, table)


def _find_place(edges: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Which of the files rows are in."""
    return np.searchsorted(edges, rows, side="right") - 1


def _agree_on_year(
    files: Sequence[File], table: pa.Table, place: np.ndarray, recipe: Recipe, settings: Settings
) -> np.ndarray:
    """Which of the files would by themselves be taken to be of the recipe's year, all of them."""
    times = table.column("time")
    year = pc.year(times).to_numpy()
    is_odd = (year != recipe.year) | ((pc.month(times).to_numpy() == 2) & (pc.day(times).to_numpy() == 29))
    is_odd |= pc.not_equal(table.column("time_quality").cast(pa.string()), "year_assumed").to_numpy()
    agrees = np.bincount(place, is_odd, len(files)) == 0
    wrong = np.flatnonzero(year != recipe.year)
    agrees[place[wrong[0]] if len(wrong) else len(files) :] = False  # the year goes on from file to file
    if "year" in files[0].account.stated:
        return agrees
    for number in np.flatnonzero(agrees).tolist():
        account = files[number].account
        first = times[int(np.searchsorted(place, number))].as_py()
        guess = guess_year(first, frozenset(), account.source, settings.around)
        agrees[number] = guess is not None and guess.year == recipe.year
        account.year_guess = f"{guess.year} at first, {guess.why}" if guess else ""
    return agrees


def _find_skipped(lines: Lines, spans: tuple[np.ndarray, np.ndarray], edges: np.ndarray) -> list[Counter[str]]:
    """Why lines of each file are no event's, and how many."""
    depth = np.zeros(len(lines) + 1, np.int64)
    np.add.at(depth, spans[0], 1)
    np.add.at(depth, spans[1], -1)
    free = np.flatnonzero(np.cumsum(depth)[: len(lines)] == 0)
    is_blank = pc.equal(pc.utf8_trim_whitespace(lines.text.take(pa.array(free))), "").to_numpy(zero_copy_only=False)
    found: list[Counter[str]] = [Counter() for _ in edges[1:]]
    for place, blank in zip(_find_place(edges, free).tolist(), is_blank.tolist(), strict=True):
        found[place]["blank" if blank else "header or comment"] += 1
    return found


def _name_places(
    table: pa.Table, row: np.ndarray, start: np.ndarray, place: np.ndarray, accounts: Sequence[Account]
) -> pa.Table:
    """The events with the files that they're in, and where in those; what the caller said of these fills gaps.

    ``row`` and ``start`` are the first line and byte of each event's file, ``place`` which of the files it is.
    """
    index = pa.array(place.astype(np.int32))
    columns: dict[str, pa.Array] = {
        "line": pa.array(table.column("line").to_numpy() - row),
        "offset": pa.array(table.column("offset").to_numpy() - start),
        "source": pa.DictionaryArray.from_arrays(index, pa.array([each.source.name for each in accounts])),
    }
    hosts = pa.array([each.source.host for each in accounts], pa.string())
    if hosts.null_count < len(hosts):
        told = table.column("host").cast(pa.string()).combine_chunks()
        columns["host"] = pc.coalesce(told, hosts.take(index)).dictionary_encode()
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), values)
    return fill_stated(table, accounts[0])


def _measure(table: pa.Table, place: np.ndarray, count: int) -> Iterator[dict[str, Any]]:
    """What the events of each file add to its account."""
    times = table.column("time").cast(pa.int64()).to_numpy()
    quality = pc.dictionary_encode(table.column("time_quality").cast(pa.string()).combine_chunks())
    words = quality.dictionary.to_pylist()
    known = np.bincount(place * len(words) + quality.indices.to_numpy(), minlength=count * len(words))
    events = np.bincount(place, minlength=count)
    first, last = np.zeros(count, np.int64), np.zeros(count, np.int64)
    if len(place):
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        first[place[starts]], last[place[starts]] = (
            ufunc.reduceat(times, starts) for ufunc in (np.minimum, np.maximum)
        )
    told = (each.tolist() for each in (events, first, last, known.reshape(count, len(words))))
    for rows, begin, end, counts in zip(*told, strict=True):
        qualities = Counter({word: each for word, each in zip(words, counts, strict=True) if each})
        yield {"events": rows, "first": begin, "last": end, "qualities": qualities}
