"""small files that are named alike → their events, read together as the parts of one log that they mostly are.

By itself each would cost a sample, a detection and hundreds of calls for a few lines. Together they're one block of
lines, which is read once and then cut where the files end. Nothing is taken on trust: a file of which a line isn't
an event of its own, by a format that fits the whole series, is left out, to be read by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.account import Account
from minutebook.contents import Reader
from minutebook.detection import make_plan
from minutebook.documents import take_documents
from minutebook.events import make_table
from minutebook.lines import split_lines
from minutebook.plans import Plan
from minutebook.reading import Settings, choose_exports, fill_stated, find_hindrance, find_recipe, open_account
from minutebook.recipes import SAMPLE_LINES, Recipe, parse_lines
from minutebook.sources import Source
from minutebook.times import YEARLESS

#: Bytes as stored: of a file that may be one of a series, of what is read together, and of that unpacked.
_LARGEST, _TOGETHER, _UNPACKED = 2 << 20, 8 << 20, 32 << 20
_MOST_FILES = 256
_SAMPLE_LINES = 600  # of all files, that tell the format
_SHORT = 20  # lines
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
    recipe = _find_recipe(files, settings) if len(files) > 1 else None
    if recipe is None:
        return Series()
    # An export is told by its beginning: of a short file the sample has too little of it.
    logs = [each for each in files if each.rows > _SHORT or not _is_export(each.content, settings, each.account)]
    read = [_parse(chunk, recipe) for chunk in _cut_chunks(logs)]
    accounts = {name: account for part in read for name, account in part.accounts.items()}
    return (
        Series(accounts, pa.concat_tables([part.table for part in read]).unify_dictionaries()) if accounts else Series()
    )


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


def _find_recipe(files: Sequence[_File], settings: Settings) -> Recipe | None:
    """How most of the files are read by a sample of all, if that's a way in which each line can be one event."""
    sample = _sample(files, _SAMPLE_LINES)
    if _is_export(sample, settings, files[0].account):
        return None
    told = replace(files[0].account)
    recipe = find_recipe([sample], told.source, settings, told)
    if recipe is None or recipe.carries_year:
        return None
    plan = recipe.plans[0]
    layouts = {layout for each in (plan, *plan.inner) for layout in each.layouts}
    is_alone = plan.log_format.shape in ("text", "json", "pairs") and not plan.is_batch and not plan.log_format.repeats
    if not is_alone or layouts.intersection(YEARLESS):
        return None
    for each in files:
        each.account.format, each.account.score = told.format, 1.0
        each.account.runner_up = told.runner_up if len(recipe.plans) == 1 else ""
    if plan.log_format.shape != "text" and not plan.log_format.requires:
        plan = _list_more_keys(plan, _sample(files, SAMPLE_LINES), recipe.rules.keys)
    # Nameless: whose name and host it is, is told file by file.
    return replace(recipe, source=Source("", None), plans=(plan,), formats=())


def _list_more_keys(plan: Plan, sample: bytes, asked: Sequence[str]) -> Plan:
    """The plan with the keys of a larger sample: each file by itself would have shown all of its own."""
    closer = make_plan(plan.log_format, split_lines(sample).text)
    return replace(plan, keys=closer.asking(asked).keys) if closer and closer.layout == plan.layout else plan


def _sample(files: Sequence[_File], lines: int) -> bytes:
    """So many lines of all files, some of each."""
    each = max(lines // len(files), 2)
    return b"".join(_sample_one(file.content, each) for file in files)


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


def _parse(files: Sequence[_File], recipe: Recipe) -> Series:
    """The events of some files, those left out of which a line isn't one event."""
    lines = split_lines(b"".join(each.content for each in files))
    table, told = parse_lines(lines, recipe)
    row = table.column("line").to_numpy() - 1
    first_row = np.concatenate(([0], np.cumsum([each.rows for each in files])))
    if len(lines) != first_row[-1] or told.long_lines:
        return Series()
    is_first = np.bincount(row, minlength=len(lines)) == 1
    is_whole = np.logical_and.reduceat(is_first, first_row[:-1])
    place = np.searchsorted(first_row, row, side="right") - 1
    kept = is_whole[place]
    if not kept.all():
        table, row, place = table.filter(pa.array(kept)), row[kept], place[kept]
    starts = np.concatenate(([0], np.cumsum([len(each.content) for each in files])))
    table = _name_places(table, row - first_row[place] + 1, starts[place], place, [each.account for each in files])
    whole = [each for each, good in zip(files, is_whole, strict=True) if good]
    return Series(dict(_finish_accounts(whole, table, told)), table)


def _name_places(
    table: pa.Table, line: np.ndarray, start: np.ndarray, place: np.ndarray, accounts: Sequence[Account]
) -> pa.Table:
    """The events with the files that they're in, and where in those; what the caller said of these fills gaps."""
    index = pa.array(place.astype(np.int32))
    offset = table.column("offset").to_numpy() - start
    columns: dict[str, pa.Array] = {
        "line": pa.array(line), "offset": pa.array(offset),
        "source": pa.DictionaryArray.from_arrays(index, pa.array([each.source.name for each in accounts])),
    }  # fmt: skip
    hosts = pa.array([each.source.host for each in accounts], pa.string())
    if hosts.null_count < len(hosts):
        told = table.column("host").cast(pa.string()).combine_chunks()
        columns["host"] = pc.coalesce(told, hosts.take(index)).dictionary_encode()
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), values)
    return fill_stated(table, accounts[0])


def _finish_accounts(files: Sequence[_File], table: pa.Table, told: Account) -> Iterator[tuple[str, Account]]:
    """The accounts of the files, the lines of each of which are the next events of the table."""
    times = table.column("time").cast(pa.int64()).to_numpy()
    quality = table.column("time_quality").combine_chunks()
    words, codes = quality.dictionary.to_pylist(), quality.indices.to_numpy()
    start = 0
    for each in files:
        own, account = slice(start, start + each.rows), each.account
        account.events = account.lines_seen = account.lines_in_events = each.rows
        account.first, account.last = int(times[own].min()), int(times[own].max())
        account.resolution_s, account.stated_offset = told.resolution_s, told.stated_offset
        account.qualities = Counter(
            {words[code]: int(count) for code, count in enumerate(np.bincount(codes[own])) if count}
        )
        account.check()
        yield account.source.name, account
        start += each.rows
