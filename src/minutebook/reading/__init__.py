"""sources → batches of events, and the account of every line.

A source is read once, in blocks that threads turn into tables of `events.ARROW_SCHEMA`. Memory is bounded
by a few blocks. Each line ends up in an event, is skipped (why) or rejected (where, why).

Read in order: `context` (what any source is read with), `account` (what became of each line) and `accounting` (how an
account is opened and closed), `heads` (how a source begins), `choosing` (how to read it, with `filezones`), `documents` (exports), `cuts`
(where records begin), `recipes` (lines → events, with `years`, `days` and `repeats`), `batches` (on threads), `parts` and
`large` (only the part of a large log that is asked for), `series` (many small files at once). Apart from the chain: `raw`
(lines fetched again) and `samples` (a format's tests).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from itertools import chain

import pyarrow as pa

from minutebook.machine.threads import begin_ahead
from minutebook.reading.account import Account
from minutebook.reading.accounting import close_account, fill_stated, open_account, reject_all
from minutebook.reading.batches import parse_batches
from minutebook.reading.choosing import choose_exports, choose_formats, find_recipe
from minutebook.reading.context import DEFERRED, ReadingContext
from minutebook.reading.cuts import cut_at_records
from minutebook.reading.documents import read_document, take_documents
from minutebook.reading.heads import find_hindrance, goes_on, sample_lines, take_head
from minutebook.reading.large import cut_part, find_large_log, is_plain, peek
from minutebook.reading.parts import find_part, may_be_parted
from minutebook.reading.recipes import Recipe
from minutebook.sources import Source
from minutebook.sources.contents import Reader
from minutebook.sources.lines import cut_lines

__all__ = [
    "DEFERRED", "ReadingContext", "choose_exports", "choose_formats", "close_account", "fill_stated", "find_hindrance",
    "find_large_log", "find_recipe", "open_account", "peek", "read_part", "read_source", "sample_lines",
]  # fmt: skip


def read_source(source: Source, context: ReadingContext, pool: Executor) -> tuple[Account, Iterator[pa.Table]]:
    """The source's events in tables, in order, and its account, complete once they are exhausted."""
    account = open_account(source, context)
    return account, (fill_stated(table, account) for table in _read(source, context, pool, account))


def read_part(
    recipe: Recipe, start: int, stop: int, context: ReadingContext, pool: Executor, *, is_counted: bool
) -> tuple[Account, Iterator[pa.Table]]:
    """The events of a log's bytes from ``start`` up to ``stop``, both where records begin, and what became of its lines.

    ``is_counted`` numbers the lines from 1, else they are told by their bytes.
    """
    account = open_account(recipe.source, context)
    reader = Reader(recipe.source, context.config.limits, part=(start, stop))
    lines = (replace(batch, is_counted=is_counted) for batch in cut_part(reader, context))
    tables = parse_batches(cut_at_records(lines, recipe.plans), recipe, pool, account)
    return account, (fill_stated(table, account) for table in tables)


def _read(source: Source, context: ReadingContext, pool: Executor, account: Account) -> Iterator[pa.Table]:
    limits = context.config.limits
    reader = Reader(source, limits, tell=context.tell)
    blocks = iter(reader)
    head = take_head(blocks)
    exports = choose_exports(account.stated.get("format"), context)
    unreadable = find_hindrance(b"".join(head[:2]))
    documents = None if unreadable or not exports else take_documents(head, blocks, exports, limits)
    lines = cut_lines(chain(head, blocks), context.block_bytes, limits)
    if goes_on(head) and context.span is None and not unreadable and documents is None:
        lines = begin_ahead(pool, lines)  # while its format is told
    if unreadable:
        account.format, account.status, account.note = "unknown", "unknown", unreadable
        yield from reject_all(lines, account, limits)
    elif documents is not None:
        yield read_document(documents, source, account)
    elif recipe := find_recipe(head, source, context, account):
        if context.span and is_plain(reader) and may_be_parted(source, recipe):
            account.part, account.note = find_part(source, recipe, context.span)
        if account.part:
            start, stop, size = account.part.start, account.part.stop, account.part.size
            context.tell(size - (stop - start) - reader.packed_size)  # passed over
            reader = Reader(source, limits, part=(start, stop), tell=context.tell)
            lines = cut_part(reader, context)
            account.note = account.part.tell()
        yield from parse_batches(cut_at_records(lines, recipe.plans), recipe, pool, account)
    elif account.status == DEFERRED:
        next(lines, None)  # what was begun is done
        context.tell(-reader.packed_size)  # to be read again
        return
    else:
        yield from reject_all(lines, account, limits)
    close_account(account, reader.content, limits)
