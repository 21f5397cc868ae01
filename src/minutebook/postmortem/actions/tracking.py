"""action items → imports for trackers: Jira's CSV and bulk-create JSON, GitHub issues, plain CSV.

All carry one label, by which the weekly review finds them again. Nothing is sent: these are files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from minutebook.errors import MinutebookError, suggest
from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.csv import write_csv
from minutebook.outputs.inert import escape_json
from minutebook.outputs.json import write_json
from minutebook.postmortem.document.rows import read_rows
from minutebook.postmortem.document.tables import read_plain

LABEL = "postmortem"
_JIRA_MOST = 50  # of one bulk request
_SUMMARY_MOST = 255
_NO_LABEL = re.compile(r"[\s,]")


def make_jira_csv(items: pd.DataFrame, label: str, rows: Mapping[int, str]) -> pd.DataFrame:
    """The columns of Jira's CSV import, one row per item; dates as yyyy-MM-dd, which the importer asks for."""
    return pd.DataFrame(
        {
            "Summary": [_summarise(action) for action in items["action"]],
            "Issue Type": "Task",
            "Description": [_describe(item, rows) for item in items.to_dict("records")],
            "Labels": label,
            "Due Date": items["due_date"].tolist(),
        },
        dtype="str",
    )


def make_jira_bulk(items: pd.DataFrame, label: str, rows: Mapping[int, str], project: str) -> dict[str, Any]:
    """The body of ``POST /rest/api/2/issue/bulk``, as Jira Cloud and Data Center take it; at most 50 items."""
    if len(items) > _JIRA_MOST:
        raise MinutebookError(
            f"{len(items)} items, and Jira takes {_JIRA_MOST} at a time", do="export them as jira-csv"
        )
    updates = []
    for item in items.to_dict("records"):
        fields = {
            "project": {"key": project},
            "issuetype": {"name": "Task"},
            "summary": _summarise(item["action"]),
            "description": _describe(item, rows),
            "labels": [label],
        }
        # A null due date would be an error where the field isn't on the project's screen.
        updates.append(
            {"fields": {**fields, "duedate": item["due_date"]} if isinstance(item["due_date"], str) else fields}
        )
    return {"issueUpdates": updates}


def make_github(items: pd.DataFrame, label: str, rows: Mapping[int, str]) -> list[dict[str, Any]]:
    """Bodies of ``POST /repos/{owner}/{repo}/issues``, one per item."""
    return [
        {"title": _summarise(item["action"]), "body": _describe(item, rows), "labels": [label]}
        for item in items.to_dict("records")
    ]


def export_actions(
    items: pd.DataFrame, target: Target, to: str = "csv", *, label: str = LABEL, project: str = "", text: str = ""
) -> None:
    """Write items of `actions.actions` for a tracker: ``csv``, ``jira-csv``, ``jira-json`` or ``github``.

    ``text`` is the postmortem that they're from, whose rows they quote. Raises `MinutebookError` for a name that isn't
    known, a label that Jira wouldn't take, and JSON for Jira without the key of a ``project``.
    """
    if to not in EXPORTS:
        raise MinutebookError(f"nothing exports to {to!r}", do=suggest(to, EXPORTS))
    if not label or _NO_LABEL.search(label):
        raise MinutebookError(f"no label: {label!r}", where="--label", do="use one word")
    if to == "jira-json" and not re.fullmatch(r"[A-Z][A-Z0-9_]+", project):
        raise MinutebookError("Jira's JSON needs the key of a project", where="--project", do="write it as OPS")
    rows = {number: f"{time} {read_plain(what)}" for number, time, what in read_rows(text.split("\n"))}
    EXPORTS[to](items.reset_index(drop=True), target, label, rows, project)


def _write_csv(items: pd.DataFrame, target: Target, label: str, rows: Mapping[int, str], project: str) -> None:
    write_csv(items[["action", "owner", "due", "due_date", "answers"]].assign(label=label), target)


def _write_jira_csv(items: pd.DataFrame, target: Target, label: str, rows: Mapping[int, str], project: str) -> None:
    write_csv(make_jira_csv(items, label, rows), target)


def _write_jira_bulk(items: pd.DataFrame, target: Target, label: str, rows: Mapping[int, str], project: str) -> None:
    write_json(make_jira_bulk(items, label, rows, project), target)


def _write_github(items: pd.DataFrame, target: Target, label: str, rows: Mapping[int, str], project: str) -> None:
    bodies = [escape_json(json.dumps(body, ensure_ascii=False)) for body in make_github(items, label, rows)]
    with open_target(target) as stream:
        stream.write("".join(f"{body}\n" for body in bodies).encode("utf-8", "backslashreplace"))


#: Name of an export → its writer.
EXPORTS: Mapping[str, Callable[[pd.DataFrame, Target, str, Mapping[int, str], str], None]] = {
    "csv": _write_csv, "jira-csv": _write_jira_csv, "jira-json": _write_jira_bulk, "github": _write_github,
}  # fmt: skip


def _summarise(action: str) -> str:
    line = " ".join(action.split())
    return line if len(line) <= _SUMMARY_MOST else line[: _SUMMARY_MOST - 1] + "…"


def _describe(item: Mapping[str, Any], rows: Mapping[int, str]) -> str:
    """The whole action, who and by when as written, and the rows that it answers."""
    lines = [
        item["action"],
        "",
        f"Owner: {item['owner'] or 'none'}",
        f"Due: {item['due'] or item['due_date'] or 'as the action says'}",
    ]
    numbers = [int(number) for number in re.findall(r"\d+", item["answers"] or "")]
    lines += [f"Answers T{number}: {rows.get(number, 'not in the timeline')}" for number in numbers]
    return "\n".join(lines)
