"""Prometheus' ``ALERTS`` → firings: runs of samples, a step apart.

Source: Prometheus' HTTP API, range queries. A beginning or end between two samples is known to within a step; an alert in
the first or last sample may have begun before, or go on after.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from minutebook.exports.paths import find_first
from minutebook.exports.rows import STATE_LABELS, Context, Row, make_row
from minutebook.exports.stamps import Stamp

#: A longer gap, in steps, separates two firings.
_GAP_STEPS = 1.5
_ONE_SAMPLE_STEP_S = 60.0


class _Series(NamedTuple):
    labels: dict[str, object]
    name: str
    state: str
    samples: list[tuple[float, float]]  #: (epoch, value)


def read_matrix(document: object, context: Context) -> tuple[list[Row], str]:
    """The pending, fired and resolved alerts of a range (or instant) query."""
    result = find_first(document, ["data.result", "result"])
    listed = [_read_series(each) for each in (result if isinstance(result, list) else [])]
    known = [each for each in listed if each is not None and each.samples]
    alerts = [each for each in known if each.name == "ALERTS" or (not each.name and "alertname" in each.labels)]
    rows = [row for each in known if each.name == "ALERTS_FOR_STATE" for row in _read_starts(each, context)]
    if not alerts and not rows:
        return [], "no happening: no series of ALERTS has a sample"
    stamps = sorted({time for each in alerts for time, _ in each.samples})
    steps = [b - a for each in alerts for (a, _), (b, _) in zip(each.samples, each.samples[1:], strict=False) if b > a]
    step = min(steps) if steps else _ONE_SAMPLE_STEP_S
    for each in alerts:
        for first, last in _cut_runs([time for time, _ in each.samples], _GAP_STEPS * step):
            is_open = last >= stamps[-1]
            rows += _tell(each, first, None if is_open else last + step, step, first <= stamps[0], context)
    return sorted(rows, key=lambda row: (str(row["time"]), str(row["entity"]), str(row["phase"]))), ""


def _read_series(raw: object) -> _Series | None:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("metric"), Mapping):
        return None
    metric = {str(k): v for k, v in raw["metric"].items()}
    values = raw.get("values")
    samples = []
    for sample in values if isinstance(values, list) else [raw.get("value")]:
        if isinstance(sample, list) and len(sample) == 2:
            time, value = _number(sample[0]), _number(sample[1])
            if time is not None and value is not None:
                samples.append((time, value))
    labels = {k: v for k, v in metric.items() if k not in STATE_LABELS}
    return _Series(labels, str(metric.get("__name__", "")), str(metric.get("alertstate", "firing")), sorted(samples))


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _cut_runs(times: Sequence[float], gap: float) -> list[tuple[float, float]]:
    runs: list[tuple[float, float]] = []
    for time in times:
        if runs and time - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], time)
        else:
            runs.append((time, time))
    return runs


def _tell(
    series: _Series, first: float, last: float | None, step: float, is_first_of_all: bool, context: Context
) -> list[Row]:
    start, end = _at(first, "censored" if is_first_of_all else "stated"), _at(last, "stated")
    if start is None:
        return []
    phase = "pending" if series.state == "pending" else "fired"
    facts = _facts(series)
    rows = [make_row(context, facts, phase, start, end=end, time_error_s=step)]
    if end is not None and phase == "fired":
        rows.append(make_row(context, facts, "resolved", end, time_error_s=step))
    return rows


def _read_starts(series: _Series, context: Context) -> list[Row]:
    """``ALERTS_FOR_STATE`` holds the exact instant at which an alert became pending."""
    starts = [_at(value, "stated") for value in sorted({value for _, value in series.samples})]
    return [make_row(context, _facts(series), "pending", start) for start in starts if start is not None]


def _facts(series: _Series) -> dict[str, object]:
    labels = series.labels

    def first(*names: str) -> object:
        return next((labels[name] for name in names if labels.get(name)), None)

    return {
        "labels": labels, "name": labels.get("alertname"), "service": first("service", "app", "job"),
        "host": first("instance", "host", "pod", "node"), "severity": labels.get("severity"),
        "environment": first("environment", "env"),
    }  # fmt: skip


def _at(epoch: float | None, quality: str) -> Stamp | None:
    if epoch is None or not 0 < epoch < 4_102_444_800:
        return None
    return Stamp(datetime.fromtimestamp(round(epoch, 6), UTC), quality)
