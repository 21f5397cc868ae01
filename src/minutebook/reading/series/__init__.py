"""small files that are named alike → their events, read together as the parts of one log that they mostly are.

By itself each would cost a sample, a detection and hundreds of calls for a few lines. Together they're one block of
lines, which is read once and then cut where the files end. Nothing is taken on trust: a file that has a reject, goes on
where another ended, has another header or may be of another year is left out, to be read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from minutebook.reading import DEFERRED, ReadingContext, open_account
from minutebook.reading.account import Account
from minutebook.reading.recipes import Recipe
from minutebook.reading.series.cutting import Series, parse_together
from minutebook.reading.series.files import File, cut_chunks, read_files
from minutebook.reading.series.groups import Group, find_firsts, group_sources
from minutebook.reading.series.telling import Told, find_common_recipe, is_export, tell_format
from minutebook.sources import Source

_SHORT = 20  # lines
_OPENINGS = (b"[", b"{", b"[{")  # of a document that goes on over lines
#: Which columns a W3C log has, line by line.
_FIELDS = re.compile(rb"(?m)^#(?:Fields:|fields\t)[^\r\n]*")


def read_series(sources: Sequence[Source], context: ReadingContext, known: Told | None = None) -> list[Series]:
    """The events of the files that are plainly parts of one log, a `Series` for some of them at a time.

    ``known`` is what `tell_format` found of the whole log, where these files are only some of it.
    """
    if known and known.lacks_year and not context.is_last_call:
        return [_defer([open_account(source, context) for source in sources], known.found.nearest)]
    return [each for files in read_files(sources, context) for each in _read_alike(files, context, known)]


def _read_alike(files: Sequence[File], context: ReadingContext, known: Told | None) -> Iterator[Series]:
    """The events of the files that can be read as most of them are."""
    told = replace(files[0].account)
    recipe = find_common_recipe(files, context, told, known)
    if told.status == DEFERRED:
        yield _defer([each.account for each in files], told.format)
    if recipe is None:
        return
    logs = [
        each
        for each in files
        if _has_header(each, files[0], recipe)
        and not (_may_be_export(each) and is_export(each.content, context, each.account))
    ]
    yield from (parse_together(chunk, recipe, context) for chunk in cut_chunks(logs))


def _may_be_export(file: File) -> bool:
    """Whether it may be an export all the same: of a short file the sample has too little, and of one document only a part."""
    return file.rows <= _SHORT or file.content.lstrip().partition(b"\n")[0].rstrip() in _OPENINGS


def _defer(accounts: Sequence[Account], name: str) -> Series:
    """Files that wait for their year."""
    return Series({each.source.name: replace(each, format=name, status=DEFERRED) for each in accounts})


def _has_header(file: File, first: File, recipe: Recipe) -> bool:
    """Whether a table has the same header as the first one; True of what is no table."""
    header, shape = recipe.plans[0].header, recipe.plans[0].log_format.shape
    if header is None or shape not in ("csv", "w3c"):
        return True
    if shape == "csv":
        own, shared = (each.content.split(b"\n", 1)[0].rstrip() for each in (file, first))
        return own == shared
    is_dated = not {"date", "date-local"}.isdisjoint(name.lower() for name in header.names)
    return (is_dated or not header.date) and _FIELDS.findall(file.content) == _FIELDS.findall(first.content)


__all__ = ["Group", "Series", "Told", "find_firsts", "group_sources", "read_series", "tell_format"]
