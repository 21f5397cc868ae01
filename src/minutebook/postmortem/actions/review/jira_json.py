"""the answer of Jira's search, as JSON → its issues, each with its history where that was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from minutebook.errors import MinutebookError
from minutebook.postmortem.actions.review.issue import Issue, make_issue


def read_json(text: str) -> Iterator[Issue]:
    """Its issues; raises `MinutebookError` for another answer."""
    try:
        found = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise MinutebookError("is no JSON", do="give Jira's CSV export or its search JSON") from error
    issues = found.get("issues") if isinstance(found, dict) else found
    if not isinstance(issues, list) or not all(
        isinstance(each, dict) and isinstance(each.get("fields"), dict) for each in issues
    ):
        raise MinutebookError("holds no list of issues with fields", do="give the answer of /rest/api/2/search")
    yield from map(_read_issue, issues)


def _read_issue(found: Mapping[str, Any]) -> Issue:
    fields = found["fields"]
    status = _open(fields, "status")
    return make_issue(
        key=str(found.get("key", "")), summary=str(fields.get("summary") or ""), status=str(status.get("name") or ""),
        category=str(_open(status, "statusCategory").get("key") or ""), resolution=str(_open(fields, "resolution").get("name") or ""),
        labels=[str(w) for w in fields.get("labels") or ()], assignee=str(_open(fields, "assignee").get("displayName") or ""),
        due=fields.get("duedate"), created=fields.get("created"), done=fields.get("resolutiondate"), changed=fields.get("statuscategorychangedate"),
        updated=fields.get("updated"), flagged="Impediment" if _is_flagged(fields) else "", blockers=_find_blockers(fields),
        history=_open(found, "changelog").get("histories") or (),
    )  # fmt: skip


def _is_flagged(fields: Mapping[str, Any]) -> bool:
    custom = [value for name, value in fields.items() if name.startswith("customfield_") and isinstance(value, list)]
    marks = (each.get("value") for value in custom for each in value if isinstance(each, dict))
    return "Impediment" in marks or bool(fields.get("flagged"))


def _find_blockers(fields: Mapping[str, Any]) -> list[str]:
    """Keys of the issues that block it and aren't done."""
    links = [link for link in fields.get("issuelinks") or () if isinstance(link, dict)]
    blockers = [
        _open(link, "inwardIssue") for link in links if "block" in str(_open(link, "type").get("inward", "")).lower()
    ]
    return [
        str(each.get("key", ""))
        for each in blockers
        if each and _open(_open(_open(each, "fields"), "status"), "statusCategory").get("key") != "done"
    ]


def _open(value: Any, key: str) -> Mapping[str, Any]:
    inner = value.get(key) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}
