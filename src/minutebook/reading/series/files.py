"""small sources → their contents, as many at a time as may be held, in chunks that are read in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minutebook.reading import ReadingContext, find_hindrance, open_account
from minutebook.reading.account import Account
from minutebook.sources import Source
from minutebook.sources.contents import Reader

#: Bytes as unpacked: of what is read in one go, of what is held at once, and of all that is read together.
_IN_ONE_GO, _AT_ONCE, _MOST = 16 << 20, 24 << 20, 128 << 20


@dataclass(frozen=True)
class File:
    """A small file that was read: its account so far, its content and how many lines that has."""

    account: Account
    content: bytes  #: with a line end behind its last line
    rows: int


def read_files(sources: Sequence[Source], context: ReadingContext, at_once: int | None = None) -> Iterator[list[File]]:
    """The files that can be read whole, some at a time, until together they unpack to too much."""
    files: list[File] = []
    held = total = 0
    for source in sources:
        reader = Reader(source, context.config.limits)
        file = _read_file(reader, context)
        total += reader.size
        if total > _MOST:
            break
        if file:
            files.append(file)
            held += reader.size
        if held > (at_once or _AT_ONCE):
            yield files
            files, held = [], 0
    if files:
        yield files


def _read_file(reader: Reader, context: ReadingContext) -> File | None:
    """A file whole; None where it isn't small or sound."""
    blocks = []
    for block in reader:
        blocks.append(block)
        if reader.size > _AT_ONCE:
            return None
    content = b"".join(blocks)
    if reader.status != "complete" or reader.note or not content or find_hindrance(content):
        return None
    account = open_account(reader.source, context)
    account.lines, account.sha256, account.secret = reader.lines, reader.sha256, reader.secret
    return File(account, content if content.endswith(b"\n") else content + b"\n", reader.lines)


def cut_chunks(files: Sequence[File]) -> Iterator[list[File]]:
    """The files in runs of about equal size, each to be read in one go."""
    whole = sum(len(each.content) for each in files)
    size = whole / max(round(whole / _IN_ONE_GO), 1)
    chunk: list[File] = []
    held = 0
    for number, each in enumerate(files, 1):
        chunk.append(each)
        held += len(each.content)
        if held >= size or number == len(files):
            yield chunk
            chunk, held = [], 0
