"""`since` and `until`: read as people type them, relative to the evidence, and what's outside is counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.cli import main
from minutebook.engines import open_engine
from minutebook.errors import AccountError, EvidenceError, MinutebookError
from minutebook.gathering import Gathered, gather
from minutebook.ledger import make_ledger
from minutebook.settings.config import Config
from minutebook.times.spans import read_span


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


ONE_DAY = us("2026-11-23 09:00"), us("2026-11-23 18:00")
NIGHT = us("2026-11-23 22:00"), us("2026-11-24 03:00")
DAYS = us("2026-11-20 06:00"), us("2026-11-24 03:00")


@pytest.mark.parametrize(
    ("since", "until", "zone", "evidence", "expected"),
    [
        ("2026-11-23T14:05Z", None, "UTC", None, ("2026-11-23 14:05", None)),
        ("2026-11-23 14:05", "2026-11-23 16:05+02:00", "Europe/Berlin", None, ("2026-11-23 13:05", "2026-11-23 14:05")),
        ("14:05", "14:10", "UTC", ONE_DAY, ("2026-11-23 14:05", "2026-11-23 14:10")),
        ("14:05", None, "Asia/Tokyo", NIGHT, ("2026-11-24 05:05", None)),
        ("-2h", "-30m", "UTC", ONE_DAY, ("2026-11-23 16:00", "2026-11-23 17:30")),
        ("23:30", "00:30", "UTC", NIGHT, ("2026-11-23 23:30", "2026-11-24 00:30")),
        ("02:00", None, "UTC", NIGHT, ("2026-11-24 02:00", None)),
        ("08:00", "19:00", "UTC", ONE_DAY, ("2026-11-23 08:00", "2026-11-23 19:00")),
        ("2026-11-22 09:00", "08:30", "UTC", DAYS, ("2026-11-22 09:00", "2026-11-23 08:30")),
        ("23:00", "2026-11-22 01:00", "UTC", DAYS, ("2026-11-21 23:00", "2026-11-22 01:00")),
        ("Nov 23 14:05:00", None, "UTC", ONE_DAY, ("2026-11-23 14:05", None)),
    ],
)  # fmt: skip
def test_a_time_as_typed_is_an_instant_of_the_evidence(since, until, zone, evidence, expected) -> None:  # type: ignore[no-untyped-def]
    span = read_span(since, until, zone, evidence)
    assert span is not None
    assert (span.since, span.until) == tuple(each and us(each) for each in expected)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("14:05", None, "on several days of the evidence, 2026-11-20 to 2026-11-23"),
        ("2026-11-23 14:05", "2026-11-23 14:05", "before it begins"),
        ("yesterday", None, "is no instant"),
        ("-2h", "-3h", "before it begins"),
        ("25:00", None, "is no instant"),
    ],
)
def test_what_could_be_several_spans_or_none_is_refused(since: str, until: str | None, said: str) -> None:
    with pytest.raises(MinutebookError, match=said):
        read_span(since, until, "UTC", DAYS)


def test_relative_times_wait_for_the_evidence() -> None:
    assert read_span("14:05", None, "UTC", None) is None
    assert read_span(None, "-2h", "UTC", None) is None
    with pytest.raises(MinutebookError, match="is no instant"):
        read_span("nonsense", None, "UTC", None)


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """An hour of requests, one a second, of which a copy lies beside it, and a deploy far before it."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    lines = [
        f'192.0.2.{i % 9} - u{i % 50} [23/Nov/2026:09:{i // 60:02}:{i % 60:02} +0000] "GET /a HTTP/1.1" 200 1 "-" "x"\n'
        for i in range(3600)
    ]
    (folder / "edge-1.access.log").write_text("".join(lines))
    (folder / "edge-1.access.log.1").write_text("".join(lines[:600]))
    deploys = [{"time": "2026-11-02T08:00:00Z", "service": "shop", "version": "1", "status": "success"}]
    (folder / "deploys.json").write_text(json.dumps({"deployments": deploys}))
    return folder


def test_what_is_outside_is_out_of_range_and_the_account_adds_up(evidence: Path) -> None:
    book = mb.reconstruct(evidence, since="09:05", until="09:10")
    assert book.ledger["range"] == {"since": "2026-11-23T09:05:00.000Z", "until": "2026-11-23T09:10:00.000Z"}
    assert book.minutes["requests"].sum() == 300
    told = {s["source"]: (s["events"], s["copies"], s["out_of_range"]) for s in book.ledger["sources"]}
    assert told["edge-1.access.log"] == (3600, 0, 3300)
    assert told["edge-1.access.log.1"] == (600, 600, 0)
    assert told["deploys.json"][2] == 1
    assert "first request in the span that was asked for" in set(book.timeline["summary"])
    assert any("3,301 events are out of range" in each for each in book.ledger["assumptions"])


def test_an_event_lost_on_the_way_is_a_defect_that_is_told(evidence: Path) -> None:
    with pytest.raises(AccountError, match="of them 0 copies and 0 out of range, but 3 counted"):
        make_ledger(_gather(evidence), on_grid={"edge-1.access.log": 3})


def _gather(evidence: Path) -> Gathered:
    with open_engine() as engine:
        return gather([evidence / "edge-1.access.log"], Config(), engine)


def test_the_command_the_functions_and_a_frame_agree(evidence: Path) -> None:
    said = CliRunner().invoke(main, ["minutes", str(evidence), "--since", "-10m", "--until", "-2m"]).stdout
    direct = mb.minutes(evidence, since="-10m", until="-2m")
    assert len(said.splitlines()) == len(direct) + 1 == 10
    whole = mb.read(evidence)
    pd.testing.assert_frame_equal(mb.minutes(whole, since="-10m", until="-2m"), direct)
    assert len(mb.read(evidence, since=datetime(2026, 11, 23, 9, 59, tzinfo=UTC))) == 60


def test_a_settings_file_may_say_it(evidence: Path, tmp_path: Path) -> None:
    (tmp_path / "minutebook.toml").write_text('since = "09:30"\n')
    assert mb.minutes(evidence, config=tmp_path / "minutebook.toml")["requests"].sum() == 1800
    (tmp_path / "minutebook.toml").write_text("since = 2026-11-23T09:30:00Z\n")
    with pytest.raises(MinutebookError, match="'since' is no text"):
        mb.minutes(evidence, config=tmp_path / "minutebook.toml")


def test_a_span_without_events_and_a_saved_book_are_refused(evidence: Path, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"no event is from 2026-11-24.* the evidence is from 2026-11-02"):
        mb.reconstruct(evidence, since="2026-11-24")
    assert CliRunner().invoke(main, ["reconstruct", str(evidence), "-o", str(tmp_path / "book")]).exit_code == 0
    with pytest.raises(MinutebookError, match="is a saved book"):
        mb.reconstruct(tmp_path / "book", since="09:30")
    with pytest.raises(MinutebookError, match="can't be cut to a span"):
        mb.timeline(mb.reconstruct(tmp_path / "book"), since="09:30")
