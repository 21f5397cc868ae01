"""evidence → sources: found, named, opened, decompressed, hashed and counted.

A source is named by the shortest end of its path that no other source shares, so that the same
files give the same names wherever they lie and in whatever order they are given. Compression is
told by magic bytes, never by the suffix. What can be read of a cut or damaged file is read, and
its status says so.
"""

from __future__ import annotations

import bz2
import codecs
import hashlib
import io
import lzma
import os
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any

from minutebook.errors import EvidenceError

_RAW = 1 << 20
_MOST_LAYERS = 4  # of compression within compression
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COMPRESSED = re.compile(r"\.(gz|bz2|xz|zst|zstd|z)$", re.I)
# What rotation adds to a name: .1, -20261123, .2026-11-23, _2026-11-23T09; the 1 of web-1 is no such thing.
_ROTATED = re.compile(r"(\.\d{1,3}|[.\-_]\d{4}-?\d\d-?\d\d(?:[T_\-.]?\d\d[\d:\-]*)?)$")
_SUFFIX = re.compile(r"\.(log|jsonl?|ndjson|txt|csv|tsv|out|err)$", re.I)
_HOST = re.compile(r"^[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*?[-_]?\d+$")


@dataclass(frozen=True)
class Source:
    """One piece of evidence: a file, or standard input."""

    name: str
    path: Path | None  #: None is standard input
    stated_host: str | None = None  #: as the caller says

    @property
    def stream(self) -> str:
        """Who wrote it: its name without folders, rotation, suffix and compression."""
        stem = _COMPRESSED.sub("", self.name.rsplit("/", 1)[-1])
        for _ in range(3):  # app.log.1, app-20261123.log, app.jsonl.1
            shorter = _SUFFIX.sub("", _ROTATED.sub("", stem))
            if shorter == stem or not shorter:
                break
            stem = shorter
        return stem

    @property
    def host(self) -> str | None:
        """The host that the caller, else the name states (web-2 of web-2.app.log), if any does."""
        if self.stated_host:
            return self.stated_host
        head = self.stream.split(".")[0]
        return head if _HOST.match(head) else None


def find_sources(evidence: Iterable[str | os.PathLike[str]]) -> list[Source]:
    """All sources of some files, folders (searched whole, hidden entries apart) and ``-``, by name.

    Raises `EvidenceError` for what is missing, for a folder without files, and for nothing at all.
    """
    paths: list[Path | None] = []
    for each in evidence:
        if os.fspath(each) == "-":
            paths.append(None)
            continue
        path = Path(each)
        if path.is_dir():
            found = sorted(p for p in _walk(path))
            if not found:
                raise EvidenceError("the folder holds no files", where=str(each), do="name the evidence")
            paths += found
        elif path.exists():
            if not path.is_file():
                raise EvidenceError("is neither a file nor a folder", where=str(each))
            paths.append(path)
        else:
            raise EvidenceError("no such file or folder", where=str(each), do="check the path")
    if not paths:
        raise EvidenceError("no evidence given", do="name files or folders")
    unique = {None if p is None else p.resolve(): p for p in paths}
    resolved = [p for p in unique if p is not None]
    names = _name(resolved)
    sources = [Source(names[p], p) for p in resolved] + [Source("stdin", None) for p in unique if p is None]
    return sorted(sources, key=lambda source: source.name)


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(root) / name
            if not name.startswith(".") and path.is_file():
                yield path


def _name(paths: list[Path]) -> dict[Path, str]:
    """Shortest path endings that tell the paths apart."""
    depth = dict.fromkeys(paths, 1)
    while True:
        names = {path: "/".join(path.parts[-depth[path] :]) for path in paths}
        taken: dict[str, list[Path]] = {}
        for path, name in names.items():
            taken.setdefault(name, []).append(path)
        clashes = [p for group in taken.values() if len(group) > 1 for p in group if depth[p] < len(p.parts)]
        if not clashes:
            return names
        for path in clashes:
            depth[path] += 1


@dataclass
class Reader:
    """Iterates a source's content in blocks of UTF-8, decompressed; afterwards knows what it was.

    ``sha256`` is of the decompressed content as stored; ``lines`` counts newlines (and a last line
    without one); ``status`` is complete, truncated (compressed data ends early), damaged
    (compressed data can't be decoded further) or unreadable. ``secret`` is known to whoever has all of the
    content: it can't be told from ``sha256``, and is never written.
    """

    source: Source
    sha256: str = ""
    secret: bytes = field(default=b"", repr=False)
    size: int = 0
    lines: int = 0
    status: str = "complete"
    encoding: str = "utf-8"
    compression: str = ""
    _hash: Any = field(default_factory=hashlib.sha256, repr=False)

    def __iter__(self) -> Iterator[bytes]:
        last = b"\n"
        try:
            for block in self._decoded():
                self.lines += block.count(b"\n")
                last = block[-1:]
                yield block
        except OSError as error:
            if self.size == 0:
                raise EvidenceError(
                    f"can't be read: {error.strerror or error}",
                    where=self.source.name,
                    do="check its permissions",
                ) from error
            self.status = "unreadable"
        self.lines += last != b"\n"
        self.sha256 = self._hash.hexdigest()
        if self.size:
            self._hash.update(b"minutebook: secret of this content")
            self.secret = self._hash.digest()

    def _decoded(self) -> Iterator[bytes]:
        """UTF-8 without a byte order mark."""
        blocks = self._hashed()
        first = next(blocks, b"")
        for bom, encoding in _BOMS:
            if first.startswith(bom):
                self.encoding, first = encoding, first[len(bom) :]
                break
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
        for block in self._decompressed():
            if block:
                self._hash.update(block)
                self.size += len(block)
                yield block

    def _decompressed(self) -> Iterator[bytes]:
        with self._open() as file:
            blocks = _chunks(file.read(_RAW), file)
            for _ in range(_MOST_LAYERS):
                head = next(blocks, b"")
                kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
                if not kind:
                    yield head
                    break
                self.compression = self.compression or kind
                blocks = self._unpack(kind, chain([head], blocks))
            yield from blocks

    def _unpack(self, kind: str, raw: Iterator[bytes]) -> Iterator[bytes]:
        unpacked = self._zstd(raw) if kind == "zstd" else self._members(kind, raw)
        return (block for block in unpacked if block)

    def _open(self) -> IO[bytes]:
        if self.source.path is None:
            return open(sys.stdin.fileno(), "rb", closefd=False)
        return self.source.path.open("rb", buffering=0)

    def _members(self, kind: str, raw: Iterator[bytes]) -> Iterator[bytes]:
        """Concatenated gzip, bzip2 or xz members, and what else may stand behind the last one."""
        make = {
            "gzip": lambda: zlib.decompressobj(31),
            "bzip2": bz2.BZ2Decompressor,
            "xz": lzma.LZMADecompressor,
        }[kind]
        decoder: Any = make()
        magic = next(magic for magic, name in _MAGIC if name == kind)
        for chunk in raw:
            data = chunk
            while data:
                if decoder.eof:
                    data = data.lstrip(b"\0")  # padding behind the last member
                    if not data:
                        break
                    if not data.startswith(magic[: len(data)]):
                        self.status = "damaged"
                        return
                    decoder = make()
                try:
                    yield decoder.decompress(data)
                except (zlib.error, OSError, lzma.LZMAError, EOFError):
                    self.status = "damaged"
                    return
                data = decoder.unused_data if decoder.eof else b""
        if not decoder.eof:
            if kind == "gzip":
                yield decoder.flush()
            self.status = "truncated"

    def _zstd(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        import pyarrow as pa

        with pa.input_stream(_Joined(raw), compression="zstd") as stream:
            while True:
                try:
                    block = stream.read(_RAW)
                except OSError:
                    self.status = "truncated"
                    return
                if not block:
                    return
                yield block


class _Joined(io.RawIOBase):
    """Blocks of bytes as a file that Arrow reads from."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, b""

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; empty at the end."""
        if not self._rest:
            self._rest = next(self._blocks, b"")
        taken = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(taken) :]
        return taken


def _chunks(head: bytes, file: IO[bytes]) -> Iterator[bytes]:
    while head:
        yield head
        head = file.read(_RAW)
