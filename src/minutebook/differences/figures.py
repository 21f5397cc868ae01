"""two impacts → the figures that differ, in all windows together and in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from minutebook.differences.reasons import Reasons
from minutebook.differences.values import show

_OF_WINDOW = ("start", "end", "valid", "bad", "user_minutes", "lost_requests")


def compare_impact(old: Mapping[str, Any], new: Mapping[str, Any], reasons: Reasons) -> Iterator[tuple[Any, ...]]:
    """A row of `COLUMNS` for each figure that isn't the same, and for each window that only one has."""
    why = reasons.explain([])
    figures = [
        {k: v for name in ("total", "milestones", "durations") for k, v in (impact.get(name) or {}).items()}
        for impact in (old, new)
    ]
    yield from _compare_figures("impact", "all windows", figures[0], figures[1], why)
    windows = [{_name_window(each, impact): each for each in impact.get("windows") or ()} for impact in (old, new)]
    for name in dict.fromkeys([*windows[0], *windows[1]]):
        was, now = windows[0].get(name), windows[1].get(name)
        if was is None or now is None:
            each = was or now or {}
            told = (pd.Timestamp(each["start"]), "window", each["kind"], each.get("service"), each.get("evidence"))
            yield ("removed" if now is None else "added", *told, "window", "", "", why)
            continue
        values = [{**{key: each.get(key) for key in _OF_WINDOW}, **(each.get("users") or {})} for each in (was, now)]
        yield from _compare_figures("window", name, values[0], values[1], why)


def _name_window(window: Mapping[str, Any], impact: Mapping[str, Any]) -> str:
    """The name of a window in both books: its kind, its service and its number among those."""
    alike = [w for w in impact["windows"] if (w["kind"], w.get("service")) == (window["kind"], window.get("service"))]
    return f"{window['kind']} {window.get('service') or ''} {alike.index(window) + 1}"


def _compare_figures(
    kind: str, of: str, old: Mapping[str, Any], new: Mapping[str, Any], why: str
) -> Iterator[tuple[Any, ...]]:
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield "changed", pd.NaT, kind, "", "", of, key, show(old.get(key)), show(new.get(key)), why
