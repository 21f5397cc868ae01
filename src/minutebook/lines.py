"""blocks of bytes → lines: Arrow arrays over one buffer, cut at ``\\n`` and nowhere else.

No Python string is made for a line. Offsets and lengths say where each line stands in the source,
so that its raw text can be fetched again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Lines:
    """Some consecutive lines of a source."""

    text: pa.StringArray  #: without their line ends; invalid bytes replaced by U+FFFD
    first: int  #: number of the first one in the source, from 1
    offsets: np.ndarray  #: int64, where each begins, and behind the last where the next one does

    def __len__(self) -> int:
        return len(self.text)

    def slice(self, start: int, stop: int) -> Lines:
        """The lines ``start`` to ``stop`` (not included) of these."""
        return Lines(self.text[start:stop], self.first + start, self.offsets[start : stop + 1])


def cut_lines(blocks: Iterable[bytes], size: int = 8 << 20) -> Iterator[Lines]:
    """Lines in batches of about ``size`` bytes; a line is never cut, however long it is."""
    first, offset = 1, 0
    held: list[bytes] = []
    held_size = 0
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if end == 0 or held_size + end < size:
            held.append(block)
            held_size += len(block)
            continue
        data = b"".join((*held, block[:end]))
        held, held_size = [block[end:]], len(block) - end
        lines = split_lines(data, first, offset)
        yield lines
        first, offset = first + len(lines), offset + len(data)
    data = b"".join(held)
    if data:
        yield split_lines(data, first, offset)


def split_lines(data: bytes, first: int = 1, offset: int = 0) -> Lines:
    """The lines of ``data``, the last of which may lack its line end."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10) + 1
    if not len(ends) or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    starts = np.concatenate(([0], ends)).astype(np.int64)
    text = _as_text(data, starts)
    return Lines(pc.ascii_rtrim(text, "\r\n"), first, starts + offset)


def _as_text(data: bytes, starts: np.ndarray) -> pa.StringArray:
    text = pa.StringArray.from_buffers(len(starts) - 1, pa.py_buffer(starts.astype(np.int32)), pa.py_buffer(data))
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        # A replacement never makes or takes a newline, so the lines stay the same ones.
        mended = data.decode("utf-8", "replace").encode()
        ends = np.flatnonzero(np.frombuffer(mended, np.uint8) == 10) + 1
        if len(ends) < len(starts) - 1:
            ends = np.append(ends, len(mended))
        offsets = np.concatenate(([0], ends)).astype(np.int32)
        text = pa.StringArray.from_buffers(len(starts) - 1, pa.py_buffer(offsets), pa.py_buffer(mended))
    return text


def strip_escapes(text: pa.StringArray) -> pa.StringArray:
    """The lines without terminal colours, which may stand in the middle of a stamp."""
    if not pc.any(pc.match_substring(text, "\x1b")).as_py():
        return text
    return pc.replace_substring_regex(text, r"\x1b\[[0-9;:?]*[A-Za-z]", "")
