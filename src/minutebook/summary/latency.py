"""Durations in buckets that add up: each 2 % wider than the one before (log-linear, as in HdrHistogram)."""

from __future__ import annotations

import numpy as np

GROWTH = 1.02
SHORTEST_S = 1e-4


def bucket_of(duration_s: np.ndarray) -> np.ndarray:
    """The bucket of each duration in seconds; 0 holds all below 0.1 ms."""
    return np.floor(np.log(np.maximum(duration_s, SHORTEST_S) / SHORTEST_S) / np.log(GROWTH)).astype(np.int32)


def bucket_floor_s(bucket: np.ndarray) -> np.ndarray:
    """The shortest duration (s) of each bucket."""
    return np.asarray(SHORTEST_S * GROWTH ** np.asarray(bucket, dtype=np.float64))


def percentiles_s(counts: np.ndarray, share: float) -> np.ndarray:
    """Of each row of ``counts`` (requests by bucket from 0) the duration (s) below which ``share`` of them lie."""
    reached = np.cumsum(counts, axis=1) >= share * counts.sum(axis=1, keepdims=True)
    return bucket_floor_s(reached.argmax(axis=1) + 1)
