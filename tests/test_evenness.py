"""Where nothing proves whether two logs of a service have the same requests, both count and the ledger says so."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

import minutebook as mb


def log(file: Path, stamps: list[int], **more: str) -> None:
    """Requests at some seconds of an hour, without ids."""
    record = {"service": "checkout", "method": "GET", "path": "/cart", "status": 200} | more
    lines = [{"time": f"2026-11-23T09:{at // 60:02}:{at % 60:02}Z", **record} for at in sorted(stamps)]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))


def draw(seed: int, minutes: int = 20, requests: int = 600) -> list[int]:
    chance = random.Random(seed)
    return [chance.randrange(minutes * 60) for _ in range(requests)]


def count(folder: Path) -> tuple[int, list[str]]:
    book = mb.reconstruct(folder)
    return int(book.minutes["requests"].sum()), [each for each in book.ledger["assumptions"] if ".jsonl and" in each]


def test_two_logs_of_the_same_requests_without_ids_count_and_are_told(tmp_path: Path) -> None:
    log(tmp_path / "access.jsonl", draw(1), remote_addr="10.0.0.9")
    log(tmp_path / "app.jsonl", draw(1), user_id="u1")
    log(tmp_path / "mail.jsonl", draw(1), service="mail")
    assert count(tmp_path) == (
        1800,
        [
            "access.jsonl and app.jsonl have as good as the same number of checkout's requests in each minute, and nothing"
            " proves whether they are the same ones: each counts. If they are, leave one of the logs out."
        ],
    )


@pytest.mark.parametrize(
    ("stamps", "more"),
    [
        (draw(2), {}),
        (draw(1) + draw(3), {}),
        (draw(1), {"host": "web-2"}),
        (draw(1), {"service": "mail"}),
    ],
    ids=["other-requests", "more-requests", "another-host", "another-service"],
)  # fmt: skip
def test_logs_that_differ_are_not_told_of(tmp_path: Path, stamps: list[int], more: dict[str, str]) -> None:
    log(tmp_path / "one.jsonl", draw(1), host="web-1")
    log(tmp_path / "two.jsonl", stamps, user_id="u1", **more)
    assert count(tmp_path)[1] == []


@pytest.mark.parametrize(("minutes", "requests"), [(9, 600), (20, 199)])
def test_few_minutes_or_requests_tell_nothing(tmp_path: Path, minutes: int, requests: int) -> None:
    log(tmp_path / "one.jsonl", draw(1, minutes, requests))
    log(tmp_path / "two.jsonl", draw(1, minutes, requests), user_id="u1")
    assert count(tmp_path) == (2 * requests, [])


def test_of_very_many_logs_few_are_told(tmp_path: Path) -> None:
    for number in range(6):
        log(tmp_path / f"{number}.jsonl", draw(1), user_id=f"u{number}")
    told = mb.reconstruct(tmp_path).ledger["assumptions"]
    assert len([each for each in told if "as good as" in each]) == 3
    assert "2 further pairs of logs are as even." in told
