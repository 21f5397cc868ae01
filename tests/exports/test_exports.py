"""Every export's format proves itself by its samples."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from minutebook.exports import Document, load_exports, pick_export, read_export

EXPORTS = {each.name: each for each in load_exports()}
SAMPLES = [(name, number) for name, each in EXPORTS.items() for number in range(len(each.samples))]


def read(name: str, number: int) -> tuple[Any, list[dict[str, object]]]:
    value = json.loads(EXPORTS[name].samples[number]["text"])
    reading = read_export([Document(value, 1, 0, 1)], EXPORTS[name], source="sample")
    assert reading.rejects == []
    return value, reading.rows


@pytest.mark.parametrize(("name", "number"), SAMPLES)
def test_a_sample_becomes_what_it_says(name: str, number: int) -> None:
    _, rows = read(name, number)
    stated = EXPORTS[name].samples[number]["event"]
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


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_has_a_sample(name: str) -> None:
    assert EXPORTS[name].samples


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (None, "null, or no JSON"),
        ({"error": "unauthorised"}, "an object with keys error"),
        ([1, 2], "a list of 2 entries"),
        ("<html>", "HTML or XML"),
    ],
)
def test_what_is_none_of_them_is_refused_by_what_was_seen(value: object, seen: str) -> None:
    match = pick_export([value], list(EXPORTS.values()))
    assert match.format is None
    assert seen in match.seen


def test_an_empty_list_is_an_export_that_lists_nothing() -> None:
    match = pick_export([[]], list(EXPORTS.values()))
    assert match.format is not None
    assert read_export([Document([], 1, 0, 2)], match.format, source="x").rows == []


def test_log_lines_are_no_export() -> None:
    line = {"ts": "2026-11-23T09:00:00Z", "level": "info", "msg": "deployed", "service": "shop", "version": "1"}
    assert pick_export([line], list(EXPORTS.values())).format is None


def test_a_year_one_end_is_no_end() -> None:
    body = {"receiver": "x", "groupLabels": {}, "alerts": [{"status": "resolved", "labels": {"alertname": "A"},
            "startsAt": "2026-11-23T09:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "f"}]}  # fmt: skip
    rows = read_export([Document(body, 1, 0, 1)], EXPORTS["alertmanager_webhook"], source="x").rows
    assert [(row["phase"], row["end"]) for row in rows] == [("fired", None)]
