from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

import minutebook as mb
from minutebook.events import check_events
from minutebook.exports import Document, load_exports, read_export
from minutebook.merging import Sighting, merge_happenings, word_rollbacks

EXPORTS = {each.name: each for each in load_exports()}
LIST = EXPORTS["deploy_list"]


def word(rows: list[dict[str, Any]], **seen: list[Sighting]) -> list[str]:
    merged, _ = merge_happenings(check_events(pd.DataFrame(rows).assign(source="x")))
    return [str(message) for message in word_rollbacks(merged, seen)["message"]]


def messages(*deploys: tuple[str, str], **seen: list[Sighting]) -> list[str]:
    rows = [
        {"id": number, "service": "mail", "version": version, "environment": place,
         "started_at": f"2026-11-23T{9 + number:02}:00:00Z"}
        for number, (version, place) in enumerate(deploys)
    ]  # fmt: skip
    return word(read_export([Document(rows, 1, 0, 1)], LIST).rows, **seen)


def is_rollback(*deploys: tuple[str, str], **seen: list[Sighting]) -> list[bool]:
    return [message.startswith("rollback of ") for message in messages(*deploys, **seen)]


def sighting(version: str, *clocks: str) -> Sighting:
    return Sighting(version, tuple(pd.Timestamp(f"2026-11-23T{clock}Z") for clock in clocks))


def test_a_version_that_ran_before_the_one_it_replaces_is_a_rollback() -> None:
    assert is_rollback(("1", "p"), ("2", "p"), ("1", "p")) == [False, False, True]


def test_the_same_version_again_is_none() -> None:
    assert is_rollback(("1", "p"), ("1", "p"), ("2", "p"), ("2", "p")) == [False] * 4


def test_another_environment_is_another_history() -> None:
    assert is_rollback(("1", "p"), ("2", "p"), ("1", "q")) == [False] * 3


def test_an_older_number_that_is_not_known_to_have_run_is_not_called_one() -> None:
    assert is_rollback(("2.0.0", "p"), ("1.4.2", "p")) == [False, False]


def test_a_rollback_that_the_record_states() -> None:
    entry = {"service": "mail", "version": "1", "time": "2026-11-23T09:00:00Z", "status": "rolled_back"}
    (row,) = read_export([Document(entry, 1, 0, 1)], LIST).rows
    assert (row["phase"], row["message"]) == ("rolled_back", "deploy of mail 1 was rolled back")


def test_a_run_whose_purpose_is_not_stated_proves_no_version_ran() -> None:
    runs = [
        {"databaseId": number, "attempt": 1, "workflowName": name, "headSha": sha * 40, "status": "completed",
         "conclusion": "success", "startedAt": f"2026-11-23T09:0{number}:00Z", "updatedAt": f"2026-11-23T09:0{number}:30Z"}
        for number, (name, sha) in enumerate([("Lint", "a"), ("Deploy", "b"), ("Deploy", "a")])
    ]  # fmt: skip
    rows = read_export([Document(runs, 1, 0, 1)], EXPORTS["github_actions"], defaults={"service": "mail"}).rows
    assert {row["kind"] for row in rows} == {"deploy"}
    assert not any("rollback" in message for message in word(rows))


def test_a_version_that_only_the_logs_know_to_have_run_before() -> None:
    logs = [sighting("1", "08:00", "08:30"), sighting("2", "08:31", "08:59")]
    assert is_rollback(("1", "p"), mail=logs) == [True]
    assert is_rollback(("v1", "p"), mail=logs) == [True]
    assert is_rollback(("3", "p"), mail=logs) == [False]
    assert is_rollback(("2", "p"), mail=logs) == [False]
    assert is_rollback(("1", "p"), shop=logs) == [False]


def test_logs_prove_nothing_where_the_order_is_not_clear() -> None:
    assert is_rollback(("1", "p"), mail=[sighting("1", "08:00"), sighting("2", "08:00")]) == [False]
    # Written down when it was done: its pods had begun to log.
    assert is_rollback(("2", "p"), mail=[sighting("1", "08:00", "08:59"), sighting("2", "08:55", "08:59")]) == [False]
    # It had come back by itself long before.
    back = [sighting("1", "08:00", "08:58"), sighting("2", "08:10", "08:20")]
    assert is_rollback(("1", "p"), mail=back) == [False]


def test_logs_of_a_service_in_several_environments_prove_nothing() -> None:
    logs = [sighting("1", "08:00"), sighting("2", "08:31")]
    assert is_rollback(("1", "p"), ("5", "q"), mail=logs) == [False, False]


def test_deploys_in_two_files_and_versions_in_logs_meet_in_a_book(tmp_path: Path) -> None:
    lines = [
        json.dumps({"time": f"2026-11-23T09:{minute:02}:00Z", "level": "info", "msg": "ok", "service": "mail",
                    "version": "3.0.0" if minute < 20 else "3.1.0"})
        for minute in range(40)
    ]  # fmt: skip
    (tmp_path / "mail.log").write_text("\n".join(lines) + "\n")
    deploy = {
        "service": "mail",
        "version": "3.0.0",
        "started_at": "2026-11-23T09:40:00Z",
        "finished_at": "2026-11-23T09:42:00Z",
    }
    (tmp_path / "deploys.json").write_text(json.dumps([deploy]))
    told = mb.reconstruct(tmp_path).happenings["message"].tolist()
    assert told == ["rollback of mail 3.0.0 started", "rollback of mail 3.0.0 finished"]
