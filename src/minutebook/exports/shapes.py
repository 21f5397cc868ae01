"""one entry of an export → its phases, as rows of event columns. Each function is named by formats.

`read_table` does what a format's table says; the others read what a table can't say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pyarrow as pa

from minutebook.exports.paths import find, find_first
from minutebook.exports.wording import (
    DEPLOYS,
    SEVERITIES,
    STATES,
    UsualNames,
    describe,
    usual_names,
)
from minutebook.times import find_layout, parse_times

Row = dict[str, object]


class Context(NamedTuple):
    """What holds for all entries of an export."""

    kind: str
    columns: Mapping[str, Any]
    phases: Sequence[Mapping[str, Any]]
    defaults: Mapping[str, str]
    source: str


def read_instant(value: object) -> tuple[datetime, str] | None:
    """(instant in UTC, quality) of a stamp in an export; None for none, year 1 and what can't be read."""
    if value is None or isinstance(value, bool | dict | list):
        return None
    text = str(value).strip()
    layout = find_layout([text]) if text else None
    if layout is None:
        return None
    read = parse_times(pa.array([text]), layout, year=None)
    if read.time.null_count:
        return None
    # Zone-less stamps of exports are UTC unless somebody says otherwise; the quality tells.
    return read.time[0].as_py().astimezone(UTC), str(read.quality[0].as_py())


def read_table(entry: object, context: Context) -> tuple[list[Row], str]:
    """The phases that the format's table states."""
    facts = {column: find_first(entry, paths) for column, paths in context.columns.items()}
    rows = []
    for phase in context.phases:
        if not _holds(entry, phase.get("when", {})):
            continue
        start = read_instant(find_first(entry, phase["time"]))
        if start is None:
            continue
        end = read_instant(find_first(entry, phase["end"])) if "end" in phase else None
        is_over = _holds(entry, phase.get("ended_when", {}))
        rows.append(make_row(context, facts, phase["name"], start, end if is_over else None))
    return rows, "" if rows else "has no time that can be read"


def _holds(entry: object, conditions: Mapping[str, Any]) -> bool:
    for path, wanted in conditions.items():
        options = wanted if isinstance(wanted, list) else [wanted]
        if str(find(entry, path)).lower() not in [str(option).lower() for option in options]:
            return False
    return True


def make_row(
    context: Context, facts: Mapping[str, object], phase: str, start: tuple[datetime, str],
    end: tuple[datetime, str] | None, **fields: object,
) -> Row:  # fmt: skip
    """A row of event columns from what is known of a happening."""
    known = {name: _text(value) for name, value in {**context.defaults, **facts}.items() if value not in (None, "")}
    name = known.get("name") or known.get("service") or ""
    labels = facts.get("labels")
    entity = known.get("id") or hash_labels(labels if isinstance(labels, Mapping) else known)
    severity = SEVERITIES.get(known.get("severity", "").lower(), "error" if context.kind == "alert" else "info")
    if context.kind != "alert":
        severity = "error" if phase == "failed" else "info"
    # The labels, so that the same alert in another tool's export is known again.
    more = {
        "name": name,
        "labels": labels,
        "detail": known.get("detail"),
        "hosts": facts.get("hosts"),
        **fields,
    }
    return {
        "time": start[0],
        "end": end[0] if end and end[0] > start[0] else None,
        "time_quality": start[1],
        "kind": context.kind,
        "phase": phase,
        "level": "info" if phase in ("resolved", "pending") else severity,
        **{column: known.get(column) for column in ("service", "host", "environment", "version", "actor")},
        "message": describe(context.kind, phase, {**known, "name": name}),
        "entity": f"{context.kind}:{entity}",
        "fields": json.dumps({k: v for k, v in more.items() if v not in (None, "")}, sort_keys=True, default=str),
    }


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)


def hash_labels(labels: Mapping[str, object]) -> str:
    """A stable name of a set of labels, for what has no id of its own."""
    kept = sorted((str(k), str(v)) for k, v in labels.items() if k not in ("alertstate", "__name__"))
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:16]


def read_matrix(entry: object, context: Context) -> tuple[list[Row], str]:
    """Prometheus' ALERTS by query_range: runs of samples; a gap above 1.5 steps parts two firings."""
    result = find_first(entry, ["data.result", "result"])
    if not isinstance(result, list):
        return [], "has no data.result"
    stamps = [float(v[0]) for series in result for v in series.get("values", ())]
    if not stamps:
        return [], "no happening: no series"
    steps = [b - a for s in result for a, b in zip(_times(s), _times(s)[1:], strict=False)]
    step = min(steps) if steps else 60.0
    rows: list[Row] = []
    for series in result:
        labels = {k: v for k, v in series.get("metric", {}).items() if k not in ("__name__", "alertstate")}
        state = series.get("metric", {}).get("alertstate", "firing")
        facts = {
            "labels": labels, "name": labels.get("alertname"), "service": labels.get("service") or labels.get("job"),
            "host": labels.get("instance"), "severity": labels.get("severity"), "environment": labels.get("env"),
        }  # fmt: skip
        for first, last in _cut_runs(_times(series), 1.5 * step):
            quality = "censored" if first <= min(stamps) else "stated"
            start, end = (datetime.fromtimestamp(round(t, 6), UTC) for t in (first, last + step))
            is_open = last >= max(stamps) and state == "firing"
            phase = "pending" if state == "pending" else "fired"
            told = {"time_error_s": step}
            rows.append(
                make_row(
                    context,
                    facts,
                    phase,
                    (start, quality),
                    None if is_open else (end, "stated"),
                    **told,
                )
            )
            if phase == "fired" and not is_open:
                rows.append(make_row(context, facts, "resolved", (end, "stated"), None, **told))
    return rows, "" if rows else "no happening: no samples"


def _times(series: Mapping[str, Any]) -> list[float]:
    return [float(v[0]) for v in series.get("values", ())]


def _cut_runs(times: Sequence[float], gap: float) -> list[tuple[float, float]]:
    runs: list[tuple[float, float]] = []
    for time in times:
        if runs and time - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], time)
        else:
            runs.append((time, time))
    return runs


def read_usual_names(entry: object, context: Context) -> tuple[list[Row], str]:
    """An entry of somebody's own list of deploys, changes or alerts, by the table of usual names."""
    if not isinstance(entry, Mapping):
        return [], "is no object"
    names: UsualNames = usual_names(context.kind, list(entry))
    facts = {column: entry[key] for column, key in names.columns.items()}
    if str(facts.get("what", "")).lower() in DEPLOYS and context.kind == "change":
        context = context._replace(kind="deploy")
    start = read_instant(entry.get(names.start or ""))
    end = read_instant(entry.get(names.end or ""))
    if start is None and end is None:
        return [], "has no time that can be read"
    word = str(facts.get("status") or "").strip().lower()
    closing = STATES.get(word, "resolved" if context.kind == "alert" else "succeeded")
    opening = "fired" if context.kind == "alert" else "started"
    if context.kind == "note":
        return [make_row(context, facts, "noted", start or end, None)], ""  # type: ignore[arg-type]
    rows = []
    if start is not None:
        # An entry with one time only is done, unless its state says otherwise.
        only = closing if names.end is None and context.kind != "alert" and closing != "started" else opening
        rows.append(make_row(context, facts, only, start, end))
    if end is not None and closing not in ("started", "fired", "pending"):
        rows.append(make_row(context, facts, closing, end, None))
    acknowledged = read_instant(entry.get(names.acknowledged or ""))
    if acknowledged is not None:
        rows.append(make_row(context, facts, "acknowledged", acknowledged, None))
    return rows, ""


SHAPES: Mapping[str, Callable[[object, Context], tuple[list[Row], str]]] = {
    "table": read_table,
    "matrix": read_matrix,
    "usual_names": read_usual_names,
}
#: readings that take a whole document, not one of its rows
WHOLE = frozenset({"matrix"})
