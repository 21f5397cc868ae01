"""Traffic with known truth: Poisson arrivals, users at random, ordinary failures, and shapes of impact put on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from minutebook.assessment import Traffic
from minutebook.assessment.latency import bucket_of

OPERATIONS = np.array(["account", "browse", "checkout", "search"])
SHARES = (0.1, 0.5, 0.15, 0.25)
START = pd.Timestamp("2026-11-23T00:00:00Z")


class Shape(NamedTuple):
    """Requests of some operations fail at a rate from ``start_s`` to ``stop_s``; a ramp reaches it linearly."""

    start_s: float
    stop_s: float
    rate: float
    operations: tuple[str, ...] = tuple(OPERATIONS)
    ramp_s: float = 0.0


class Level(NamedTuple):
    """How much traffic there is."""

    requests_per_s: float
    users: int
    minutes: int


LOW, MID = Level(1, 600, 720), Level(20, 6000, 240)


def simulate(
    seed: int, level: Level, usual: float, shapes: Sequence[Shape] = (), loops: int = 0
) -> tuple[Traffic, pd.DataFrame]:
    """(traffic, the failed requests of the shapes: at_s, user) of one seed.

    ``loops`` is how often one client asks for, and fails, within ten minutes in the middle.
    """
    rng = np.random.default_rng(seed)
    count = rng.poisson(level.requests_per_s * 60 * level.minutes)
    at = np.sort(rng.uniform(0, level.minutes * 60, count))
    user = rng.integers(0, level.users, count)
    operation = rng.choice(len(OPERATIONS), count, p=SHARES)
    is_bad = rng.random(count) < usual
    is_impact = np.zeros(count, bool)
    for shape in shapes:
        inside = (at >= shape.start_s) & (at < shape.stop_s) & np.isin(OPERATIONS[operation], shape.operations)
        grown = np.minimum((at - shape.start_s) / shape.ramp_s, 1.0) if shape.ramp_s else 1.0
        is_impact |= inside & (rng.random(count) < shape.rate * grown)
    requests = pd.DataFrame({"at": at, "user": user, "operation": operation, "is_bad": is_bad | is_impact})
    if loops:
        middle = level.minutes * 30
        loop = np.sort(rng.uniform(middle, middle + 600, loops))
        mad = pd.DataFrame({"at": loop, "user": level.users + 1, "operation": 0, "is_bad": True})
        requests = pd.concat([requests, mad], ignore_index=True)
    truth = pd.DataFrame({"at_s": at[is_impact], "user": [f"u{u}" for u in user[is_impact]]})
    return make_traffic(requests, level.minutes), truth


def make_traffic(requests: pd.DataFrame, minutes: int) -> Traffic:
    """The impact method's input of single requests: at (s), user, operation (index), is_bad."""
    us = (requests["at"] * 1e6).astype("int64")
    rows = pd.DataFrame(
        {
            "us": us, "minute": us // 60_000_000, "operation": OPERATIONS[requests["operation"]],
            "user": "u" + requests["user"].astype("str"), "is_bad": requests["is_bad"],
        }
    )  # fmt: skip
    keys = ["minute", "operation", "user"]
    trials = rows.groupby(keys).agg(requests=("us", "size"), bad=("is_bad", "sum"))
    bad, good = rows[rows["is_bad"]].groupby(keys)["us"], rows[~rows["is_bad"]].groupby(keys)["us"]
    times = {"first_bad": bad.min(), "last_bad": bad.max(), "first_good": good.min(), "last_good": good.max()}
    trials = trials.assign(
        **{name: _time(values.reindex(trials.index)) for name, values in times.items()}
    ).reset_index()
    trials["minute"] = _time(trials["minute"] * 60_000_000)
    unknown = pd.Series([None] * len(trials), dtype="str")
    trials = trials.assign(service="s", client=unknown, longest_s=0.02, longest_at=trials["first_good"])
    failed = rows[rows["is_bad"]].reset_index(drop=True)
    failures = pd.DataFrame({"time": _time(failed["us"]), "service": "s", "operation": failed["operation"],
                             "user": failed["user"], "status": 500, "count": 1})  # fmt: skip
    failures = failures.assign(
        client=pd.Series([None] * len(failures), dtype="str"), host=None, version=None, template="x"
    )
    counts = rows.groupby(["minute", "operation"]).size().rename("requests").reset_index()
    counts = counts.assign(minute=_time(counts["minute"] * 60_000_000), service="s")
    grid = _time(pd.Series(np.arange(minutes) * 60_000_000))
    return Traffic(
        trials,
        counts.assign(bucket=int(bucket_of(np.array([0.02]))[0])),
        failures,
        counts.assign(status=200, host=None, version=None),
        pd.DataFrame({"minute": grid, "service": "s", "state": "covered", "alive": True}),
        pd.DataFrame({"time": grid[:0], "kind": [], "phase": [], "service": [], "message": [], "entity": []}),
    )


def _time(us: pd.Series) -> pd.Series:
    shifted = us + int(START.timestamp() * 1e6)
    return pd.to_datetime(shifted.astype("Int64"), unit="us", utc=True).dt.as_unit("us")
