"""sources → batches of events, and the account of every line.

A source is read once, in blocks that threads turn into tables of `events.ARROW_SCHEMA`. Memory is bounded
by a few blocks. Each line ends up in an event, is skipped (why) or rejected (where, why).
"""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.account import KEPT_REJECTS, Account
from minutebook.config import Config
from minutebook.detection import Detection, Plan, detect_format
from minutebook.documents import read_document, take_documents
from minutebook.errors import EvidenceError
from minutebook.events import make_table
from minutebook.exports import ExportFormat
from minutebook.fields import read_fields
from minutebook.logformats import LogFormat
from minutebook.lines import Lines, cut_lines
from minutebook.records.folding import find_exceptions, fold_lines
from minutebook.sources import Reader, Source
from minutebook.times import parse_times

_SAMPLE_LINES = 2000
_OFFSET = re.compile(r"[+-]\d\d:?\d\d$")


@dataclass(frozen=True)
class Settings:
    """What the caller said about how sources are read."""

    formats: Sequence[LogFormat]
    exports: Sequence[ExportFormat]
    config: Config = Config()
    block_bytes: int = 8 << 20


def read_source(source: Source, settings: Settings, pool: Executor) -> tuple[Account, Iterator[pa.Table]]:
    """The source's events in tables, in order, and its account, complete once they are exhausted."""
    account = Account(source)
    return account, _read(source, settings, pool, account)


def _read(source: Source, settings: Settings, pool: Executor, account: Account) -> Iterator[pa.Table]:
    reader = Reader(source)
    blocks = iter(reader)
    head = _take_sample(blocks)
    documents = take_documents(head, blocks, settings.exports)
    if documents is not None:
        yield read_document(documents, source, account)
    else:
        lines = cut_lines(chain(head, blocks), settings.block_bytes)
        yield from _read_log(lines, head, source, settings, pool, account)
    account.lines, account.sha256 = reader.lines, reader.sha256
    if account.status == "complete":
        account.status = reader.status
    if reader.size == 0:
        account.status = "empty"
    account.check()


def _take_sample(blocks: Iterator[bytes]) -> list[bytes]:
    """The first blocks, up to about a megabyte."""
    head: list[bytes] = []
    for block in blocks:
        head.append(block)
        if sum(map(len, head)) >= 1 << 20:
            break
    return head


def _sample_lines(head: Sequence[bytes]) -> list[str]:
    """Lines of the sample, spread over it: the first ones say how a log begins, not how it goes on."""
    lines = b"".join(head).decode("utf-8", "replace").split("\n")
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
    found = detect_format(_sample_lines(head), _choose_formats(said.get("format"), settings, source))
    account.format, account.score, account.runner_up = found.nearest, found.score, found.runner_up
    if found.plan is None:
        yield from _reject_all(lines, found, account)
        return
    plan = replace(
        found.plan,
        zone=str(said["zone"]) if "zone" in said else None,
        year=int(said["year"]) if "year" in said else None,
    )
    waiting: collections.deque[Future[tuple[pa.Table, Account]]] = collections.deque()
    for batch in _cut_at_records(lines, plan):
        waiting.append(pool.submit(parse_lines, batch, plan, source))
        if len(waiting) > 3:
            yield _finish(waiting.popleft(), account)
    while waiting:
        yield _finish(waiting.popleft(), account)


def _choose_formats(name: str | int | None, settings: Settings, source: Source) -> Sequence[LogFormat]:
    """All formats, or the one that the caller named for the source."""
    if name is None:
        return settings.formats
    named = [each for each in settings.formats if each.name == name]
    if not named:
        known = ", ".join(sorted(each.name for each in settings.formats))
        raise EvidenceError(f"no format is called {name!r}", where=source.name, do=f"use one of {known}")
    return named


def _finish(future: Future[tuple[pa.Table, Account]], account: Account) -> pa.Table:
    table, part = future.result()
    account.add(part)
    return table


def _reject_all(lines: Iterator[Lines], found: Detection, account: Account) -> Iterator[pa.Table]:
    account.format = "unknown"
    account.status = "unknown"
    if found.nearest:
        account.note = f"unknown format: nearest is {found.nearest}, which fits {found.score:.0%} of the lines"
    else:
        account.note = "unknown format: no format fits any line"
    for batch in lines:
        is_blank = pc.equal(pc.utf8_trim_whitespace(batch.text), "").to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(~is_blank)
        account.lines_seen += len(batch)
        account.skipped["blank"] += int(is_blank.sum())
        account.rejected += len(rows)
        room = KEPT_REJECTS - len(account.rejects)
        account.rejects += [(batch.first + int(row), "unknown format") for row in rows[:room]]
    account.skipped += collections.Counter()
    yield from ()


def _cut_at_records(batches: Iterable[Lines], plan: Plan) -> Iterator[Lines]:
    """The same lines, cut so that no record is parted: what follows a batch's last record waits."""
    held: Lines | None = None
    for lines in batches:
        batch = lines if held is None else _join(held, lines)
        held = None
        if plan.log_format.multiline:
            start = _last_record(batch, plan)
            if start > 0:
                held, batch = batch.slice(start, len(batch)), batch.slice(0, start)
        yield batch
    if held is not None:
        yield held


def _join(first: Lines, second: Lines) -> Lines:
    return Lines(
        pa.concat_arrays([first.text, second.text]), first.first, np.concatenate((first.offsets[:-1], second.offsets))
    )


def _last_record(lines: Lines, plan: Plan) -> int:
    """Index of the last line that begins a record; 0 where none does."""
    tail = 64
    while True:
        start = max(len(lines) - tail, 0)
        rows = plan.match(lines.text[start:]).rows
        if len(rows):
            return start + int(rows[-1])
        if start == 0:
            return 0
        tail *= 8


def parse_lines(lines: Lines, plan: Plan, source: Source) -> tuple[pa.Table, Account]:
    """Events of some lines that no record crosses, and their account."""
    account = Account(source)
    account.lines_seen = len(lines)
    records = plan.match(lines.text)
    folded = fold_lines(lines.text, records, plan.log_format)
    parts = dict(records.parts)
    exceptions = find_exceptions(lines.text, folded) if "message" in parts else None
    if exceptions is not None:
        parts["exception"] = exceptions
    account.stated_offset = _stated_offset(parts)
    times, quality, resolution_s = _read_times(parts, records.pattern, plan)
    is_known = times.is_valid()
    account.rejects = [(lines.first + row, why) for row, why in folded.rejected]
    account.rejected = len(folded.rejected)
    account.skipped.update(folded.skipped)
    account.lines_in_events = int(folded.lines.sum())
    start, stop = folded.start, folded.stop
    if times.null_count:
        known = is_known.to_numpy(zero_copy_only=False)
        lost = np.flatnonzero(~known)
        account.lines_in_events -= int(folded.lines[lost].sum())
        account.rejected += int(folded.lines[lost].sum())
        account.rejects += [(lines.first + int(start[i]), "its time can't be read") for i in lost[:KEPT_REJECTS]]
        parts = {name: values.filter(is_known) for name, values in parts.items()}
        times, quality = times.filter(is_known), quality.filter(is_known)
        start, stop = start[known], stop[known]
    account.rejects = sorted(account.rejects)[:KEPT_REJECTS]
    account.events = len(times)
    account.resolution_s = resolution_s
    account.qualities.update(_count(quality))
    if account.events:
        span = pc.min_max(times.cast(pa.int64())).as_py()
        account.first, account.last = span["min"], span["max"]
    columns = read_fields(parts, plan.log_format.kind, plan.log_format.levels)
    if "host" in columns and source.host:
        columns["host"] = pc.coalesce(columns["host"], pa.scalar(source.host))
    rows = len(times)
    columns = {
        "kind": plan.log_format.kind, "layer": plan.log_format.layer, "host": source.host,
        **plan.log_format.fixed, **columns,
        "time": times, "time_quality": quality, "source": source.name,
        "line": pa.array(lines.first + start), "offset": pa.array(lines.offsets[start]),
        "length": pa.array(lines.offsets[stop] - lines.offsets[start]) if rows else pa.array([], pa.int64()),
    }  # fmt: skip
    return make_table({name: values for name, values in columns.items() if values is not None}, rows), account


def _stated_offset(parts: Mapping[str, pa.Array]) -> str:
    stamps = parts.get("time")
    match = _OFFSET.search(stamps[0].as_py() or "") if stamps is not None and len(stamps) else None
    return match.group(0) if match else ""


def _count(words: pa.Array) -> dict[str, int]:
    counts = pc.value_counts(words.cast(pa.string()))
    return {str(entry["values"]): int(entry["counts"]) for entry in counts.to_pylist()}


def _read_times(parts: dict[str, pa.Array], pattern: np.ndarray, plan: Plan) -> tuple[pa.Array, pa.Array, float]:
    stamps = parts.pop("time", None)
    if stamps is None:
        return pa.nulls(0, pa.timestamp("us", "UTC")), pa.nulls(0, pa.string()), 0.0
    patterns = plan.log_format.patterns
    layouts = [p.time for p in patterns] if patterns else [plan.layout]
    if len(set(layouts)) == 1:
        read = parse_times(stamps, layouts[0], zone=plan.zone, year=plan.year)
        return read.time, read.quality, read.resolution_s
    order, times, qualities, finest = [], [], [], []
    for index in np.unique(pattern):
        rows = np.flatnonzero(pattern == index)
        read = parse_times(stamps.take(pa.array(rows)), layouts[index], zone=plan.zone, year=plan.year)
        order.append(rows)
        times.append(read.time)
        qualities.append(read.quality.cast(pa.string()))
        finest.append(read.resolution_s)
    back = pa.array(np.argsort(np.concatenate(order), kind="stable"))
    return pa.concat_arrays(times).take(back), pa.concat_arrays(qualities).take(back), min(finest)
