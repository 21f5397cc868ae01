from __future__ import annotations

from minutebook.exports import Document, load_exports, read_export

EXPORTS = {each.name: each for each in load_exports()}
LIST = EXPORTS["deploy_list"]


def messages(*deploys: tuple[str, str]) -> list[str]:
    rows = [
        {"id": number, "service": "mail", "version": version, "environment": place,
         "started_at": f"2026-11-23T{9 + number:02}:00:00Z"}
        for number, (version, place) in enumerate(deploys)
    ]  # fmt: skip
    return [str(row["message"]) for row in read_export([Document(rows, 1, 0, 1)], LIST, source="x").rows]


def is_rollback(*deploys: tuple[str, str]) -> list[bool]:
    return [message.startswith("rollback of ") for message in messages(*deploys)]


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
    (row,) = read_export([Document(entry, 1, 0, 1)], LIST, source="x").rows
    assert (row["phase"], row["message"]) == ("rolled_back", "deploy of mail 1 was rolled back")


def test_a_run_whose_purpose_is_not_stated_proves_no_version_ran() -> None:
    runs = [
        {"databaseId": number, "attempt": 1, "workflowName": name, "headSha": sha * 40, "status": "completed",
         "conclusion": "success", "startedAt": f"2026-11-23T09:0{number}:00Z", "updatedAt": f"2026-11-23T09:0{number}:30Z"}
        for number, (name, sha) in enumerate([("Lint", "a"), ("Deploy", "b"), ("Deploy", "a")])
    ]  # fmt: skip
    rows = read_export(
        [Document(runs, 1, 0, 1)], EXPORTS["github_actions"], source="x", defaults={"service": "mail"}
    ).rows
    assert {row["kind"] for row in rows} == {"deploy"}
    assert not any("rollback" in str(row["message"]) for row in rows)
