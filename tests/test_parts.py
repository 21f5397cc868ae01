"""Of a large log in order only the part is read in which the span lies, and nothing else changes by that."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.cli import main
from minutebook.reading import parts

START = datetime(2026, 11, 20, tzinfo=UTC)
DAYS, STEP_S = 4, 20
SPAN = {"since": "2026-11-22T12:00Z", "until": "2026-11-22T13:00Z"}


@pytest.fixture(autouse=True)
def few_bytes_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SMALLEST", 64 << 10)
    monkeypatch.setattr(parts, "_WINDOWS", (2 << 10, 64 << 10))
    monkeypatch.setattr(parts, "_NEAR", 16 << 10)
    monkeypatch.setattr(parts, "_PLACES", 12)


def access_lines(ahead: timedelta = timedelta(), zone: str = " +0000") -> Iterator[str]:
    for i in range(DAYS * 86400 // STEP_S):
        time = START + i * timedelta(seconds=STEP_S) + ahead
        status = 500 if i % 9 == 0 and 10_900 < i < 10_950 else 200
        yield f'192.0.2.{i % 99} - u{i % 50} [{time:%d/%b/%Y:%H:%M:%S}{zone}] "GET /a HTTP/1.1" {status} 1 "-" "x" rid=r{i:06}\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "edge-1.access.log"
    path.write_text("".join(access_lines()))
    return path


def source_of(book: mb.Book, name: str = "edge-1.access.log") -> dict[str, Any]:
    return next(source for source in book.ledger["sources"] if source["source"] == name)


def test_a_part_gives_the_same_book_as_all_of_it(log: Path, tmp_path: Path) -> None:
    packed = tmp_path / "whole" / "edge-1.access.log"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(log.read_bytes()))
    part, whole = mb.reconstruct(log, **SPAN), mb.reconstruct(packed, **SPAN)
    read = source_of(part)["read"]
    assert read["of"] == log.stat().st_size
    assert 0 < read["to"] - read["from"] < read["of"] // 20
    assert source_of(whole)["read"] is None
    assert part.minutes.equals(whole.minutes)
    assert part.timeline.drop(columns="evidence").equals(whole.timeline.drop(columns="evidence"))
    for book in (part, whole):
        told = source_of(book)
        assert told["events"] - told["out_of_range"] == book.minutes["requests"].sum() == 180
        assert told["lines"] == told["lines_in_events"] == told["lines_counted_again"]
    assert any("all in order, the rest is out of range" in each for each in part.ledger["assumptions"])


def test_lines_that_nobody_counted_are_named_and_found_by_their_bytes(log: Path) -> None:
    book = mb.reconstruct(log, **SPAN)
    reference = book.timeline.query("kind == 'log'")["evidence"].iloc[0].split("; ")[0]
    assert reference.startswith("edge-1.access.log:@")
    (record,) = mb.show(reference, log)
    offset = int(reference.rpartition("@")[2])
    assert record.text[0] == log.read_bytes()[offset:].split(b"\n")[0].decode()
    assert " 500 " in record.text[0]
    assert f"{reference}: {record.text[0]}" in CliRunner().invoke(main, ["show", reference, str(log)]).stdout
    refused = CliRunner().invoke(main, ["show", reference + "1", str(log)])
    assert (refused.exit_code, "no line begins at byte" in refused.stderr) == (2, True)
    events = mb.read(log, **SPAN)
    assert events["line"].isna().all()
    assert mb.show(events.iloc[0], log)[0].text[0].split("rid=")[1] == "r010800"


def test_relative_times_are_of_the_ends_of_the_log_and_need_no_more_of_it(log: Path) -> None:
    book = mb.reconstruct(log, since="-1h")
    assert book.ledger["range"]["since"] == "2026-11-23T22:59:40.000Z"
    assert book.minutes["requests"].sum() == 181
    assert source_of(book)["read"]["from"] > 0.9 * log.stat().st_size
    with pytest.raises(mb.MinutebookError, match="on several days of the evidence, 2026-11-20 to 2026-11-23"):
        mb.reconstruct(log, since="14:05")


@pytest.mark.parametrize(("since", "until"), [("2026-11-25T00:00Z", None), (None, "2026-11-19T00:00Z")])
def test_a_span_beside_the_evidence_is_refused(log: Path, since: str | None, until: str | None) -> None:
    with pytest.raises(mb.EvidenceError, match="no event is from"):
        mb.reconstruct(log, since=since, until=until)


def test_a_log_out_of_order_is_read_whole_and_says_so(tmp_path: Path) -> None:
    lines = list(access_lines())
    log = tmp_path / "edge-1.access.log"
    log.write_text("".join(lines[9000:] + lines[:9000]))
    book = mb.reconstruct(log, **SPAN)
    assert book.minutes["requests"].sum() == 180
    assert (source_of(book)["read"], source_of(book)["events"]) == (None, len(lines))
    assert "its stamps go back by up to" in source_of(book)["note"]


def test_a_clock_that_is_further_off_than_the_part_is_wide_has_the_source_read_whole(log: Path, tmp_path: Path) -> None:
    lines = [
        f"{START + i * timedelta(seconds=STEP_S) + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ} INFO request r{i:06} trace_id=r{i:06} served\n"
        for i in range(DAYS * 86400 // STEP_S)
    ]
    (tmp_path / "app-1.log").write_text("".join(lines))
    log.write_text("".join(line.replace("rid=", "rt=0.01 rid=") for line in access_lines()))
    book = mb.reconstruct(log, tmp_path / "app-1.log", since="2026-11-22T12:00Z", until="2026-11-22T18:00Z")
    app = source_of(book, "app-1.log")
    assert app["clock_offset_s"] == pytest.approx(10800, abs=1)
    assert (app["read"], app["events"]) == (None, len(lines))
    assert app["events"] - app["out_of_range"] == 1080


def test_a_frozen_part_is_verified_by_the_same_bytes(log: Path, tmp_path: Path) -> None:
    run = CliRunner()
    said = [word for pair in SPAN.items() for word in (f"--{pair[0]}", pair[1])]
    assert run.invoke(main, ["reconstruct", str(log), "-o", str(tmp_path / "book"), *said]).exit_code == 0
    assert run.invoke(main, ["freeze", str(tmp_path / "book")]).exit_code == 0
    checked = mb.verify(tmp_path / "book", [log])
    assert checked.set_index("name").loc["edge-1.access.log", "state"] == "same"
