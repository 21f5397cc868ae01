"""sources → batches of events, and the account of every line.

A source is read once, in blocks that threads turn into tables of `events.ARROW_SCHEMA`. Memory is bounded
by a few blocks. Each line ends up in an event, is skipped (why) or rejected (where, why).
"""

from __future__ import annotations

import collections
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.detection import Detection, Plan, detect_format
from minutebook.errors import AccountError
from minutebook.events import make_table
from minutebook.exports import Document, ExportFormat, Match, pick_export, read_export
from minutebook.fields import read_fields
from minutebook.logformats import LogFormat
from minutebook.lines import Lines, cut_lines
from minutebook.records.folding import find_exceptions, fold_lines
from minutebook.sources import Reader, Source
from minutebook.times import parse_times

_SAMPLE_LINES = 2000
_DOCUMENT_BYTES = 64 << 20  # a JSON document is read whole; a longer one is refused
_KEPT_REJECTS = 1000


@dataclass
class Account:
    """What became of a source's lines; `check` raises where it doesn't add up."""

    source: Source
    format: str = ""
    score: float = 0.0
    runner_up: str = ""
    status: str = "complete"
    sha256: str = ""
    lines: int = 0  #: counted by the reader, as newlines in bytes
    lines_seen: int = 0  #: counted by the parser, as Arrow offsets
    lines_in_events: int = 0
    skipped: collections.Counter[str] = field(default_factory=collections.Counter)
    rejected: int = 0
    rejects: list[tuple[int, str]] = field(default_factory=list)  #: (line, why), the first ones
    events: int = 0
    note: str = ""
    resolution_s: float = 0.0
    qualities: collections.Counter[str] = field(default_factory=collections.Counter)

    def check(self) -> None:
        """Raise `AccountError` unless every line is accounted for, in both counts."""
        told = self.lines_in_events + sum(self.skipped.values()) + self.rejected
        if not self.lines == self.lines_seen == told:
            raise AccountError(
                f"{self.lines} lines by bytes, {self.lines_seen} by the parser, {told} accounted for",
                where=self.source.name,
                do="please report this: it's a defect of minutebook",
            )

    def add(self, part: Account) -> None:
        """The account of a further block of the same source."""
        self.lines_seen += part.lines_seen
        self.lines_in_events += part.lines_in_events
        self.skipped.update(part.skipped)
        self.rejected += part.rejected
        self.rejects = (self.rejects + part.rejects)[:_KEPT_REJECTS]
        self.events += part.events
        self.qualities.update(part.qualities)
        if part.resolution_s:
            finer = [r for r in (self.resolution_s, part.resolution_s) if r]
            self.resolution_s = min(finer)


@dataclass(frozen=True)
class Settings:
    """What the caller said about how sources are read."""

    formats: Sequence[LogFormat]
    exports: Sequence[ExportFormat]
    block_bytes: int = 8 << 20


def read_source(source: Source, settings: Settings, pool: Executor) -> tuple[Account, Iterator[pa.Table]]:
    """The source's events in tables, in order, and its account, complete once they are exhausted."""
    account = Account(source)
    return account, _read(source, settings, pool, account)


def _read(source: Source, settings: Settings, pool: Executor, account: Account) -> Iterator[pa.Table]:
    reader = Reader(source)
    blocks = iter(reader)
    head = _take_sample(blocks)
    match = _pick_export(head, blocks, settings)
    if match is not None:
        content, export, documents = match
        yield from _read_export(content, export, documents, source, account)
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
    found = detect_format(_sample_lines(head), settings.formats)
    account.format, account.score, account.runner_up = found.nearest, found.score, found.runner_up
    if found.plan is None:
        yield from _reject_all(lines, found, account)
        return
    plan = found.plan
    waiting: collections.deque[Future[tuple[pa.Table, Account]]] = collections.deque()
    for batch in _cut_at_records(lines, plan):
        waiting.append(pool.submit(parse_lines, batch, plan, source))
        if len(waiting) > 3:
            yield _finish(waiting.popleft(), account)
    while waiting:
        yield _finish(waiting.popleft(), account)


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
        room = _KEPT_REJECTS - len(account.rejects)
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
        account.rejects += [(lines.first + int(start[i]), "its time can't be read") for i in lost[:_KEPT_REJECTS]]
        parts = {name: values.filter(is_known) for name, values in parts.items()}
        times, quality = times.filter(is_known), quality.filter(is_known)
        start, stop = start[known], stop[known]
    account.rejects = sorted(account.rejects)[:_KEPT_REJECTS]
    account.events = len(times)
    account.resolution_s = resolution_s
    account.qualities.update(_count(quality))
    columns = read_fields(parts, plan.log_format.kind, plan.log_format.levels)
    rows = len(times)
    columns = {
        "kind": plan.log_format.kind, "layer": plan.log_format.layer, "host": source.host,
        **plan.log_format.fixed, **_without_nulls(columns, source),
        "time": times, "time_quality": quality, "source": source.name,
        "line": pa.array(lines.first + start), "offset": pa.array(lines.offsets[start]),
        "length": pa.array(lines.offsets[stop] - lines.offsets[start]) if rows else pa.array([], pa.int64()),
    }  # fmt: skip
    return make_table({name: values for name, values in columns.items() if values is not None}, rows), account


def _without_nulls(columns: dict[str, pa.Array], source: Source) -> dict[str, pa.Array]:
    if "host" in columns and source.host:
        columns["host"] = pc.coalesce(columns["host"], pa.scalar(source.host))
    return columns


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


# --- exports of deploys, alerts and notes


def _pick_export(
    head: Sequence[bytes], blocks: Iterator[bytes], settings: Settings
) -> tuple[bytes, Match, list[Document]] | None:
    """The whole content, what it is, and its documents, if it's an export and no log."""
    start = b"".join(head)
    stripped = start.lstrip()
    if stripped[:1] not in (b"{", b"["):
        return None
    first = stripped.split(b"\n", 1)[0]
    value = _load(first)
    if isinstance(value, dict):  # JSON lines: of what?
        sample = [v for line in stripped.split(b"\n")[:20] if isinstance(v := _load(line), dict)]
        match = pick_export(sample, settings.exports)
        if match.format is None and stripped.count(b"\n") != len(stripped.split(b"\n", 1)[0]):
            return None
        content = _read_rest(head, blocks)
        return content, match, _json_lines(content)
    content = _read_rest(head, blocks)
    document = _load(content)
    if document is None:
        return None
    match = pick_export([document], settings.exports)
    return (content, match, [Document(document, 1, 0, len(content))]) if match.format else None


def _read_rest(head: Sequence[bytes], blocks: Iterator[bytes]) -> bytes:
    return b"".join((*head, *blocks))


def _load(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _json_lines(content: bytes) -> list[Document]:
    documents, offset = [], 0
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            documents.append(Document(_load(line), number, offset, len(line)))
        offset += len(line) + 1
    return documents


def _read_export(
    content: bytes, match: Match, documents: list[Document], source: Source, account: Account
) -> Iterator[pa.Table]:
    assert match.format is not None
    account.format, account.score, account.runner_up = match.format.name, match.score, match.runner_up or ""
    reading = read_export(documents, match.format, source=source.name)
    lines = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
    account.lines_seen = lines
    bad = {line for line, _ in reading.rejects}
    if len(documents) == 1 and documents[0].length == len(content):
        account.lines_in_events = lines
    else:
        account.lines_in_events = len(documents) - len(bad)
        account.rejected, account.rejects = len(bad), sorted(reading.rejects)
        if blank := lines - len(documents):
            account.skipped["blank"] = blank
    account.events = len(reading.rows)
    for why, count in reading.skipped.items():
        account.note += f"{count} {why}; "
    names = dict.fromkeys(name for row in reading.rows for name in row)
    columns: dict[str, object] = {name: [row.get(name) for row in reading.rows] for name in names}
    account.qualities.update(str(row.get("time_quality", "stated")) for row in reading.rows)
    yield make_table(columns | {"source": source.name}, len(reading.rows))
