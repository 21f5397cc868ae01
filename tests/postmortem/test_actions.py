"""Action items are judged as people judge them, and go to trackers and back."""

from __future__ import annotations

import csv
import datetime
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import minutebook as mb
from minutebook.cli import main
from minutebook.postmortem.actions import COLUMNS
from minutebook.postmortem.actions.deadlines import read_deadline
from minutebook.postmortem.actions.outcomes import judge_outcome
from minutebook.postmortem.actions.review import count_weeks, review

HERE = Path(__file__).parent
LABELLED = list(csv.DictReader(io.StringIO((HERE / "labelled_actions.csv").read_text("utf-8"))))
TODAY = datetime.date(2026, 12, 10)
DOCUMENT = """# Postmortem

| # | Time (UTC) | What | Evidence |
|---|---|---|---|
| T3 | 09:10:22 | alert ShopErrorRatioHigh fired | `a.json:1` |

## 5. Action items

| Action | Owner | Due | Answers |
|---|---|---|---|
| Add **alerting** for API latency above 500 ms by the end of next sprint | SRE | | T3 |
| Improve monitoring | | ASAP | |
| Cap retries at `max_retries=2`, or \\| stop | [R. Osei](https://example.com) | 4 Dec | T3, T9 |
|  |  |  |  |
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "postmortem.md"
    path.write_text(DOCUMENT)
    return path


def table(rows: list[dict[str, str]]) -> str:
    lines = ["## Action items", "", "| Action | Owner | Due |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {row['action']} | {row['owner']} | {row['due']} |" for row in rows)])


def test_the_labelled_list_is_large_varied_and_half_bad() -> None:
    good = [row for row in LABELLED if row["specific"] + row["assigned"] + row["timeboxed"] == "111"]
    assert len(LABELLED) >= 140 and 0.4 < len(good) / len(LABELLED) < 0.6


@pytest.mark.parametrize("criterion", ["specific", "assigned", "timeboxed", "passes"])
def test_the_check_agrees_with_hand_labels(criterion: str) -> None:
    judged = mb.actions(table(LABELLED))
    assert len(judged) == len(LABELLED)
    names = ["specific", "assigned", "timeboxed"]
    labels = [all(row[name] == "1" for name in (names if criterion == "passes" else [criterion])) for row in LABELLED]
    wrong = [
        row["action"] for row, label, found in zip(LABELLED, labels, judged[criterion], strict=True) if label != found
    ]
    assert len(wrong) <= 0.05 * len(LABELLED), wrong


def test_a_failing_item_says_why_and_where(document: Path) -> None:
    items = mb.actions(DOCUMENT)
    assert tuple(items.columns) == COLUMNS
    assert items["passes"].tolist() == [True, False, False]
    assert items["line"].tolist() == [11, 12, 13]
    assert (
        "“improve” by how much" in items["why"][1]
        and "no owner" in items["why"][1]
        and "“ASAP” is no date" in items["why"][1]
    )
    assert items["why"][2] == "not tied: the timeline has no row T9"
    assert items["action"][2] == "Cap retries at max_retries=2, or | stop" and items["owner"][2] == "R. Osei"
    assert mb.actions(DOCUMENT, year=2026)["due_date"][2] == "2026-12-04"
    done = run("actions", "check", document)
    assert done.exit_code == 3 and f"{document.name}:12: Improve monitoring" in done.output.replace("\n    ", " ")
    assert "1 of 3 action items are specific, assigned and timeboxed." in done.output


def test_items_of_a_list_are_read_too() -> None:
    text = """## Follow-ups
- [ ] Set the timeout of payments to 2 s (owner: Payments, due 2026-12-04)
- [x] Cap retries at 2 per request @deniz by 2026-12-05
- What else could we do?

## Lessons
- Improve everything
"""
    items = mb.actions(text)
    assert items[["owner", "due_date", "passes"]].to_numpy().tolist() == [
        ["Payments", "2026-12-04", True],
        ["@deniz", "2026-12-05", True],
    ]
    assert not len(mb.actions("# Nothing here\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"))


@pytest.mark.parametrize(
    ("text", "is_boxed", "day"),
    [
        ("2026-12-04", True, "2026-12-04"), ("4 Dec 2026", True, "2026-12-04"), ("Dec 4, 2026", True, "2026-12-04"), ("04/Dec/26 12:00 AM", True, "2026-12-04"),
        ("12/04/2026", True, "2026-12-04"), ("31.12.2026", True, "2026-12-31"), ("end of next sprint", True, None), ("Q1 2027", True, None),
        ("within 2 weeks", True, None), ("Friday", True, None), ("2026-02-30", False, None), ("ASAP", False, None), ("", False, None),
        ("soon", False, None), ("when possible", False, None), ("?", False, None),
    ],
)  # fmt: skip
def test_a_day_or_a_stated_period_is_a_timebox(text: str, is_boxed: bool, day: str | None) -> None:
    found = read_deadline(text)
    assert (found[0], found[1].isoformat() if found[1] else None) == (is_boxed, day)


@pytest.mark.parametrize("text", ["", "…", "()", "[ ]", "T17", "42", "a" * 100_000, "| | |", "\\", "日本語を改善する"])
def test_odd_texts_are_judged_without_a_failure(text: str) -> None:
    assert judge_outcome(text)
    mb.actions(table([{"action": text, "owner": text, "due": text}]))


def test_exports_hold_what_each_tracker_takes(document: Path, tmp_path: Path) -> None:
    assert run("actions", "export", document, "--to", "jira-csv", "-o", tmp_path / "j.csv").exit_code == 0
    jira = pd.read_csv(tmp_path / "j.csv", dtype=str)
    assert jira.columns.tolist() == ["Summary", "Issue Type", "Description", "Labels", "Due Date"]
    assert len(jira) == 1 and set(jira["Labels"]) == {"postmortem"}
    done = run(
        "actions",
        "export",
        document,
        "--to",
        "jira-json",
        "--project",
        "OPS",
        "--label",
        "inc-42",
        "--all",
        "--year",
        2026,
    )
    body = json.loads(done.stdout)
    fields = [update["fields"] for update in body["issueUpdates"]]
    assert [each["labels"] for each in fields] == [["inc-42"]] * 3
    assert (
        fields[0]["project"] == {"key": "OPS"} and "duedate" not in fields[0] and fields[2]["duedate"] == "2026-12-04"
    )
    assert "Answers T3: 09:10:22 alert ShopErrorRatioHigh fired" in fields[0]["description"]
    github = [json.loads(line) for line in run("actions", "export", document, "--to", "github").stdout.splitlines()]
    assert github[0]["title"].startswith("Add alerting for API latency") and github[0]["labels"] == ["postmortem"]
    plain = list(csv.DictReader(io.StringIO(run("actions", "export", document, "--all").stdout)))
    assert len(plain) == 3 and plain[1]["action"] == "Improve monitoring"


@pytest.mark.parametrize(
    "words",
    [["--to", "trello"], ["--to", "jira-json"], ["--label", "two words"], ["--to", "jira-json", "--project", "lower"]],
)
def test_an_export_that_no_tracker_would_take_is_refused(document: Path, words: list[str]) -> None:
    done = run("actions", "export", document, *words)
    assert done.exit_code == 2 and not done.stdout


def test_the_review_reads_jiras_csv(tmp_path: Path) -> None:
    issues = review((HERE / "jira.csv").read_text(), today=TODAY, label="postmortem").set_index("key")
    assert issues["state"].to_dict() == {
        "OPS-2": "overdue", "OPS-3": "blocked", "OPS-5": "blocked", "OPS-4": "open", "OPS-1": "done", "OPS-6": "dropped",
    }  # fmt: skip
    assert issues.loc["OPS-2", "days_overdue"] == 8 and issues.loc["OPS-2", "escalate"]
    assert (
        issues.loc["OPS-3", "why"] == "blocked by its status for at least 13 days" and issues.loc["OPS-3", "escalate"]
    )
    assert not issues.loc["OPS-5", "escalate"]
    weeks = count_weeks(issues.reset_index(), today=TODAY)
    assert weeks.to_numpy().tolist() == [
        ["2026-11-23", 3, 0, 0.0],
        ["2026-11-30", 5, 1, 0.2],
        ["2026-12-07", 5, 1, 0.2],
    ]
    done = run("actions", "review", HERE / "jira.csv", "--today", "2026-12-10", "-o", tmp_path / "completion.svg")
    assert (
        done.exit_code == 0 and "1 of 5 done (20%)" in done.output and "! OPS-2 Set the payments timeout" in done.output
    )
    first = (tmp_path / "completion.svg").read_bytes()
    run("actions", "review", HERE / "jira.csv", "--today", "2026-12-10", "-o", tmp_path / "completion.svg")
    assert first.startswith(b"<?xml") and (tmp_path / "completion.svg").read_bytes() == first


def test_the_review_reads_search_json_with_its_history() -> None:
    def issue(key: str, status: str, category: str, **fields: object) -> dict[str, object]:
        return {"key": key, "fields": {"summary": key, "labels": ["postmortem"], "status": {"name": status, "statusCategory": {"key": category}},
                                       "created": "2026-11-24T09:00:00.000+0000", **fields}}  # fmt: skip

    blocker = {
        "type": {"inward": "is blocked by"},
        "inwardIssue": {"key": "NET-9", "fields": {"status": {"statusCategory": {"key": "new"}}}},
    }
    history = [{"created": "2026-12-01T10:00:00.000+0000", "items": [{"field": "status", "toString": "Blocked"}]}]
    issues = [
        issue("A-1", "Blocked", "indeterminate") | {"changelog": {"histories": history}},
        issue("A-2", "To Do", "new", issuelinks=[blocker], duedate="2026-12-24"),
        issue("A-3", "Erledigt", "done", resolutiondate="2026-12-02T10:00:00.000+0000", resolution={"name": "Done"}),
        issue("A-4", "In Arbeit", "indeterminate", duedate="2026-12-10", customfield_10021=[{"value": "Impediment"}]),
    ]
    found = review(json.dumps({"issues": issues}), today=TODAY, label="POSTMORTEM").set_index("key")
    assert found["state"].to_dict() == {"A-2": "blocked", "A-4": "blocked", "A-1": "blocked", "A-3": "done"}
    assert found.loc["A-1", "why"] == "blocked by its status for 9 days; has no due date"
    assert found.loc["A-2", "why"] == "blocked by NET-9, since when isn't told"
    assert found.loc["A-3", "done"] == "2026-12-02"


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "no columns"), ("a,b\n1,2\n", "no columns"), ("{", "no JSON"), ('{"issues": [3]}', "no list of issues"), ("[" * 100_000, "no JSON"),
     ("Summary,Status,Labels\nx,To Do,other\n", "no issue is labelled 'postmortem'; labels there are other")],
)  # fmt: skip
def test_a_text_that_is_no_export_is_refused(text: str, said: str) -> None:
    with pytest.raises(mb.MinutebookError, match=said):
        review(text, today=TODAY, label="postmortem")
