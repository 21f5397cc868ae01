"""files that are read together → some lines of each, by which their format is detected."""

from __future__ import annotations

from collections.abc import Sequence

#: Lines of the first file at least, for its header.
_OF_FIRST = 40


def take_sample(contents: Sequence[bytes], lines: int) -> bytes:
    """About so many lines, at least two of each file; where files are too many, of some that are evenly spread."""
    first, *others = contents[:: -(-2 * len(contents) // lines)]
    each = max(lines // (len(others) + 1), 2)
    return b"".join([_take(first, max(each, _OF_FIRST)), *(_take(other, each) for other in others)])


def _take(content: bytes, lines: int) -> bytes:
    """Lines of a file's beginning and of its end."""
    head = content.split(b"\n", lines // 2)[: lines // 2]
    tail = content[:-1].rsplit(b"\n", lines - lines // 2)[-(lines - lines // 2) :]
    taken = sum(map(len, head)) + sum(map(len, tail)) + len(head) + len(tail)
    return content if taken >= len(content) else b"\n".join([*head, *tail, b""])
