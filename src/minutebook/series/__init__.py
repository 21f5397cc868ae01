"""small files that are named alike → their events, read together as the parts of one log that they mostly are.

By itself each would cost a sample, a detection and hundreds of calls for a few lines. Together they're one block of
lines, which is read once and then cut where the files end. Nothing is taken on trust: a file that has a reject, goes on
where another ended, has another header or may be of another year is left out, to be read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from minutebook.account import Account
from minutebook.contents import Reader
from minutebook.detection import Detection, detect_format
from minutebook.documents import take_documents
from minutebook.drafts import make_plan
from minutebook.lines import split_lines
from minutebook.logformats import LogFormat
from minutebook.plans import Plan
from minutebook.reading import (
    DEFERRED,
    Settings,
    choose_exports,
    choose_formats,
    find_hindrance,
    find_recipe,
    open_account,
    sample_lines,
)
from minutebook.recipes import SAMPLE_LINES, Recipe
from minutebook.recognition import recognise
from minutebook.series.cutting import File, Series, parse_together
from minutebook.series.groups import Group, find_firsts, group_sources
from minutebook.series.samples import take_sample
from minutebook.sources import Source

#: Bytes as unpacked: of what is cut at once, of what is held at once, and of all that is read together.
_TOGETHER, _AT_ONCE, _MOST = 8 << 20, 24 << 20, 128 << 20
_SAMPLE_LINES = 600  # of all files, that tell the format
_SHORT = 20  # lines
#: Which columns a W3C log has, line by line.
_FIELDS = re.compile(rb"(?m)^#(?:Fields:|fields\t)[^\r\n]*")


def tell_format(sources: Sequence[Source], settings: Settings) -> Detection | None:
    """The format of most of the files; None where they are no parts of one log."""
    files = next(_read_files(sources, settings), [])
    if not files:
        return None
    sample, account = _take_sample(files, _SAMPLE_LINES), files[0].account
    if _is_export(sample, settings, account):
        return None
    return _detect(files, sample_lines([sample]), choose_formats(account.source, settings))


def read_series(sources: Sequence[Source], settings: Settings, known: Detection | None = None) -> Series:
    """The events of those of the files that are plainly parts of one log; none where they are no such thing.

    ``known`` is what `tell_format` tells of other parts of it, if there are.
    """
    return _join([each for files in _read_files(sources, settings) for each in _read_alike(files, settings, known)])


def _read_alike(files: Sequence[File], settings: Settings, known: Detection | None) -> Iterator[Series]:
    """The events of those of some files that are read as most of them are, chunk by chunk."""
    told = replace(files[0].account)
    recipe = _find_recipe(files, settings, told, known)
    if told.status == DEFERRED:
        yield Series({each.account.source.name: _defer(each.account, told) for each in files})
    if recipe is None:
        return
    # An export is told by its beginning: of a short file the sample has too little of it.
    logs = [
        each
        for each in files
        if _has_header(each, files[0], recipe)
        and (each.rows > _SHORT or not _is_export(each.content, settings, each.account))
    ]
    yield from (parse_together(chunk, recipe, settings) for chunk in _cut_chunks(logs))


def _join(parts: Sequence[Series]) -> Series:
    if not parts:
        return Series()
    accounts = {name: account for part in parts for name, account in part.accounts.items()}
    return Series(accounts, pa.concat_tables([part.table for part in parts]).unify_dictionaries())


def _defer(account: Account, told: Account) -> Account:
    return replace(account, format=told.format, score=told.score, runner_up=told.runner_up, status=DEFERRED)


def _read_files(sources: Sequence[Source], settings: Settings) -> Iterator[list[File]]:
    """The files that can be read whole and together don't unpack to too much, some at a time."""
    files: list[File] = []
    held = total = 0
    for source in sources:
        reader = Reader(source, settings.config.limits)
        file = _read_file(reader, settings)
        total += reader.size
        if total > _MOST:
            break
        if file:
            files.append(file)
            held += reader.size
        if held > _AT_ONCE:
            yield files
            files, held = [], 0
    if files:
        yield files


def _read_file(reader: Reader, settings: Settings) -> File | None:
    """A file whole; None where it isn't small or sound."""
    blocks = []
    for block in reader:
        blocks.append(block)
        if reader.size > _AT_ONCE:
            return None
    content = b"".join(blocks)
    if reader.status != "complete" or reader.note or not content or find_hindrance(content):
        return None
    account = open_account(reader.source, settings)
    account.lines, account.sha256, account.secret = reader.lines, reader.sha256, reader.secret
    return File(account, content if content.endswith(b"\n") else content + b"\n", reader.lines)


def _find_recipe(files: Sequence[File], settings: Settings, told: Account, known: Detection | None) -> Recipe | None:
    """How most of the files are read by a sample of all; in ``told``, which is the first one's account, what it is."""
    sample = _take_sample(files, _SAMPLE_LINES)
    lines, formats = sample_lines([sample]), choose_formats(told.source, settings)
    found = recognise(known, lines, formats) if known else None
    if found is None and _is_export(sample, settings, told):
        return None
    recipe = find_recipe([sample], told.source, settings, told, found or _detect(files, lines, formats))
    if recipe is None:
        return None
    plan = recipe.plans[0]
    if plan.is_batch or (recipe.carries_year and plan.inner):
        return None  # records share lines, or other stamps may tell the year
    for each in files:
        each.account.format, each.account.score, each.account.units = told.format, told.score, told.units
        each.account.runner_up = told.runner_up if len(recipe.plans) == 1 else ""
    # Nameless: whose name and host it is, is told file by file. So is a year that few stamps lack.
    year = recipe.year if recipe.carries_year else None
    return replace(recipe, source=Source("", None), plans=(plan,), formats=(), year=year)


def _detect(files: Sequence[File], lines: Sequence[str], formats: Sequence[LogFormat]) -> Detection:
    """What a sample of the files tells of their format, and a larger one of their keys."""
    found = detect_format(lines, formats)
    if found.plans and found.plans[0].log_format.shape in ("json", "pairs") and not found.plans[0].log_format.requires:
        found = replace(found, plans=(_list_more_keys(found.plans[0], files), *found.plans[1:]))
    return found


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


def _list_more_keys(plan: Plan, files: Sequence[File]) -> Plan:
    """The plan with the keys of a larger sample: each file by itself would have shown all of its own."""
    closer = make_plan(plan.log_format, split_lines(_take_sample(files, SAMPLE_LINES)).text)
    return replace(plan, keys=closer.keys) if closer and closer.layout == plan.layout else plan


def _take_sample(files: Sequence[File], lines: int) -> bytes:
    return take_sample([each.content for each in files], lines)


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


__all__ = ["Group", "Series", "find_firsts", "group_sources", "read_series", "tell_format"]
