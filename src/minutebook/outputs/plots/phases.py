"""happenings → lanes: they come a row a phase; a lane joins the phases of one entity into spans."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from minutebook.exports.rows import ROUTINE
from minutebook.exports.wording import shorten as shorten_version
from minutebook.outputs.inert import escape_invisible, shorten
from minutebook.outputs.plots.lanes import Lane, Span

_OPENING = frozenset({"started", "fired", "pending"})
_CLOSING = frozenset({"succeeded", "failed", "rolled_back", "superseded", "cancelled", "resolved"})
_UNHAPPY = frozenset({"failed", "rolled_back", "cancelled"})
_PHASE = re.compile(r" (?:started|finished|failed|was cancelled|was rolled back|is pending)$")
_LONGEST = 200  # characters of a label: no plot has room for more, and each has to be measured


def build_lanes(happenings: pd.DataFrame) -> list[Lane]:
    """Lanes of deploys, changes, incidents and notes, then of alerts, each by their first start; none of what is routine."""
    if happenings is None or not len(happenings):
        return []
    rows = happenings.assign(kind=happenings["kind"].astype("str"), phase=happenings["phase"].astype("str").fillna(""))
    # Pending isn't firing: an alert's lane begins where it fired, if it did.
    fired = set(rows.loc[rows["phase"] == "fired", "entity"]) if "entity" in rows else set()
    rows = rows[(rows["phase"] != "pending") | ~rows["entity"].isin(fired)] if fired else rows
    keyed: dict[tuple[str, str], list[object]] = {}
    order = [name for name in ("time", "kind", "entity", "message") if name in rows]
    for number, row in enumerate(rows.sort_values(order, kind="stable").itertuples()):
        if _said(row).get(ROUTINE):
            continue
        entity = _text(getattr(row, "entity", "")) or f"\0{number}"
        keyed.setdefault((str(row.kind), entity), []).append(row)
    lanes = [_join_phases(kind, entity, group) for (kind, entity), group in keyed.items()]
    return sorted(lanes, key=lambda lane: (lane.kind == "alert", lane.start, lane.label))


def _join_phases(kind: str, entity: str, rows: Iterable[Any]) -> Lane:
    lane = Lane(kind, "")
    for row in rows:
        phase, time = _text(row.phase), _instant(row.time)
        ended = getattr(row, "end", None)
        end = _instant(ended) if ended is not None and pd.notna(ended) else None
        current = lane.spans[-1] if lane.spans else None
        lane.label = lane.label or shorten(_name(kind, entity, row), _LONGEST)
        if phase == "acknowledged":
            lane.acknowledged.append(time)
            if current is None:
                lane.spans.append(Span(time, end, phase))
        elif phase in _CLOSING and current is not None and current.outcome not in _UNHAPPY:
            if current.end is None or current.outcome in _OPENING:
                current.end, current.outcome = end or time, phase
            elif phase != current.outcome:
                current.outcome = phase
        elif phase in _OPENING and current is not None and current.end is None:
            continue
        else:
            # A record of the end alone is an instant; of a note or a change as well.
            done = end or (None if phase in _OPENING else time)
            lane.spans.append(Span(time, done, phase))
    return lane


def _name(kind: str, entity: str, row: object) -> str:
    service, version = _text(getattr(row, "service", "")), _text(getattr(row, "version", ""))
    message = _text(getattr(row, "message", ""))
    if kind == "deploy" and version and service:
        return escape_invisible(f"{service} {shorten_version(version)}")
    if kind == "deploy" and message:  # a pipeline's run: its own name, and the commit
        return escape_invisible(_PHASE.sub("", message.partition(": ")[0]))
    said = _said(row)
    if kind == "alert" and said.get("name"):
        return escape_invisible(str(said["name"]))
    if kind in ("deploy", "change") and said.get("detail"):
        return escape_invisible(str(said["detail"]))
    message = _PHASE.sub("", message) if kind == "change" else message
    return escape_invisible(message or ("" if entity.startswith("\0") else entity) or service or kind)


def _said(row: object) -> dict[str, object]:
    """What the record itself called it, as its ``fields`` keep it."""
    try:
        said = json.loads(_text(getattr(row, "fields", "")) or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _instant(time: pd.Timestamp) -> datetime.datetime:
    return time.to_pydatetime(warn=False).astimezone(datetime.UTC)


def _text(value: object) -> str:
    return value if isinstance(value, str) and value != "nan" else ""
