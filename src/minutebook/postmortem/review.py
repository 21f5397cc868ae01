"""an issue tracker's export → the weekly review: what is done, open, overdue and blocked, and how completion goes.

Reads Jira's CSV export (all fields or current ones) and its search JSON. Days count, not hours, and "today" is stated by
the caller, so that a review can be made again.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from minutebook.errors import MinutebookError
from minutebook.outputs.wording.counts import count_of
from minutebook.postmortem.deadlines import read_deadline

#: ``state`` is done, dropped, blocked, overdue or open, the first that holds; days are dates (ISO), null where not told.
COLUMNS = (
    "key",
    "summary",
    "status",
    "state",
    "assignee",
    "due",
    "created",
    "done",
    "days_overdue",
    "blocked_since",
    "days_blocked",
    "escalate",
    "why",
)
#: Blocked or overdue for longer than this many days is to be escalated.
PATIENCE_DAYS = 7
_STATES = ("overdue", "blocked", "open", "done", "dropped")
_DONE = re.compile(r"(?i)^(?:done|closed|resolved|complete[d]?|released|shipped|verified|merged)$")
_DROPPED = re.compile(
    r"(?i)won'?t|duplicate|cannot reproduce|declined|rejected|cancel|obsolete|abandoned|dropped|invalid|not planned|incomplete"
)
_BLOCKED = re.compile(r"(?i)block|on[ -]hold|waiting|impediment|stalled|paused")


def review(export: str, *, today: datetime.date, label: str | None = None) -> pd.DataFrame:
    """The issues under a label as the weekly review reads them, the most pressing first.

    ``export`` is the text of Jira's CSV export or search JSON. An issue is blocked by its status, by a flag, or by an open
    issue that blocks it; since when is told by its history where the export has it, else by when its status changed last.
    Raises `MinutebookError` where the text is neither, or no issue carries the label.
    """
    issues = list(_read_json(export) if export.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else _read_csv(export))
    if label is not None:
        labels = sorted({each for issue in issues for each in issue["labels"]})
        issues = [issue for issue in issues if label.casefold() in {each.casefold() for each in issue["labels"]}]
        if not issues:
            raise MinutebookError(
                f"no issue is labelled {label!r}",
                do=f"labels there are {', '.join(labels[:8])}" if labels else "export the labels too",
            )
    frame = pd.DataFrame([_judge(issue, today) for issue in issues], columns=list(COLUMNS))
    frame = frame.astype({"days_overdue": "Int64", "days_blocked": "Int64", "escalate": "bool"})
    order = frame["state"].map({state: place for place, state in enumerate(_STATES)})
    return (
        frame.assign(order=order)
        .sort_values(["order", "due", "key"], na_position="last", kind="stable")
        .drop(columns="order")
        .reset_index(drop=True)
    )


def count_weeks(issues: pd.DataFrame, *, today: datetime.date) -> pd.DataFrame:
    """Completion by week: ``week`` (its Monday), ``items`` and ``done`` until its end, ``ratio``; dropped ones are left out."""
    kept = issues[issues["state"].ne("dropped")]
    created = pd.to_datetime(kept["created"].fillna(kept["done"]))
    done = pd.to_datetime(kept["done"])
    first = created.min()
    if pd.isna(first):
        return pd.DataFrame(columns=["week", "items", "done", "ratio"])
    monday = first - pd.Timedelta(days=first.weekday())
    weeks = pd.date_range(monday, pd.Timestamp(today), freq="7D")
    rows = []
    for week in weeks:
        end = min(week + pd.Timedelta(days=6), pd.Timestamp(today))
        items, finished = int((created <= end).sum()), int((done <= end).sum())
        rows.append((week.date().isoformat(), items, finished, finished / items if items else float("nan")))
    return pd.DataFrame(rows, columns=["week", "items", "done", "ratio"])


def _judge(issue: Mapping[str, Any], today: datetime.date) -> tuple[Any, ...]:
    due, created, done, since = (issue[name] for name in ("due", "created", "done", "blocked_since"))
    overdue = (today - due).days if due and due < today and not issue["is_done"] else None
    blocked = (today - since).days if issue["is_blocked"] and since else None
    state = (
        "dropped" if issue["is_dropped"] else "done" if issue["is_done"] else "blocked" if issue["is_blocked"]
        else "overdue" if overdue else "open"
    )  # fmt: skip
    why = []
    if state == "blocked":
        at_least = "" if issue["is_since_known"] or blocked is None else "at least "
        why.append(
            f"blocked {issue['by']}"
            + (f" for {at_least}{count_of(blocked, 'day')}" if blocked is not None else ", since when isn't told")
        )
    if overdue:
        why.append(f"{count_of(overdue, 'day')} overdue")
    if state in ("open", "blocked") and due is None:
        why.append("has no due date")
    escalate = state in ("blocked", "overdue") and max(blocked or 0, overdue or 0) > PATIENCE_DAYS
    days = [day.isoformat() if day else None for day in (due, created, done if issue["is_done"] else None)]
    return (
        issue["key"], issue["summary"], issue["status"], state, issue["assignee"], *days, overdue,
        since.isoformat() if since and state == "blocked" else None, blocked if state == "blocked" else None, escalate, "; ".join(why),
    )  # fmt: skip


# --- the two exports


def _read_csv(text: str) -> Iterator[dict[str, Any]]:
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
        links = [
            value
            for name, values in told.items()
            if re.fullmatch(r"inward issue link \(blocks\)", name)
            for value in values
        ]
        yield _make_issue(
            key=first.get("issue key", first.get("key", "")), summary=first.get("summary", ""), status=first.get("status", ""),
            category=first.get("status category", ""), resolution=first.get("resolution", ""), labels=[w for v in told.get("labels", []) for w in v.split()],
            assignee=first.get("assignee", ""), due=first.get("due date", first.get("due", "")), created=first.get("created", ""),
            done=first.get("resolved", first.get("resolution date", "")), changed=first.get("status category changed", ""),
            updated=first.get("updated", ""), flagged=flagged, blockers=links,
        )  # fmt: skip


def _find_delimiter(text: str) -> str:
    head = text.lstrip("\ufeff").split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _read_json(text: str) -> Iterator[dict[str, Any]]:
    try:
        found = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise MinutebookError("is no JSON", do="give Jira's CSV export or its search JSON") from error
    issues = found.get("issues") if isinstance(found, dict) else found
    if not isinstance(issues, list) or not all(
        isinstance(each, dict) and isinstance(each.get("fields"), dict) for each in issues
    ):
        raise MinutebookError("holds no list of issues with fields", do="give the answer of /rest/api/2/search")
    for each in issues:
        fields = each["fields"]
        status = _open(fields, "status")
        blockers = [link["inwardIssue"] for link in fields.get("issuelinks") or () if isinstance(link, dict) and isinstance(link.get("inwardIssue"), dict)
                    and "block" in str(_open(link, "type").get("inward", "")).lower()]  # fmt: skip
        still = [
            str(b.get("key", ""))
            for b in blockers
            if _open(_open(_open(b, "fields"), "status"), "statusCategory").get("key") != "done"
        ]
        flags = [value for name, value in fields.items() if name.startswith("customfield_") and isinstance(value, list)
                 and any(isinstance(v, dict) and v.get("value") == "Impediment" for v in value)]  # fmt: skip
        yield _make_issue(
            key=str(each.get("key", "")), summary=str(fields.get("summary") or ""), status=str(status.get("name") or ""),
            category=str(_open(status, "statusCategory").get("key") or ""), resolution=str(_open(fields, "resolution").get("name") or ""),
            labels=[str(w) for w in fields.get("labels") or ()], assignee=str(_open(fields, "assignee").get("displayName") or ""),
            due=fields.get("duedate"), created=fields.get("created"), done=fields.get("resolutiondate"), changed=fields.get("statuscategorychangedate"),
            updated=fields.get("updated"), flagged="Impediment" if flags or fields.get("flagged") else "", blockers=still,
            history=_open(each, "changelog").get("histories") or (),
        )  # fmt: skip


def _make_issue(
    *, key: str, summary: str, status: str, category: str, resolution: str, labels: Sequence[str], assignee: str, due: object, created: object,
    done: object, changed: object, updated: object, flagged: str, blockers: Sequence[str], history: Sequence[Any] = (),
) -> dict[str, Any]:  # fmt: skip
    is_closed = category.casefold() == "done" if category else bool(_DONE.match(status) or _DROPPED.search(status))
    is_dropped = is_closed and bool(_DROPPED.search(resolution) or _DROPPED.search(status))
    by = (
        "by its status"
        if _BLOCKED.search(status)
        else "by a flag"
        if flagged
        else f"by {', '.join(blockers)}"
        if blockers
        else ""
    )
    since = _find_since(history, bool(_BLOCKED.search(status)), bool(flagged)) if by else None
    finished = _read_day(done) or (_read_day(changed) or _read_day(updated) if is_closed else None)
    return {
        "key": key, "summary": " ".join(summary.split()), "status": status, "labels": list(labels), "assignee": assignee,
        "is_done": is_closed and not is_dropped, "is_dropped": is_dropped, "is_blocked": bool(by) and not is_closed, "by": by,
        "due": _read_day(due), "created": _read_day(created), "done": finished,
        "is_since_known": since is not None, "blocked_since": since or _read_day(changed) or _read_day(updated),
    }  # fmt: skip


def _find_since(history: Sequence[Any], by_status: bool, by_flag: bool) -> datetime.date | None:
    """When it last became blocked, by its history."""
    found = None
    for entry in history:
        for change in entry.get("items") or () if isinstance(entry, dict) else ():
            field, to = str(change.get("field", "")).casefold(), str(change.get("toString") or "")
            if (by_status and field == "status" and _BLOCKED.search(to)) or (by_flag and field == "flagged" and to):
                day = _read_day(entry.get("created"))
                found = max(filter(None, (found, day)), default=None)
    return found


def _read_day(value: object) -> datetime.date | None:
    return read_deadline(value)[1] if isinstance(value, str) and value else None


def _open(value: Any, key: str) -> Mapping[str, Any]:
    inner = value.get(key) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}
