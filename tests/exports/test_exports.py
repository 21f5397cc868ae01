"""Every export's format proves itself by its samples."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.exports import Document, load_exports, name_text, parse_documents, pick_export, read_export
from minutebook.exports.picking import ENOUGH, FirstRows
from minutebook.exports.wording import describe

EXPORTS = {each.name: each for each in load_exports(samples=True)}
SAMPLES = [(name, number) for name, each in EXPORTS.items() for number in range(len(each.samples))]


def read(name: str, number: int) -> tuple[Any, list[dict[str, object]]]:
    value = json.loads(EXPORTS[name].samples[number]["text"])
    reading = read_export([Document(value, 1, 0, 1)], EXPORTS[name])
    timeless = EXPORTS[name].timeless
    assert [why for _, why in reading.rejects] == ([timeless] if timeless else [])
    return value, reading.rows


@pytest.mark.parametrize(("name", "number"), SAMPLES)
def test_a_sample_becomes_what_it_says(name: str, number: int) -> None:
    _, rows = read(name, number)
    stated = EXPORTS[name].samples[number].get("event", [])
    assert len(rows) == len(stated)
    for row, event in zip(rows, stated, strict=True):
        for column, wanted in event.items():
            found = row[column]
            assert found == (pd.Timestamp(wanted) if column in ("time", "end") else wanted), column


@pytest.mark.parametrize(("name", "number"), SAMPLES)
def test_a_sample_is_known_as_its_own_export(name: str, number: int) -> None:
    value, _ = read(name, number)
    match = pick_export([value], list(EXPORTS.values()))
    assert match.format is not None
    assert match.format.name == name


@pytest.mark.parametrize(("name", "number"), SAMPLES)
def test_no_two_formats_claim_one_sample(name: str, number: int) -> None:
    """General shapes (weight below 1) give way; two tools' formats must tell each other apart."""
    value, _ = read(name, number)
    claims = {each.name for each in EXPORTS.values() if each.weight == 1 and FirstRows(value).score(each) >= ENOUGH}
    assert claims <= {name}


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_has_a_sample(name: str) -> None:
    assert EXPORTS[name].samples


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (None, "null, or no JSON"),
        ({"error": "unauthorised"}, "an error: 'unauthorised'"),
        ({"message": "Bad credentials", "documentation_url": "d", "status": "401"}, "an error: 'Bad credentials'"),
        ({"kind": "Status", "status": "Failure", "message": "forbidden", "code": 403}, "an error: 'forbidden'"),
        ({"errors": [{"message": "no such field"}], "data": None}, "an error: 'no such field'"),
        ({"error": "boom", "rows": [1]}, "an object with keys error, rows"),
        ([1, 2], "a list of 2 entries"),
        ("<html>", "HTML or XML"),
    ],
)
def test_what_is_none_of_them_is_refused_by_what_was_seen(value: object, seen: str) -> None:
    match = pick_export([value], list(EXPORTS.values()))
    assert match.format is None
    assert seen in match.seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("null", "null, or no JSON"), ('"x"', "a text alone"), ("<!DOCTYPE html>", "HTML or XML"),
        ('{"log_entries":[{"id":"x","ty', "JSON that breaks off or is damaged"), ("12", ""), ("hello", ""),
        ("[2026-11-23 09:00] up", ""), ('{"a":1}\n{"a":2}', ""), ('[\n{"a":1},\n{"a":2}\n]\n', "a list of 2 entries"),
    ],
)  # fmt: skip
def test_a_text_that_no_log_fits_is_named_as_far_as_it_shows(text: str, seen: str) -> None:
    named = name_text(text)
    assert named.startswith(seen) and bool(named) == bool(seen)


def test_an_empty_list_is_an_export_that_lists_nothing() -> None:
    match = pick_export([[]], list(EXPORTS.values()))
    assert match.format is not None
    assert read_export([Document([], 1, 0, 2)], match.format).rows == []


def test_log_lines_are_no_export() -> None:
    line = {"ts": "2026-11-23T09:00:00Z", "level": "info", "msg": "deployed", "service": "shop", "version": "1"}
    assert pick_export([line], list(EXPORTS.values())).format is None


def test_a_year_one_end_is_no_end() -> None:
    body = {"receiver": "x", "groupLabels": {}, "alerts": [{"status": "resolved", "labels": {"alertname": "A"},
            "startsAt": "2026-11-23T09:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "f"}]}  # fmt: skip
    rows = read_export([Document(body, 1, 0, 1)], EXPORTS["alertmanager_webhook"]).rows
    assert [(row["phase"], row["end"]) for row in rows] == [("fired", None)]


@pytest.mark.parametrize(
    "page", [{"incidents": [], "limit": 25, "more": False}, {"data": {"alerts": []}}, {"values": [], "links": {}}, []]
)
def test_a_page_that_lists_nothing_is_empty_and_no_refusal(page: object) -> None:
    match = pick_export([page], list(EXPORTS.values()))
    assert match.format is not None
    assert match.format.name == "empty"
    assert read_export([Document(page, 1, 0, 2)], match.format) == ([], [], {})


@pytest.mark.parametrize(
    "page", [{"error": {"code": 401}, "items": []}, {"message": "Not Found"}, {"errors": []}, "null"]
)
def test_an_error_body_is_refused(page: object) -> None:
    assert pick_export([page], list(EXPORTS.values())).format is None


def test_what_is_no_record_among_records_is_rejected_with_its_line() -> None:
    good = {"alert": "QueueFull", "fired_at": "2026-11-23T09:00:00Z"}
    bad = {"alert": "QueueFull", "fired_at": "yesterday"}
    documents = [Document(good, 1, 0, 9), Document(None, 2, 10, 4), Document(bad, 3, 15, 9)]
    reading = read_export(documents, EXPORTS["alert_list"])
    assert [row["line"] for row in reading.rows] == [1]
    assert [line for line, _ in reading.rejects] == [2, 3]
    assert reading.rejects[1][1] == "has no time that can be read"


def test_what_the_record_lacks_the_caller_can_say() -> None:
    history = [
        {"revision": 6, "updated": "2026-11-23T09:00:00Z", "status": "deployed", "chart": "mail-1", "description": "ok"}
    ]
    stated = {"service": "mail", "environment": "production"}
    (row,) = read_export([Document(history, 1, 0, 1)], EXPORTS["helm_history"], defaults=stated).rows
    assert (row["service"], row["environment"]) == ("mail", "production")
    other = read_export([Document(history, 1, 0, 1)], EXPORTS["helm_history"], defaults={"service": "shop"}).rows[0]
    assert row["entity"] != other["entity"]  # the revisions of two releases


def test_a_zone_that_is_said_moves_zoneless_stamps_only() -> None:
    rows = [{"service": "mail", "version": "1", "time": "2026-11-23 10:00:00"},
            {"service": "mail", "version": "2", "time": "2026-11-23T09:30:00Z"}]  # fmt: skip
    read = read_export([Document(rows, 1, 0, 1)], EXPORTS["deploy_list"], defaults={"zone": "Europe/Berlin"}).rows
    assert [row["time"] for row in read] == [pd.Timestamp("2026-11-23T09:00Z"), pd.Timestamp("2026-11-23T09:30Z")]
    assert [row["time_quality"] for row in read] == ["zone_given", "stated"]


def test_people_are_in_actor_and_not_in_the_message() -> None:
    entry = {"service": "mail", "version": "2", "time": "2026-11-23T09:30:00Z", "deployed_by": "Kim Example"}
    (row,) = read_export([Document(entry, 1, 0, 1)], EXPORTS["deploy_list"]).rows
    assert row["actor"] == "Kim Example"
    assert "Kim" not in str(row["message"])


def test_a_list_of_one_row_an_event_pairs_by_id() -> None:
    rows = [{"deploy_id": 7, "service": "mail", "version": "2", "time": "2026-11-23T09:00:00Z", "status": "started"},
            {"deploy_id": 7, "service": "mail", "version": "2", "time": "2026-11-23T09:02:00Z", "status": "failed"}]  # fmt: skip
    read = read_export([Document(rows, 1, 0, 1)], EXPORTS["deploy_list"]).rows
    assert [row["phase"] for row in read] == ["started", "failed"]
    assert len({row["entity"] for row in read}) == 1


def test_an_end_of_unknown_outcome_is_told_so() -> None:
    entry = {"service": "mail", "version": "2", "started_at": "2026-11-23T09:00:00Z", "finished_at": "2026-11-23T09:02:00Z",
             "status": "in_progress"}  # fmt: skip
    rows = read_export([Document(entry, 1, 0, 1)], EXPORTS["deploy_list"]).rows
    assert rows[1]["message"] == "deploy of mail 2 finished, outcome not stated"


KEYS = st.sampled_from(["id", "service", "version", "time", "status", "labels", "startsAt", "alerts", "data", "result",
                        "metric", "values", "incident", "event", "history", "items", "created_at", "metadata", "kind"])  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2026-11-23T09:00:00Z", "0001-01-01T00:00:00Z", "{", "[1", "\ud800", "{{x}}", "=x", "^"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(ANYTHING, st.sampled_from(sorted(EXPORTS)))
def test_no_document_raises_whatever_it_holds(value: object, name: str) -> None:
    pick_export([value], list(EXPORTS.values()))
    for row in read_export([Document(value, 1, 0, 1)], EXPORTS[name]).rows:
        assert str(row["message"]).isprintable() or "\n" not in str(row["message"])
        json.loads(str(row["fields"])).keys()
        str(row).encode()


def broken(value: Any, path: tuple[Any, ...] = ()) -> list[Any]:
    """The value with each of its parts, one at a time, made something else."""
    made = [None, "", "x", 10**30, [], {}, [None], True, float("nan"), "0001-01-01T00:00:00Z"]
    if isinstance(value, dict):
        for key, inner in value.items():
            made += [{**value, key: other} for other in broken(inner)]
    if isinstance(value, list):
        for place, inner in enumerate(value[:3]):
            made += [[*value[:place], other, *value[place + 1 :]] for other in broken(inner)]
    return made


@pytest.mark.parametrize("name", EXPORTS)
def test_a_damaged_sample_is_read_or_rejected_and_never_raises(name: str) -> None:
    value = json.loads(EXPORTS[name].samples[0]["text"])
    for damaged in broken(value)[:1500]:
        reading = read_export([Document(damaged, 1, 0, 1)], EXPORTS[name])
        for row in reading.rows:
            assert row["time"].year > 1970  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "line",
    [
        {"time": "2026-11-23T09:00:00Z", "service": "shop", "version": "2.0.0", "path": "/x", "message": "served"},
        {"date": "2026-11-23T09:00:00Z", "type": "request", "method": "GET", "path": "/x", "status": 200, "user": "u1"},
        {"timestamp": "2026-11-23T09:00:00Z", "event": "request", "description": "ok", "service": "shop"},
        {"timestamp": "2026-11-23T09:00:00Z", "severity": "INFO", "message": "x", "app": "shop", "version": "2"},
        {"time": "2026-11-23T09:00:00Z", "name": "shop", "message": "order placed", "user": "u1"},
        {"timestamp": "2026-11-23T09:00:00Z", "name": "cpu", "value": "1"},
        {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": "a", "verb": "get",
         "requestReceivedTimestamp": "2026-11-23T09:00:00Z"},
    ],
)  # fmt: skip
def test_lines_of_logs_and_measurements_are_no_exports(line: dict[str, object]) -> None:
    assert pick_export([line], list(EXPORTS.values())).format is None


def test_a_gap_in_what_is_known_leaves_none_in_the_sentence() -> None:
    event = {
        "id": 9,
        "type": "feature-archived",
        "createdBy": "kim",
        "createdAt": "2026-11-23T09:00:00Z",
        "featureName": "f",
    }
    (row,) = read_export([Document({"events": [event]}, 1, 0, 1)], EXPORTS["unleash"]).rows
    assert row["message"] == "flag f: feature-archived"


@pytest.mark.parametrize(
    ("kind", "known", "told"),
    [
        ("note", {"detail": "%%%\nqueue at 91\n%%% @kim"}, "queue at 91 @kim"),
        ("alert", {"name": "Queue", "detail": "%%%\n[Triggered] at 91\n%%%"}, "alert Queue fired: at 91"),
        ("alert", {"name": "Queue", "detail": "at 91%%%, or %%%%"}, "alert Queue fired: at 91%%%, or %%%%"),
    ],
)
def test_datadogs_marks_around_markdown_are_no_part_of_a_text(kind: str, known: dict[str, str], told: str) -> None:
    assert describe(kind, "noted" if kind == "note" else "fired", known) == told


def test_what_began_has_the_end_that_its_record_tells() -> None:
    run = {"databaseId": 1, "attempt": 1, "workflowName": "Deploy", "headSha": "a" * 40, "status": "completed",
           "conclusion": "success", "startedAt": "2026-11-23T09:00:00Z", "updatedAt": "2026-11-23T09:04:00Z"}  # fmt: skip
    started, done = read_export([Document(run, 1, 0, 1)], EXPORTS["github_actions"]).rows
    assert (started["end"], done["end"]) == (done["time"], None)


def test_an_alert_of_two_rows_without_an_id_is_one() -> None:
    rows = [{"time": "2026-11-23T09:00:00Z", "alert": "Q", "service": "mail", "event": "alert_fired"},
            {"time": "2026-11-23T09:05:00Z", "alert": "Q", "service": "mail", "event": "alert_resolved"}]  # fmt: skip
    read = read_export([Document(rows, 1, 0, 1)], EXPORTS["alert_list"]).rows
    assert [(row["phase"], row["entity"]) for row in read] == [("fired", "alert:Q/mail"), ("resolved", "alert:Q/mail")]


def test_a_note_without_a_day_is_told_what_to_write() -> None:
    documents = parse_documents(b"- 14:05 called the vendor\n- 14:10 they look\n")
    reading = read_export(documents, EXPORTS["note_list"])
    assert reading.rejects == [(1, "says no day: write one above it, as 2026-11-23"), (2, reading.rejects[0][1])]


def test_what_reads_evidence_has_all_of_an_export_but_its_samples() -> None:
    assert list(load_exports()) == [replace(each, samples=()) for each in EXPORTS.values()]
