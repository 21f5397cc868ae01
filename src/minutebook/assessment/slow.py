"""latency → what slow means for each operation: over 4 × its own median and over its usual 99.5th percentile."""

from __future__ import annotations

import numpy as np
import pandas as pd

from minutebook.assessment.latency import percentile_s

_TIMES_MEDIAN = 4.0
_USUAL_SHARE = 0.995
_FEWEST = 100  # requests of an operation, for its latency to have a usual


def find_slow_limits(latency: pd.DataFrame) -> dict[tuple[str, str], float]:
    """(service, operation) → the duration (s) over which a good request is slow.

    Both are taken from ten stretches each, and the lower quarter of them counts: a slow stretch, even half
    of the evidence, doesn't hide itself.
    Operations with fewer than 100 timed requests have none.
    """
    limits = {}
    for (service, operation), group in latency.groupby(["service", "operation"], sort=True):
        if group["requests"].sum() < _FEWEST:
            continue
        stretch = pd.qcut(
            group["minute"].rank(method="dense"), min(10, group["minute"].nunique()), labels=False, duplicates="drop"
        )
        parts = [part for _, part in group.groupby(stretch)]
        median, tail = (
            float(np.quantile([percentile_s(part, share) for part in parts], 0.25)) for share in (0.5, _USUAL_SHARE)
        )
        limits[str(service), str(operation)] = max(_TIMES_MEDIAN * median, tail)
    return limits
