"""minutes, impact and happenings → the `Scene` that the overview draws."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from minutebook.outputs.instants import as_instant
from minutebook.outputs.plots.curves import MINUTE, Grid
from minutebook.outputs.plots.edges import find_edges
from minutebook.outputs.plots.lanes import Lane
from minutebook.outputs.plots.minutes import sum_minutes
from minutebook.outputs.plots.overview.milestones import Mark
from minutebook.outputs.plots.overview.scene import NEVER, Scene
from minutebook.outputs.plots.panels import to_instant
from minutebook.outputs.plots.phases import build_lanes
from minutebook.outputs.wording.incident import MILESTONES

_MINUTE = datetime.timedelta(minutes=1)
_AROUND = datetime.timedelta(minutes=30)


def compose(minutes: pd.DataFrame, impact: Mapping[str, Any], happenings: pd.DataFrame) -> Scene:
    """What there is to see of a book: ``minutes`` and ``happenings`` have its columns."""
    grid, lanes = sum_minutes(minutes), build_lanes(happenings)
    start, end = _find_range(grid, impact, lanes)
    has_windows = bool(impact.get("windows"))
    is_lines = (impact.get("sli") or {}).get("layer") == "lines"
    edges, marks, hit = find_edges(impact), find_marks(impact), _name_hit(impact)
    return Scene(start, end, grid, edges, marks, lanes, has_windows, is_lines, hit)


def _name_hit(impact: Mapping[str, Any]) -> str:
    """Whom the windows hit, in a word or two."""
    users = [window.get("users") or {} for window in impact.get("windows") or ()]
    found = [
        name
        for name, key in (("users", "affected"), ("clients", "anonymous_clients"))
        if any(u.get(key) for u in users)
    ]
    return " and ".join(found) or "users"


def find_marks(impact: Mapping[str, Any]) -> list[Mark]:
    """The milestones to label, in time order; equal instants share a label."""
    found: dict[datetime.datetime, list[str]] = {}
    for key in MILESTONES:
        time = as_instant((impact.get("milestones") or {}).get(key))
        if time is not None:
            found.setdefault(time.to_pydatetime(), []).append(key.replace("_", " "))
    return [Mark(time, ", ".join(found[time])) for time in sorted(found)]


def _find_range(
    grid: Grid, impact: Mapping[str, Any], lanes: Sequence[Lane]
) -> tuple[datetime.datetime, datetime.datetime]:
    known = [span.start for lane in lanes for span in lane.spans]
    if len(grid.begins):
        start, end = to_instant(grid.begins[0]), to_instant(grid.begins[-1] + MINUTE)
    else:
        edges = [as_instant(w.get(key)) for w in impact.get("windows") or () for key in ("start", "end")]
        times = known + [time.to_pydatetime() for time in edges if time is not None]
        if not times:
            return NEVER, NEVER + _MINUTE
        start, end = _floor(min(times)), _floor(max(times)) + _MINUTE
    # What happened shortly before the logs begin belongs to the picture, but not at any price.
    around = min(_AROUND, max(end - start, 5 * _MINUTE) / 3)
    near = [time for time in known if start - around <= time <= end + around]
    return min([start, *(t - _MINUTE / 2 for t in near)]), max([end, *(t + _MINUTE / 2 for t in near)])


def _floor(time: datetime.datetime) -> datetime.datetime:
    return time.replace(second=0, microsecond=0)
