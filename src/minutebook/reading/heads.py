"""the first blocks of a source → its head, by which the format is detected, and a sample of its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from minutebook.reading.recipes import SAMPLE_LINES
from minutebook.records.arrays import is_run_together
from minutebook.sources.contents import name_container

_SAMPLE_BYTES = 1 << 20
_MOST_SAMPLE_BLOCKS = 64  # of up to a megabyte


def take_head(blocks: Iterator[bytes]) -> list[bytes]:
    """The first blocks: about a megabyte that isn't blank, or many blocks where all are."""
    head: list[bytes] = []
    told = 0
    for block in blocks:
        head.append(block)
        told += len(block) if block.strip() else 0
        if told >= _SAMPLE_BYTES or len(head) > _MOST_SAMPLE_BLOCKS:
            break
    return head


def goes_on(head: Sequence[bytes]) -> bool:
    """Whether there may be more of the content than its head."""
    return sum(map(len, head)) >= _SAMPLE_BYTES


def find_hindrance(head: bytes) -> str:
    """Why content with this head can't be read as lines of text; "" where it can."""
    if container := name_container(head):
        return f"is {container}: unpack or export it first"
    if b"\n" not in head and head.count(b"\r") > 1:
        return "its lines end in carriage returns alone: convert them (tr '\\r' '\\n')"
    return ""


def sample_lines(head: Sequence[bytes]) -> list[str]:
    """Lines spread over a log's head: the very first ones show how a log begins, not how it goes on."""
    start = b"".join(head)
    lines = _begin(start.lstrip(b"\r\n")).decode("utf-8", "replace").split("\n")
    if len(lines) > 2 and (len(start) >= _SAMPLE_BYTES or not lines[-1]):
        lines = lines[:-1]  # the last one may be cut
    lines = [line.rstrip("\r") for line in lines]
    half = SAMPLE_LINES // 2
    if len(lines) <= SAMPLE_LINES:
        return lines
    # Runs of lines, not single ones: a traceback must stay behind its record.
    runs = np.linspace(half, len(lines) - 100, half // 100).astype(int)
    return lines[:half] + [line for start in runs for line in lines[start : start + 100]]


def _begin(content: bytes) -> bytes:
    """As much of the content as a sample needs: all of it where it's one JSON value on a single line."""
    start = content[: 2 * _SAMPLE_BYTES]
    is_one_value = b"\n" not in start and start[:1] in b"{[" and not is_run_together(start.decode("utf-8", "replace"))
    return content if is_one_value else start
