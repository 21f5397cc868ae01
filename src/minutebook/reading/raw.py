"""evidence references (``source:line``) → the raw lines that stand there, fetched again, not copied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from os import PathLike
from typing import NamedTuple

from minutebook.detection import detect_format, match_and_fold
from minutebook.errors import EvidenceError, suggest
from minutebook.logformats import LogFormat
from minutebook.plans import Plan
from minutebook.sources import Source, find_sources
from minutebook.sources.contents import Reader
from minutebook.sources.lines import Lines, cut_lines, split_lines
from minutebook.sources.places import BYTES, read_line

#: Begins a part that says how many references were left out.
MORE = "… and"
_LONGEST_RECORD = 500  # lines
_LONGEST_BYTES = 1 << 20


class RawRecord(NamedTuple):
    """The lines of one record, as they stand in its source."""

    source: str
    line: int  #: of its first line
    text: tuple[str, ...]


def parse_references(text: str) -> list[tuple[str, int]]:
    """(source, line) of each reference in a text such as ``web-2.app.log:812; edge.log.gz:7``."""
    found = []
    for part in text.split("; "):
        if part.startswith(MORE):
            continue
        source, _, line = part.strip().rpartition(":")
        place = read_line(line)
        if not source or place is None:
            raise EvidenceError(f"no reference to evidence: {part!r}", do="write it as source:line")
        found.append((source, place))
    return found


def fetch_records(
    references: Iterable[tuple[str, int]],
    evidence: Sequence[str | PathLike[str]],
    formats: Sequence[LogFormat],
) -> list[RawRecord]:
    """The records at the references, each source read once; raises `EvidenceError` for what isn't there."""
    sources = {source.name: source for source in find_sources(evidence)}
    wanted: dict[str, list[int]] = {}
    for name, line in references:
        if name not in sources:
            raise EvidenceError(f"no source is called {name!r}", do=suggest(name, sorted(sources)))
        wanted.setdefault(name, []).append(line)
    return [record for name, lines in wanted.items() for record in _fetch(sources[name], sorted(set(lines)), formats)]


def find_lines(
    references: Iterable[tuple[str, int]],
    evidence: Sequence[str | PathLike[str]],
    formats: Sequence[LogFormat],
) -> dict[tuple[str, int], tuple[str, ...]]:
    """(source, line) → the lines of the record there; what the evidence doesn't hold is left out."""
    sources = {source.name: source for source in find_sources(evidence)}
    wanted: dict[str, set[int]] = {}
    for name, line in references:
        if name in sources:
            wanted.setdefault(name, set()).add(line)
    return {
        (name, record.line): record.text
        for name, lines in sorted(wanted.items())
        for record in _fetch(sources[name], sorted(lines), formats, is_lenient=True)
    }


def _fetch(
    source: Source, lines: list[int], formats: Sequence[LogFormat], *, is_lenient: bool = False
) -> list[RawRecord]:
    plans: tuple[Plan, ...] = ()
    found, last = [], 0
    waiting = [line for line in lines if line < BYTES]
    by_bytes = [line for line in lines if line >= BYTES]
    for index, batch in enumerate(cut_lines(Reader(source))):
        if index == 0:
            plans = detect_format(batch.text[:2000].to_pylist(), formats).plans
            found += [record for place in by_bytes if (record := _fetch_at(source, place, plans, is_lenient))]
        while waiting and waiting[0] < batch.first + len(batch):
            found.append(_cut(source, batch, waiting.pop(0), plans))
        last = batch.first + len(batch) - 1
        if not waiting:
            break
    if waiting and not is_lenient:
        raise EvidenceError(f"has {last:,} lines, and no line {waiting[0]:,}", where=source.name)
    return found


def _fetch_at(source: Source, place: int, plans: Sequence[Plan], is_lenient: bool) -> RawRecord | None:
    """The record that begins at a byte of a plain source."""
    offset = place - BYTES
    before = max(offset - 1, 0)
    data = next(iter(Reader(source, part=(before, offset + _LONGEST_BYTES))), b"")[offset - before :]
    is_start = not offset or next(iter(Reader(source, part=(before, offset))), b"") == b"\n"
    if data and is_start:
        return _cut(source, replace(split_lines(data, offset), is_counted=False), place, plans)
    if is_lenient:
        return None
    raise EvidenceError(f"no line begins at byte {offset:,}", where=source.name)


def _cut(source: Source, batch: Lines, line: int, plans: Sequence[Plan]) -> RawRecord:
    start = line - batch.first if batch.is_counted else 0
    part = batch.slice(start, min(start + _LONGEST_RECORD, len(batch)))
    _, folded = match_and_fold(part.text, plans)
    stop = int(folded.stop[0]) if len(folded.start) and folded.start[0] == 0 else 1
    return RawRecord(source.name, line, tuple(part.text[:stop].to_pylist()))
