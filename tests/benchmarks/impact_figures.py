"""Prints how well impact windows are found, by shape, level of traffic and usual failure rate, beside other detectors.

    python tests/benchmarks/impact_figures.py [SEEDS] [--levels low,mid] [--quiet-days N]

Seeds begin at 1000 (quiet days at 5000), on which nothing was tuned. ``recall`` and ``precision`` are of affected
users against those whom the shape hit; a user with an ordinary failure inside a window is affected too, by
definition, and lowers precision. ``failed`` is how far off the count of failed users is, as a median. Times of
edges are medians and 90th percentiles in seconds. The other detectors get the same minutes: bad and valid requests
(slow ones of the slow shape as bad), and no users. PELT is ruptures', which isn't among our dependencies
(`pip install ruptures`).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "assessment"))
sys.path.insert(0, str(Path(__file__).parent))

from detectors import DETECTORS
from simulator import LOW, MID, START, Level, Shape, Truth, simulate

from minutebook.assessment import Traffic, affected_users, measure_impact

LEVELS = {"low": LOW, "mid": MID}
USUAL = (0.0004, 0.004, 0.02)
SMALL = ("account",)
SHAPES: dict[str, tuple[Shape, ...]] = {
    "all down, 8 min": (Shape(0, 480, 1.0),),
    "30 % of all, 15 min": (Shape(0, 900, 0.3),),
    "half of checkout, 20 min": (Shape(0, 1200, 0.5, ("checkout",)),),
    "all of one small operation, 15 min": (Shape(0, 900, 1.0, SMALL),),
    "8 % of all, 30 min": (Shape(0, 1800, 0.08),),
    "2 % of all, 60 min": (Shape(0, 3600, 0.02),),
    "60 % for 90 s": (Shape(0, 90, 0.6),),
    "waves of 40 %, 2 min each, 18 min": (Shape(0, 1080, 0.4, wave_s=120),),
    "ramp to 40 % in 20 of 40 min": (Shape(0, 2400, 0.4, ramp_s=1200),),
    "decay from 60 %, half-life 8 min": (Shape(0, 2400, 0.6, half_life_s=480),),
    "slow: 60 % 8 × as long, 20 min": (Shape(0, 1200, 0.6, kind="slow"),),
    "two of 30 %, 10 min, an hour apart": (Shape(0, 600, 0.3), Shape(4200, 4800, 0.3)),
    "edge gone, 10 min": (Shape(0, 600, 1.0, kind="loss"),),
}
#: Nothing in these is an incident.
CALM: dict[str, tuple[tuple[Shape, ...], int]] = {
    "one client in a loop, 3,000 failures": ((), 3000),
    "five times the traffic of the weakest operation": ((Shape(0, 1200, 5.0, SMALL, kind="weak"),), 0),
    "nothing logged for 10 min": ((Shape(0, 600, 1.0, kind="gap"),), 0),
}
#: How much ordinary failures come and go in the last of the calm rows.
WANDER = 0.2


def place(shapes: tuple[Shape, ...], level: Level) -> list[Shape]:
    """The shapes where the middle of the evidence is."""
    begin = level.minutes * 30 + 13 - (2400 if len(shapes) > 1 else 0)
    return [shape._replace(start_s=begin + shape.start_s, stop_s=begin + shape.stop_s) for shape in shapes]


def seconds(window: dict[str, Any]) -> tuple[float, float]:
    start, end = ((pd.Timestamp(window[key]) - START).total_seconds() for key in ("start", "end"))
    return start, end


def find_spans(shapes: list[Shape], truth: Truth) -> list[tuple[float, float]]:
    """First to last hit request of each shape; a loss is its own span."""
    at = truth.hit["at_s"]
    inside = [at[(at >= shape.start_s) & (at < shape.stop_s)] for shape in shapes]
    return [
        (shape.start_s, shape.stop_s) if shape.kind == "loss" else (float(own.min()), float(own.max()))
        for shape, own in zip(shapes, inside, strict=True)
    ]


def overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    common = max(min(one[1], other[1]) - max(one[0], other[0]), 0.0)
    return common / max(max(one[1], other[1]) - min(one[0], other[0]), 1e-9)


def match(spans: list[tuple[float, float]], found: list[tuple[float, float]]) -> tuple[list[int | None], int]:
    """For each true span the index of the stretch that overlaps it by over 0.3 and most; and how many are left."""
    chosen: list[int | None] = []
    for span in spans:
        shares = [overlap(span, each) for each in found]
        best = int(np.argmax(shares)) if shares else -1
        chosen.append(best if best >= 0 and shares[best] > 0.3 else None)
    return chosen, len(found) - len({each for each in chosen if each is not None})


def by_minute(traffic: Traffic, kind: str, limits: list[dict[str, Any]], level: Level) -> tuple[np.ndarray, np.ndarray]:
    trials = traffic.trials
    minute = ((trials["minute"] - START).dt.total_seconds() // 60).astype(int).to_numpy()
    is_bad = trials["bad"].to_numpy(float)
    if kind == "slow":
        over = trials["operation"].map({each["operation"]: each["over_s"] for each in limits}).to_numpy(float)
        is_bad = (trials["longest_s"].to_numpy(float) > over).astype(float)
    bad = np.bincount(minute, is_bad, level.minutes)
    return bad, np.bincount(minute, trials["requests"].to_numpy(float), level.minutes)


class Row:
    """What all seeds of one row gave."""

    def __init__(self) -> None:
        self.wanted = self.found = self.extra = 0
        self.values: dict[str, list[float]] = {}
        self.peers = {name: [0, 0, 0.0] for name in DETECTORS}  # found, extra, sum of overlaps

    def add(self, name: str, value: float) -> None:
        self.values.setdefault(name, []).append(value)

    def quantile(self, name: str, share: float) -> str:
        return f"{np.quantile(self.values[name], share):.1f}" if self.values.get(name) else "-"

    def mean(self, name: str) -> str:
        return f"{np.mean(self.values[name]):.3f}" if self.values.get(name) else "-"


def measure(level: Level, usual: float, shapes: tuple[Shape, ...], seed: int, row: Row) -> None:
    """Add one seed to a row."""
    placed = place(shapes, level)
    traffic, truth = simulate(seed, level, usual, placed)
    began = time.process_time()
    impact = measure_impact(traffic)
    row.add("cpu_s", (time.process_time() - began) / (traffic.trials["requests"].sum() / 1e6))
    spans, kind = find_spans(placed, truth), {"loss": "traffic_loss"}.get(placed[0].kind, placed[0].kind)
    own = [w for w in impact["windows"] if w["kind"] == kind]
    chosen, extra = match(spans, [seconds(w) for w in own])
    row.wanted += len(spans)
    row.found += sum(each is not None for each in chosen)
    row.extra += extra + len(impact["windows"]) - len(own)
    users = affected_users(traffic, impact)
    for span, index, shape in zip(spans, chosen, placed, strict=True):
        if index is None:
            continue
        window = own[index]
        start, end = seconds(window)
        row.add("overlap", overlap(span, (start, end)))
        row.add("start", abs(start - span[0]))
        row.add("end", abs(end - span[1]))
        if kind == "traffic_loss":
            silent = window["users"]["silent"]
            row.add("silent", abs(silent["mid"] - len(truth.silent)) / len(truth.silent))
            row.add("in_range", silent["low"] <= len(truth.silent) <= silent["high"])
            continue
        at = truth.hit["at_s"]
        wanted = set(truth.hit.loc[(at >= shape.start_s) & (at < shape.stop_s), "user"])
        told = set(users.loc[users["window"] == window["id"], "user"])
        row.add("recall", len(told & wanted) / len(wanted))
        row.add("precision", len(told & wanted) / max(len(told), 1))
        if kind == "fail" and len(placed) == 1 and truth.failed:
            row.add("failed", abs(window["users"]["failed"] - len(truth.failed)) / len(truth.failed))
    if kind != "traffic_loss":
        series = by_minute(traffic, kind, impact["slow_over_s"], level)
        for name, detect in DETECTORS.items():
            found = [(a * 60.0, b * 60.0) for a, b in detect(*series)]
            picked, more = match(spans, found)
            own_peer = row.peers[name]
            own_peer[0] += sum(each is not None for each in picked)
            own_peer[1] += more
            own_peer[2] += sum(overlap(s, found[i]) for s, i in zip(spans, picked, strict=True) if i is not None)


def tell(row: Row) -> str:
    peers = "".join(
        f"{f'{found}/{row.wanted} {total / found if found else 0:.2f} +{extra}':>16}"
        for found, extra, total in row.peers.values()
    )
    silent = (
        f" silent {np.median(row.values['silent']):.3f} in range {np.mean(row.values['in_range']):.2f}"
        if "silent" in row.values
        else ""
    )
    failed = f"{np.median(row.values['failed']):.3f}" if row.values.get("failed") else "-"
    edges = f"{row.quantile('start', 0.5)}/{row.quantile('start', 0.9)}"
    return (
        f"{f'{row.found}/{row.wanted} +{row.extra}':>9} {row.mean('overlap'):>6} {edges:>13}"
        f" {row.quantile('end', 0.5):>6} {row.mean('recall'):>6} {row.mean('precision'):>6} {failed:>6}"
        + (silent if silent else peers)
    )


def measure_calm(level: Level, usual: float, seeds: range) -> None:
    for title, (shapes, loops) in CALM.items():
        wrong = 0
        for seed in seeds:
            impact = measure_impact(simulate(seed, level, usual, place(shapes, level), loops)[0])
            wrong += sum(window["kind"] != "no_evidence" for window in impact["windows"])
        print(f"    {title:50} {wrong} windows in {len(seeds)}", flush=True)
    wrong = sum(len(measure_impact(simulate(seed, level, usual, wander=WANDER)[0])["windows"]) for seed in seeds)
    print(f"    {'ordinary failures come and go by a fifth':50} {wrong} windows in {len(seeds)}", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seeds", nargs="?", type=int, default=3)
    parser.add_argument("--levels", default="low,mid")
    parser.add_argument("--quiet-days", type=int, default=0)
    said = parser.parse_args()
    seeds = range(1000, 1000 + said.seeds)
    for name in said.levels.split(","):
        level, total = LEVELS[name], Row()
        for usual in USUAL:
            print(f"\n{name}: {level.requests_per_s:g} requests/s, {level.users:,} users, {usual:.2%} fail as usual")
            print(f"    {'shape':36} {'found':>9} {'IoU':>6} {'start 50/90':>13} {'end':>6} {'recall':>6} {'prec.':>6}"
                  f" {'failed':>6}" + "".join(f"{peer:>16}" for peer in DETECTORS))  # fmt: skip
            for title, shapes in SHAPES.items():
                row = Row()
                for seed in seeds:
                    measure(level, usual, shapes, seed, row)
                print(f"    {title:36} {tell(row)}", flush=True)
                total.wanted, total.found, total.extra = (
                    total.wanted + row.wanted, total.found + row.found, total.extra + row.extra
                )  # fmt: skip
                ramps = ("start",) if shapes[0].ramp_s else ()
                for key, values in row.values.items():
                    if key not in ramps:
                        total.values.setdefault(key, []).extend(values)
                for peer, counts in row.peers.items():
                    total.peers[peer] = [a + b for a, b in zip(total.peers[peer], counts, strict=True)]
            measure_calm(level, usual, seeds)
        print(f"\n{name}, all (starts of ramps apart)    {tell(total)}")
        print(f"{name}: {np.median(total.values['cpu_s']):.2f} CPU-s for a million requests")
        quiet = 0
        for number in range(said.quiet_days):
            day = level._replace(minutes=1440)
            quiet += len(measure_impact(simulate(5000 + number, day, USUAL[number % 3])[0])["windows"])
        if said.quiet_days:
            print(f"{name}: {quiet} windows in {said.quiet_days} quiet days", flush=True)


if __name__ == "__main__":
    main()
