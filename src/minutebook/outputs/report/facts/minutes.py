"""the dense grid → the report's rows, one per minute and service, all operations together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from minutebook.outputs.instants import as_instant
from minutebook.sli.silences import STATES

#: Of more rows, only those around the windows are shown, and the report says so.
_MOST_ROWS = 240
_COLUMNS = ("minute", "service", "requests", "failed", "slow", "p95_s", "alerts_firing", "coverage")


def pick_minutes(minutes: pd.DataFrame, windows: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, str]:
    """Minutes by service, all operations together: all if they're few, else those around the windows."""
    if not len(minutes):
        return pd.DataFrame(columns=_COLUMNS), ""
    counts = minutes.groupby(["minute", "service"], sort=True, dropna=False)
    table = counts[["requests", "failed", "slow"]].sum(min_count=1)
    table["p95_s"] = counts["p95_s"].max()
    table["alerts_firing"] = counts["alerts_firing"].max()
    table["coverage"] = counts["coverage"].agg(lambda states: max(states.astype("str"), key=STATES.index))
    table = table.reset_index()
    if len(table) <= _MOST_ROWS:
        return table, ""
    beside = pd.Timedelta(minutes=5)
    edges = [(as_instant(w.get("start")), as_instant(w.get("end"))) for w in windows]
    near = table["minute"].map(lambda m: any(a and b and a - beside <= m <= b + beside for a, b in edges))
    is_hit = table["service"].fillna("").isin([w.get("service") or "" for w in windows])
    kept = table[near & is_hit].head(_MOST_ROWS)
    note = f"{len(kept):,} of {len(table):,} rows: about the impact windows. All of them are in minutes.csv."
    return kept, note
