"""a tracker's fields → an issue as the review needs it: done, dropped or blocked, by what and since when."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minutebook.postmortem.actions.deadlines import read_deadline

_DONE = re.compile(r"(?i)^(?:done|closed|resolved|complete[d]?|released|shipped|verified|merged)$")
_DROPPED = re.compile(
    r"(?i)won'?t|duplicate|cannot reproduce|declined|rejected|cancel|obsolete|abandoned|dropped|invalid|not planned"
    r"|incomplete"
)
_BLOCKED = re.compile(r"(?i)block|on[ -]hold|waiting|impediment|stalled|paused")


@dataclass(frozen=True)
class Issue:
    """One issue, its days as dates; None where not stated."""

    key: str
    summary: str
    status: str
    labels: tuple[str, ...]
    assignee: str
    is_done: bool
    is_dropped: bool
    is_blocked: bool
    by: str  #: what blocks it, in words
    due: datetime.date | None
    created: datetime.date | None
    done: datetime.date | None
    blocked_since: datetime.date | None
    is_since_known: bool  #: by its history; else it has been blocked for at least that long


def make_issue(
    *, key: str, summary: str, status: str, category: str, resolution: str, labels: Sequence[str], assignee: str, due: object, created: object,
    done: object, changed: object, updated: object, flagged: str, blockers: Sequence[str], history: Sequence[Any] = (),
) -> Issue:  # fmt: skip
    """An issue from a tracker's texts; ``category`` is "done" for a final status, ``history`` as in Jira's JSON."""
    is_closed = category.casefold() == "done" if category else bool(_DONE.match(status) or _DROPPED.search(status))
    is_dropped = is_closed and bool(_DROPPED.search(resolution) or _DROPPED.search(status))
    by = _name_blocker(status, flagged, blockers)
    since = _find_since(history, bool(_BLOCKED.search(status)), bool(flagged)) if by else None
    last = _read_day(changed) or _read_day(updated)
    return Issue(
        key=key, summary=" ".join(summary.split()), status=status, labels=tuple(labels), assignee=assignee,
        is_done=is_closed and not is_dropped, is_dropped=is_dropped, is_blocked=bool(by) and not is_closed, by=by,
        due=_read_day(due), created=_read_day(created), done=_read_day(done) or (last if is_closed else None),
        blocked_since=since or last, is_since_known=since is not None,
    )  # fmt: skip


def _name_blocker(status: str, flagged: str, blockers: Sequence[str]) -> str:
    if _BLOCKED.search(status):
        return "by its status"
    if flagged:
        return "by a flag"
    return f"by {', '.join(blockers)}" if blockers else ""


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
