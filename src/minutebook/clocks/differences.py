"""ids that two sources share → the differences of their clocks, since each id happened once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from minutebook.clocks.clock import MAX_SPREAD_S

_MIN_PAIRS = 20


class Difference(NamedTuple):
    """How far ``source`` is ahead of ``other``: the median over their shared ids and its spread, in seconds."""

    source: str
    other: str
    pairs: int
    median_s: float
    spread_s: float


def find_differences(sample: pd.DataFrame, resolutions: Mapping[str, float]) -> list[Difference]:
    """The differences of each pair of sources, in both directions; those with the most shared ids first.

    ``sample`` is what `samples.find_records` gives; ``resolutions`` are the stamps' resolutions in seconds. Spreads are
    1.4826 × the median absolute deviation; at least 20 shared ids and a spread of at most 5 s are required.
    """
    shared = sample[sample.duplicated("trace", keep=False)]
    if shared.empty:
        return []
    # A stamp cut to its second happened half a second later on average.
    half = shared["source"].map(lambda s: resolutions.get(s, 0.0) * 5e5).astype("int64")
    stamps = pd.DataFrame({"source": shared["source"], "trace": shared["trace"], "time": shared["time"] + half})
    joined = stamps.merge(stamps, on="trace", suffixes=("", "_other"))
    joined = joined[joined["source"] != joined["source_other"]]
    joined["difference"] = joined["time"] - joined["time_other"]
    told = []
    for (source, other), values in joined.groupby(["source", "source_other"], sort=True)["difference"]:
        if len(values) >= _MIN_PAIRS:
            told.append(_measure(str(source), str(other), values.to_numpy()))
    close = [each for each in told if each.spread_s <= MAX_SPREAD_S]
    return sorted(close, key=lambda each: (-each.pairs, each.source, each.other))


def _measure(source: str, other: str, values: np.ndarray) -> Difference:
    median = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - median)))
    return Difference(source, other, len(values), median / 1e6, spread / 1e6)


def list_by_source(differences: Sequence[Difference]) -> dict[str, list[Difference]]:
    """Source → its differences, in the same order."""
    found: dict[str, list[Difference]] = {}
    for each in differences:
        found.setdefault(each.source, []).append(each)
    return found
