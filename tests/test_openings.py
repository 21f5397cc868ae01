"""Requests told in two records, one that opens them and one that answers: Rails' production log, Fastify's JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import minutebook as mb
from minutebook.gathering.openings import _LONGEST_US, _SIDE, _pair

START_MS = 1795424400000


def _open(at_s: float, name: str, path: str = "/orders/7", method: str = "GET", **more: object) -> dict[str, Any]:
    asked = {"method": method, "url": path, "remoteAddress": "203.0.113.9"}
    return {
        "level": 30,
        "time": START_MS + round(at_s * 1000),
        "reqId": name,
        "req": asked,
        "msg": "incoming request",
        **more,
    }


def _answer(at_s: float, name: str, status: int = 200, **more: object) -> dict[str, Any]:
    return {"level": 30, "time": START_MS + round(at_s * 1000), "reqId": name, "res": {"statusCode": status},
            "responseTime": 31.2, "msg": "request completed", **more}  # fmt: skip


def _read(folder: Path, *records: Mapping[str, Any], name: str = "app.log") -> pd.DataFrame:
    (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    return mb.read(folder)


def _list(events: pd.DataFrame) -> list[tuple[object, ...]]:
    own = events[events["kind"] != "log"]
    return [tuple(row) for row in own[["kind", "operation", "status", "client"]].astype(object).to_numpy()]


def test_an_answer_is_the_request_that_was_opened_under_its_id(tmp_path: Path) -> None:
    events = _read(
        tmp_path,
        _open(0, "req-1"),
        _open(0, "req-2", "/healthz"),
        _answer(0.1, "req-2"),
        _answer(0.1, "req-1", 500),
        _open(1, "req-1", "/orders", "POST"),  # after a restart
        _answer(1.1, "req-1", 201),
        _answer(1.2, "req-9", 500),  # opened before the log begins
    )
    assert _list(events) == [
        ("probe", "GET /healthz", 200, "203.0.113.9"),
        ("request", "GET /orders/{id}", 500, "203.0.113.9"),
        ("request", "POST /orders", 201, "203.0.113.9"),
    ]


def test_codes_that_others_answered_with_are_no_requests(tmp_path: Path) -> None:
    events = _read(
        tmp_path,
        _open(0, "a"),
        _answer(0.1, "a", 502, msg="payments answered"),
        _answer(0.2, "a", 200),
        _open(1, "b"),
        _answer(1.1, "b", 502, msg="payments answered"),
        _answer(1.2, "b", 200, req={"method": "GET", "url": "/orders/7"}),
    )
    assert events.loc[events["kind"] == "request", ["trace", "status"]].to_numpy().tolist() == [["a", 200], ["b", 200]]


def test_ids_of_two_instances_are_held_apart(tmp_path: Path) -> None:
    _read(tmp_path, _open(0, "req-1", "/a"), _answer(0.3, "req-1", 500), name="one.log")
    events = _read(tmp_path, _open(0.1, "req-1", "/b"), _answer(0.2, "req-1", 200), name="two.log")
    assert [(row[1], row[2]) for row in _list(events)] == [("GET /b", 200), ("GET /a", 500)]


def test_the_ledger_says_how_many_were_joined(tmp_path: Path) -> None:
    _read(tmp_path, _open(0, "req-1"), _answer(0.1, "req-1"), _open(1, "req-2"), _answer(1.1, "req-2"))
    (told,) = (each for each in mb.reconstruct(tmp_path).ledger["assumptions"] if "two records" in each)
    assert told.startswith("2 requests ")


def test_rails_requests_have_their_operations_so_that_health_checks_don_t_count(tmp_path: Path) -> None:
    lines = []
    for number, (path, status) in enumerate([("/up", 200), ("/orders/7", 500), ("/healthz", 200), ("/orders", 200)]):
        head = f"I, [2026-11-23T09:00:0{number}.1 #812]  INFO -- : [0b0e2bb4-1c7f-4a0c-9d3e-00000000000{number}]"
        lines += [
            f'{head} Started GET "{path}" for 203.0.113.9 at 2026-11-23 09:00:00 +0000',
            f"{head} Processing by OrdersController#show as JSON",
            f"{head} Completed {status} OK in 31ms (Views: 12.0ms)",
        ]
    (tmp_path / "production.log").write_text("\n".join(lines) + "\n")
    assert [row[:3] for row in _list(mb.read(tmp_path))] == [
        ("request", "GET /up", 200),
        ("request", "GET /orders/{id}", 500),
        ("probe", "GET /healthz", 200),
        ("request", "GET /orders", 200),
    ]


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ("O0 A1", [(1, 0)]),
        ("A0 O1", []),
        ("O0 A1 A2", [(2, 0)]),  # the last answer is the client's
        ("O0 O1 A2 A3", [(2, 0), (3, 1)]),  # one id twice at a time
        ("O0 O1 A2", [(2, 1)]),  # the first one was never answered
        ("O0 A1 O2 A3", [(1, 0), (3, 2)]),
        ("O5 A5", [(5, 5)]),
    ],
)
def test_as_many_of_the_last_answers_belong_to_the_openings_ahead_of_them(
    sides: str, expected: list[tuple[int, int]]
) -> None:
    told = {
        letter: np.array([(1, int(each[1:]), 0) for each in sides.split() if each[0] == letter], _SIDE)
        for letter in "OA"
    }
    at_answer, at_opening = _pair(told["A"], told["O"])
    pairs = zip(told["A"]["time"][at_answer].tolist(), told["O"]["time"][at_opening].tolist(), strict=True)
    assert sorted(pairs) == expected


def test_an_answer_belongs_to_no_opening_of_hours_ago() -> None:
    opening = np.array([(1, 0, 0)], _SIDE)
    for late, count in ((0, 1), (1, 0)):
        answer = np.array([(1, _LONGEST_US + late, 0)], _SIDE)
        assert len(_pair(answer, opening)[0]) == count
