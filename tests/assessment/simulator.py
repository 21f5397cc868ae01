"""Traffic with known truth: Poisson arrivals, users at random, ordinary failures, and shapes of impact put on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from minutebook.assessment import Traffic
from minutebook.summary.latency import bucket_of

OPERATIONS = np.array(["account", "browse", "checkout", "search"])
SHARES = (0.1, 0.5, 0.15, 0.25)
MEDIAN_S = np.array([0.08, 0.03, 0.2, 0.05])
START = pd.Timestamp("2026-11-23T00:00:00Z")
_START_US = int(START.timestamp()) * 1_000_000


class Shape(NamedTuple):
    """What happens to some operations from ``start_s`` to ``stop_s``.

    ``fail``: requests fail at a rate; a ramp reaches it linearly, a decay falls from it with that half-life, waves
    come and go for so many seconds each. ``slow``: that share takes 8 × as long. ``loss``: that share stays away,
    ``gap``: nothing is logged at all. ``weak``: so many times the usual traffic of them, and nothing else.
    """

    start_s: float
    stop_s: float
    rate: float
    operations: tuple[str, ...] = tuple(OPERATIONS)
    ramp_s: float = 0.0
    half_life_s: float = 0.0
    wave_s: float = 0.0
    kind: str = "fail"

    def strength(self, at: np.ndarray) -> np.ndarray:
        """The rate at each second, 0 outside."""
        since = at - self.start_s
        rate = np.where((since >= 0) & (at < self.stop_s), self.rate, 0.0)
        if self.ramp_s:
            rate = rate * np.clip(since / self.ramp_s, 0, 1)
        if self.half_life_s:
            rate = rate * 0.5 ** (since / self.half_life_s)
        if self.wave_s:
            rate = rate * (since // self.wave_s % 2 == 0)
        return np.asarray(rate)


class Level(NamedTuple):
    """How much traffic there is."""

    requests_per_s: float
    users: int
    minutes: int


LOW, MID = Level(1, 600, 720), Level(50, 12_000, 240)


class Truth(NamedTuple):
    """What the shapes did: requests that failed or were slow (``at_s, user``), users who stayed away.

    ``failed`` are the users of whom some failed request was not followed by a good one of the same operation
    within a minute.
    """

    hit: pd.DataFrame
    silent: frozenset[str]
    failed: frozenset[str]


def simulate(
    seed: int, level: Level, usual: float, shapes: Sequence[Shape] = (), loops: int = 0, wander: float = 0.0
) -> tuple[Traffic, Truth]:
    """(traffic, its truth) of one seed.

    ``usual`` is the ordinary failure rate; of the first operation it's three times as high. ``loops`` is how
    often one client asks for, and fails, within ten minutes in the middle. ``wander``: ordinary failures come
    and go, by that standard deviation of the logarithm of their rate, within some twenty minutes.
    """
    rng = np.random.default_rng(seed)
    requests = _arrive(rng, level, shapes)
    at, operation = requests["at"].to_numpy(), requests["operation"].to_numpy()
    weakness = np.array([3.0, 1.0, 1.0, 1.0]) * usual
    is_bad = rng.random(len(at)) < weakness[operation] * _wander(rng, level.minutes, wander)[(at // 60).astype(int)]
    longest = MEDIAN_S[operation] * np.exp(rng.normal(0, 0.5, len(at)))
    is_hit, is_away = np.zeros(len(at), bool), np.zeros(len(at), bool)
    for shape in shapes:
        rate = shape.strength(at) * np.isin(OPERATIONS[operation], shape.operations)
        struck = rng.random(len(at)) < rate
        if shape.kind == "fail":
            is_bad |= struck
            is_hit |= struck
        elif shape.kind == "slow":
            longest = np.where(struck, longest * 8, longest)
            is_hit |= struck & ~is_bad
        elif shape.kind in ("loss", "gap"):
            is_away |= struck
    requests = requests.assign(is_bad=is_bad, took_s=longest)
    truth = requests.loc[is_hit & ~is_away, ["at", "user"]].rename(columns={"at": "at_s"})
    truth["user"] = "u" + truth["user"].astype("str")
    seen = {f"u{user}" for user in np.unique(requests["user"].to_numpy()[is_away])}
    kept = requests[~is_away]
    if loops:
        middle = level.minutes * 30
        loop = np.sort(rng.uniform(middle, middle + 600, loops))
        mad = pd.DataFrame({"at": loop, "user": level.users + 1, "operation": 0, "is_bad": True, "took_s": 0.02})
        kept = pd.concat([kept, mad], ignore_index=True).sort_values("at", kind="stable", ignore_index=True)
    holes = [(shape, shape.kind == "loss") for shape in shapes if shape.kind in ("loss", "gap")]
    failed = _find_failed(requests, is_hit & requests["is_bad"].to_numpy())
    return make_traffic(kept, level.minutes, holes), Truth(truth.reset_index(drop=True), frozenset(seen), failed)


def _find_failed(requests: pd.DataFrame, is_hit: np.ndarray) -> frozenset[str]:
    ordered = requests.assign(hit=is_hit).sort_values(["user", "operation", "at"], kind="stable")
    good_at = ordered["at"].where(~ordered["is_bad"])
    next_good = good_at.groupby([ordered["user"], ordered["operation"]]).bfill()
    left = ordered["hit"] & ~(next_good - ordered["at"] <= 60)
    return frozenset(f"u{user}" for user in ordered.loc[left, "user"].unique())


def _wander(rng: np.random.Generator, minutes: int, deviation: float) -> np.ndarray:
    """A factor a minute, 1 in the mean: a first-order autoregression of the logarithm."""
    steps, level, kept = rng.normal(0, 1, minutes), 0.0, 0.95
    walk = np.empty(minutes)
    for minute, step in enumerate(steps):
        level = kept * level + np.sqrt(1 - kept**2) * step
        walk[minute] = level
    return np.asarray(np.exp(deviation * walk - deviation**2 / 2)) if deviation else np.ones(minutes)


def _arrive(rng: np.random.Generator, level: Level, shapes: Sequence[Shape]) -> pd.DataFrame:
    """Requests in order: at (s), user, operation; waves of more of them where a shape says so."""
    spans = [(0.0, level.minutes * 60.0, level.requests_per_s, np.array(SHARES))]
    for shape in shapes:
        if shape.kind == "weak":
            own = np.isin(OPERATIONS, shape.operations) * np.array(SHARES)
            rate = level.requests_per_s * own.sum() * (shape.rate - 1)
            spans.append((shape.start_s, shape.stop_s, rate, own / own.sum()))
    parts = []
    for begin, stop, rate, shares in spans:
        count = rng.poisson(rate * (stop - begin))
        parts.append(
            pd.DataFrame(
                {
                    "at": rng.uniform(begin, stop, count),
                    "user": rng.integers(0, level.users, count),
                    "operation": rng.choice(len(OPERATIONS), count, p=shares),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values("at", kind="stable", ignore_index=True)


def make_traffic(requests: pd.DataFrame, minutes: int, holes: Sequence[tuple[Shape, bool]] = ()) -> Traffic:
    """The impact method's input of single requests in order: at (s), user, operation (index), is_bad, took_s.

    ``holes``: spans without requests, and whether something else kept logging within.
    """
    us = (requests["at"].to_numpy() * 1e6).astype(np.int64)
    minute, operation, user = us // 60_000_000, requests["operation"].to_numpy(), requests["user"].to_numpy()
    is_bad, took_s = requests["is_bad"].to_numpy(), requests["took_s"].to_numpy()
    key = (minute * len(OPERATIONS) + operation) * (int(user.max(initial=0)) + 1) + user
    order = np.argsort(key, kind="stable")
    begins = np.flatnonzero(np.diff(key[order], prepend=-1))
    own = order[begins]
    late, never = np.int64(1 << 62), np.int64(-1)

    def reduce(operation: np.ufunc, values: np.ndarray) -> np.ndarray:
        return np.asarray(operation.reduceat(values[order], begins)) if len(begins) else values[:0]

    good_took = np.where(is_bad, -1.0, took_s)
    longest = reduce(np.maximum, good_took)
    size = np.diff(np.append(begins, len(order)))
    is_longest = good_took[order] == np.repeat(longest, size)
    longest_at = reduce(np.minimum, np.where(is_longest[np.argsort(order, kind="stable")], us, late))
    trials = pd.DataFrame(
        {
            "minute": _time(minute[own] * 60_000_000), "service": "s", "operation": OPERATIONS[operation[own]],
            "user": pd.Series(user[own]).map("u{}".format).astype("str"),
            "client": pd.Series([None] * len(own), dtype="str"), "requests": size,
            "bad": reduce(np.add, is_bad.astype(np.int64)),
            "first_bad": _time(reduce(np.minimum, np.where(is_bad, us, late))),
            "last_bad": _time(reduce(np.maximum, np.where(is_bad, us, never))),
            "first_good": _time(reduce(np.minimum, np.where(is_bad, late, us))),
            "last_good": _time(reduce(np.maximum, np.where(is_bad, never, us))),
            "longest_s": np.where(longest < 0, np.nan, longest),
            "longest_at": _time(np.where(longest < 0, never, longest_at)),
        }
    )  # fmt: skip
    failures = pd.DataFrame(
        {"time": _time(us[is_bad]), "service": "s", "operation": OPERATIONS[operation[is_bad]],
         "user": pd.Series(user[is_bad]).map("u{}".format).astype("str"), "status": 500, "count": 1}
    )  # fmt: skip
    failures["client"] = pd.Series([None] * len(failures), dtype="str")
    failures = failures.assign(host=None, version=None, template="x")
    counts = _count(minute, operation).assign(service="s")
    timed = _count(minute[~is_bad], operation[~is_bad], bucket_of(took_s[~is_bad])).assign(service="s")
    grid = pd.DataFrame({"minute": np.arange(minutes)})
    state = np.where(grid["minute"].isin(minute), "covered", "none")
    is_alive = np.ones(minutes, bool)
    for shape, alive in holes:
        is_alive[int(shape.start_s // 60) : int(-(-shape.stop_s // 60))] &= alive
    moments = _time(grid["minute"].to_numpy() * 60_000_000)
    return Traffic(
        trials,
        timed,
        failures,
        counts.assign(status=200, host=None, version=None),
        pd.DataFrame({"minute": moments, "service": "s", "state": state, "alive": is_alive}),
        pd.DataFrame({"time": moments[:0], "kind": [], "phase": [], "service": [], "message": [], "entity": []}),
    )


def _count(minute: np.ndarray, operation: np.ndarray, bucket: np.ndarray | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"minute": minute, "operation": OPERATIONS[operation]})
    if bucket is not None:
        frame["bucket"] = bucket
    counted = frame.groupby(list(frame), as_index=False).size().rename(columns={"size": "requests"})
    return counted.assign(minute=_time(counted["minute"].to_numpy() * 60_000_000))


def _time(us: np.ndarray) -> pd.Series:
    """Instants of µs since START; what lies outside of all time is null."""
    known = (us >= 0) & (us < 1 << 61)
    values = (np.where(known, us, 0) + _START_US).view("datetime64[us]").copy()
    values[~known] = np.datetime64("NaT")
    return pd.Series(values).dt.tz_localize("UTC")
