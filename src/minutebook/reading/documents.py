"""the content of a source → the events of an export of deploys, alerts or notes, where it is one and not a log.

Exports are recognised by their content, never by their name, and are read whole: they are small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.events import make_table
from minutebook.exports import Document, ExportFormat, Match, Reading, parse_documents, pick_export, read_export
from minutebook.reading.account import Account, Reject, cut_excerpt
from minutebook.records.jsontext import load_json
from minutebook.records.objects import is_batch
from minutebook.settings.config import STATED
from minutebook.settings.limits import Limits
from minutebook.sources import Source

_SAMPLE = 20  # documents by which an export is recognised
_HEAD = 1 << 20
_SAMPLE_LINES = 200  # of a long text
_DOCUMENT = re.compile(rb'[\[{]\s*[\[{"}\]]')


class Documents(NamedTuple):
    """The documents of an export, what they are, and how many lines they take up."""

    match: Match
    documents: list[Document]
    lines: int
    is_whole: bool  #: one document over all lines, not one a line
    content: bytes


def take_documents(
    head: list[bytes], blocks: Iterator[bytes], exports: Sequence[ExportFormat], limits: Limits
) -> Documents | None:
    """The documents of a source whose content is an export; None for a log, and for what is too long to read whole.

    Blocks that had to be read to find out are moved from ``blocks`` to the end of ``head``.
    """
    start = b"".join(head).lstrip()
    if not _DOCUMENT.match(start):
        return _take_text(head, blocks, exports, limits)
    lines = start.split(b"\n", _SAMPLE)
    sample = [value for line in lines[:_SAMPLE] if isinstance(value := load_json(line), dict)]
    if sample:  # one object a line: of an export, or of a log?
        match = pick_export(sample, exports)
        if match.format is None:
            return None
        content = _take_rest(head, blocks, limits)
        if content is None:
            return None
        return Documents(match, _split_lines(content), _count_lines(content), False, content)
    if len(start) >= _HEAD and not _is_document(start):
        return None
    content = _take_rest(head, blocks, limits)
    if content is None:
        return None
    document = load_json(content)
    match = pick_export([document], exports)
    if match.format is None and _may_be_log(document, start):
        return None  # it's a log after all, which happens to begin like a document
    return Documents(match, [Document(document, 1, 0, len(content))], _count_lines(content), True, content)


def _take_rest(head: list[bytes], blocks: Iterator[bytes], limits: Limits) -> bytes | None:
    """The whole content, its blocks in ``head``; None where it's longer than the limit."""
    size = sum(map(len, head))
    for block in blocks:
        head.append(block)
        size += len(block)
        if size > limits.document_bytes:
            return None
    return b"".join(head)


def _is_document(start: bytes) -> bool:
    """Whether a long text that begins like a JSON document goes on like one: each line begins with JSON's characters."""
    lines = start.split(b"\n")[1:200]
    return all(line.lstrip()[:1] in b'{}[]",0123456789-tfn' for line in lines)


def _may_be_log(document: object, start: bytes) -> bool:
    """Whether a document may be a log in one piece: it isn't one JSON value, or its value is a list of records."""
    return document is None or is_batch(start.decode("utf-8", "replace")) or isinstance(document, list)


def _take_text(
    head: list[bytes], blocks: Iterator[bytes], exports: Sequence[ExportFormat], limits: Limits
) -> Documents | None:
    """The documents of an export that isn't JSON: a table, YAML, notes, the output of a few commands."""
    start = b"".join(head)
    if len(start) >= _HEAD:  # as long as a log: a sample tells
        start = b"\n".join(start.split(b"\n", _SAMPLE_LINES)[:_SAMPLE_LINES])
    sample = [document.value for document in parse_documents(start)]
    match = pick_export([value for value in sample if not isinstance(value, str)], exports)
    if match.format is None or match.format.name == "empty":
        return None
    content = _take_rest(head, blocks, limits)
    if content is None:
        return None
    return Documents(match, parse_documents(content), _count_lines(content), False, content)


def _count_lines(content: bytes) -> int:
    return content.count(b"\n") + (bool(content) and not content.endswith(b"\n"))


def _split_lines(content: bytes) -> list[Document]:
    documents, offset = [], 0
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            documents.append(Document(load_json(line), number, offset, len(line)))
        offset += len(line) + 1
    return documents


def _find_line(content: bytes, line: int) -> tuple[int, str]:
    """The offset of a line, and an excerpt of it."""
    begin = 0
    for _ in range(line - 1):
        begin = content.find(b"\n", begin) + 1
    end = content.find(b"\n", begin)
    return begin, cut_excerpt(content[begin : end if end >= 0 else None][:2000].decode("utf-8", "replace").strip())


def read_document(taken: Documents, source: Source, account: Account) -> pa.Table:
    """The events of an export, and in ``account`` what became of its lines."""
    match = taken.match
    account.is_log = False
    account.lines_seen = taken.lines
    if match.format is None:
        account.format = account.status = "unknown"
        account.note = f"not an export that is known: {match.seen}"
        account.rejected = taken.lines
        account.keep_rejects([Reject(1, account.note, 0, taken.lines, _find_line(taken.content, 1)[1])])
        return make_table({}, 0)
    account.format, account.score, account.runner_up = match.format.name, match.score, match.runner_up or ""
    defaults = {key: value for key, value in account.stated.items() if key in ("zone", *STATED)}
    reading = read_export(taken.documents, match.format, defaults=defaults)
    _account_for_lines(taken, reading, account)
    names = dict.fromkeys(name for row in reading.rows for name in row)
    columns: dict[str, object] = {name: [row.get(name) for row in reading.rows] for name in names}
    columns.setdefault("time_quality", "stated")
    table = make_table(columns | {"source": source.name}, len(reading.rows))
    account.events = table.num_rows
    if table.num_rows:
        account.qualities.update(str(word) for word in table.column("time_quality").to_pylist())
        times = pc.min_max(table.column("time").cast(pa.int64())).as_py()
        account.first, account.last = times["min"], times["max"]
    return table


def _account_for_lines(taken: Documents, reading: Reading, account: Account) -> None:
    """Which lines became events, were skipped or were rejected."""
    ends: dict[int, int] = {}
    if taken.is_whole:
        account.lines_in_events = taken.lines
    else:
        # A document goes on to where the next one begins; what stands before the first one is a header.
        places = sorted({document.line for document in taken.documents}) or [taken.lines + 1]
        ends = dict(zip(places, [*places[1:], taken.lines + 1], strict=True))
        account.skipped.update({"header or comment": places[0] - 1} if places[0] > 1 else {})
        bad = {line for line, _ in reading.rejects if line in ends}
        account.rejected = sum(ends[line] - line for line in bad)
        account.lines_in_events = taken.lines - account.skipped_lines - account.rejected
    account.keep_rejects(
        Reject(line, why, offset, 0 if taken.is_whole else ends.get(line, line) - line, excerpt)
        for line, why in sorted(reading.rejects)[: account.most_rejects]
        for offset, excerpt in (_find_line(taken.content, line),)
    )
    told = [f"{len(reading.rejects)} of its records can't be read"] if taken.is_whole and reading.rejects else []
    account.note = "; ".join([*told, *(f"{count} {why}" for why, count in sorted(reading.skipped.items()))])
