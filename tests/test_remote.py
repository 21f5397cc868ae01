"""Evidence that lies elsewhere: S3 (moto's server on this machine) and any file system of fsspec; read in place."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer
from pyarrow import fs

import minutebook as mb
from minutebook import parts, reading
from minutebook.cli import main
from minutebook.remote import RemoteFile

LINES = [
    f'192.0.2.{i % 9} - u{i % 50} [23/Nov/2026:{9 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02} +0000] "GET /a HTTP/1.1" 200 1 "-" "x"\n'
    for i in range(9000)
]
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI"


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The address of a folder: two parts of a log, one packed, a deploy, and what isn't evidence."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    store = fs.S3FileSystem(
        access_key=KEY, secret_key=SECRET, endpoint_override=f"127.0.0.1:{port}", scheme="http",
        region="us-east-1", allow_bucket_creation=True,
    )  # fmt: skip
    store.create_dir("evidence")
    for name, content in files().items():
        with store.open_output_stream(f"evidence/case 7/{name}") as stream:
            stream.write(content)
    yield f"s3://{KEY}:{SECRET}@evidence/case 7?scheme=http&region=us-east-1&endpoint_override=127.0.0.1:{port}"
    server.stop()


def files() -> dict[str, bytes]:
    deploys = [{"time": "2026-11-23T09:10:00Z", "service": "shop", "version": "7", "status": "success"}]
    return {
        "edge-1.access.log": "".join(LINES[3000:]).encode(),
        "old/edge-1.access.log.1.gz": gzip.compress("".join(LINES[:3000]).encode(), mtime=0),
        "deploys.json": json.dumps({"deployments": deploys}).encode(),
        ".hidden/x.log": b"what\n",
    }


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("local") / "case 7"
    for name, content in files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_a_bucket_gives_the_same_book_as_a_folder_and_no_credentials(bucket: str, local: Path, tmp_path: Path) -> None:
    run = CliRunner()
    assert run.invoke(main, ["reconstruct", bucket, "-o", str(tmp_path / "far")]).exit_code == 0
    assert run.invoke(main, ["reconstruct", str(local), "-o", str(tmp_path / "near")]).exit_code == 0
    for path in sorted((tmp_path / "near").iterdir()):
        content = (tmp_path / "far" / path.name).read_bytes()
        assert content == path.read_bytes(), path.name
        assert KEY.encode() not in content and SECRET.encode() not in content


def test_raw_lines_are_shown_from_afar(bucket: str) -> None:
    said = CliRunner().invoke(main, ["show", "edge-1.access.log:7", bucket]).stdout
    assert said == f"edge-1.access.log:7: {LINES[3006]}"


def test_of_a_large_object_only_ranges_are_read(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (parts, reading):
        monkeypatch.setattr(module, "SMALLEST", 64 << 10)
    monkeypatch.setattr(parts, "_WINDOWS", (2 << 10, 64 << 10))
    monkeypatch.setattr(parts, "_NEAR", 8 << 10)
    monkeypatch.setattr(parts, "_PLACES", 8)
    book = mb.reconstruct(bucket, since="-10m")
    read = next(source["read"] for source in book.ledger["sources"] if source["source"] == "edge-1.access.log")
    assert read["to"] - read["from"] < read["of"] // 2
    assert book.minutes["requests"].sum() == 601  # both ends included


@pytest.mark.parametrize("name", ["edge-1.access.log", ""])
def test_a_file_system_of_fsspec_is_read_as_any(local: Path, name: str) -> None:
    memory = fsspec.filesystem("memory")
    for path, content in files().items():
        memory.pipe(f"/case 7/{path}", content)
    opened: Any = fsspec.core.OpenFile(memory, f"/case 7/{name}".rstrip("/"))
    here = mb.minutes(local / name)
    assert mb.minutes(opened).equals(here)
    assert mb.minutes([opened]).equals(here)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda address: address.replace("case 7", "case 8"), "s3://evidence/case 8: no such file or folder"),
        (lambda address: address.replace("s3://", "nfs9://"), "nfs9://evidence/case 7: can't be reached"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line_without_credentials(bucket: str, change: Any, said: str) -> None:
    result = CliRunner().invoke(main, ["timeline", change(bucket)])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert said in result.stderr
    assert SECRET not in result.stderr and KEY not in result.stderr


def test_a_remote_file_says_nothing_of_how_it_is_reached() -> None:
    assert "SECRET" not in repr(RemoteFile("bucket/a.log", "SECRET", "s3://bucket/a.log"))
