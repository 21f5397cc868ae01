"""small files that are named alike → their events, read together as the parts of one log that they mostly are.

By itself each would cost a sample, a detection and hundreds of calls for a few lines. Together they're one block of
lines, which is read once and then cut where the files end. Nothing is taken on trust: a file that has a reject, goes on
where another ended, has another header or may be of another year is left out, to be read by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.account import Account
from minutebook.contents import Reader
from minutebook.documents import take_documents
from minutebook.drafts import make_plan
from minutebook.events import make_table
from minutebook.lines import Lines, split_lines
from minutebook.plans import Plan
from minutebook.reading import (
    DEFERRED,
    Settings,
    choose_exports,
    fill_stated,
    find_hindrance,
    find_recipe,
    open_account,
)
from minutebook.recipes import SAMPLE_LINES, Recipe, parse_lines
from minutebook.sources import Source
from minutebook.years import guess_year

#: Bytes as stored: of a file that may be one of a series, of what is read together, and of that unpacked.
_LARGEST, _TOGETHER, _UNPACKED = 2 << 20, 8 << 20, 32 << 20
_MOST_FILES = 256
_SAMPLE_LINES = 600  # of all files, that tell the format
_SHORT = 20  # lines
#: Which columns a W3C log has, line by line.
_FIELDS = re.compile(rb"(?m)^#(?:Fields:|fields\t)[^\r\n]*")
_NUMBERED = re.compile(r"[A-Za-z0-9]*[0-9][A-Za-z0-9]*")


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


def group_sources(sources: Sequence[Source], settings: Settings) -> list[list[Source]]:
    """The sources in groups: several that may be parts of one log, or one alone. Their order is that of their firsts."""
    groups: list[list[Source]] = []
    open_groups: dict[tuple[object, ...], tuple[list[Source], int]] = {}
    for source in sources:
        size = source.size if isinstance(source.path, Path) and not source.problem else None
        if not size or size > _LARGEST:
            groups.append([source])
            continue
        said = settings.config.of(source.name)
        key = (_NUMBERED.sub("0", source.name), *((name, str(said[name])) for name in sorted(said)))
        group, held = open_groups.get(key, ([], _TOGETHER))
        if held + size > _TOGETHER or len(group) == _MOST_FILES:
            group, held = [], 0
            groups.append(group)
        group.append(source)
        open_groups[key] = group, held + size
    return groups


def read_series(sources: Sequence[Source], settings: Settings) -> Series:
    """The events of those of the files that are plainly parts of one log; none where they are no such thing."""
    files = list(_read_files(sources, settings))
    if len(files) < 2:
        return Series()
    told = replace(files[0].account)
    recipe = _find_recipe(files, settings, told)
    if told.status == DEFERRED:
        return Series({each.account.source.name: _defer(each.account, told) for each in files})
    if recipe is None:
        return Series()
    # An export is told by its beginning: of a short file the sample has too little of it.
    logs = [
        each
        for each in files
        if _has_header(each, files[0], recipe)
        and (each.rows > _SHORT or not _is_export(each.content, settings, each.account))
    ]
    read = [_parse(chunk, recipe, settings) for chunk in _cut_chunks(logs)]
    accounts = {name: account for part in read for name, account in part.accounts.items()}
    return (
        Series(accounts, pa.concat_tables([part.table for part in read]).unify_dictionaries()) if accounts else Series()
    )


def _defer(account: Account, told: Account) -> Account:
    return replace(account, format=told.format, score=told.score, runner_up=told.runner_up, status=DEFERRED)


@dataclass(frozen=True)
class _File:
    account: Account
    content: bytes  #: with a line end behind its last line
    rows: int


def _read_files(sources: Sequence[Source], settings: Settings) -> Iterator[_File]:
    """The files that can be read whole, and together don't take up too much."""
    left = _UNPACKED
    for source in sources:
        reader = Reader(source, settings.config.limits)
        blocks = []
        for block in reader:
            blocks.append(block)
            left -= len(block)
            if left < 0:
                return
        content = b"".join(blocks)
        if reader.status != "complete" or reader.note or not content or find_hindrance(content):
            continue
        account = open_account(source, settings)
        account.lines, account.sha256, account.secret = reader.lines, reader.sha256, reader.secret
        yield _File(account, content if content.endswith(b"\n") else content + b"\n", reader.lines)


def _find_recipe(files: Sequence[_File], settings: Settings, told: Account) -> Recipe | None:
    """How most of the files are read by a sample of all; in ``told``, which is the first one's account, what it is."""
    sample = _sample(files, _SAMPLE_LINES)
    if _is_export(sample, settings, told):
        return None
    recipe = find_recipe([sample], told.source, settings, told)
    if recipe is None:
        return None
    plan = recipe.plans[0]
    if plan.is_batch or (recipe.carries_year and plan.inner):
        return None  # records share lines, or other stamps may tell the year
    for each in files:
        each.account.format, each.account.score, each.account.units = told.format, told.score, told.units
        each.account.runner_up = told.runner_up if len(recipe.plans) == 1 else ""
    if plan.log_format.shape in ("json", "pairs") and not plan.log_format.requires:
        plan = _list_more_keys(plan, _sample(files, SAMPLE_LINES), recipe.rules.keys)
    # Nameless: whose name and host it is, is told file by file. So is a year that few stamps lack.
    year = recipe.year if recipe.carries_year else None
    return replace(recipe, source=Source("", None), plans=(plan,), formats=(), year=year)


def _has_header(file: _File, first: _File, recipe: Recipe) -> bool:
    """Whether a table has the header of the first one; all else has."""
    header, shape = recipe.plans[0].header, recipe.plans[0].log_format.shape
    if header is None or shape not in ("csv", "w3c"):
        return True
    if shape == "csv":
        own, shared = (each.content.split(b"\n", 1)[0].rstrip() for each in (file, first))
        return own == shared
    is_dated = not {"date", "date-local"}.isdisjoint(name.lower() for name in header.names)
    return (is_dated or not header.date) and _FIELDS.findall(file.content) == _FIELDS.findall(first.content)


def _list_more_keys(plan: Plan, sample: bytes, asked: Sequence[str]) -> Plan:
    """The plan with the keys of a larger sample: each file by itself would have shown all of its own."""
    closer = make_plan(plan.log_format, split_lines(sample).text)
    return replace(plan, keys=closer.asking(asked).keys) if closer and closer.layout == plan.layout else plan


def _sample(files: Sequence[_File], lines: int) -> bytes:
    """About so many lines of all files, some of each; of the first one more, for its header."""
    each = max(lines // len(files), 2)
    first, *others = files
    return b"".join(
        [_sample_one(first.content, max(each, 2 * _SHORT)), *(_sample_one(o.content, each) for o in others)]
    )


def _sample_one(content: bytes, lines: int) -> bytes:
    """Lines of a file's beginning and of its end."""
    head = content.split(b"\n", lines // 2)[: lines // 2]
    tail = content[:-1].rsplit(b"\n", lines - lines // 2)[-(lines - lines // 2) :]
    taken = sum(map(len, head)) + sum(map(len, tail)) + len(head) + len(tail)
    return content if taken >= len(content) else b"\n".join([*head, *tail, b""])


def _is_export(content: bytes, settings: Settings, account: Account) -> bool:
    exports = choose_exports(account.stated.get("format"), settings)
    return bool(exports) and take_documents([content], iter(()), exports, settings.config.limits) is not None


def _cut_chunks(files: Sequence[_File]) -> Iterator[list[_File]]:
    chunk: list[_File] = []
    size = 0
    for each in files:
        if chunk and size + len(each.content) > _TOGETHER:
            yield chunk
            chunk, size = [], 0
        chunk.append(each)
        size += len(each.content)
    if chunk:
        yield chunk


def _parse(files: Sequence[_File], recipe: Recipe, settings: Settings) -> Series:
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
            in_events = each.rows - own.total()
            each.account.add(
                replace(
                    told,
                    lines_seen=each.rows,
                    lines_in_events=in_events,
                    skipped=own,
                    rejected=0,
                    rejects=[],
                    **measured,
                )
            )
            if each.account.events == in_events:
                each.account.score = 1.0  # nothing of it is loose
            each.account.check()
            accounts[each.account.source.name] = each.account
    return Series(accounts, table)


def _find_place(edges: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Which of the files rows are in."""
    return np.searchsorted(edges, rows, side="right") - 1


def _agree_on_year(
    files: Sequence[_File], table: pa.Table, place: np.ndarray, recipe: Recipe, settings: Settings
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
    words, codes = quality.dictionary.to_pylist(), quality.indices.to_numpy()
    edges = np.searchsorted(place, np.arange(count + 1)).tolist()
    for start, stop in pairwise(edges):
        known = np.bincount(codes[start:stop], minlength=len(words)).tolist()
        edge = times[start:stop] if stop > start else np.zeros(1, np.int64)
        qualities = Counter({word: each for word, each in zip(words, known, strict=True) if each})
        yield {"events": stop - start, "first": int(edge.min()), "last": int(edge.max()), "qualities": qualities}
