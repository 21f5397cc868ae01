"""sources → batches of events, and the account of every line.

A source is read once, in blocks that threads turn into tables of `events.ARROW_SCHEMA`. Memory is bounded
by a few blocks. Each line ends up in an event, is skipped (why) or rejected (where, why).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.account import Account, list_rejects
from minutebook.config import STATED, Config
from minutebook.contents import Content, Reader, name_container
from minutebook.cuts import cut_at_records
from minutebook.detection import Detection, detect_format
from minutebook.documents import read_document, take_documents
from minutebook.errors import EvidenceError, suggest
from minutebook.events import NAMES, fill_columns
from minutebook.exports import ExportFormat, name_text
from minutebook.limits import Limits
from minutebook.lines import Lines, count_long_lines, cut_lines
from minutebook.logformats import LogFormat
from minutebook.parts import SMALLEST, find_ends, find_part, may_be_parted
from minutebook.plans import Plan
from minutebook.progress import Tell, ignore
from minutebook.recipes import SAMPLE_LINES, Recipe, parse_lines
from minutebook.records.arrays import is_run_together
from minutebook.sources import Source
from minutebook.spans import Span
from minutebook.threads import map_ahead
from minutebook.years import find_stated_year, find_year, is_yearless

_SAMPLE_BYTES = 1 << 20
_BATCHES_AHEAD = 3
_MOST_SAMPLE_BLOCKS = 64  # of up to a megabyte
#: Status of a source whose year the others have to tell first.
DEFERRED = "deferred"


@dataclass(frozen=True)
class Settings:
    """What the caller said about how sources are read."""

    formats: Sequence[LogFormat]
    exports: Sequence[ExportFormat]
    config: Config = field(default_factory=Config)
    around: tuple[int, int] | None = None  #: span of the other sources (µs), for stamps without a year
    is_last_call: bool = False  #: year-less sources aren't put off any more
    block_bytes: int = 8 << 20
    is_alone: bool = False  #: no other source is read, whose ids could be the same
    tell: Tell = ignore  #: is told of the bytes that are read
    span: Span | None = None  #: what is looked at, as far as it's known: what's surely outside need not be read


def read_source(source: Source, settings: Settings, pool: Executor) -> tuple[Account, Iterator[pa.Table]]:
    """The source's events in tables, in order, and its account, complete once they are exhausted."""
    account = open_account(source, settings)
    return account, (fill_stated(table, account) for table in _read(source, settings, pool, account))


def read_part(
    recipe: Recipe, start: int, stop: int, settings: Settings, pool: Executor, *, is_counted: bool
) -> tuple[Account, Iterator[pa.Table]]:
    """The events of a log's bytes from ``start`` up to ``stop``, both where records begin, and what became of its lines.

    ``is_counted`` numbers the lines from 1, else they are told by their bytes.
    """
    account = open_account(recipe.source, settings)
    reader = Reader(recipe.source, settings.config.limits, part=(start, stop))
    lines = (replace(batch, is_counted=is_counted) for batch in _cut_part(reader, settings))
    tables = _parse_batches(cut_at_records(lines, recipe.plans), recipe, pool, account)
    return account, (fill_stated(table, account) for table in tables)


def open_account(source: Source, settings: Settings) -> Account:
    """The account of a source that isn't read yet, with what the caller said of it."""
    said = settings.config.of(source.name)
    most = settings.config.limits.rejects
    return Account(source, stated={key: str(said[key]) for key in sorted(said)}, most_rejects=most)


def fill_stated(table: pa.Table, account: Account) -> pa.Table:
    """The events with what the caller said of the source where its records lack it."""
    filled = {column: account.stated[column] for column in STATED if column in account.stated and column in NAMES}
    return fill_columns(table, filled)


def _read(source: Source, settings: Settings, pool: Executor, account: Account) -> Iterator[pa.Table]:
    limits = settings.config.limits
    reader = Reader(source, limits, tell=settings.tell)
    blocks = iter(reader)
    head = _take_sample(blocks)
    exports = choose_exports(account.stated.get("format"), settings)
    unreadable = find_hindrance(b"".join(head[:2]))
    documents = None if unreadable or not exports else take_documents(head, blocks, exports, limits)
    lines = cut_lines(chain(head, blocks), settings.block_bytes, limits)
    if unreadable:
        account.format, account.status, account.note = "unknown", "unknown", unreadable
        yield from _reject_all(lines, account, limits)
    elif documents is not None:
        yield read_document(documents, source, account)
    elif recipe := find_recipe(head, source, settings, account):
        if settings.span and _is_plain(reader) and may_be_parted(source, recipe):
            account.part, account.note = find_part(source, recipe, settings.span)
        if account.part:
            start, stop, size = account.part.start, account.part.stop, account.part.size
            settings.tell(size - (stop - start) - reader.packed_size)  # passed over
            reader = Reader(source, limits, part=(start, stop), tell=settings.tell)
            lines = _cut_part(reader, settings)
            account.note = account.part.tell()
        yield from _parse_batches(cut_at_records(lines, recipe.plans), recipe, pool, account)
    elif account.status == DEFERRED:
        settings.tell(-reader.packed_size)  # to be read again
        return
    else:
        yield from _reject_all(lines, account, limits)
    close_account(account, reader.content, limits)


def close_account(account: Account, content: Content, limits: Limits) -> None:
    """Put what the reader knows at its end into the account, and check that it adds up."""
    account.lines, account.sha256, account.secret = content.lines, content.sha256, content.secret
    if content.status != "complete" and (account.status == "complete" or not account.events):
        account.status = content.status
    account.note = "; ".join(filter(None, (account.note, content.note, _tell_long_lines(account, limits))))
    if account.long_lines and account.status == "complete":
        account.status = "truncated"
    if content.size == 0 and content.status == "complete":
        account.status = "empty"
    account.check()


def peek(source: Source, settings: Settings) -> tuple[int, int] | None:
    """The stamps at both ends of a large plain log (µs), as it states them; None of anything else."""
    recipe = find_large_log(Account(source), settings, SMALLEST)
    return find_ends(source, recipe) if recipe else None


def find_large_log(account: Account, settings: Settings, smallest: int) -> Recipe | None:
    """How a source is read that is a plain log of that many bytes and `may_be_parted`; None of anything else."""
    source, size = account.source, account.source.size
    if source.path is None or size is None or size < smallest:
        return None
    reader = Reader(source, settings.config.limits)
    blocks = iter(reader)
    head = _take_sample(blocks)
    said = settings.config.of(source.name).get("format")
    exports = choose_exports(None if said is None else str(said), settings)
    if not _is_plain(reader) or find_hindrance(b"".join(head[:2])):
        return None
    if exports and take_documents(head, iter(()), exports, settings.config.limits):
        return None
    recipe = find_recipe(head, source, settings, account)
    return recipe if recipe and may_be_parted(source, recipe, smallest=smallest) else None


def _is_plain(reader: Reader) -> bool:
    return not reader.compression and reader.encoding == "utf-8"


def _cut_part(reader: Reader, settings: Settings) -> Iterator[Lines]:
    """The lines of a part, whose numbers nobody knows unless it's at the beginning."""
    start = reader.part[0] if reader.part else 0
    lines = cut_lines(reader, settings.block_bytes, reader.limits, offset=start)
    return (replace(batch, is_counted=start == 0) for batch in lines)


def find_hindrance(head: bytes) -> str:
    """Why content that begins so can't be read as lines of text, if it can't."""
    if container := name_container(head):
        return f"is {container}: unpack or export it first"
    if b"\n" not in head and head.count(b"\r") > 1:
        return "its lines end in carriage returns alone: convert them (tr '\\r' '\\n')"
    return ""


def _tell_long_lines(account: Account, limits: Limits) -> str:
    if not account.long_lines:
        return ""
    lines = "1 line is" if account.long_lines == 1 else f"{account.long_lines:,} lines are"
    return f"{lines} longer than {limits.line_bytes >> 20:,} MiB and read by the first {limits.long_line_bytes >> 10:,} KiB"


def _take_sample(blocks: Iterator[bytes]) -> list[bytes]:
    """The first blocks, up to about a megabyte that isn't blank, or far into what is."""
    head: list[bytes] = []
    told = 0
    for block in blocks:
        head.append(block)
        told += len(block) if block.strip() else 0
        if told >= _SAMPLE_BYTES or len(head) > _MOST_SAMPLE_BLOCKS:
            break
    return head


def sample_lines(head: Sequence[bytes]) -> list[str]:
    """Lines of a log's beginning, spread over it: the first ones say how a log begins, not how it goes on."""
    start = b"".join(head)
    lines = _begin(start.lstrip(b"\r\n")).decode("utf-8", "replace").split("\n")
    if len(lines) > 2 and (len(start) >= _SAMPLE_BYTES or not lines[-1]):
        lines = lines[:-1]  # the last one may be cut
    lines = [line.rstrip("\r") for line in lines]
    half = SAMPLE_LINES // 2
    if len(lines) <= SAMPLE_LINES:
        return lines
    # Runs of lines, not single ones: a traceback must stay behind its record.
    runs = np.linspace(half, len(lines) - 100, half // 100).astype(int)
    return lines[:half] + [line for start in runs for line in lines[start : start + 100]]


def _begin(content: bytes) -> bytes:
    """As much of the content as a sample needs; one JSON value in a single line is told by the whole of it."""
    start = content[: 2 * _SAMPLE_BYTES]
    is_one_value = b"\n" not in start and start[:1] in b"{[" and not is_run_together(start.decode("utf-8", "replace"))
    return content if is_one_value else start


# --- logs


def find_recipe(
    head: Sequence[bytes], source: Source, settings: Settings, account: Account, found: Detection | None = None
) -> Recipe | None:
    """How a log is read that begins so; None where its format is unknown or its year has to wait, as the account says.

    ``found`` is what its format is, if that has been told.
    """
    said = settings.config.of(source.name)
    formats = choose_formats(source, settings)
    lines = sample_lines(head)
    found = found or detect_format(lines, formats)
    account.format, account.score, account.runner_up = found.nearest, found.score, found.runner_up
    if not found.plans:
        account.format = account.status = "unknown"
        account.note = _tell_unknown(found, head)
        return None
    account.units = {k: unit for plan in found.plans for p in (plan, *plan.inner) for k, unit in p.guesses.items()}
    rules = settings.config.sli
    plans = tuple(plan.asking(rules.keys) for plan in found.plans)
    recipe = Recipe(
        source, plans, formats, rules,
        zone=str(said["zone"]) if "zone" in said else None,
        year=int(said["year"]) if "year" in said else None,
        limits=settings.config.limits,
    )  # fmt: skip
    if not is_yearless(lines, found.plans):
        return replace(recipe, year=recipe.year or find_stated_year(lines, found.plans))
    if recipe.year is None and not settings.is_last_call:
        account.status = DEFERRED
        return None
    guess = None if recipe.year else find_year(lines, found.plans, source, settings.around)
    if guess is not None:
        account.year_guess = f"{guess.year} at first, {guess.why}"
    year = guess.year if guess else recipe.year
    return replace(recipe, year=year, carries_year=year is not None)


def _parse_batches(
    batches: Iterator[tuple[Lines, tuple[Plan, ...]]], recipe: Recipe, pool: Executor, account: Account
) -> Iterator[pa.Table]:
    """Tables of the batches in their order; a few at a time on threads."""
    if recipe.carries_year:
        # The year goes on from batch to batch, so they can't be read side by side.
        for batch, plans in batches:
            table, part = parse_lines(batch, replace(recipe, plans=plans))
            account.add(part)
            if table.num_rows:
                last = table.column("time")[-1].as_py()
                recipe = replace(recipe, year=last.year, month=last.month)
            yield table
        return

    def parse(batch: tuple[Lines, tuple[Plan, ...]]) -> tuple[pa.Table, Account]:
        return parse_lines(batch[0], replace(recipe, plans=batch[1]))

    for table, part in map_ahead(pool, parse, batches, _BATCHES_AHEAD):
        account.add(part)
        yield table


def choose_exports(name: str | None, settings: Settings) -> Sequence[ExportFormat]:
    """All exports, or the one that the caller named for the source; none where a log's format is named."""
    return settings.exports if name is None else [each for each in settings.exports if each.name == name]


def choose_formats(source: Source, settings: Settings) -> Sequence[LogFormat]:
    """All formats, or the one that the caller named for the source."""
    name = settings.config.of(source.name).get("format")
    if name is None:
        return settings.formats
    named = [each for each in settings.formats if each.name == name]
    if not named:
        if any(each.name == name for each in settings.exports):
            raise EvidenceError(
                f"is no {name}, as stated", where=source.name, do="let the content tell, or see `minutebook check`"
            )
        known = [*(each.name for each in settings.formats), *(each.name for each in settings.exports)]
        raise EvidenceError(
            f"no format is called {name!r}", where=source.name, do=suggest(name, known, listed_by="minutebook formats")
        )
    return named


def _tell_unknown(found: Detection, head: Sequence[bytes]) -> str:
    if shape := name_text(b"".join(head).decode("utf-8", "replace")):
        return f"not an export that is known, nor a log: {shape}"
    note = "unknown format: "
    note += (
        f"nearest is {found.nearest}, which fits {found.score:.0%} of the lines"
        if found.nearest
        else "no format fits any line"
    )
    return note + (f"; the first that doesn't: {found.misfit[:120]!r}" if found.misfit else "")


def _reject_all(lines: Iterator[Lines], account: Account, limits: Limits) -> Iterator[pa.Table]:
    """No events: each line that isn't blank is a reject, for the reason that the account's note gives."""
    why = account.note.split(": ")[0]
    for batch in lines:
        is_blank = pc.equal(pc.utf8_trim_whitespace(batch.text), "").to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(~is_blank)
        account.lines_seen += len(batch)
        account.skipped.update({"blank": int(is_blank.sum())})
        account.rejected += len(rows)
        if len(account.rejects) < account.most_rejects:
            account.keep_rejects(list_rejects(batch, [(int(row), why, 1) for row in rows[: account.most_rejects]]))
        account.long_lines += count_long_lines(batch, limits)
    yield from ()
