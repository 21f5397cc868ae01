"""windows and alerts → milestones and durations, each with its definition; what has no record is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from minutebook.assessment.levels import find_level
from minutebook.times.utc import MINUTE_US

DEFINITIONS: Mapping[str, str] = {
    "impact_start": "the first bad event of the first window (measured)",
    "detected": "the first related alert fired: of an affected service (of any, where that isn't named), at most 30 min before the start"
    " and not over by then, before the end; one that names no service counts before the start only where there's no other",
    "acknowledged": "the first acknowledgement of such an alert",
    "mitigated": "the excess of bad events, as the median of five minutes (or mean, where most have none), falls below half its peak for good, before the evidence ends",
    "impact_end": "the last bad event of the last window; the alert's own resolve is another fact",
    "ttd": "detected - impact_start", "tta": "acknowledged - detected", "ttm": "mitigated - impact_start",
    "ttr": "impact_end - impact_start",
}  # fmt: skip
_BEFORE = pd.Timedelta(minutes=30)


def find_milestones(
    start: pd.Timestamp | None, end: pd.Timestamp | None, mitigated: pd.Timestamp | None, services: Sequence[str | None],
    happenings: pd.DataFrame,
) -> tuple[dict[str, pd.Timestamp | None], dict[str, float | None]]:  # fmt: skip
    """(milestones as times, durations in seconds) of an incident; None where there's no record."""
    fired = acknowledged = None
    if start is not None and end is not None and len(happenings):
        alerts = _find_detecting(happenings, services, start, end)
        answers = find_related(happenings, services, "acknowledged")
        is_theirs = answers["entity"].isin(alerts["entity"]) & (answers["time"] <= end)
        fired, acknowledged = alerts["time"].min(), answers.loc[is_theirs, "time"].min()
    milestones = {
        "impact_start": start,
        "detected": _known(fired),
        "acknowledged": _known(acknowledged),
        "mitigated": mitigated,
        "impact_end": end,
    }
    pairs = {
        "ttd": ("detected", "impact_start"), "tta": ("acknowledged", "detected"), "ttm": ("mitigated", "impact_start"),
        "ttr": ("impact_end", "impact_start"),
    }  # fmt: skip
    durations = {}
    for name, (later, earlier) in pairs.items():
        a, b = milestones[later], milestones[earlier]
        durations[name] = round((a - b).total_seconds(), 3) if a is not None and b is not None else None
    return milestones, durations


def _find_detecting(
    happenings: pd.DataFrame, services: Sequence[str | None], start: pd.Timestamp, end: pd.Timestamp
) -> pd.DataFrame:
    """The related alerts that fired about the incident; those before it that name no service only if there are no others."""
    alerts = find_related(happenings, services)
    alerts = alerts[(alerts["time"] >= start - _BEFORE) & (alerts["time"] <= end)]
    resolved = find_related(happenings, services, "resolved")
    ends = [resolved.loc[(resolved["entity"] == each.entity) & (resolved["time"] >= each.time), "time"].min()
            for each in alerts.itertuples()]  # fmt: skip
    alerts = alerts[np.array([pd.isna(over) or over > start for over in ends], bool)]
    surely = alerts[alerts["service"].notna() | (alerts["time"] >= start)]
    return surely if len(surely) else alerts


def find_related(happenings: pd.DataFrame, services: Sequence[str | None], phase: str = "fired") -> pd.DataFrame:
    """Alerts in that phase of these services, or of none in particular; of any where a service isn't known."""
    is_any = not all(services)
    is_own = is_any | happenings["service"].isna() | happenings["service"].isin(list(services))
    is_alert = happenings["kind"].astype("str") == "alert"
    return happenings[is_alert & is_own & (happenings["phase"].astype("str") == phase)]


def _known(time: Any) -> pd.Timestamp | None:
    return None if time is None or pd.isna(time) else time


def find_mitigation(by_minute: Mapping[int, float], end_us: int, last_minute: int) -> int | None:
    """µs at which the excess, a running median, falls below half its peak for good; at the latest the window's end.

    None where the evidence ends too soon to show it (its last minute may be incomplete).
    """
    if not by_minute:
        return None
    minutes, level = find_level(by_minute)
    last = int(minutes[level >= min(level.max() / 2, level.max())][-1])
    if max(by_minute) >= last_minute and last >= last_minute - 1:
        return None
    return min((last + 1) * MINUTE_US, end_us)


def find_nearby(happenings: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> list[dict[str, Any]]:
    """Deploys, changes and alerts inside the window or at most 30 min before it, as facts: ``offset_s`` from its start."""
    if not len(happenings):
        return []
    near = happenings[(happenings["time"] >= start - _BEFORE) & (happenings["time"] <= end)]
    near = near[near["kind"].astype("str").isin(["deploy", "change", "alert"])]
    return [
        {
            "kind": str(row.kind), "phase": str(row.phase), "time": row.time, "message": row.message, "service":
            row.service if isinstance(row.service, str) else None, "entity": row.entity,
            "offset_s": round((row.time - start).total_seconds(), 3),
        }
        for row in near.itertuples()
    ]  # fmt: skip
