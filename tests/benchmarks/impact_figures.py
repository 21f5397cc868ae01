"""Prints how well impact windows are found, by shape, level of traffic and usual failure rate.

    python tests/benchmarks/impact_figures.py [SEEDS]

Seeds begin at 1000, on which nothing was tuned. ``recall`` and ``precision`` are of affected users.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "assessment"))

from simulator import LOW, MID, START, Level, Shape, simulate

from minutebook.assessment import affected_users, measure_impact

SHAPES = {
    "quiet": None,
    "all down, 8 min": Shape(0, 480, 1.0),
    "30 % of all, 15 min": Shape(0, 900, 0.3),
    "half of one operation, 20 min": Shape(0, 1200, 0.5, ("checkout",)),
    "8 % of all, 30 min": Shape(0, 1800, 0.08),
    "2 % of all, 60 min": Shape(0, 3600, 0.02),
    "ramp to 40 %, 40 min": Shape(0, 2400, 0.4, ramp_s=1200),
}


def measure(level: Level, usual: float, shape: Shape | None, seeds: range) -> str:
    """One row of the table."""
    found, extra, overlap, starts, ends, recall, precision = 0, 0, [], [], [], [], []
    for seed in seeds:
        begin = level.minutes * 30 + 13
        shapes = [shape._replace(start_s=begin, stop_s=begin + shape.stop_s)] if shape else []
        traffic, truth = simulate(seed, level, usual, shapes)
        impact = measure_impact(traffic)
        extra += len(impact["windows"])
        if not shapes:
            continue
        first, last = truth["at_s"].min(), truth["at_s"].max()
        best = (0.0, None)
        for window in impact["windows"]:
            start, end = ((pd.Timestamp(window[k]) - START).total_seconds() for k in ("start", "end"))
            common = max(min(end, last) - max(start, first), 0.0)
            best = max(best, (common / (max(end, last) - min(start, first)), window["id"]))
            if best[1] == window["id"]:
                edges = abs(start - first), abs(end - last)
        if best[0] < 0.3:
            continue
        found, extra = found + 1, extra - 1
        overlap.append(best[0])
        starts.append(edges[0])
        ends.append(edges[1])
        users = affected_users(traffic, impact)
        told, wanted = set(users.loc[users["window"] == best[1], "user"]), set(truth["user"])
        recall.append(len(told & wanted) / len(wanted))
        precision.append(len(told & wanted) / len(told))
    if shape is None:
        return f"{extra} windows in {len(seeds)} quiet stretches of {level.minutes / 60:g} h"
    if not found:
        return f"found 0 of {len(seeds)}, others {extra}"
    return (
        f"found {found} of {len(seeds)}, others {extra}, overlap {np.mean(overlap):.3f}, start {np.median(starts):.1f}"
        f"/{np.quantile(starts, 0.9):.1f} s, end {np.median(ends):.1f} s, recall {np.mean(recall):.3f},"
        f" precision {np.mean(precision):.3f}"
    )


def main() -> None:
    """Print the table."""
    seeds = range(1000, 1000 + (int(sys.argv[1]) if len(sys.argv) > 1 else 5))
    for name, level in (("low", LOW), ("mid", MID)):
        for usual in (0.0004, 0.004, 0.02):
            for title, shape in SHAPES.items():
                print(f"{name} {usual:6.2%}  {title:30} {measure(level, usual, shape, seeds)}", flush=True)


if __name__ == "__main__":
    main()
