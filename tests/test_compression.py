"""What was packed comes out whole; of what is cut or damaged, all that stands before it."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.sources.compression import Unpacked, find_compression


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd}  # fmt: skip
NOISE = b"".join(hashlib.sha512(bytes([i % 256, i // 256])).hexdigest().encode() + b"\n" for i in range(6000))


def blocks_of(content: bytes, size: int) -> Iterator[bytes]:
    return (content[i : i + size] for i in range(0, len(content), size))


def unpack(packed: bytes, size: int = 1 << 20) -> tuple[bytes, str]:
    unpacked = Unpacked(find_compression(packed), blocks_of(packed, size))
    content = b"".join(unpacked)
    return content, unpacked.status


@pytest.mark.parametrize("kind", PACKERS)
@given(
    members=st.lists(st.binary(max_size=300), min_size=1, max_size=4), size=st.integers(1, 50), zeros=st.integers(0, 20)
)
def test_members_come_out_however_they_are_cut_into_blocks(kind: str, members: list[bytes], size: int, zeros: int) -> None:  # fmt: skip
    packed = b"".join(PACKERS[kind](member) for member in members)
    assert unpack(packed + b"\0" * zeros, size) == (b"".join(members), "complete")


@pytest.mark.parametrize("kind", PACKERS)
@pytest.mark.parametrize("size", [997, 1 << 20])
def test_a_cut_costs_only_what_stands_behind_it(kind: str, size: int) -> None:
    packed = PACKERS[kind](NOISE)
    content, status = unpack(packed[: len(packed) * 2 // 3], size)
    assert status == "truncated"
    assert NOISE.startswith(content) and len(content) > len(NOISE) // 3 - (900_000 if kind == "bzip2" else 0)


@pytest.mark.parametrize("kind", PACKERS)
def test_rubbish_behind_it_is_damage_and_costs_nothing(kind: str) -> None:
    assert unpack(PACKERS[kind](NOISE) + b"rubbish\n") == (NOISE, "damaged")


@pytest.mark.parametrize("kind", PACKERS)
def test_a_further_member_that_only_begins_is_a_cut(kind: str) -> None:
    packed = PACKERS[kind](NOISE)
    assert unpack(packed + packed[:2]) == (NOISE, "truncated")


@pytest.mark.parametrize("kind", PACKERS)
def test_a_damage_within_is_told(kind: str) -> None:
    packed = PACKERS[kind](NOISE * 2)
    at = len(packed) * 4 // 5
    # Zstandard has no checksum unless asked for: there only what breaks its frames can be told.
    behind = bytes(len(packed) - at) if kind == "zstd" else b"\xff" * 5000 + packed[at + 5000 :]
    content, status = unpack(packed[:at] + behind)
    assert status in ("damaged", "truncated")
    assert content[: len(NOISE) // 3] == NOISE[: len(NOISE) // 3]


def test_a_wrong_checksum_is_damage_behind_all_of_the_content() -> None:
    packed = gzip.compress(NOISE)
    assert unpack(packed[:-8] + b"\1\2\3\4" + packed[-4:]) == (NOISE[:-1], "damaged")


def test_frames_of_zstd_without_content_are_passed_over() -> None:
    note = b"\x50\x2a\x4d\x18\x05\0\0\0hello"
    assert unpack(note + zstd(b"a\n") + note + zstd(b"b\n")) == (b"a\nb\n", "complete")
    assert unpack(note + zstd(b"a\n") + note[:-2]) == (b"a\n", "truncated")


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_comes_out_in_small_blocks(kind: str) -> None:
    packed = PACKERS[kind](bytes(20 << 20))
    assert len(packed) < 1 << 20
    assert max(len(block) for block in Unpacked(kind, blocks_of(packed, 1 << 20))) <= 1 << 20


@given(st.binary(max_size=200), st.sampled_from(sorted(PACKERS)))
def test_any_bytes_behind_a_magic_give_content_and_a_status(content: bytes, kind: str) -> None:
    head = PACKERS[kind](b"")[:6]
    assert unpack(head + content, 7)[1] in ("complete", "truncated", "damaged")
