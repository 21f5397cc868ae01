"""a large plain log → its recipe and the stamps at both ends, before it's read; and the lines of one part of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from minutebook.reading.account import Account
from minutebook.reading.choosing import choose_exports, find_recipe
from minutebook.reading.context import ReadingContext
from minutebook.reading.documents import take_documents
from minutebook.reading.heads import find_hindrance, take_head
from minutebook.reading.parts import find_ends, is_large, may_be_parted
from minutebook.reading.recipes import Recipe
from minutebook.sources import Source
from minutebook.sources.contents import Reader
from minutebook.sources.lines import Lines, cut_lines


def peek(source: Source, context: ReadingContext) -> tuple[int, int] | None:
    """The stamps at both ends of a large plain log (µs), as it states them; None of anything else."""
    recipe = find_large_log(Account(source), context)
    return find_ends(source, recipe) if recipe else None


def find_large_log(account: Account, context: ReadingContext, smallest: int | None = None) -> Recipe | None:
    """The recipe of a plain log that `may_be_parted` and has at least ``smallest`` bytes; None for anything else.

    Without ``smallest``, the log must be large enough for reading a part to pay.
    """
    source = account.source
    if not is_large(source, smallest):
        return None
    reader = Reader(source, context.config.limits)
    blocks = iter(reader)
    head = take_head(blocks)
    said = context.config.of(source.name).get("format")
    exports = choose_exports(None if said is None else str(said), context)
    if not is_plain(reader) or find_hindrance(b"".join(head[:2])):
        return None
    if exports and take_documents(head, iter(()), exports, context.config.limits):
        return None
    recipe = find_recipe(head, source, context, account)
    return recipe if recipe and may_be_parted(source, recipe, smallest=smallest) else None


def is_plain(reader: Reader) -> bool:
    """Whether the bytes are read as they lie in the file: neither unpacked nor recoded."""
    return not reader.compression and reader.encoding == "utf-8"


def cut_part(reader: Reader, context: ReadingContext) -> Iterator[Lines]:
    """The lines of a part; they have numbers only where it's the beginning of the file."""
    start = reader.part[0] if reader.part else 0
    lines = cut_lines(reader, context.block_bytes, reader.limits, offset=start)
    return (replace(batch, is_counted=start == 0) for batch in lines)
