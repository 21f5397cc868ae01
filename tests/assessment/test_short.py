"""Minutes that were exported around an incident: much of them, most of them or all of them may be bad."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

import minutebook as mb
from minutebook.outputs.terminal.impact import format_impact

START = pd.Timestamp("2026-11-23T08:00:00Z")
#: (minute, user) → the share that fails
Share = Callable[[float, str], float]


def draw(minutes: float, share: Share, per_s: float = 5) -> Iterator[dict[str, Any]]:
    drawn = random.Random(f"{minutes} {per_s}")
    for number in range(int(minutes * 60 * per_s)):
        at, user = (number + drawn.random()) / per_s / 60, f"u{int(drawn.random() ** 2 * 200)}"
        yield {"time": START + pd.Timedelta(round(at * 60e6), "us"), "kind": "request", "layer": "app", "service": "shop",
               "operation": ("GET /browse", "POST /checkout")[int(drawn.random() * 1.3)], "user": user,
               "status": 500 if drawn.random() < share(at, user) else 200, "duration": 0.05, "source": "shop.log",
               "line": number + 1}  # fmt: skip


def between(*spans: tuple[float, float], share: float = 0.5, usual: float = 0.004) -> Share:
    return lambda at, _: share if any(first <= at < last for first, last in spans) else usual


def measure(*args: Any) -> dict[str, Any]:
    return dict(mb.impact(pd.DataFrame(draw(*args))))


def minute(time: str) -> float:
    return (pd.Timestamp(time) - START).total_seconds() / 60


@pytest.mark.parametrize(
    ("minutes", "share", "spans"),
    [
        (8, between((4, 8)), [(4, 8)]),
        (8, between((3, 6)), [(3, 6)]),
        (8, between((2, 8), usual=0.0), [(2, 8)]),
        (8, between((0, 5)), [(0, 5)]),
        (3, between((1, 2), share=1.0), [(1, 2)]),
        (14, between((2, 12)), [(2, 12)]),
        (20, between((0, 19)), [(0, 19)]),
        (30, between((5, 25), share=1.0), [(5, 25)]),
        (16, between((2, 5), (12, 16)), [(2, 5), (12, 16)]),
    ],
)
def test_a_stretch_is_held_against_what_is_outside_of_it(
    minutes: float, share: Share, spans: list[tuple[float, float]]
) -> None:
    windows = measure(minutes, share)["windows"]
    found = [(minute(window["start"]), minute(window["end"])) for window in windows]
    assert len(found) == len(spans)
    for (start, end), (first, last), window in zip(found, spans, windows, strict=True):
        assert abs(start - first) < 0.15 and abs(end - last) < 0.15
        assert (window["open_start"], window["open_end"]) == (first == 0, last == minutes)
        assert window["usual_ratio"] < 0.015


@pytest.mark.parametrize("minutes", [5, 8, 20, 60])
@pytest.mark.parametrize("usual", [0.004, 0.03, 0.06])
def test_nothing_is_found_where_nothing_changes(minutes: int, usual: float) -> None:
    impact = measure(minutes, between(usual=usual))
    assert (impact["windows"], impact["throughout"]) == ([], [])


@pytest.mark.parametrize("share", [1.0, 0.5, 0.15])
def test_what_is_bad_from_beginning_to_end_is_told_and_no_window(share: float) -> None:
    impact = measure(10, between(usual=share))
    [told] = impact["throughout"]
    failed = sum(each["status"] == 500 for each in draw(10, between(usual=share)))
    users = {each["user"] for each in draw(10, between(usual=share)) if each["status"] == 500}
    assert (told["service"], told["valid"], told["bad"], told["affected"]) == ("shop", 3000, failed, len(users))
    assert impact["windows"] == []
    printed = " ".join(format_impact(impact).split())
    assert f"{failed:,} of 3,000 requests failed; {len(users)} users hit" in printed
    assert "shop: GET /browse, POST /checkout, 08:00:0" in printed
    assert "nothing stands out" not in printed and "no stretch" not in printed
    row = mb.timeline(pd.DataFrame(draw(10, between(usual=share)))).query("kind == 'impact'").iloc[0]
    assert (row["phase"], row["count"], row["users"]) == ("noted", failed, len(users))
    assert f"{failed:,} of 3,000 requests failed" in row["summary"]


def test_an_operation_that_always_fails_is_told_by_its_name() -> None:
    frame = pd.DataFrame(draw(10, between()))
    frame.loc[frame["operation"] == "POST /checkout", "status"] = 503
    [told] = mb.impact(frame)["throughout"]
    assert (told["operations"], told["bad_ratio"]) == (["POST /checkout"], 1.0)


def test_what_one_user_makes_all_the_while_is_not_told() -> None:
    frame = pd.DataFrame(draw(10, between()))
    frame.loc[::4, ["user", "status"]] = ("loop", 500)
    assert mb.impact(frame)["throughout"] == []
    frame.loc[::4, "user"] = [f"u{number % 3}" for number in range(750)]
    assert mb.impact(frame)["throughout"][0]["bad"] >= 750


def test_of_an_impact_that_the_evidence_cuts_nothing_tells_when_it_was_mitigated() -> None:
    cut, ended = (measure(9, between((4, last))) for last in (9, 8))
    assert (cut["milestones"]["mitigated"], cut["durations"]["ttm"]) == (None, None)
    assert minute(ended["milestones"]["mitigated"]) == pytest.approx(8, abs=0.05)
    told = mb.timeline(pd.DataFrame(draw(9, between((4, 9))))).set_index("phase")["summary"]
    assert told["ended"].startswith("impact goes on where the evidence ends: ")
    printed = " ".join(format_impact(cut).split())
    assert "mitigated unknown not before the evidence ends" in printed
    assert "or later: the evidence ends here" in printed


def test_what_is_usual_is_told_by_requests_as_what_is_bad_is() -> None:
    [window] = measure(20, between((8, 14), share=0.1, usual=0.02), 40)["windows"]
    assert window["bad_ratio"] == pytest.approx(0.1, abs=0.01)
    assert window["usual_ratio"] == pytest.approx(0.02, abs=0.002)  # users come several times a minute
    assert ", 5 × the usual;" in window["evidence"]


def test_a_few_requests_of_the_day_before_change_nothing() -> None:
    today = pd.DataFrame(draw(14, between((1, 13))))
    before = today.head(5).assign(time=lambda f: f["time"] - pd.Timedelta(days=1), status=200)
    window = mb.impact(pd.concat([before, today], ignore_index=True))["windows"][-1]
    assert (window["kind"], minute(window["start"]), minute(window["end"])) == (
        "fail", pytest.approx(1, abs=0.05), pytest.approx(13, abs=0.05)
    )  # fmt: skip
