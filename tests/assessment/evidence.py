"""Event frames with known truth: requests of users to services, seen by one layer or several, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

START = pd.Timestamp("2026-11-23T08:00:00Z")


def requests(
    seed: int = 1, *, service: str = "shop", layer: str = "app", minutes: int = 90, per_minute: int = 60, users: int = 400,
    operations: Sequence[str] = ("GET /browse", "POST /checkout"),
) -> pd.DataFrame:  # fmt: skip
    """Requests that all succeed in 50 ms or so: ``at`` seconds after `START`, a trace id each."""
    rng = np.random.default_rng(seed)
    count = minutes * per_minute
    at = np.sort(rng.uniform(0, minutes * 60, count).round(3))
    return pd.DataFrame(
        {
            "at": at, "time": START + pd.to_timedelta(at, unit="s"), "kind": "request", "layer": layer, "service": service,
            "operation": rng.choice(list(operations), count), "status": 200, "duration": rng.gamma(9, 0.005, count),
            "user": [f"u{n}" for n in rng.integers(0, users, count)], "client": "192.0.2.1",
            "trace": [f"{service}-{n:06}" for n in range(count)], "source": f"{service}.{layer}.log",
            "line": np.arange(count) + 1,
        }
    )  # fmt: skip


def breaking(
    frame: pd.DataFrame, start_s: float, stop_s: float, *, share: float = 1.0, seed: int = 1,
    where: Callable[[pd.DataFrame], pd.Series] | None = None, **values: object,
) -> pd.DataFrame:  # fmt: skip
    """The frame with ``values`` (default status 500) on a share of the requests between two times, and ``where``."""
    rng = np.random.default_rng(seed)
    hit = frame["at"].between(start_s, stop_s) & (rng.random(len(frame)) < share)
    if where is not None:
        hit &= where(frame)
    return frame.assign(**{
        name: frame[name].where(~hit, value) if name in frame else pd.Series(value, index=frame.index).where(hit)
        for name, value in (values or {"status": 500}).items()
    })  # fmt: skip
