"""blocks of bytes → lines: Arrow arrays over one buffer, cut at ``\\n`` and nowhere else.

No Python string is made for a line. Offsets and lengths say where each line is in the source, so that its raw text can
be fetched again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.settings.limits import Limits
from minutebook.sources.contents import count_newlines
from minutebook.sources.places import BYTES

_MOST_ROWS = 1 << 18  # of a batch
_ESCAPE = 27
_SAMPLE = 1 << 14


@dataclass(frozen=True)
class Lines:
    """Some consecutive lines of a source."""

    text: pa.StringArray  #: without their line ends; invalid bytes replaced by U+FFFD
    first: int  #: number of the first one in the source, from 1
    offsets: np.ndarray  #: int64, where each begins, and at the end where the next line would
    is_counted: bool = True  #: False: reading began in mid-file, so the number of lines before the first isn't known

    def __len__(self) -> int:
        return len(self.text)

    def slice(self, start: int, stop: int) -> Lines:
        """The lines from ``start`` up to ``stop`` (not included)."""
        return Lines(self.text[start:stop], self.first + start, self.offsets[start : stop + 1], self.is_counted)

    def places(self, rows: np.ndarray) -> np.ndarray:
        """The places of some of the lines, as in `places`: their numbers, or their offsets in bytes."""
        return self.first + rows if self.is_counted else BYTES + self.offsets[rows]


def cut_lines(
    blocks: Iterable[bytes], size: int = 8 << 20, limits: Limits | None = None, *, offset: int = 0
) -> Iterator[Lines]:
    """Lines in batches of about ``size`` bytes; a line is never cut, unless it's longer than ``limits`` allow.

    ``offset`` is where the blocks begin in the source; their lines are numbered from 1.
    """
    first = 1
    for batch in _cut_blocks(iter(blocks), size, limits or Limits()):
        for start in range(0, len(batch), _MOST_ROWS):  # of very short lines, not more than memory bears
            part = batch.slice(start, min(start + _MOST_ROWS, len(batch)))
            yield Lines(part.text, first, part.offsets + offset)
            first += len(part)
        offset += int(batch.offsets[-1])


def _cut_blocks(blocks: Iterator[bytes], size: int, limits: Limits) -> Iterator[Lines]:
    """The lines in batches, of which each is numbered from 1 and begins at 0."""
    held: list[bytes] = []
    held_size, rows, open_size = 0, 0, 0  # rows: about as many; the last: of a line that hasn't ended
    for block in blocks:
        end = block.rfind(b"\n") + 1
        rows += _estimate_rows(block)
        open_size = len(block) - end if end else open_size + len(block)
        if open_size > limits.line_bytes:
            data = b"".join((*held, block))
            start = len(data) - open_size
            if start:
                yield split_lines(data[:start])
            line, rest = _pass_over(data[start:], blocks, limits)
            yield line
            held, held_size, rows = [rest], len(rest), _estimate_rows(rest)
            open_size = len(rest) - rest.rfind(b"\n") - 1
        elif end and (held_size + end >= size or rows >= _MOST_ROWS):
            # Has its name until the next one is made: memory given back in between would be asked for anew each time.
            data = b"".join((*held, block[:end]))
            yield split_lines(data)
            held, held_size, rows = [block[end:]], len(block) - end, 0
        else:
            held.append(block)
            held_size += len(block)
    if rest := b"".join(held):
        yield split_lines(rest)


def _estimate_rows(block: bytes) -> int:
    """About how many lines end in a block, by its beginning: to count them all is to look at each byte once more."""
    return count_newlines(block[:_SAMPLE]) * len(block) // max(min(len(block), _SAMPLE), 1)


def _pass_over(begun: bytes, coming: Iterator[bytes], limits: Limits) -> tuple[Lines, bytes]:
    """A line that is too long, of which only the beginning is kept, and what has come behind it."""
    size, rest = len(begun), b""
    for block in coming:
        end = block.find(b"\n") + 1
        size += end or len(block)
        if end:
            rest = block[end:]
            break
    line = split_lines(begun[: limits.long_line_bytes])
    return Lines(line.text, 1, np.array([0, size])), rest


def count_long_lines(lines: Lines, limits: Limits) -> int:
    """How many of the lines are too long to be read whole."""
    return int(np.count_nonzero(np.diff(lines.offsets) > limits.line_bytes))


def split_lines(data: bytes, offset: int = 0) -> Lines:
    """The lines of ``data``, numbered from 1; the last of them may lack its line end.

    ``offset`` is where ``data`` begins in the source.
    """
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10) + 1
    if not len(ends) or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    starts = np.concatenate(([0], ends)).astype(np.int64)
    text = _as_text(data, starts)
    # A last line without its line end counts as long as with it, so that a copy cut off there is still a copy.
    starts[-1] += not data.endswith(b"\n")
    return Lines(pc.ascii_rtrim(text, "\r\n"), 1, starts + offset)


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
    """The lines without terminal colours, which may be in the middle of a stamp."""
    data = np.frombuffer(text.buffers()[2] or b"", np.uint8)
    # The least byte is found in a third of the time that a comparison takes, and is mostly a blank.
    if data.min(initial=255) > _ESCAPE or not (data == _ESCAPE).any():
        return text
    return pc.replace_substring_regex(text, r"\x1b\[[0-9;:?]*[A-Za-z]", "")
