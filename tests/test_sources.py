from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
from pathlib import Path

import pytest

from minutebook.errors import EvidenceError
from minutebook.sources import Source, find_sources, name_folders
from minutebook.sources.contents import Reader

TEXT = b"one\ntwo\nthree\n" * 2000


def read(path: Path) -> tuple[bytes, Reader]:
    reader = Reader(Source(path.name, path))
    return b"".join(reader), reader


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_compression_is_told_by_magic_bytes_not_by_name(tmp_path: Path, compress: object) -> None:
    path = tmp_path / "misleading.txt"
    path.write_bytes(compress(TEXT))  # type: ignore[operator]
    content, reader = read(path)
    assert content == TEXT
    assert reader.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert (reader.lines, reader.status) == (6000, "complete")


def test_gzip_members_and_padding_behind_them_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n") + b"\0" * 512)
    content, reader = read(path)
    assert (content, reader.status) == (b"a\nb\n", "complete")


def test_what_stands_before_a_cut_is_read_and_the_status_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    noise = hashlib.sha512(b"x").hexdigest().encode()
    whole = b"".join(
        hashlib.sha512(noise + bytes([i % 256, i // 256])).hexdigest().encode() + b"\n" for i in range(5000)
    )
    path.write_bytes(gzip.compress(whole)[:-40000])
    content, reader = read(path)
    assert reader.status == "truncated"
    assert 0 < len(content) < len(whole)
    assert whole.startswith(content)


def test_damage_inside_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    packed = bytearray(gzip.compress(TEXT))
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(packed)
    _, reader = read(path)
    assert reader.status in ("damaged", "truncated")


def test_a_last_line_without_its_end_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"a\nb")
    assert read(path)[1].lines == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_encodings_with_a_byte_order_mark_become_utf8(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.log"
    path.write_bytes("größe\nzwei\n".encode(encoding))
    content, reader = read(path)
    assert content.decode() == "größe\nzwei\n"
    assert reader.lines == 2


def test_names_are_the_shortest_that_tell_files_apart(tmp_path: Path) -> None:
    for name in ("web-1/app.log", "web-2/app.log", "web-2/other.log", ".hidden/x.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x\n")
    assert [source.name for source in find_sources([tmp_path])] == [
        "other.log",
        "web-1/app.log",
        "web-2/app.log",
    ]
    shuffled = [tmp_path / "web-2", tmp_path / "web-1/app.log", tmp_path / "web-2/app.log"]
    assert find_sources(shuffled) == find_sources([tmp_path])


@pytest.mark.parametrize(
    ("name", "stream", "host"),
    [
        ("edge-1.nginx.access.log.gz", "edge-1.nginx.access", "edge-1"),
        ("web-1.app.jsonl.1.gz", "web-1.app", "web-1"),
        ("app.log-20261123.gz", "app", None),
        ("payments-2.log", "payments-2", "payments-2"),
        ("logs/app.log", "app", None),
        ("php8.2-fpm.log", "php8.2-fpm", None),  # a version is no number of a host
    ],
)
def test_a_name_tells_stream_and_host(name: str, stream: str, host: str | None) -> None:
    source = Source(name, None)
    assert (source.stream, source.host) == (stream, host)


@pytest.mark.parametrize(
    ("path", "pod", "service"),
    [
        ("dumps/cart-api-6c9d8f7b54-gnwjl.log", "cart-api-6c9d8f7b54-gnwjl", "cart-api"),
        ("dumps/cart-api-6c9d8f7b54-gnwjl-previous.log", "cart-api-6c9d8f7b54-gnwjl", "cart-api"),
        ("pods/shop_mail-0_2c6d9d37-84b2-4bb5-9aa4-6bd1a4e1a3c4/mailer/3.log", "mail-0", "mailer"),
        (f"containers/mail-0_shop_mailer-{'ab12' * 16}.log", "mail-0", "mailer"),
        ("dumps/nightly-backup-20261123-shops.log", "nightly-backup-20261123-shops", None),
    ],
)
def test_a_path_of_kubernetes_tells_the_pod_and_its_service(path: str, pod: str, service: str | None) -> None:
    source = Source(path, Path("/evidence") / path)
    assert (source.pod and source.pod.service) == service
    assert source.pod is None or source.host == source.pod.name == pod


def test_what_is_missing_or_empty_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"nowhere\.log: no such file"):
        find_sources([tmp_path / "nowhere.log"])
    with pytest.raises(EvidenceError, match="holds no files"):
        find_sources([tmp_path])
    with pytest.raises(EvidenceError, match="no evidence"):
        find_sources([])


def test_a_folder_is_a_hosts_where_another_holds_a_file_of_the_same_name_and_all_in_it_are(tmp_path: Path) -> None:
    for name in ("web1/error.log", "web1/access.log", "web2/error.log", "other/app.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(TEXT)
    folders = name_folders(find_sources([tmp_path]))
    assert sorted(folders) == ["access.log", "web1/error.log", "web2/error.log"]
    assert folders["access.log"] == folders["web1/error.log"] != folders["web2/error.log"]
