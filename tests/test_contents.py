"""A source's content: decoded, bounded, and true to what the file was when it was opened."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from minutebook.errors import EvidenceError
from minutebook.settings.limits import Limits
from minutebook.sources import Source
from minutebook.sources.contents import Reader, find_encoding

BLOCK = b"x" * 1023 + b"\n"


def test_a_file_that_grows_meanwhile_is_read_as_far_as_it_went(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(BLOCK * 3000)
    reader = Reader(Source("a.log", path))
    size = 0
    for block in reader:
        size += len(block)
        with path.open("ab") as stream:
            stream.write(BLOCK * 2000)
    assert (size, reader.lines, reader.status) == (3000 * 1024, 3000, "changed")
    assert "was written to while it was read: 3,072,000 bytes before" in reader.note


def test_a_file_that_is_cut_meanwhile_is_read_to_its_new_end(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(BLOCK * 3000)
    reader = Reader(Source("a.log", path))
    size = 0
    for block in reader:
        size += len(block)
        os.truncate(path, 1_500_000)
    assert (size, reader.status) == (1_500_000, "changed")


def test_utf16_is_told_without_its_mark() -> None:
    text = '192.0.2.1 - - "GET /größe"\n' * 9
    assert find_encoding(text.encode("utf-16-le")) == ("utf-16-le", b"")
    assert find_encoding(text.encode("utf-16-be")) == ("utf-16-be", b"")
    assert find_encoding(text.encode()) == ("utf-8", b"")
    assert find_encoding(bytes(5000) + text.encode()) == ("utf-8", b"")
    assert find_encoding("abcd".encode("utf-16-le")) == ("utf-16-le", b""), "eight bytes tell"
    assert find_encoding("abc".encode("utf-16-le")) == ("utf-8", b""), "fewer don't"
    assert find_encoding(b"a\0b") == ("utf-8", b"")


def test_a_limit_of_unpacking_ends_the_reading_and_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bytes(20 << 20)))
    limits = Limits(unpacked_bytes=4 << 20, unpacked_times=100)
    reader = Reader(Source("a.gz", path), limits)
    assert sum(map(len, reader)) <= 6 << 20
    assert reader.status == "truncated"
    assert reader.note.startswith("read to a limit: ") and "unpacked_bytes" in reader.note
    generous = Reader(Source("a.gz", path), Limits(unpacked_bytes=4 << 20, unpacked_times=100_000))
    assert sum(map(len, generous)) == 20 << 20 and generous.status == "complete"


def test_packing_within_packing_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    content = b"a\n"
    for _ in range(3):
        content = gzip.compress(content)
    path.write_bytes(content)
    assert b"".join(Reader(Source("a.gz", path))) == b"a\n"
    with pytest.raises(EvidenceError, match=r"a\.gz: is packed more than 2 times"):
        list(Reader(Source("a.gz", path), Limits(layers=2)))


def test_what_cant_be_opened_is_unreadable_and_says_why(tmp_path: Path) -> None:
    reader = Reader(Source("x.log", tmp_path / "x.log"))
    assert list(reader) == []
    assert (reader.status, reader.note, reader.lines) == ("unreadable", "no such file or directory", 0)
