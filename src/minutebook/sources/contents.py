"""a source → its content in blocks of UTF-8: opened, unpacked, decoded, hashed and counted.

A cut or damaged file is read as far as possible, and the status says so. A file is read up to its end at the time it was
opened, so that reading one which is still written to comes to an end.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import chain
from typing import IO, Any, cast

import numpy as np

from minutebook.errors import EvidenceError
from minutebook.machine.progress import Tell, ignore
from minutebook.settings.limits import Limits
from minutebook.sources import Source
from minutebook.sources.compression import Unpacked, find_compression
from minutebook.sources.remote import RemoteFile, RemoteStat

_RAW = 1 << 20
_RAW_REMOTE = 8 << 20  # bytes per request to a remote store
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096  # bytes that show the encoding
_NEWLINE = 10
#: Containers that have to be unpacked first: (offset, mark, name).
_CONTAINERS = (
    (0, b"PK\x03\x04", "a zip archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a rar archive"),
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"%PDF-", "a PDF"),
    (0, b"SQLite format 3\0", "a SQLite database"),
    (0, b"PAR1", "a Parquet file"),
    (0, b"LPKSHHRH", "a journal of systemd"),
    (0, b"ElfFile\0", "a Windows event log"),
)


def name_container(head: bytes) -> str:
    """The name of the container that has this head; "" where it may be lines of text."""
    return next((name for at, mark, name in _CONTAINERS if head.startswith(mark, at)), "")


@dataclass(frozen=True)
class Content:
    """What is known of a content after reading, as `Reader` has it."""

    sha256: str
    secret: bytes
    size: int
    lines: int
    status: str
    note: str


@dataclass
class Reader:
    """Iterates over a source's content in blocks of UTF-8, unpacked; afterwards knows what it was.

    ``sha256`` is of the unpacked content as stored; ``lines`` counts newlines (and a last line without one);
    ``status`` is complete, truncated (packed data ends early, or a limit was reached), damaged (packed data can't be
    read further), changed (the file was written to meanwhile) or unreadable; ``note`` says more. ``secret`` can only be
    computed from the whole content, not from ``sha256``, and is never written.
    """

    source: Source
    limits: Limits = field(default_factory=Limits)
    sha256: str = ""
    secret: bytes = field(default=b"", repr=False)
    size: int = 0
    packed_size: int = 0
    lines: int = 0
    status: str = "complete"
    note: str = ""
    part: tuple[int, int] | None = None  #: of plain UTF-8: only the bytes from the first up to the second
    tell: Tell = ignore  #: told how many bytes were read, still packed
    encoding: str = "utf-8"
    compression: str = ""
    _hash: Any = field(default_factory=hashlib.sha256, repr=False)

    @property
    def content(self) -> Content:
        """What is known of it after reading."""
        return Content(self.sha256, self.secret, self.size, self.lines, self.status, self.note)

    def __iter__(self) -> Iterator[bytes]:
        last = b"\n"
        if self.source.problem:
            self.status, self.note = "unreadable", self.source.problem
            return
        try:
            for block in self._decoded():
                self.lines += count_newlines(block)
                last = block[-1:]
                yield block
        except OSError as error:
            self.status, self.note = "unreadable", (error.strerror or str(error)).lower()
            if self.size:
                self.note = f"read as far as it could be, to byte {self.size:,}: {self.note}"
        self.lines += last != b"\n"
        self.sha256 = self._hash.hexdigest()
        if self.size:
            self._hash.update(b"minutebook: secret of this content")
            self.secret = self._hash.digest()

    def _decoded(self) -> Iterator[bytes]:
        """UTF-8 without a byte order mark."""
        blocks = self._hashed()
        if self.part:
            yield from blocks
            return
        first = next(blocks, b"")
        self.encoding, mark = find_encoding(first)
        first = first[len(mark) :]
        if self.encoding == "utf-8":
            if first:
                yield first
            yield from blocks
            return
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        for block in chain([first], blocks):
            if text := decoder.decode(block):
                yield text.encode("utf-8", "replace")
        if text := decoder.decode(b"", True):
            yield text.encode("utf-8", "replace")

    def _hashed(self) -> Iterator[bytes]:
        most = self.limits
        for block in self._unpacked():
            if not block:
                continue
            self._hash.update(block)
            self.size += len(block)
            yield block
            if self.size > most.unpacked_bytes and self.size > most.unpacked_times * self.packed_size:
                self.status = "truncated"
                self.note = (
                    f"read to a limit: {self.size >> 20:,} MiB came out of {self.packed_size:,} bytes, over "
                    f"{most.unpacked_times} times as much; raise [limits] unpacked_bytes to read on"
                )
                return

    def _unpacked(self) -> Iterator[bytes]:
        with self._open() as file:
            blocks: Iterator[bytes] = self._raw(file)
            if self.part:
                yield from blocks
                return
            layers: list[Unpacked] = []
            while kind := find_compression(head := next(blocks, b"")):
                if len(layers) == self.limits.layers:
                    raise EvidenceError(
                        f"is packed more than {self.limits.layers} times within itself",
                        where=self.source.name,
                        do="unpack it first",
                    )
                self.compression = self.compression or kind
                layers.append(Unpacked(kind, chain([head], blocks)))
                blocks = iter(layers[-1])
            if head:
                yield head
            yield from blocks
        self.status = next((layer.status for layer in layers if layer.status != "complete"), self.status)

    def _raw(self, file: IO[bytes]) -> Iterator[bytes]:
        """The bytes of a file up to its end at the time it was opened; of anything else, all there are."""
        before = self._tell_state(file)
        is_file = stat.S_ISREG(before.st_mode)
        left = before.st_size - file.tell() if is_file else sys.maxsize
        if self.part:
            file.seek(self.part[0])
            left = min(self.part[1], before.st_size) - self.part[0]
        try:
            while left > 0 and (block := file.read(min(_RAW, left))):
                left -= len(block)
                self.packed_size += len(block)
                self.tell(len(block))
                yield block
        except OSError:
            # Of an object that was written anew, a store gives no more.
            if not self._note_change(before, file):
                raise
        else:
            self._note_change(before, file)

    def _note_change(self, before: os.stat_result | RemoteStat, file: IO[bytes]) -> bool:
        """Whether a file isn't any more what it was; the status and the note say so."""
        after = self._tell_state(file, is_read=True)
        has_changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
        if stat.S_ISREG(before.st_mode) and has_changed:
            self.status = "changed"
            self.note = f"was written to while it was read: {before.st_size:,} bytes before, {after.st_size:,} after"
        return self.status == "changed"

    def _tell_state(self, file: IO[bytes], *, is_read: bool = False) -> os.stat_result | RemoteStat:
        if isinstance(self.source.path, RemoteFile):
            return self.source.path.stat_now() if is_read else self.source.path.stat()
        return os.fstat(file.fileno())

    def _open(self) -> IO[bytes]:
        if isinstance(self.source.path, RemoteFile):
            stop = self.part[1] if self.part else None
            return BufferedReader(cast(Any, self.source.path.open(stop=stop)), _RAW_REMOTE)
        if self.source.path is None:
            if sys.stdin is None:
                raise EvidenceError("there is no standard input", where="stdin", do="name files, or pipe them in")
            return open(sys.stdin.fileno(), "rb", closefd=False)
        # Not to wait for a writer, should a named pipe have taken the file's place.
        handle = os.open(self.source.path, os.O_RDONLY | os.O_NONBLOCK)
        return os.fdopen(handle, "rb", buffering=0)


def count_newlines(block: bytes) -> int:
    """How many lines end in the block: NumPy compares many bytes at once, ``bytes.count`` one by one."""
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == _NEWLINE))


def find_encoding(head: bytes) -> tuple[str, bytes]:
    """The encoding of content with this head, and its byte order mark; UTF-16 is recognised without one too."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, mark
    sample = head[:_SAMPLE]
    if b"\0" not in sample:
        return "utf-8", b""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) >= 8 and max(even, odd) > len(sample) // 4:
        # Mostly Latin text has a zero in every other byte, and hardly any in between.
        if even <= odd // 50:
            return "utf-16-le", b""
        if odd <= even // 50:
            return "utf-16-be", b""
    return "utf-8", b""
