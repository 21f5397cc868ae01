"""Durations in buckets that add up: each 2 % wider than the one before (log-linear, as in HdrHistogram)."""

from __future__ import annotations

import numpy as np
import pandas as pd

GROWTH = 1.02
SHORTEST_S = 1e-4


def bucket_of(duration_s: np.ndarray) -> np.ndarray:
    """The bucket of each duration in seconds; 0 holds all below 0.1 ms."""
    return np.maximum(np.floor(np.log(np.maximum(duration_s, SHORTEST_S) / SHORTEST_S) / np.log(GROWTH)), 0).astype(
        np.int32
    )


def bucket_floor_s(bucket: np.ndarray) -> np.ndarray:
    """The shortest duration (s) of each bucket."""
    return np.asarray(SHORTEST_S * GROWTH ** np.asarray(bucket, dtype=np.float64))


def percentile_s(latency: pd.DataFrame, share: float) -> float:
    """The duration (s) below which ``share`` of the requests in ``latency`` (bucket, requests) lie; nan for none."""
    counts = latency.groupby("bucket")["requests"].sum().sort_index()
    if not len(counts):
        return float("nan")
    reached = counts.cumsum().to_numpy() >= share * counts.sum()
    return float(bucket_floor_s(counts.index.to_numpy()[reached.argmax()] + 1))
