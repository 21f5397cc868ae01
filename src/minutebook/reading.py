"""sources → batches of events, and the account of every line.

A source is read once, in blocks that threads turn into tables of `events.ARROW_SCHEMA`. Memory is bounded
by a few blocks. Each line ends up in an event, is skipped (why) or rejected (where, why).
"""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.account import KEPT_REJECTS, Account
from minutebook.config import STATED, Config
from minutebook.contents import Reader, name_container
from minutebook.detection import Detection, detect_format, match_and_fold
from minutebook.documents import read_document, take_documents
from minutebook.errors import EvidenceError
from minutebook.events import NAMES, fill_columns, make_table
from minutebook.exports import ExportFormat
from minutebook.fields import read_fields
from minutebook.limits import Limits
from minutebook.lines import Lines, count_long_lines, cut_lines, strip_escapes
from minutebook.logformats import LogFormat
from minutebook.plans import Matched, Plan, match_lines_of
from minutebook.records.below import read_below
from minutebook.records.folding import Folded, find_exceptions
from minutebook.records.table import update_w3c
from minutebook.repeats import count_repeats
from minutebook.rules import Rules
from minutebook.sources import Source
from minutebook.times import parse_times
from minutebook.years import find_year, is_yearless

_SAMPLE_LINES = 2000
_MOST_SAMPLE_BLOCKS = 64  # of up to a megabyte
_RETRY_SHARE = 0.02  # of a block rejected: look for a further format
#: Status of a source whose year the others have to tell first.
DEFERRED = "deferred"
_OFFSET = re.compile(r"[+-]\d\d:?\d\d$")


@dataclass(frozen=True)
class Settings:
    """What the caller said about how sources are read."""

    formats: Sequence[LogFormat]
    exports: Sequence[ExportFormat]
    config: Config = field(default_factory=Config)
    around: tuple[int, int] | None = None  #: span of the other sources (µs), for stamps without a year
    is_last_call: bool = False  #: year-less sources aren't put off any more
    block_bytes: int = 8 << 20


def read_source(source: Source, settings: Settings, pool: Executor) -> tuple[Account, Iterator[pa.Table]]:
    """The source's events in tables, in order, and its account, complete once they are exhausted."""
    said = settings.config.of(source.name)
    account = Account(source, stated={key: str(said[key]) for key in sorted(said)})
    filled = {column: account.stated[column] for column in STATED if column in account.stated and column in NAMES}
    tables = _read(source, settings, pool, account)
    return account, (fill_columns(table, filled) for table in tables) if filled else tables


def _read(source: Source, settings: Settings, pool: Executor, account: Account) -> Iterator[pa.Table]:
    limits = settings.config.limits
    reader = Reader(source, limits)
    blocks = iter(reader)
    head = _take_sample(blocks)
    exports = _choose_exports(account.stated.get("format"), settings)
    unreadable = _find_hindrance(b"".join(head[:2]))
    documents = None if unreadable or not exports else take_documents(head, blocks, exports, limits)
    lines = cut_lines(chain(head, blocks), settings.block_bytes, limits)
    if unreadable:
        account.format, account.status, account.note = "unknown", "unknown", unreadable
        yield from _reject_all(lines, account, limits)
    elif documents is not None:
        yield read_document(documents, source, account)
    else:
        yield from _read_log(lines, head, source, settings, pool, account)
    if account.status == DEFERRED:
        return
    account.lines, account.sha256, account.secret = reader.lines, reader.sha256, reader.secret
    if reader.status != "complete" and (account.status == "complete" or not account.events):
        account.status = reader.status
    account.note = "; ".join(filter(None, (account.note, reader.note, _tell_long_lines(account, limits))))
    if reader.size == 0 and reader.status == "complete":
        account.status = "empty"
    account.check()


def _find_hindrance(head: bytes) -> str:
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
        if told >= 1 << 20 or len(head) > _MOST_SAMPLE_BLOCKS:
            break
    return head


def _sample_lines(head: Sequence[bytes]) -> list[str]:
    """Lines of the sample, spread over it: the first ones say how a log begins, not how it goes on."""
    lines = b"".join(head).lstrip(b"\r\n").decode("utf-8", "replace").split("\n")
    if len(lines) > 2:
        lines = lines[:-1]  # the last one may be cut
    lines = [line.rstrip("\r") for line in lines]
    half = _SAMPLE_LINES // 2
    if len(lines) <= _SAMPLE_LINES:
        return lines
    # Runs of lines, not single ones: a traceback must stay behind its record.
    runs = np.linspace(half, len(lines) - 100, half // 100).astype(int)
    return lines[:half] + [line for start in runs for line in lines[start : start + 100]]


# --- logs


def _read_log(
    lines: Iterator[Lines],
    head: Sequence[bytes],
    source: Source,
    settings: Settings,
    pool: Executor,
    account: Account,
) -> Iterator[pa.Table]:
    said = settings.config.of(source.name)
    formats = _choose_formats(said.get("format"), settings, source)
    found = detect_format(_sample_lines(head), formats)
    account.format, account.score, account.runner_up = found.nearest, found.score, found.runner_up
    if not found.plans:
        account.format = account.status = "unknown"
        account.note = _tell_unknown(found)
        yield from _reject_all(lines, account, settings.config.limits)
        return
    rules = settings.config.sli
    plans = tuple(plan.asking(rules.keys) for plan in found.plans)
    recipe = Recipe(
        source, plans, formats, rules,
        zone=str(said["zone"]) if "zone" in said else None,
        year=int(said["year"]) if "year" in said else None,
        limits=settings.config.limits,
    )  # fmt: skip
    if recipe.year is None and is_yearless(found.plans):
        if not settings.is_last_call:
            account.status = DEFERRED
            return
        recipe = replace(recipe, year=find_year(_sample_lines(head), found.plans, source, settings.around))
    yield from _parse_batches(_cut_at_records(lines, plans), recipe, pool, account)


def _parse_batches(
    batches: Iterator[tuple[Lines, tuple[Plan, ...]]], recipe: Recipe, pool: Executor, account: Account
) -> Iterator[pa.Table]:
    """Tables of the batches in their order; a few at a time on threads."""
    if recipe.year is not None and is_yearless(recipe.plans):
        # The year goes on from batch to batch, so they can't be read side by side.
        for batch, plans in batches:
            table, part = parse_lines(batch, replace(recipe, plans=plans))
            account.add(part)
            if table.num_rows:
                recipe = replace(recipe, year=table.column("time")[-1].as_py().year)
            yield table
        return
    waiting: collections.deque[Future[tuple[pa.Table, Account]]] = collections.deque()
    for batch, plans in batches:
        waiting.append(pool.submit(parse_lines, batch, replace(recipe, plans=plans)))
        if len(waiting) > 3:
            yield _finish(waiting.popleft(), account)
    while waiting:
        yield _finish(waiting.popleft(), account)


def _choose_exports(name: str | None, settings: Settings) -> Sequence[ExportFormat]:
    """All exports, or the one that the caller named for the source; none where a log's format is named."""
    return settings.exports if name is None else [each for each in settings.exports if each.name == name]


def _choose_formats(name: str | int | None, settings: Settings, source: Source) -> Sequence[LogFormat]:
    """All formats, or the one that the caller named for the source."""
    if name is None:
        return settings.formats
    named = [each for each in settings.formats if each.name == name]
    if not named:
        if any(each.name == name for each in settings.exports):
            raise EvidenceError(
                f"is no {name}, as stated", where=source.name, do="let the content tell, or see `minutebook check`"
            )
        known = ", ".join(
            sorted([*(each.name for each in settings.formats), *(each.name for each in settings.exports)])
        )
        raise EvidenceError(f"no format is called {name!r}", where=source.name, do=f"use one of {known}")
    return named


def _finish(future: Future[tuple[pa.Table, Account]], account: Account) -> pa.Table:
    table, part = future.result()
    account.add(part)
    return table


def _tell_unknown(found: Detection) -> str:
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
        room = KEPT_REJECTS - len(account.rejects)
        account.rejects += [(batch.first + int(row), why) for row in rows[:room]]
        account.long_lines += count_long_lines(batch, limits)
    yield from ()


def _cut_at_records(batches: Iterable[Lines], plans: Sequence[Plan]) -> Iterator[tuple[Lines, tuple[Plan, ...]]]:
    """The same lines, cut so that no record is parted: what follows a batch's last record waits.

    With each batch come the plans under which it's read: a table's header may change in mid-file.
    """
    held: Lines | None = None
    current = tuple(plans)
    may_go_on = any(p.log_format.multiline or p.inner or p.log_format.shape in ("json", "csv") for p in plans)
    for lines in batches:
        batch = lines if held is None else _join(held, lines)
        held = None
        if any(plan.log_format.shape == "w3c" for plan in plans):
            for part, under in _cut_at_headers(batch, current):
                yield part, under
                current = under
            continue
        if may_go_on:
            start = _last_record(batch, current)
            if start > 0:
                held, batch = batch.slice(start, len(batch)), batch.slice(0, start)
        yield batch, current
    if held is not None:
        yield held, current


def _cut_at_headers(lines: Lines, plans: tuple[Plan, ...]) -> Iterator[tuple[Lines, tuple[Plan, ...]]]:
    """Parts of the lines under one W3C header each."""
    is_directive = pc.match_substring_regex(lines.text, r"^#(?:Fields:|Date:|fields\t)").to_numpy(zero_copy_only=False)
    cuts = np.flatnonzero(is_directive)
    begin = 0
    for cut in [*cuts.tolist(), len(lines)]:
        if cut > begin:
            yield lines.slice(begin, cut), plans
            begin = cut
        if cut < len(lines):
            directive = lines.text[cut].as_py()
            plans = tuple(p.with_header(update_w3c(p.header, directive)) for p in plans)


def _join(first: Lines, second: Lines) -> Lines:
    return Lines(
        pa.concat_arrays([first.text, second.text]),
        first.first,
        np.concatenate((first.offsets[:-1], second.offsets)),
    )


def _last_record(lines: Lines, plans: Sequence[Plan]) -> int:
    """Index of the last line that begins a record; 0 where none does."""
    tail = 64
    while True:
        start = max(len(lines) - tail, 0)
        matched, _ = match_lines_of(lines.text[start:], plans)
        if matched:
            return start + max(int(m.rows[-1]) for m in matched)
        if start == 0:
            return 0
        tail *= 8


@dataclass(frozen=True)
class Recipe:
    """All that is needed to turn lines of a source into events."""

    source: Source
    plans: tuple[Plan, ...]
    formats: Sequence[LogFormat] = ()  #: tried on what the plans leave over
    rules: Rules = field(default_factory=Rules)
    zone: str | None = None
    year: int | None = None
    limits: Limits = field(default_factory=Limits)


def parse_lines(lines: Lines, recipe: Recipe) -> tuple[pa.Table, Account]:
    """Events of some lines that no record crosses, and their account."""
    account = Account(recipe.source, lines_seen=len(lines), long_lines=count_long_lines(lines, recipe.limits))
    text = strip_escapes(lines.text)
    matched, folded = match_and_fold(text, recipe.plans)
    if len(folded.rejected) > _RETRY_SHARE * len(lines) and recipe.formats:
        # The format changed in mid-file: what the sample couldn't tell is detected here.
        left = pa.array([row for row, _ in folded.rejected], pa.int64())
        more = detect_format(text.take(left[:_SAMPLE_LINES]).to_pylist(), recipe.formats).plans
        if more:
            more = tuple(plan.asking(recipe.rules.keys) for plan in more)
            matched, folded = match_and_fold(text, (*recipe.plans, *more))
    account.rejects = [(lines.first + row, why) for row, why in folded.rejected[:KEPT_REJECTS]]
    account.rejected = len(folded.rejected)
    account.skipped.update(folded.skipped)
    account.lines_in_events = int(folded.lines.sum())
    order = np.argsort(np.concatenate([m.rows for m in matched]), kind="stable") if matched else np.empty(0, np.int64)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    tables, at = [], 0
    for each in matched:
        own = place[at : at + len(each.rows)]
        at += len(each.rows)
        tables.append(_make_events(each, text, lines, folded, own, recipe, account))
    account.rejects = sorted(account.rejects)[:KEPT_REJECTS]
    return _with_repeats(_in_order(tables), recipe.plans), account


def _in_order(tables: Sequence[pa.Table]) -> pa.Table:
    """The tables as one, in the order of the lines."""
    if len(tables) == 1:
        return tables[0]
    whole = pa.concat_tables(tables).unify_dictionaries() if tables else make_table({}, 0)
    lines_of = whole.column("line").to_numpy()
    return whole.take(pa.array(np.argsort(lines_of, kind="stable")))


def _with_repeats(events: pa.Table, plans: Sequence[Plan]) -> pa.Table:
    for pattern in {plan.log_format.repeats for plan in plans} - {""}:
        events = count_repeats(events, pattern)
    return events


def _make_events(
    matched: Matched,
    text: pa.StringArray,
    lines: Lines,
    folded: Folded,
    own: np.ndarray,
    recipe: Recipe,
    account: Account,
) -> pa.Table:
    """Events of the records that are read alike; ``own`` are their places in ``folded``."""
    parts = dict(matched.parts)
    start, stop = folded.start[own], folded.stop[own]
    if matched.log_format.below:
        parts = read_below(parts, text, start, stop, matched.log_format.below)
    elif "message" in parts and matched.log_format.multiline:
        exceptions = find_exceptions(text, start, stop)
        if exceptions is not None:
            parts["exception"] = exceptions
    account.stated_offset = account.stated_offset or _stated_offset(parts)
    times, quality, resolution_s = _read_times(parts, matched, recipe)
    if times.null_count:
        is_known = times.is_valid()
        known = is_known.to_numpy(zero_copy_only=False)
        lost = np.flatnonzero(~known)
        lost_lines = int(folded.lines[own[lost]].sum())
        account.lines_in_events -= lost_lines
        account.rejected += lost_lines
        account.rejects += [(lines.first + int(start[i]), "its time can't be read") for i in lost[:KEPT_REJECTS]]
        parts = {name: values.filter(is_known) for name, values in parts.items()}
        times, quality = times.filter(is_known), quality.filter(is_known)
        start, stop = start[known], stop[known]
    rows = len(times)
    account.add(_measure(recipe.source, times, quality, resolution_s))
    columns = read_fields(parts, matched.log_format.kind, matched.log_format.levels, recipe.rules.probe_patterns())
    source = recipe.source
    if "host" in columns and source.host:
        columns["host"] = pc.coalesce(columns["host"], pa.scalar(source.host))
    columns = {
        "kind": matched.log_format.kind, "layer": matched.log_format.layer, "host": source.host,
        **matched.log_format.fixed, **columns,
        "time": times, "time_quality": quality, "source": source.name,
        "line": pa.array(lines.first + start), "offset": pa.array(lines.offsets[start]),
        "length": pa.array(lines.offsets[stop] - lines.offsets[start]) if rows else pa.array([], pa.int64()),
    }  # fmt: skip
    return make_table({name: values for name, values in columns.items() if values is not None}, rows)


def _measure(source: Source, times: pa.Array, quality: pa.Array, resolution_s: float) -> Account:
    """What some events add to the account, lines apart."""
    part = Account(source, events=len(times), resolution_s=resolution_s)
    counts = pc.value_counts(quality.cast(pa.string()))
    part.qualities.update({str(entry["values"]): int(entry["counts"]) for entry in counts.to_pylist()})
    if part.events:
        span = pc.min_max(times.cast(pa.int64())).as_py()
        part.first, part.last = span["min"], span["max"]
    return part


def _stated_offset(parts: Mapping[str, pa.Array]) -> str:
    stamps = parts.get("time")
    match = _OFFSET.search(stamps[0].as_py() or "") if stamps is not None and len(stamps) else None
    return match.group(0) if match else ""


def _read_times(parts: dict[str, pa.Array], matched: Matched, recipe: Recipe) -> tuple[pa.Array, pa.Array, float]:
    stamps = parts.pop("time", None)
    count = len(matched.rows)
    if stamps is None:
        return pa.nulls(count, pa.timestamp("us", "UTC")), pa.nulls(count, pa.string()), 0.0
    layouts = matched.layouts
    if len(set(layouts)) == 1:
        read = parse_times(stamps, layouts[0], zone=recipe.zone, year=recipe.year)
        return read.time, read.quality, read.resolution_s
    order, times, qualities, finest = [], [], [], []
    for index in np.unique(matched.pattern):
        rows = np.flatnonzero(matched.pattern == index)
        read = parse_times(stamps.take(pa.array(rows)), layouts[index], zone=recipe.zone, year=recipe.year)
        order.append(rows)
        times.append(read.time)
        qualities.append(read.quality.cast(pa.string()))
        finest.append(read.resolution_s)
    back = pa.array(np.argsort(np.concatenate(order), kind="stable"))
    return pa.concat_arrays(times).take(back), pa.concat_arrays(qualities).take(back), min(finest)
