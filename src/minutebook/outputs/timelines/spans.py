"""impact → its windows and milestones as spans with a name, for calendars and dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from minutebook.outputs.instants import as_instant
from minutebook.outputs.wording.incident import MILESTONES
from minutebook.outputs.wording.users import tell_users
from minutebook.outputs.wording.windows import kind_of, scope_of


class Span(NamedTuple):
    """A window from start to end, or an instant, which has no end; its text is as the evidence has it."""

    key: str
    name: str
    start: pd.Timestamp
    end: pd.Timestamp | None
    text: str
    tags: tuple[str, ...]


def find_spans(impact: Mapping[str, Any]) -> list[Span]:
    """Windows (minutes without evidence as well), then milestones that are known, each in time order."""
    found = []
    for window in impact.get("windows") or ():
        start, end = as_instant(window.get("start")), as_instant(window.get("end"))
        if start is None or end is None:
            continue
        text = str(window.get("evidence") or "")
        if window.get("kind") in ("fail", "slow"):
            text += f" Users: {tell_users(window.get('users') or {})}."
        name = f"{kind_of(window).capitalize()} of {scope_of(window)}"
        found.append(Span(str(window.get("id")), name, start, end, text, ("impact", str(window.get("kind")))))
    definitions = impact.get("definitions") or {}
    for key in MILESTONES:
        time = as_instant((impact.get("milestones") or {}).get(key))
        if time is not None:
            name = key.replace("_", " ").capitalize()
            found.append(Span(key, name, time, None, str(definitions.get(key, "")), ("milestone", key)))
    return found
