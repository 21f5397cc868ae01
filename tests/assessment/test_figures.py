"""The figures of some incidents, to the last digit: whatever moves them has to say so, in `figures.json` beside this.

    python tests/assessment/test_figures.py    writes that file anew

The traffic is drawn by Python's own generator, whose numbers are the same for ever.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import minutebook as mb

FIGURES = Path(__file__).with_name("figures.json")
START = pd.Timestamp("2026-11-23T08:00:00Z")
OPERATIONS = ("GET /browse", "POST /checkout", "GET /search")
#: (minute, operation, user) → the share that fails, and how long it takes in seconds (nan: nothing is logged).
Shape = Callable[[float, str, str], tuple[float, float]]


_LONG = ("sensitivity", "users_by_minute", "top")


def between(first: float, last: float, share: float, usual: float = 0.004, only: str = "") -> Shape:
    return lambda at, op, _: (share if first <= at < last and op.endswith(only) else usual, 0.05)


def waves(*spans: tuple[float, float], share: float = 0.5) -> Shape:
    return lambda at, *_: (share if any(first <= at < last for first, last in spans) else 0.004, 0.05)


def of_users(first: float, last: float, *users: str) -> Shape:
    return lambda at, _, user: (1.0 if first <= at < last and user in users else 0.004, 0.05)


CASES: dict[str, Shape] = {
    "all of it fails": between(40, 46, 1.0),
    "a brown-out": between(30, 50, 0.08),
    "a faint one": between(30, 60, 0.03, usual=0.01),
    "too little above the usual": between(20, 80, 0.036, usual=0.026),
    "one operation": between(35, 47, 0.6, only="checkout"),
    "a minute": between(50, 51, 0.9),
    "half a minute": between(50.25, 50.75, 0.9),
    "from the beginning": between(0, 8, 0.7),
    "up to the end": between(82, 90, 0.7),
    "pieces five minutes apart": waves((30, 34), (39, 43)),
    "pieces six minutes apart": waves((30, 34), (40, 44)),
    "pieces eight minutes apart": waves((30, 34), (42, 46)),
    "again and again": waves(*((at, at + 2) for at in range(5, 90, 10)), share=0.3),
    "one client": of_users(30, 50, "u0"),
    "two clients": of_users(30, 50, "u0", "u1"),
    "six clients": of_users(30, 50, *(f"u{n}" for n in range(6))),
    "rising": lambda at, *_: (min(max((at - 40) / 20, 0), 1) * 0.5 if at < 65 else 0.004, 0.05),
    "fading": lambda at, *_: (0.8 * 0.5 ** ((at - 40) / 4) if at >= 40 else 0.004, 0.05),
    "slow": lambda at, *_: (0.004, 0.8 if 40 <= at < 52 else 0.05),
    "slow and failing": lambda at, *_: (0.3 if 44 <= at < 50 else 0.004, 0.9 if 40 <= at < 52 else 0.05),
    "a hole in the logs": lambda at, *_: (0.5 if 38 <= at < 40 else 0.004, float("nan") if 40 <= at < 47 else 0.05),
    "nothing": between(0, 0, 0.0),
    **{f"{share:.0%} for {minutes} min": between(40, 40 + minutes, share, usual=0.01)
       for share, minutes in ((0.06, 5), (0.06, 8), (0.08, 4), (0.08, 7), (0.1, 3), (0.1, 5))},
    "much that usually fails": between(40, 50, 0.35, usual=0.12),
}  # fmt: skip


def draw(name: str, shape: Shape) -> Iterator[dict[str, Any]]:
    drawn = random.Random(name)
    for number in range(90 * 80):
        at = number / 80 + drawn.random() / 80
        operation, user = OPERATIONS[int(drawn.random() ** 2 * 3)], f"u{int(drawn.random() ** 2 * 250)}"
        share, took = shape(at, operation, user)
        status, seconds = 500 if drawn.random() < share else 200, took * (0.6 + 0.8 * drawn.random())
        if took == took:
            yield {"time": START + pd.Timedelta(round(at * 60e6), "us"), "kind": "request", "layer": "app", "service": "shop",
                   "operation": operation, "status": status, "duration": seconds, "user": user, "source": "shop.log",
                   "line": number + 1}  # fmt: skip


def tell(name: str) -> dict[str, Any]:
    """What a case comes to: windows with their bounds, odds and users, and why other stretches are none."""
    impact = mb.impact(pd.DataFrame(draw(name, CASES[name])))
    windows = [{key: value for key, value in each.items() if key not in _LONG} for each in impact["windows"]]
    told = {key: impact[key] for key in ("rejected", "total", "durations", "slow_over_s")}
    return json.loads(json.dumps({"windows": windows, **told}, default=str))


@pytest.mark.parametrize("name", CASES)
def test_an_incident_comes_to_the_same_figures(name: str) -> None:
    assert tell(name) == json.loads(FIGURES.read_text("utf-8"))[name]


if __name__ == "__main__":
    lines = [f" {json.dumps(name)}: {json.dumps(tell(name), sort_keys=True)}" for name in CASES]
    FIGURES.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
