"""the lines of several files in one block → the events of each file, and what became of its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.events import make_table
from minutebook.reading import ReadingContext, fill_stated
from minutebook.reading.account import Account
from minutebook.reading.recipes import Recipe, parse_lines
from minutebook.reading.series.files import File
from minutebook.reading.years import guess_year
from minutebook.sources.lines import Lines, split_lines


@dataclass(frozen=True)
class Series:
    """What was read of some files: those that aren't in ``accounts`` are to be read by themselves."""

    accounts: dict[str, Account] = field(default_factory=dict)
    table: pa.Table = field(default_factory=lambda: make_table({}, 0))  #: the events of these, file after file

    @property
    def counts(self) -> list[tuple[str, int]]:
        """(name of a file, how many of the events are its own), file after file."""
        return [(name, account.events) for name, account in self.accounts.items()]

    def pick(self, name: str) -> pa.Table:
        """The events of one of the files."""
        start = 0
        for other, rows in self.counts:
            if other == name:
                return self.table.slice(start, rows)
            start += rows
        raise KeyError(name)


def parse_together(files: Sequence[File], recipe: Recipe, context: ReadingContext) -> Series:
    """The events of some files, leaving out each file with a line that is neither part of an event nor skipped."""
    lines = split_lines(b"".join(each.content for each in files))
    table, told = parse_lines(lines, recipe)
    owner = np.repeat(np.arange(len(files)), [each.rows for each in files])  # of each line
    first, last = _find_spans(table, lines)
    is_plain = len(lines) == len(owner) and told.lines_in_events == (last - first + 1).sum() and not told.long_lines
    if not is_plain or told.rejected != sum(each.lines for each in told.rejects):
        return Series()
    place = owner[first]
    whole = _find_whole(told, place, owner[last], owner, len(files))
    if recipe.plans[0].log_format.repeats:  # of what another file says
        whole[place[table.column("count").is_valid().to_numpy()]] = False
    if recipe.carries_year:
        whole &= _agree_on_year(files, table, place, recipe, context)
    skipped = _find_skipped(lines, first, last, owner, len(files))
    if not whole.all():
        kept = whole[place]
        table, place = table.filter(pa.array(kept)), place[kept]
    table = _name_places(table, files, place)
    accounts: dict[str, Account] = {}
    for each, good, own, measured in zip(files, whole, skipped, _measure(table, place, len(files)), strict=True):
        if good:
            _add_to_account(each, own, told, measured)
            accounts[each.account.source.name] = each.account
    return Series(accounts, table)


def _find_whole(told: Account, place: np.ndarray, end: np.ndarray, owner: np.ndarray, count: int) -> np.ndarray:
    """Which files have events, no rejects, and no record that goes on into the next file.

    Each event begins in the file ``place`` and ends in ``end``; ``owner`` is the file of each line.
    """
    whole = np.bincount(place, minlength=count) > 0
    for reject in told.rejects:
        whole[owner[reject.line - 1] : owner[reject.line - 2 + max(reject.lines, 1)] + 1] = False
    whole[place[end != place]] = whole[end[end != place]] = False
    return whole


def _add_to_account(file: File, skipped: Counter[str], told: Account, measured: Mapping[str, Any]) -> None:
    """Put into a file's account what was ``told`` of all files together, and ``measured`` of its own events."""
    account, in_events = file.account, file.rows - skipped.total()
    account.add(
        Account(
            account.source,
            lines_seen=file.rows,
            lines_in_events=in_events,
            skipped=skipped,
            lacks_zone=told.lacks_zone,
            resolution_s=told.resolution_s,
            stated_offset=told.stated_offset,
            **measured,
        )
    )
    if account.events == in_events:
        account.score = 1.0  # nothing of it is loose
    account.check()


def _find_spans(table: pa.Table, lines: Lines) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last line of each event."""
    begin, length = (table.column(name).to_numpy() for name in ("offset", "length"))
    if np.array_equal(begin, lines.offsets[:-1]) and np.array_equal(begin + length, lines.offsets[1:]):
        rows = np.arange(len(lines))
        return rows, rows
    return np.searchsorted(lines.offsets, begin), np.searchsorted(lines.offsets, begin + length) - 1


def _agree_on_year(
    files: Sequence[File], table: pa.Table, place: np.ndarray, recipe: Recipe, context: ReadingContext
) -> np.ndarray:
    """Which of the files would, read by themselves, be taken to lie wholly in the recipe's year."""
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
        guess = guess_year(first, frozenset(), account.source, context.around)
        agrees[number] = guess is not None and guess.year == recipe.year
        account.year_guess = f"{guess.year} at first, {guess.why}" if guess else ""
    return agrees


def _find_skipped(
    lines: Lines, first: np.ndarray, last: np.ndarray, owner: np.ndarray, count: int
) -> list[Counter[str]]:
    """Why lines of each file are no event's, and how many; ``first`` and ``last`` are the events' own."""
    found: list[Counter[str]] = [Counter() for _ in range(count)]
    depth = np.bincount(first, minlength=len(lines) + 1) - np.bincount(last + 1, minlength=len(lines) + 1)
    free = np.flatnonzero(np.cumsum(depth)[:-1] == 0)
    is_blank = pc.equal(pc.utf8_trim_whitespace(lines.text.take(pa.array(free))), "").to_numpy(zero_copy_only=False)
    for place, blank in zip(owner[free].tolist(), is_blank.tolist(), strict=True):
        found[place]["blank" if blank else "header or comment"] += 1
    return found


def _name_places(table: pa.Table, files: Sequence[File], place: np.ndarray) -> pa.Table:
    """The events with the files they're in and their places there; what the caller said of these fills gaps.

    ``place`` is which of the files each event is in.
    """
    index = pa.array(place.astype(np.int32))
    sources = [each.account.source for each in files]
    # How many lines, and bytes, are ahead of each file.
    rows, starts = (np.cumsum([0, *sizes]) for sizes in zip(*((f.rows, len(f.content)) for f in files), strict=True))
    columns: dict[str, pa.Array] = {
        "line": pa.array(table.column("line").to_numpy() - rows[place]),
        "offset": pa.array(table.column("offset").to_numpy() - starts[place]),
        "source": pa.DictionaryArray.from_arrays(index, pa.array([source.name for source in sources])),
    }
    is_stated = "service" in files[0].account.stated
    services = [None if is_stated or source.pod is None else source.pod.service for source in sources]
    for name, own in {"host": [source.host for source in sources], "service": services}.items():
        if any(own):
            told = table.column(name).cast(pa.string()).combine_chunks()
            columns[name] = pc.coalesce(told, pa.array(own, pa.string()).take(index)).dictionary_encode()
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), values)
    return fill_stated(table, files[0].account)


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
