"""blocks of a file → blocks of its unpacked content, as far as it can be read, and what was wrong with it.

Compression is recognised by magic bytes, never by a suffix. Blocks come out one by one, none of them large, so that the
reader can stop at any; what comes before a cut or damage is given as far as possible.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

_BLOCK = 1 << 20
_STEP = 1 << 16  # plain bytes from bzip2 and xz: at most this much before damage is lost
_STEPS_TO_DAMAGE = (4096, 64, 1)  # plain bytes from gzip
_ZSTD_STEP = 4096  # plain bytes: at most this much before damage is lost
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_SKIPPABLE = tuple(bytes((0x50 + i, 0x2A, 0x4D, 0x18)) for i in range(16))  # frames of zstd that hold no content
_DECODERS: dict[str, Callable[[], Any]] = {
    "gzip": lambda: zlib.decompressobj(31),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lzma.LZMADecompressor,
}
#: What these decoders raise on a damaged stream.
_DAMAGES = (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError)


def find_compression(head: bytes) -> str:
    """The compression of bytes with this beginning; "" for none that is known."""
    if head.startswith(_SKIPPABLE):
        return "zstd"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")


class Unpacked:
    """Iterates over the unpacked content; afterwards ``status`` is complete, truncated or damaged."""

    def __init__(self, kind: str, raw: Iterator[bytes]) -> None:
        self.status = "complete"
        self._kind, self._raw = kind, raw

    def __iter__(self) -> Iterator[bytes]:
        blocks = self._zstd() if self._kind == "zstd" else self._members()
        return (block for block in blocks if block)

    def _members(self) -> Iterator[bytes]:
        """Concatenated members of gzip, bzip2 or xz, perhaps with zeros behind the last one."""
        make = _DECODERS[self._kind]
        magic = next(magic for magic, kind in _MAGIC if kind == self._kind)
        raw = _Bytes(self._raw)
        while head := raw.peek(len(magic)):
            if head != magic:
                self._end_with(raw, head, magic)
                return
            decoder = make()
            yield from self._gzip(decoder, raw) if self._kind == "gzip" else self._others(decoder, raw)
            if self.status != "complete":
                return

    def _end_with(self, raw: _Bytes, head: bytes, magic: bytes) -> None:
        """Set the status by what follows the last member: padding, the beginning of another one, or rubbish."""
        if magic.startswith(head):
            self.status = "truncated"
        elif not raw.is_padding():
            self.status = "damaged"

    def _gzip(self, decoder: Any, raw: _Bytes) -> Iterator[bytes]:
        data = raw.take()
        while not decoder.eof:
            if not data:
                yield decoder.flush()
                self.status = "truncated"
                return
            # One step in one go; where it fails, once more from before it, in small steps up to the damage.
            before = decoder.copy()
            try:
                yield decoder.decompress(data, _BLOCK)
            except zlib.error:
                yield from _read_to_damage(before, data)
                self.status = "damaged"
                return
            data = decoder.unconsumed_tail or (b"" if decoder.eof else raw.take())
        raw.give_back(decoder.unused_data)

    def _others(self, decoder: Any, raw: _Bytes) -> Iterator[bytes]:
        while not decoder.eof:
            data = b""
            if decoder.needs_input and not (data := raw.take()):
                self.status = "truncated"
                return
            try:
                yield decoder.decompress(data, _STEP)
            except _DAMAGES:
                self.status = "damaged"
                return
        raw.give_back(decoder.unused_data)

    def _zstd(self) -> Iterator[bytes]:
        import pyarrow as pa

        frames = _ZstdFrames(_Bytes(self._raw))
        with pa.input_stream(frames, compression="zstd") as stream:
            held: list[bytes] = []
            while True:
                try:
                    block = stream.read(_ZSTD_STEP)
                except OSError:
                    # Arrow calls a stream that ends early an error too; the frames know better.
                    self.status = "truncated" if frames.status == "truncated" else "damaged"
                    block = b""
                held.append(block)
                if not block or len(held) * _ZSTD_STEP >= _BLOCK:
                    yield b"".join(held)
                    held = []
                if not block:
                    break
        if self.status == "complete":
            self.status = frames.status


def _read_to_damage(decoder: Any, data: bytes) -> Iterator[bytes]:
    """All that comes before the damage but the last byte, in steps that get finer as they meet it."""
    for step in _STEPS_TO_DAMAGE:
        before = decoder
        try:
            while data and not decoder.eof:
                before = decoder.copy()
                yield decoder.decompress(data, step)
                data = decoder.unconsumed_tail
        except zlib.error:
            decoder = before


class _Bytes:
    """Blocks of bytes, taken whole or by count."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, b""

    def take(self) -> bytes:
        """The next block; empty at the end."""
        taken = self._rest or next(self._blocks, b"")
        self._rest = b""
        return taken

    def give_back(self, data: bytes) -> None:
        """Put back bytes that were taken too far."""
        self._rest = data + self._rest

    def peek(self, count: int) -> bytes:
        """The next ``count`` bytes, or as many as there are, without taking them."""
        while len(self._rest) < count and (block := next(self._blocks, b"")):
            self._rest += block
        return self._rest[:count]

    def take_exactly(self, count: int) -> bytes:
        """The next ``count`` bytes; fewer at the end."""
        taken = self.peek(count)
        self._rest = self._rest[len(taken) :]
        return taken

    def is_padding(self) -> bool:
        """Whether nothing but zeros follows; takes them, up to the first other byte."""
        return not any(block.strip(b"\0") for block in chain([self._rest], self._blocks))


class _ZstdFrames(io.RawIOBase):
    """The frames of zstd as a file that ends where they do, whatever follows (RFC 8878)."""

    def __init__(self, raw: _Bytes) -> None:
        self.status = "complete"
        self._raw, self._ready, self._pieces = raw, b"", self._walk()

    def readable(self) -> bool:
        """Always true."""
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, empty at the end."""
        while not self._ready:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._ready = piece
        taken = self._ready if size < 0 else self._ready[:size]
        self._ready = self._ready[len(taken) :]
        return taken

    def _walk(self) -> Iterator[bytes]:
        """The parts of each frame in turn; the status is set before the last one is given."""
        while magic := self._raw.peek(4):
            if magic in _SKIPPABLE:
                size = int.from_bytes(self._raw.take_exactly(8)[4:], "little")
                if len(self._raw.take_exactly(size)) < size:
                    self.status = "truncated"
                    return
                continue
            if magic != _MAGIC[3][0]:
                if _MAGIC[3][0].startswith(magic):
                    self.status = "truncated"
                elif not self._raw.is_padding():
                    self.status = "damaged"
                return
            yield from self._frame()
            if self.status != "complete":
                return

    def _frame(self) -> Iterator[bytes]:
        head = self._raw.peek(5)
        flags = head[4] if len(head) == 5 else 0
        is_single, dictionary = flags >> 5 & 1, (0, 1, 2, 4)[flags & 3]
        size = (is_single, 2, 4, 8)[flags >> 6]
        yield self._part(5 + (not is_single) + dictionary + size)
        is_last = False
        while not is_last and self.status == "complete":
            head = self._raw.peek(3)
            word = int.from_bytes(head, "little")
            is_last = bool(word & 1)
            # A block of one byte, repeated, stands for more than it takes.
            yield self._part(3 + (1 if word >> 1 & 3 == 1 else word >> 3))
        if flags & 4 and self.status == "complete":
            yield self._part(4)

    def _part(self, size: int) -> bytes:
        part = self._raw.take_exactly(size)
        if len(part) < size:
            self.status = "truncated"
        return part
