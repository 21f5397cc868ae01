"""Broken and hostile evidence: the right events, or a counted reject, or a refusal in one line. Never a traceback."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minutebook as mb

ACCESS = "".join(
    f'192.0.2.{i % 9} - u{i % 50} [23/Nov/2026:09:{i // 60:02}:{i % 60:02} +0000] "GET /a HTTP/1.1" 200 1 "-" "x" rt=0.01 rid=r{i}\n'
    for i in range(600)
)
JSON = '{"ts":"2026-11-23T09:00:00Z","level":"error","msg":"a"}\n'


def read(path: Path, content: bytes | str) -> tuple[pd.DataFrame, dict]:  # type: ignore[type-arg]
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    events = mb.read(path)
    (source,) = events.attrs["ledger"]["sources"]
    told = source["lines_in_events"] + source["lines_skipped"] + source["lines_rejected"]
    assert source["lines"] == source["lines_counted_again"] == told
    return events, source


@pytest.mark.parametrize(
    ("name", "content", "events"),
    [
        ("bom", b"\xef\xbb\xbf" + ACCESS.encode(), 600),
        ("utf16", ACCESS.encode("utf-16"), 600),
        ("crlf", ACCESS.replace("\n", "\r\n"), 600),
        ("invalid bytes", ACCESS.encode().replace(b"GET /a", b"GET /\xff\xfe", 5), 600),
        ("nul", ACCESS.replace("GET /a", "GET /\0a", 3), 600),
        ("other line ends", ACCESS.replace("GET /a", "GET /\u2028x\x85\x0b", 5), 600),
        ("escape sequences", ACCESS.replace("u1 ", "\x1b[31mu1 "), 600),
        ("gzip in gzip", gzip.compress(gzip.compress(ACCESS.encode())), 600),
        ("padding", gzip.compress(ACCESS.encode()) + b"\0" * 999, 600),
        ("wrong suffix", ACCESS, 600),
        ("blank lines first", "\n" * 50_000 + ACCESS, 600),
        ("a very long line", ACCESS + "x" * 3_000_000 + "\n" + ACCESS, 1200),
        ("lone surrogates", JSON.replace('"a"', '"\\ud800"') * 3, 3),
        ("huge numbers", JSON.replace('"a"', '"a","n":' + "9" * 5000) * 3, 3),
        ("duplicate keys", JSON.replace('"msg"', '"level":"info","msg"') * 3, 3),
        ("odd types", JSON.replace('"error"', '["x"]').replace('"a"', '{"b":1}') * 3, 3),
        ("deep nesting", JSON * 5 + "[" * 100_000 + "\n" + '{"a":' * 50_000 + "\n", 5),
        ("an array in one line", "[" + ",".join([JSON.strip()] * 60) + "]", 60),
        ("not a number", JSON.replace('"a"', '"a","status":NaN') * 3, 3),
    ],
)  # fmt: skip
def test_what_is_odd_is_read(tmp_path: Path, name: str, content: bytes | str, events: int) -> None:
    found, _ = read(tmp_path / "a.gz", content)
    assert len(found) == events


def test_rubbish_behind_compressed_data_is_damage(tmp_path: Path) -> None:
    events, source = read(tmp_path / "a.gz", gzip.compress(ACCESS.encode()) + b"rubbish")
    assert (len(events), source["status"]) == (600, "damaged")


@pytest.mark.parametrize(
    "content", [b"\x1f\x8b\x08\x00broken", b"\x28\xb5\x2f\xfdrubbish", gzip.compress(ACCESS.encode(), mtime=0)[:30]]
)
def test_what_yields_nothing_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(mb.EvidenceError, match=r"a\.gz: (damaged|truncated): nothing of it could be read"):
        read(tmp_path / "a.gz", content)


@pytest.mark.parametrize("content", ["null", "<html>login</html>", "[1, 2]", '{"error":"x"}', '"x"'])
def test_what_is_neither_log_nor_export_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(mb.EvidenceError, match=r"a\.json: "):
        read(tmp_path / "a.json", content)


def test_impossible_instants_are_rejects(tmp_path: Path) -> None:
    stamps = [
        "2026-02-30T00:00:00Z",
        "1014-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z",
        "2026-02-28T00:00:00Z",
        "2026-02-28T00:00:01Z",
    ]
    events, source = read(tmp_path / "a.log", "".join(f"{stamp} INFO hello\n" for stamp in stamps))
    assert len(events) == 2
    assert source["rejects"][0] == {"line": 1, "why": "its time can't be read"}


def test_ids_are_texts_and_na_is_a_user_as_good_as_any(tmp_path: Path) -> None:
    rows = ["time,user,status,path,method"] + [
        f"2026-11-23T09:00:0{i},{u},200,/a,GET"
        for i, u in enumerate(["NA", "null", "007", "9007199254740993", "-", ""])
    ]
    events, source = read(tmp_path / "a.csv", "\n".join(rows))
    assert events["user"].tolist()[:4] == ["NA", "null", "007", "9007199254740993"]
    assert events["user"].isna().tolist()[4:] == [True, True]
    assert source["skipped"] == {"header or comment": 1}


def test_one_open_quote_does_not_swallow_the_file(tmp_path: Path) -> None:
    content = 'time,level,message\n2026-11-23T09:00:00Z,info,"open\n' + "2026-11-23T09:00:01Z,info,x\n" * 50
    assert len(read(tmp_path / "a.csv", content)[0]) >= 50


def test_a_stray_stamp_does_not_make_the_grid_explode(tmp_path: Path) -> None:
    lines = ["2026-11-23T09:00:00Z INFO a", "1995-01-01T00:00:00Z INFO b", "2099-01-01T00:00:00Z INFO c"]
    (tmp_path / "a.log").write_text("\n".join(lines))
    assert len(mb.minutes(tmp_path / "a.log")) <= 10


def test_equal_lines_of_one_file_are_all_counted_and_copies_of_it_are_not(tmp_path: Path) -> None:
    flood = ACCESS.splitlines(keepends=True)[0] * 100
    (tmp_path / "a.log").write_text(flood + ACCESS)
    (tmp_path / "copy.log").write_text(flood + ACCESS)
    book = mb.reconstruct(tmp_path)
    assert book.minutes["requests"].sum() == 700
    assert book.ledger["totals"]["copies"] == 700


def test_rotated_files_that_overlap_are_one_stream(tmp_path: Path) -> None:
    lines = ACCESS.splitlines(keepends=True)
    (tmp_path / "web-1.log.1").write_text("".join(lines[:400]))
    (tmp_path / "web-1.log").write_text("".join(lines[300:]))
    book = mb.reconstruct(tmp_path)
    assert book.minutes["requests"].sum() == 600
    assert book.ledger["merges"][0]["count"] == 100


def test_two_hosts_with_the_same_lines_stay_two(tmp_path: Path) -> None:
    line = "2026-11-23 09:00:0{},100 INFO [MainThread] a.b: heartbeat\n"
    for host in ("web-1.log", "web-2.log"):
        (tmp_path / host).write_text("".join(line.format(i) for i in range(3)))
    assert len(mb.read(tmp_path)) == 6


def test_a_log_split_or_gzipped_gives_the_same_events(tmp_path: Path) -> None:
    lines = ACCESS.splitlines(keepends=True)
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    (tmp_path / "whole" / "a.log").write_text(ACCESS)
    (tmp_path / "parts" / "a.log.1.gz").write_bytes(gzip.compress("".join(lines[:250]).encode()))
    (tmp_path / "parts" / "a.log").write_text("".join(lines[250:]))
    pd.testing.assert_frame_equal(mb.minutes(tmp_path / "whole"), mb.minutes(tmp_path / "parts"))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_every_line_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.log"
    try:
        read(path, content)
    except mb.MinutebookError as refusal:
        assert "\n" not in str(refusal)


def test_rejects_are_told_with_their_place_and_how_they_begin(tmp_path: Path) -> None:
    good = "2026-11-23T09:00:00Z INFO hello there\n" * 9
    long = "2026-02-30T00:00:00Z INFO " + "x" * 174  # as long as an excerpt
    (tmp_path / "a.log").write_text(good + long + "\n" + good + long + "y password=hunter2hunter2\n")
    book = mb.reconstruct(tmp_path / "a.log")
    assert book.rejects["line"].tolist() == ["10", "20"]
    assert book.rejects["offset"].tolist() == [len(good), 2 * len(good) + len(long) + 1]
    assert book.rejects["lines"].sum() == book.ledger["totals"]["lines_rejected"] == 2
    assert book.rejects["excerpt"].tolist() == [long, long + "…"]
    assert set(book.rejects["reason"]) == {"its time can't be read"}


@pytest.mark.parametrize("more", ['"n":' + "9" * 5000, '"n":"' + "Z\u0301" * 2500 + '"'])
def test_lines_too_odd_to_be_cut_where_values_stand_are_read_all_the_same(tmp_path: Path, more: str) -> None:
    lines = (f'{{"ts":"2026-11-23T09:00:{i:02}Z","level":"error","msg":"no {i}",{more}}}\n' for i in range(60))
    events, _ = read(tmp_path / "a.log", "".join(lines))
    assert len(events) == 60
