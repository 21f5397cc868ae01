"""rows, windows and milestones → instants, each under the names that a sentence may have for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from minutebook.outputs.instants import as_instant
from minutebook.postmortem.audit.known.value import Known
from minutebook.postmortem.document.rows import Row
from minutebook.postmortem.draft.figures import measured_windows

_ALERTS = {"acknowledged": "acknowledged", "resolved": "alert_resolved", "pending": "alert_pending"}
_IMPACT = {"started": "impact_start", "ended": "impact_end", "peak": "peak"}


def find_instants(impact: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[Known]:
    """The instants of all rows, of each window's edges and worst minute, and of the milestones."""
    for row in rows:
        error = row.record["time_error_s"]
        slack = 0.0 if pd.isna(error) else float(error)
        at = row.time.timestamp()
        for about in _name_row(row):
            yield Known("time", about, at, at - slack, at + slack, row.name, str(row.record["summary"]))
    for number, window in measured_windows(impact):
        yield from _find_edges(window, f"impact.json#/windows/{number}")
    for name, value in (impact.get("milestones") or {}).items():
        time = as_instant(value)
        if time is not None:
            at = time.timestamp()
            # Mitigation is told by the minute.
            late = at + (60.0 if name == "mitigated" else 0.5)
            yield Known("time", name, at, at - 0.5, late, f"impact.json#/milestones/{name}", name.replace("_", " "))


def _name_row(row: Row) -> Iterator[str]:
    """The names that a sentence may have for a row."""
    kind, phase, text = row.record["kind"], row.record["phase"], str(row.record["summary"])
    if kind in ("deploy", "change"):
        noun = "rollback" if "rollback" in text or phase == "rolled_back" else "deploy"
        yield noun
        if kind == "change":
            yield "change"
        if phase == "started":
            yield f"{noun}_start"
        elif phase in ("succeeded", "failed", "rolled_back", "superseded"):
            yield f"{noun}_end"
    elif kind in ("alert", "incident"):
        yield _ALERTS.get(str(phase), "alert")
    elif kind == "process":
        yield "restart"
    elif kind == "impact" and str(phase) in _IMPACT:
        yield _IMPACT[str(phase)]


def _find_edges(window: Mapping[str, Any], place: str) -> Iterator[Known]:
    for edge, about in (("start", "impact_start"), ("end", "impact_end")):
        times = [as_instant(window.get(key)) for key in (edge, f"{edge}_earliest", f"{edge}_latest")]
        seconds = [time.timestamp() for time in times if time is not None]
        if seconds:
            bounds = (min(seconds), max(seconds))
            yield Known("time", about, seconds[0], *bounds, f"{place}/{edge}", f"{edge} of the impact")
    peak = as_instant(window.get("peak_minute"))
    if peak is not None:
        at = peak.timestamp()
        yield Known("time", "peak", at, at, at + 60, f"{place}/peak_minute", "the worst minute")
