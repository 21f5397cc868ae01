"""latency → what slow means for each operation: over 4 × its own median and over its usual 99.5th percentile."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from minutebook.columns.categories import find_pairs
from minutebook.columns.grouping import group_rows
from minutebook.summary.latency import bucket_floor_s, percentiles_s
from minutebook.times.utc import count_minutes, count_us

_TIMES_MEDIAN = 4.0
_USUAL_SHARE = 0.995
_FEWEST = 100  # requests of an operation, for its latency to have a usual


def find_slow_limits(latency: pd.DataFrame) -> dict[tuple[str, str], float]:
    """(service, operation) → the duration (s) over which a good request is slow.

    Median and percentile are taken in each of ten stretches, and the lower quartile of the ten counts: a slow stretch
    doesn't hide itself, even if it's half of the evidence. Operations with fewer than 100 timed requests have no limit.
    """
    limits = {}
    place, pairs = find_pairs(latency)
    order, starts = group_rows([place])
    for number, (begin, end) in zip(place[order[starts]], itertools.pairwise([*starts, len(order)]), strict=True):
        own = latency[["minute", "bucket", "requests"]].iloc[order[begin:end]]
        own = own[own["requests"] > 0]  # the others have failed requests only
        if own["requests"].sum() < _FEWEST:
            continue
        minutes, rank = np.unique(count_us(own["minute"]).to_numpy(), return_inverse=True)
        stretch = pd.qcut(rank, min(10, len(minutes)), labels=False, duplicates="drop")
        counts = _count_buckets(stretch.astype(np.int64), own["bucket"].to_numpy(), own["requests"].to_numpy())
        median, tail = (float(np.quantile(percentiles_s(counts, share), 0.25)) for share in (0.5, _USUAL_SHARE))
        limits[pairs[number]] = max(_TIMES_MEDIAN * median, tail)
    return limits


def _count_buckets(stretch: np.ndarray, bucket: np.ndarray, requests: np.ndarray) -> np.ndarray:
    """Requests by stretch (those that have any) and bucket from 0."""
    width = int(bucket.max()) + 1
    counts = np.bincount(stretch * width + bucket, requests, (int(stretch.max()) + 1) * width).reshape(-1, width)
    return counts[counts.any(axis=1)]


def find_slow_shares(latency: pd.DataFrame, limits_s: Mapping[str, float]) -> pd.Series:
    """Which share of an operation's good requests took longer than its limit, by (minute from 1970, operation).

    ``latency`` is that of one service; minutes without a slow request are left out.
    """
    number = count_minutes(latency["minute"])
    operation = latency["operation"].astype("category")
    is_slow = bucket_floor_s(latency["bucket"].to_numpy()) >= find_limits(operation, limits_s)
    counts = pd.DataFrame({"all": latency["requests"], "slow": latency["requests"].where(is_slow, 0)})
    summed = counts.groupby([number.rename("minute_no"), operation], observed=True).sum()
    summed = summed[summed["slow"] > 0].reset_index().astype({"operation": "str"}).set_index(["minute_no", "operation"])
    return summed["slow"] / summed["all"]


def find_limits(operations: pd.Series, limits_s: Mapping[str, float]) -> np.ndarray:
    """The limit (s) of each operation, given as categories; infinite where it has none."""
    known = np.array([limits_s.get(name, np.inf) for name in operations.cat.categories] + [np.inf])
    return np.asarray(known[operations.cat.codes.to_numpy()])


def tell_slow_limits(limits_s: Mapping[tuple[str, str], float]) -> list[dict[str, Any]]:
    """The limits by service and operation as `impact.json` has them, to the microsecond."""
    return [{"service": s, "operation": o, "over_s": round(over, 6)} for (s, o), over in sorted(limits_s.items())]


def read_slow_limits(impact: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """(service, operation) → its limit (s), as `impact.json` has them."""
    return {(each["service"], each["operation"]): each["over_s"] for each in impact.get("slow_over_s") or ()}
