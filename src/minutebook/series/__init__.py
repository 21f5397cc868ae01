"""small files that are named alike → their events, read together as the parts of one log that they mostly are.

By itself each would cost a sample, a detection and hundreds of calls for a few lines. Together they're one block of
lines, which is read once and then cut where the files end. Nothing is taken on trust: a file that has a reject, goes on
where another ended, has another header or may be of another year is left out, to be read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from minutebook.account import Account
from minutebook.contents import Reader
from minutebook.documents import take_documents
from minutebook.drafts import make_plan
from minutebook.lines import split_lines
from minutebook.plans import Plan
from minutebook.reading import (
    DEFERRED,
    Settings,
    choose_exports,
    find_hindrance,
    find_recipe,
    open_account,
)
from minutebook.recipes import SAMPLE_LINES, Recipe
from minutebook.series.cutting import File, Series, parse_together
from minutebook.sources import Source

#: Bytes as stored: of a file that may be one of a series, of what is read together, and of that unpacked.
_LARGEST, _TOGETHER, _UNPACKED = 2 << 20, 8 << 20, 32 << 20
_MOST_FILES = 256
_SAMPLE_LINES = 600  # of all files, that tell the format
_SHORT = 20  # lines
#: Which columns a W3C log has, line by line.
_FIELDS = re.compile(rb"(?m)^#(?:Fields:|fields\t)[^\r\n]*")
_NUMBERED = re.compile(r"[A-Za-z0-9]*[0-9][A-Za-z0-9]*")


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
    read = [parse_together(chunk, recipe, settings) for chunk in _cut_chunks(logs)]
    accounts = {name: account for part in read for name, account in part.accounts.items()}
    return (
        Series(accounts, pa.concat_tables([part.table for part in read]).unify_dictionaries()) if accounts else Series()
    )


def _defer(account: Account, told: Account) -> Account:
    return replace(account, format=told.format, score=told.score, runner_up=told.runner_up, status=DEFERRED)


def _read_files(sources: Sequence[Source], settings: Settings) -> Iterator[File]:
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
        yield File(account, content if content.endswith(b"\n") else content + b"\n", reader.lines)


def _find_recipe(files: Sequence[File], settings: Settings, told: Account) -> Recipe | None:
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


def _has_header(file: File, first: File, recipe: Recipe) -> bool:
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


def _sample(files: Sequence[File], lines: int) -> bytes:
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


def _cut_chunks(files: Sequence[File]) -> Iterator[list[File]]:
    chunk: list[File] = []
    size = 0
    for each in files:
        if chunk and size + len(each.content) > _TOGETHER:
            yield chunk
            chunk, size = [], 0
        chunk.append(each)
        size += len(each.content)
    if chunk:
        yield chunk


__all__ = ["Series", "group_sources", "read_series"]
