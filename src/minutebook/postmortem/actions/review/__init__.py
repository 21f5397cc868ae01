"""an issue tracker's export → the weekly review: what is done, open, overdue and blocked, and how completion goes.

Jira's CSV export (`jira_csv`) and its search JSON (`jira_json`) both give `issue`s. Days count, not hours, and the caller
states "today", so that a review can be repeated.
"""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd

from minutebook.errors import MinutebookError
from minutebook.outputs.wording.counts import count_of
from minutebook.postmortem.actions.review.issue import Issue
from minutebook.postmortem.actions.review.jira_csv import read_csv
from minutebook.postmortem.actions.review.jira_json import read_json

#: ``state`` is done, dropped, blocked, overdue or open, the first that holds; days are dates (ISO), null where not stated.
COLUMNS = (
    "key", "summary", "status", "state", "assignee", "due", "created", "done", "days_overdue", "blocked_since",
    "days_blocked", "escalate", "why",
)  # fmt: skip
#: What is blocked or overdue for more days than this is to be escalated.
PATIENCE_DAYS = 7
_STATES = ("overdue", "blocked", "open", "done", "dropped")


def review(export: str, *, today: datetime.date, label: str | None = None) -> pd.DataFrame:
    """The issues with a label, for the weekly review, the most pressing first.

    ``export`` is the text of Jira's CSV export or search JSON. An issue is blocked by its status, by a flag, or by an
    open issue that blocks it; its history says since when, or without one the last change of its status. Raises
    `MinutebookError` where the text is neither, or no issue carries the label.
    """
    issues = list(read_json(export) if export.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else read_csv(export))
    if label is not None:
        labels = sorted({each for issue in issues for each in issue.labels})
        issues = [issue for issue in issues if label.casefold() in {each.casefold() for each in issue.labels}]
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


def _judge(issue: Issue, today: datetime.date) -> tuple[Any, ...]:
    due, since = issue.due, issue.blocked_since
    overdue = (today - due).days if due and due < today and not issue.is_done else None
    state = _find_state(issue, overdue)
    blocked = (today - since).days if since and state == "blocked" else None
    why = []
    if state == "blocked":
        at_least = "" if issue.is_since_known else "at least "
        how_long = f" for {at_least}{count_of(blocked, 'day')}" if blocked is not None else ", since when isn't told"
        why.append(f"blocked {issue.by}{how_long}")
    if overdue:
        why.append(f"{count_of(overdue, 'day')} overdue")
    if state in ("open", "blocked") and due is None:
        why.append("has no due date")
    escalate = state in ("blocked", "overdue") and max(blocked or 0, overdue or 0) > PATIENCE_DAYS
    days = [day.isoformat() if day else None for day in (due, issue.created, issue.done if issue.is_done else None)]
    blocked_since = since.isoformat() if since and state == "blocked" else None
    return (
        issue.key, issue.summary, issue.status, state, issue.assignee, *days, overdue, blocked_since, blocked, escalate,
        "; ".join(why),
    )  # fmt: skip


def _find_state(issue: Issue, overdue: int | None) -> str:
    if issue.is_dropped:
        return "dropped"
    if issue.is_done:
        return "done"
    if issue.is_blocked:
        return "blocked"
    return "overdue" if overdue else "open"
