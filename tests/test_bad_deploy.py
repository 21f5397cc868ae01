"""The captured incident, end to end: what it must reach, by the clients' own record of every request."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import minutebook as mb

FOLDER = Path(__file__).parents[1] / "sample_logs" / "bad-deploy"


@pytest.fixture(scope="module")
def book() -> mb.Book:
    return mb.reconstruct(FOLDER / "evidence")


@pytest.fixture(scope="module")
def requests() -> pd.DataFrame:
    """Every request as its client saw it."""
    requests = pd.read_csv(FOLDER / "truth" / "requests.csv.gz", dtype={"client_error": "str"})
    requests["time"] = pd.to_datetime(requests["epoch"], unit="s", utc=True)
    return requests.assign(is_bad=(requests["status"] >= 500) | requests["client_error"].notna())


def test_each_mark_has_a_row_within_its_minute(book: mb.Book) -> None:
    marks = json.loads((FOLDER / "truth" / "marks.json").read_text())
    minutes = set(book.timeline["minute"])
    assert [mark for mark in marks if pd.Timestamp(mark["time"]).floor("min") not in minutes] == []


def test_the_timeline_is_short_and_tells_each_deploy_and_alert_once_a_phase(book: mb.Book) -> None:
    assert len(book.timeline) <= 120
    deploys = book.timeline[book.timeline["kind"] == "deploy"]
    assert sorted(deploys["phase"]) == ["started"] * 3 + ["succeeded"] * 3
    alerts = book.timeline[book.timeline["kind"] == "alert"]
    assert sorted(alerts["phase"]) == ["fired"] * 2 + ["pending"] * 2 + ["resolved"] * 2


def test_the_new_failure_is_told_once_with_its_count_users_and_evidence_of_both_layers(
    book: mb.Book,
) -> None:
    rows = book.timeline[book.timeline["summary"].str.contains("PoolTimeout") & (book.timeline["phase"] == "new")]
    assert len(rows) == 1
    assert (rows["count"].item(), rows["severity"].item()) == (602, "error")
    assert rows["users"].item() == 458
    assert "web-2.app.log" in rows["evidence"].item()
    assert "edge-1.nginx.access.log" in rows["evidence"].item()


def test_every_restart_is_a_row(book: mb.Book) -> None:
    assert (book.timeline["kind"] == "process").sum() == 6


def test_the_window_is_that_of_the_failing_clients(book: mb.Book, requests: pd.DataFrame) -> None:
    (window,) = book.impact["windows"]
    bad = requests[requests["is_bad"]]
    first, last = bad["time"].min(), (bad["time"] + pd.to_timedelta(bad["seconds"], unit="s")).max()
    assert abs((pd.Timestamp(window["start"]) - first).total_seconds()) <= 3
    assert abs((pd.Timestamp(window["end"]) - last).total_seconds()) <= 3
    assert window["kind"] == "fail"
    assert window["service"] == "shop"


def test_affected_users_and_failed_requests_are_those_of_the_clients(book: mb.Book, requests: pd.DataFrame) -> None:
    bad = requests[requests["is_bad"]]
    (window,) = book.impact["windows"]
    assert window["users"]["affected"] == pytest.approx(bad["user"].nunique(), rel=0.01)
    assert window["bad"] == pytest.approx(len(bad), rel=0.01)
    affected = book.users[book.users["state"].isin(["failed", "degraded"])]
    assert len(set(affected["user"]) ^ set(bad["user"])) <= 0.01 * bad["user"].nunique()


def test_a_request_in_two_layers_counts_once(book: mb.Book, requests: pd.DataFrame) -> None:
    assert book.minutes["requests"].sum() == len(requests)
    assert book.minutes["failed"].sum() == requests["is_bad"].sum()


def test_the_zone_and_clock_of_the_zoneless_log_are_inferred(book: mb.Book) -> None:
    source = next(s for s in book.ledger["sources"] if s["source"].startswith("web-2.app.log"))
    assert source["zone"] == "-05:00"
    assert source["zone_basis"].startswith("inferred: ")
    assert abs(source["clock_offset_s"]) <= 0.5
    assert source["clock_pairs"] > 1000
    assert any("web-2" in sentence and "-05:00" in sentence for sentence in book.ledger["assumptions"])


def test_every_line_is_accounted_for(book: mb.Book) -> None:
    for source in book.ledger["sources"]:
        told = source["lines_in_events"] + source["lines_skipped"] + source["lines_rejected"]
        assert source["lines"] == source["lines_counted_again"] == told, source["source"]
        assert source["lines_rejected"] == 0
    assert book.shortfalls == []


def test_the_same_bytes_in_any_order_of_the_inputs(tmp_path: Path) -> None:
    from minutebook.book import save_book

    files = sorted((FOLDER / "evidence").iterdir())
    save_book(mb.reconstruct(*files), tmp_path / "one")
    save_book(mb.reconstruct(*reversed(files)), tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert {
        "timeline.csv",
        "minutes.csv",
        "impact.json",
        "ledger.json",
        "impact.svg",
        "timeline.parquet",
    } <= set(names)
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_frames_give_what_the_evidence_gives(book: mb.Book) -> None:
    events = mb.read(FOLDER / "evidence")
    pd.testing.assert_frame_equal(mb.minutes(events), book.minutes)
    found, wanted = mb.impact(events), book.impact
    assert found["windows"][0]["start"] == wanted["windows"][0]["start"]
    assert found["total"] == wanted["total"]


def test_the_evidence_of_a_row_can_be_shown(book: mb.Book) -> None:
    row = book.timeline[book.timeline["summary"].str.contains("PoolTimeout")].iloc[0]
    records = mb.show(row, FOLDER / "evidence")
    assert "PoolTimeout" in records._repr_html_()
    traced = next(record for record in records if record.source.startswith("web-2"))
    assert "request failed" in traced.text[0]
    assert traced.text[1].startswith("Traceback")
    assert traced.text[-1].startswith("PoolTimeout: ")


@pytest.mark.parametrize("name", ["timeline", "minutes", "impact", "users", "sensitivity", "orders"])
def test_the_docstring_of_a_verb_names_what_it_gives(book: mb.Book, name: str) -> None:
    verb = getattr(mb, name)
    assert f"``{', '.join(verb(book))}``" in " ".join(verb.__doc__.split())
