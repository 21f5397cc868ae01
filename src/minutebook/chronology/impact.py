"""Impact windows → rows: start, peak and end, and between them what each minute was like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from minutebook.chronology.rows import Row, make_row, to_us
from minutebook.places import name_place
from minutebook.sli import Sli

_MOST_MINUTES = 60  # rows of one window, a minute each where it's shorter


def tell_impact(impact: Mapping[str, Any], minutes: pd.DataFrame, sli: Sli) -> list[Row]:
    """Rows of each window; ``minutes`` as in `grid`."""
    rows: list[Row] = []
    for window in impact.get("windows", []):
        if window["kind"] == "no_evidence":
            continue
        rows += _tell_window(window, minutes, sli)
    return rows


def _tell_window(window: Mapping[str, Any], minutes: pd.DataFrame, sli: Sli) -> list[Row]:
    start, end = (to_us(pd.Timestamp(window[key])) for key in ("start", "end"))
    name = {"fail": "failing requests", "slow": "slow requests", "traffic_loss": "loss of traffic"}[window["kind"]]
    where = ", ".join(window["operations"][:3]) or "all operations"
    users = window["users"]
    shared = {"service": window["service"] or "", "severity": "error"}
    failures = sli.failures[sli.failures["time"].between(start, end)]
    inside = minutes[minutes["minute"].between(pd.Timestamp(window["start"]).floor("min"), pd.Timestamp(window["end"]))]
    if window["service"]:
        inside = inside[inside["service"] == window["service"]]
    rows = [
        make_row(start, "impact", "started", f"impact starts: {name} ({where})", last_time=end,
             time_error_s=_half_width(window, "start"), evidence=_first_of(failures), **shared),
        make_row(end, "impact", "ended",
             f"impact ends: {window['bad']:,} of {window['valid']:,} requests, {_tell_users(users)}",
             time_error_s=_half_width(window, "end"), count=window["bad"], users=users["affected"],
             evidence=_first_of(failures.iloc[::-1]), **shared),
    ]  # fmt: skip
    if window.get("peak_minute"):
        peak = to_us(pd.Timestamp(window["peak_minute"]))
        at = inside[inside["minute"] == pd.Timestamp(window["peak_minute"])]
        rows.append(make_row(max(peak, start), "impact", "peak", f"peak: {_describe(at, window['kind'])}",
                         count=_count(at, window["kind"]), time_error_s=60.0, **shared))  # fmt: skip
    step = max(1, int(np.ceil((end - start) / 60e6 / _MOST_MINUTES)))
    groups = inside.groupby(inside["minute"].dt.floor(f"{step}min"), sort=True)
    for minute, group in groups:
        rows.append(make_row(to_us(minute), "impact", "ongoing", _describe(group, window["kind"]),
                         last_time=to_us(minute) + step * 60_000_000, count=_count(group, window["kind"]),
                         users=_users(sli, to_us(minute), step, window), time_error_s=0.0, **shared))  # fmt: skip
    return rows


def _tell_users(users: Mapping[str, Any]) -> str:
    if users["affected"] is not None:
        return f"{users['affected']:,} users affected"
    clients = users["anonymous_clients"]
    return f"{clients:,} clients affected, no user ids" if clients else "no user ids"


def _half_width(window: Mapping[str, Any], edge: str) -> float:
    """Half of the edge's interval: how far off it can be."""
    earliest, latest = window.get(f"{edge}_earliest"), window.get(f"{edge}_latest")
    if not earliest or not latest:
        return 0.0
    return round((pd.Timestamp(latest) - pd.Timestamp(earliest)).total_seconds() / 2, 3)


def _first_of(failures: pd.DataFrame) -> str:
    if not len(failures):
        return ""
    first = failures.iloc[0]
    return name_place(first["source"], first["line"])


def _count(minutes: pd.DataFrame, kind: str) -> int | None:
    column = {"fail": "failed", "slow": "slow"}.get(kind, "requests")
    return int(minutes[column].sum()) if minutes[column].notna().any() else None


def _describe(minutes: pd.DataFrame, kind: str) -> str:
    bad, total = _count(minutes, kind), minutes["requests"].sum()
    if bad is None or not minutes["requests"].notna().any():
        return "no data"
    what = {"fail": "failed", "slow": "were slow"}.get(kind)
    firing = int(minutes["alerts_firing"].max()) if len(minutes) else 0
    alerts = f"; {firing} alert{'s' * (firing != 1)} firing" if firing else ""
    if what is None:
        return f"{total:,} requests{alerts}"
    return f"{bad:,} of {total:,} requests {what} ({bad / max(total, 1):.1%}){alerts}"


def _users(sli: Sli, start: int, step: int, window: Mapping[str, Any]) -> int | None:
    """Users with a bad event in those minutes."""
    trials = sli.trials.between(start // 60_000_000, start // 60_000_000 + step - 1)
    is_in = trials["bad"] > 0
    if window["service"]:
        is_in &= trials["service"] == window["service"]
    return trials.loc[is_in, "user"].nunique() or None
