"""Jira's CSV export → its issues."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from minutebook.errors import MinutebookError
from minutebook.postmortem.actions.review.issue import Issue, make_issue


def read_csv(text: str) -> Iterator[Issue]:
    """Its issues, from all fields or current ones; raises `MinutebookError` for another table."""
    try:
        table = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=_find_delimiter(text)))
    except csv.Error as error:
        raise MinutebookError(f"is no CSV: {error}", do="export it from Jira again") from error
    head = [cell.strip().casefold() for cell in table[0]] if table else []
    if not {"summary", "status"} <= set(head):
        raise MinutebookError("has no columns Summary and Status", do="give Jira's CSV export or its search JSON")
    for cells in table[1:]:
        if not any(cells):
            continue
        told: dict[str, list[str]] = {}
        for name, cell in zip(head, cells, strict=False):
            if cell.strip():
                told.setdefault(name, []).append(cell.strip())
        first = {name: values[0] for name, values in told.items()}
        flagged = next((v for name, v in first.items() if name in ("flagged", "custom field (flagged)") and v), "")
        links = told.get("inward issue link (blocks)", [])
        yield make_issue(
            key=first.get("issue key", first.get("key", "")), summary=first.get("summary", ""), status=first.get("status", ""),
            category=first.get("status category", ""), resolution=first.get("resolution", ""), labels=[w for v in told.get("labels", []) for w in v.split()],
            assignee=first.get("assignee", ""), due=first.get("due date", first.get("due", "")), created=first.get("created", ""),
            done=first.get("resolved", first.get("resolution date", "")), changed=first.get("status category changed", ""),
            updated=first.get("updated", ""), flagged=flagged, blockers=links,
        )  # fmt: skip


def _find_delimiter(text: str) -> str:
    head = text.lstrip("\ufeff").split("\n", 1)[0]
    return max(",;\t", key=head.count)
