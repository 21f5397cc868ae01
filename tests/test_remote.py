"""Evidence that lies elsewhere: S3 (moto's server on this machine), Google's (`buckets`), and any file system of fsspec."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer
from pyarrow import fs
from tests import buckets

import minutebook as mb
from minutebook.cli import main
from minutebook.reading import parts
from minutebook.sources import addresses, find_sources
from minutebook.sources.contents import Reader
from minutebook.sources.remote import RemoteFile

LINES = [
    f'192.0.2.{i % 9} - u{i % 50} [23/Nov/2026:{9 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02} +0000] "GET /a HTTP/1.1" 200 1 "-" "x"\n'
    for i in range(9000)
]
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI"


@pytest.fixture(scope="module")
def s3_folder() -> Iterator[str]:
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


@pytest.fixture(scope="module")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The folder of all buckets, and where they're served."""
    folder = tmp_path_factory.mktemp("buckets")
    for name, content in files().items():
        path = folder / "evidence" / "case 7" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with buckets.serve(folder) as server:
        yield folder, server


@pytest.fixture(params=["s3", "gs"])
def bucket(request: pytest.FixtureRequest) -> str:
    if request.param == "s3":
        return str(request.getfixturevalue("s3_folder"))
    return gs("evidence/case 7", request.getfixturevalue("gcs")[1])


def gs(path: str, server: str) -> str:
    return f"gs://anonymous@{path}?scheme=http&endpoint_override={server}"


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
    monkeypatch.setattr(parts, "SMALLEST", 64 << 10)
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
        (lambda address: address.replace("case 7", "case 8"), "://evidence/case 8: no such file or folder"),
        (lambda address: address.replace("evidence", "nowhere"), "://nowhere/case 7: no such file or folder"),
        (lambda address: "nfs9" + address[2:], "nfs9://evidence/case 7: can't be reached"),
        (lambda address: address.replace("evidence/case 7", ""), "://: names no bucket"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line_without_credentials(bucket: str, change: Any, said: str) -> None:
    refused = refuse(change(bucket))
    assert said in refused
    assert SECRET not in refused and KEY not in refused


def refuse(address: str) -> str:
    result = CliRunner().invoke(main, ["timeline", address])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    return result.stderr


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("private", "gs://private: may not be read; check the credentials"),
        ("private/a.log", "gs://private/a.log: may not be read; check the credentials"),
        ("busy", "gs://busy: can't be reached"),
        ("mute", "gs://mute: gave no answer for 0.5 s"),
    ],
)
def test_a_store_that_gives_nothing_is_soon_given_up(
    gcs: tuple[Path, str], path: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "_FIRST_PATIENCE_S", 1)
    monkeypatch.setattr(addresses, "_SILENCE_S", 0.5 if path == "mute" else 20)
    assert said in refuse(gs(path, gcs[1]))


def test_where_nobody_listens_the_command_soon_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_FIRST_PATIENCE_S", 1)
    with socket.socket() as taken:  # and not listening
        taken.bind(("127.0.0.1", 0))
        assert "gs://evidence: can't be reached" in refuse(gs("evidence", f"127.0.0.1:{taken.getsockname()[1]}"))


def test_the_process_doesnt_wait_for_what_s3_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"s3://{KEY}:{SECRET}@evidence?scheme=http&region=us-east-1&endpoint_override=127.0.0.1:{silent.getsockname()[1]}"
        code = (
            "import runpy, sys; from minutebook.sources import addresses; addresses._SILENCE_S = 0.5; "
            f"sys.argv = ['minutebook', 'timeline', {address!r}]; runpy.run_module('minutebook', run_name='__main__')"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
        )  # Arrow's own end would take longer
    assert ended.returncode == 2
    assert ended.stderr.startswith("minutebook: s3://evidence: gave no answer for 0.5 s")


def test_a_bucket_that_may_be_listed_is_read_though_nothing_may_be_asked_about_it(gcs: tuple[Path, str]) -> None:
    folder, server = gcs
    (folder / "unlisted").mkdir()
    (folder / "unlisted" / "a.log").write_text("".join(LINES[:100]))
    assert mb.minutes(gs("unlisted", server))["requests"].sum() == 100


def test_an_emulator_is_found_as_googles_clients_find_it(
    gcs: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{gcs[1]}")
    assert mb.minutes("gs://evidence/case 7/edge-1.access.log")["requests"].sum() == 6000


@pytest.mark.parametrize(
    "path",
    ["odd/räk +1", "odd/r%C3%A4k%20+1/100%25 ä#?.log".replace("#", "%23").replace("?", "%3F"), "odd/", "odd/räk +1/"],
)
def test_names_may_hold_what_addresses_may_not(gcs: tuple[Path, str], path: str) -> None:
    odd = gcs[0] / "odd" / "räk +1" / "100% ä#?.log"
    odd.parent.mkdir(parents=True, exist_ok=True)
    odd.write_text("".join(LINES[:5]))
    [source] = find_sources([gs(path, gcs[1]).replace("gs://", "GS://")])
    assert source.name == "100% ä#?.log"
    assert mb.minutes(gs(path, gcs[1]))["requests"].sum() == 5


def test_of_a_large_object_of_googles_little_is_sent(gcs: tuple[Path, str]) -> None:
    folder, server = gcs
    path = folder / "large" / "edge-1.access.log"
    path.parent.mkdir()
    path.write_text("".join(line * 37 for line in LINES))  # 26 MB
    (folder / "requests.log").unlink(missing_ok=True)
    book = mb.reconstruct(gs("large", server), since="-10m")
    assert book.minutes["requests"].sum() == 601 * 37
    # How much of a stream is sent before it's closed is the network's affair; what is asked for within the log is ours.
    asked = [line.split()[-2] for line in (folder / "requests.log").read_text().splitlines()]
    ranges = [each.removeprefix("bytes=").split("-") for each in asked if each != "-"]
    assert sum(int(last) - int(first) for first, last in ranges) < path.stat().st_size // 4
    assert max(int(last) - int(first) for first, last in ranges) == (2 << 20) - 1


def test_an_object_that_is_written_anew_while_it_is_read_is_told_of(gcs: tuple[Path, str]) -> None:
    folder, server = gcs
    path = folder / "growing" / "a.log"
    path.parent.mkdir()
    path.write_text("".join(LINES) * 10)
    [source] = find_sources([gs("growing", server)])
    reader = Reader(source, part=(len(LINES[0]), path.stat().st_size))
    blocks = iter(reader)
    next(blocks)
    path.write_text("".join(LINES))
    read = sum(map(len, blocks))
    assert (reader.status, read > 0) == ("changed", True)
    assert reader.note == "was written to while it was read: 6,912,000 bytes before, 691,200 after"


def test_an_object_that_may_not_be_read_is_told_beside_the_others(gcs: tuple[Path, str], tmp_path: Path) -> None:
    folder, server = gcs
    for name, line in (("open.log", LINES[0]), ("shut.log", LINES[1])):
        (folder / "mixed").mkdir(exist_ok=True)
        (folder / "mixed" / name).write_text(line * 9)
    result = CliRunner().invoke(main, ["reconstruct", gs("mixed", server), "-o", str(tmp_path / "book")])
    assert result.exit_code == 3
    ledger = json.loads((tmp_path / "book" / "ledger.json").read_text())
    opened, shut = ledger["sources"]
    assert (opened["status"], opened["events"]) == ("complete", 9)
    assert (shut["status"], shut["events"]) == ("unreadable", 0)
    assert "input/output error" in shut["note"]


def test_a_remote_file_says_nothing_of_how_it_is_reached() -> None:
    assert "SECRET" not in repr(RemoteFile("bucket/a.log", "SECRET", "s3://bucket/a.log"))
