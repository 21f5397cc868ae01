"""Small files read together give what each gives by itself, and whoever doesn't belong is read by itself."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.cli import main
from minutebook.clocks import samples
from minutebook.detection.ownformats import load_all
from minutebook.reading import ReadingContext
from minutebook.reading.series import files, group_sources, groups, read_series
from minutebook.settings.config import Config
from minutebook.sources import find_sources

ACCESS = '203.0.113.{0} - - [23/Nov/2026:09:{1:02}:{2:02} +0000] "GET /items/{0} HTTP/1.1" {3} 12 "-" "curl/8.5.0"\n'
LOGGING = "2026-11-23 09:{1:02}:{2:02},5 ERROR shop: failed for {0}\nTraceback (most recent call last):\n  File 'a.py'\nKeyError: {0}\n"
SYSLOG = "Nov 23 09:{1:02}:{2:02} db-{0} app[17]: took {0}\n"
LOGFMT = 'ts=2026-11-23T09:{1:02}:{2:02}Z level=info host=db-{0} msg="query done" user=u{0} duration=12ms\n'


def as_json(client: int, minute: int, second: int, status: int) -> str:
    record = {"ts": f"2026-11-23T09:{minute:02}:{second:02}.5Z", "level": "info", "msg": "request", "user_id": f"u{client}",
              "method": "GET", "path": "/items", "status": status, "request_id": f"r{minute}-{second}"}  # fmt: skip
    if status >= 500:
        record |= {"level": "error", "err": "no answer"}
    return json.dumps(record) + "\n"


CSV = "time,level,message\n", '2026-11-23T09:{1:02}:{2:02}Z,error,"failed, for {0}"\n'
W3C = (
    "#Fields: date time c-ip cs-method cs-uri-stem sc-status time-taken\n",
    "2026-11-23 09:{1:02}:{2:02} 203.0.113.{0} GET /a {3} 12\n",
)


def write_logs(folder: Path, line: Callable[..., str], suffix: str = "log", header: str = "") -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"web-{number}.access.{suffix}" for number in range(12)]
    for minute, path in enumerate(paths):
        rows = [line(minute, minute, second, 500 if second == 20 else 200) for second in range(30)]
        path.write_text("".join([header, *rows]), "utf-8")
        os.utime(path, (1_795_000_000, 1_795_000_000))  # December 2026
    return paths


def make_book(folder: Path, out: Path) -> dict[str, bytes]:
    done = CliRunner().invoke(main, ["reconstruct", str(folder), "-o", str(out)])
    assert done.exit_code in (0, 3), done.output
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def drop_scores(book: dict[str, bytes]) -> dict[str, bytes]:
    """Where lines fold into others, scores are the samples'."""
    return {name: re.sub(rb'"score": [\d.]+', b"", content) for name, content in book.items()}


def count_together(folder: Path) -> int:
    """How many of the folder's files are read together with others."""
    known = load_all(())
    settings = ReadingContext(known.logs, known.exports)
    together = [group.sources for group in group_sources(find_sources([folder]), Config()) if len(group.sources) > 1]
    return sum(len(part.accounts) for each in together for part in read_series(each, settings))


@pytest.mark.parametrize(
    ("line", "suffix", "header"),
    [
        (ACCESS.format, "log", ""), (as_json, "jsonl", ""), (LOGFMT.format, "log", ""), (LOGGING.format, "log", ""),
        (SYSLOG.format, "log", ""), (CSV[1].format, "csv", CSV[0]), (W3C[1].format, "log", W3C[0]),
    ],
    ids=["access", "json", "logfmt", "logging", "syslog", "csv", "w3c"],
)  # fmt: skip
def test_files_read_together_give_the_same_bytes(
    line: Callable[..., str], suffix: str, header: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write_logs(tmp_path / "logs", line, suffix, header)
    paths[3].write_bytes(paths[3].read_bytes().removesuffix(b"\n"))
    paths[4].with_name(paths[4].name + ".gz").write_bytes(gzip.compress(paths[4].read_bytes()))
    paths[4].unlink()
    paths[5].write_bytes(paths[5].read_bytes().replace(b"\n", b"\r\n"))
    paths[6].write_bytes(b"\xef\xbb\xbf" + paths[6].read_bytes())
    assert count_together(tmp_path / "logs") == 11  # the packed one has no other of its name
    together = make_book(tmp_path / "logs", tmp_path / "together")
    monkeypatch.setattr(groups, "_LARGEST", 0)
    assert count_together(tmp_path / "logs") == 0
    assert drop_scores(make_book(tmp_path / "logs", tmp_path / "alone")) == drop_scores(together)


def test_a_file_that_does_not_belong_is_read_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write_logs(tmp_path / "logs", ACCESS.format)
    odd = paths[2].read_bytes()
    paths[2].write_bytes(odd.replace(b'"GET', b"GET", 1))  # a reject
    paths[5].write_bytes(b"\n" + paths[5].read_bytes())  # a blank line
    paths[7].write_text("".join(as_json(7, 7, second, 200) for second in range(30)), "utf-8")  # another format
    paths[8].write_text('[{"status": "firing"}]\n', "utf-8")  # no log at all
    paths[9].write_bytes(gzip.compress(paths[9].read_bytes())[:-20])  # cut
    assert count_together(tmp_path / "logs") == 8
    together = make_book(tmp_path / "logs", tmp_path / "together")
    monkeypatch.setattr(groups, "_LARGEST", 0)
    assert make_book(tmp_path / "logs", tmp_path / "alone") == together


def test_what_goes_on_from_the_file_before_does_not_pass_for_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write_logs(tmp_path / "logs", LOGGING.format)
    lines = paths[4].read_bytes().splitlines(keepends=True)
    paths[4].write_bytes(b"".join(lines[1:]))  # begins within a traceback
    lines = paths[7].read_bytes().splitlines(keepends=True)
    paths[7].write_bytes(b"".join([*lines[:-4], lines[-4].replace(b"2026-11-23", b"2026-11-33"), *lines[-3:]]))
    assert count_together(tmp_path / "logs") == 9
    together = make_book(tmp_path / "logs", tmp_path / "together")
    monkeypatch.setattr(groups, "_LARGEST", 0)
    assert drop_scores(make_book(tmp_path / "logs", tmp_path / "alone")) == drop_scores(together)


@pytest.mark.parametrize("change", ["not at all", "a cell more", "another format"])
def test_many_files_of_one_log_are_told_by_the_first_ones_until_they_are_written_otherwise(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write_logs(tmp_path / "logs", ACCESS.format)
    for number, path in enumerate(paths[6:]):
        if change == "a cell more":
            path.write_bytes(path.read_bytes().replace(b"\n", b" 0.5\n"))
        if change == "another format":
            path.write_text("".join(as_json(number, 30 + number, second, 200) for second in range(30)), "utf-8")
    monkeypatch.setattr(groups, "_MOST_FILES", 3)
    together = make_book(tmp_path / "logs", tmp_path / "together")
    assert [len(group.first) for group in group_sources(find_sources([tmp_path / "logs"]), Config())] == [3, 3, 3, 3]
    monkeypatch.setattr(groups, "_LARGEST", 0)
    assert make_book(tmp_path / "logs", tmp_path / "alone") == together


def test_each_of_many_files_has_a_sample_of_its_own_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_edge(client: int, minute: int, second: int, status: int) -> str:
        record = {"ts": f"2026-11-23T09:{minute:02}:{second + 9:02}Z", "service": "edge", "msg": "passed on",
                  "request_id": f"r{minute}-{second}", "status": status}  # fmt: skip
        return json.dumps(record) + "\n"

    (tmp_path / "logs").mkdir()
    write_logs(tmp_path / "logs" / "app", as_json, "jsonl")
    write_logs(tmp_path / "logs" / "edge", write_edge, "jsonl")
    monkeypatch.setattr(samples, "_PER_SOURCE", 30)
    together = make_book(tmp_path / "logs", tmp_path / "together")
    sources = json.loads(together["ledger.json"])["sources"]
    assert [source["clock_pairs"] for source in sources] == [30] * 24
    assert sorted({source["clock_offset_s"] for source in sources}) == [0, 8.95]
    monkeypatch.setattr(groups, "_LARGEST", 0)
    assert make_book(tmp_path / "logs", tmp_path / "alone") == together


def test_exports_that_are_named_alike_stay_exports(tmp_path: Path) -> None:
    for number in range(6):
        deploy = {"id": number, "ref": "main", "sha": f"{number}" * 40, "environment": "production", "state": "success",
                  "created_at": f"2026-11-23T09:0{number}:00Z", "service": "shop", "version": f"1.{number}.0"}  # fmt: skip
        (tmp_path / f"deploy-{number}.json").write_text(json.dumps(deploy) + "\n", "utf-8")
    events = mb.read(tmp_path)
    assert count_together(tmp_path) == 0
    assert set(events["kind"]) <= {"deploy", "change"}


def test_each_line_keeps_its_place_host_and_file(tmp_path: Path) -> None:
    write_logs(tmp_path / "logs", ACCESS.format)
    events = mb.read(tmp_path / "logs")
    assert len(events) == 12 * 30
    assert events.copy().attrs["ledger"] is events.attrs["ledger"]  # or each step with a frame copies all sources
    for name, own in events.groupby("source", observed=True):
        path = tmp_path / "logs" / str(name)
        assert own["line"].tolist() == list(range(1, 31))
        assert set(own["host"]) == {str(name).split(".")[0]}
        for at, length, client in zip(own["offset"], own["length"], own["client"], strict=True):
            assert path.read_bytes()[at : at + length].decode().startswith(client.split()[0])


def test_an_error_that_only_failing_records_state_is_told(tmp_path: Path) -> None:
    """Of a long log the sample hasn't seen it."""
    lines = [as_json(number % 50, number // 600, number // 10 % 60, 200) for number in range(12_000)]
    for number in range(11_000, 11_040):
        lines[number] = as_json(1, number // 600, number // 10 % 60, 503)
    (tmp_path / "app.jsonl").write_text("".join(lines), "utf-8")
    events = mb.read(tmp_path / "app.jsonl")
    failed = events[events["status"] == 503]
    assert len(failed) == 40
    assert set(failed["message"]) == {"request: no answer"}
    assert pd.isna(events["message"]).sum() == 0


def test_files_that_unpack_to_much_are_read_together_some_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write_logs(tmp_path / "logs", ACCESS.format)
    sizes = [path.stat().st_size for path in paths]
    for path in paths:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    monkeypatch.setattr(files, "_AT_ONCE", 3 * max(sizes))
    assert count_together(tmp_path / "logs") == 12
    together = make_book(tmp_path / "logs", tmp_path / "together")
    monkeypatch.setattr(files, "_MOST", 4 * max(sizes))
    assert count_together(tmp_path / "logs") == 4  # in all; the others are read by themselves
    assert make_book(tmp_path / "logs", tmp_path / "together") == together
    monkeypatch.setattr(groups, "_TOGETHER", sum(sizes[:4]))  # packed they'd all be one group
    assert len(group_sources(find_sources([tmp_path / "logs"]), Config())) > 1


def test_a_long_one_of_many_files_is_read_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write_logs(tmp_path / "logs", ACCESS.format)
    whole = paths[3].read_bytes()
    paths[3].write_bytes(3 * whole)
    monkeypatch.setattr(files, "_AT_ONCE", 2 * len(whole))
    assert count_together(tmp_path / "logs") == 11
