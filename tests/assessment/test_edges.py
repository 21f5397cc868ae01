"""Edges of stretches in which each failure and each success speaks as plainly as the one before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from evidence import START, breaking, requests

import minutebook as mb
from minutebook.assessment.edges import find_edge, find_gains, spread

MINUTE = 60_000_000


def place(
    bad_s: list[float], good_s: list[float], *, is_start: bool, bounds: tuple[int, int] = (20, 40)
) -> list[float]:
    """The edge of a stretch of those minutes, in seconds: a failure speaks for it by 2 nats, a success against it by 1."""
    bad, good = (np.array(times) * 1e6 for times in (bad_s, good_s))
    span = (bounds[0] * MINUTE, bounds[1] * MINUTE)
    edge = find_edge(bad.astype(np.int64), np.full(len(bad), 2.0), good.astype(np.int64), np.full(len(good), -1.0), span,
                     is_start=is_start)  # fmt: skip
    return [at / 1e6 for at in edge]


def test_the_start_is_where_failures_outweigh_successes_and_others_nearly_as_good_bound_it() -> None:
    bad, good = [1190, 1210, 1230, 1260], [1180, 1195, 1196, 1197, 1200, 1220]
    # From within outward: 1260 2, 1230 4, then a success, 1210 5, then four, 1190 3: 1210 is best, 1230 (4) and 1190 (3) are
    # within 3 nats of it, and so is 1260 (2).
    assert place(bad, good, is_start=True) == [1210, 1190, 1260]
    # The end is the same seen from the other side: the middle of the stretch is at 1800.
    assert place([3600 - at for at in bad], [3600 - at for at in good], is_start=False) == [2390, 2340, 2410]


def test_an_edge_is_looked_for_within_five_minutes() -> None:
    inside = [1200 + 10 * n for n in range(5)]
    assert place([899, *inside], [], is_start=True)[:2] == [1200, 1200]
    assert place([900, *inside], [], is_start=True)[:2] == [900, 900]
    assert place([1210, 1500, 1501], [], is_start=True) == [1210, 1210, 1500]
    assert place([2099, 2100, 2390], [], is_start=False) == [2390, 2100, 2390]
    # Nor beyond the stretch's middle: what fails behind it belongs to its end.
    assert place([1229, 1231], [], is_start=True, bounds=(20, 21)) == [1229, 1229, 1229]
    assert place([1229, 1231], [], is_start=False, bounds=(20, 21)) == [1231, 1231, 1231]


def test_of_one_instant_the_edge_sits_on_the_failure_not_before_the_success_beside_it() -> None:
    assert place([1210, 1220], [1210], is_start=True) == [1210, 1210, 1220]
    assert place([1210, 1220], [1210, 1210, 1210], is_start=True)[0] == 1220


@pytest.mark.parametrize("is_start", [True, False])
def test_without_a_failure_in_its_half_the_edge_is_the_outermost_one_of_the_stretch(is_start: bool) -> None:
    own = [1245, 1250] if is_start else [1205, 1210]
    assert place(own, [1201], is_start=is_start, bounds=(20, 21)) == [own[0] if is_start else own[-1]] * 3
    assert place([], [1201], is_start=is_start, bounds=(20, 21)) == [1200 if is_start else 1260] * 3


def test_failures_late_in_one_minute_are_a_window_from_the_first_to_the_last_of_them() -> None:
    frame = breaking(requests(per_minute=240, users=5_000), 1840, 1859)
    (window,) = mb.impact(frame)["windows"]
    hit = frame.loc[frame["status"] == 500, "at"]
    edges = [(pd.Timestamp(window[edge]) - START).total_seconds() for edge in ("start", "end")]
    assert edges == [hit.min(), hit.max()]


def test_where_only_some_fail_the_edges_may_be_at_others_nearby() -> None:
    frame = breaking(requests(), 1830, 2400, share=0.1)
    (window,) = mb.impact(frame)["windows"]
    assert window["start_earliest"] <= window["start"] < window["start_latest"]
    assert window["end_earliest"] <= window["end"] <= window["end_latest"]
    assert window["end_earliest"] < window["end_latest"]


def test_a_trial_speaks_by_how_much_likelier_it_is_while_it_s_broken() -> None:
    # Of 4 trials 2 are bad: (2 + ½) / (4 + 1) = ½. Of 99 none: ½ % is less than half as bad again as the usual 10 %. Of 10⁹
    # all: a success still isn't impossible.
    bad, good = find_gains(np.array([2, 0, 10**9]), np.array([4, 99, 10**9]), np.array([0.01, 0.1, 0.01]))
    assert bad == pytest.approx(np.log([50, 1.5, (1 - 1e-6) / 0.01]))
    assert good == pytest.approx(np.log([0.5 / 0.99, 0.85 / 0.9, 1e-6 / 0.99]))


def _rows(*rows: tuple[int, int, int, float, float]) -> Any:
    """Trials by weight, bad ones of it, operation, first and last good one (µs)."""
    weight, bad, place, first, last = (np.array(each) for each in zip(*rows, strict=True))
    return SimpleNamespace(weight=weight, weight_bad=bad, place=place, good_at=first, good_until=last)


def test_many_good_requests_of_one_row_are_spread_from_its_first_to_its_last() -> None:
    nan = float("nan")
    at, gain = spread(_rows((1, 0, 0, 10.0, 10.0), (24, 0, 1, 100.0, 210.0), (2, 2, 0, nan, nan), (3, 1, 0, 50.0, nan)),
                      np.array([-1.0, -0.5]))  # fmt: skip
    assert at.tolist() == [10, *range(100, 211, 10), *[50] * 12]
    assert gain == pytest.approx([-1, *[-1.0] * 12, *[-1 / 6] * 12])
    at, gain = spread(_rows((1, 0, 1, 10.0, 20.0), (1, 1, 0, nan, nan)), np.array([-1.0, -0.5]))
    assert (at.tolist(), gain.tolist()) == ([10], [-0.5])


@pytest.mark.parametrize("is_known", [True, False])
def test_of_slow_requests_that_name_nobody_an_edge_may_be_anywhere_in_its_minute(is_known: bool) -> None:
    frame = requests(per_minute=240, users=5_000)
    is_slow = frame["at"].between(1840, 1979)
    frame = frame.assign(duration=frame["duration"].mask(is_slow, 3.0))
    (window,) = mb.impact(frame if is_known else frame.drop(columns=["user", "client"]))["windows"]
    told = {
        name: (pd.Timestamp(window[name]) - START).total_seconds()
        for name in ("start_earliest", "start", "end", "end_latest")
    }
    assert window["kind"] == "slow"
    assert told["start_earliest"] <= told["start"] <= told["end"] <= told["end_latest"]
    if is_known:
        hit = frame.loc[is_slow, "at"]
        assert (told["start"], told["end"]) == (hit.min(), hit.max())
        assert told["start_earliest"] > 1800 and told["end_latest"] < 1980
    else:
        assert (told["start_earliest"], told["end_latest"]) == pytest.approx((1800, 1980), abs=0.01)


def test_an_outage_amid_a_partial_failure_hides_neither_its_begin_nor_its_end() -> None:
    ordinary = requests(per_minute=240, users=2_000)
    partly = breaking(ordinary, 1500, 3000, share=0.04, where=lambda f: f["operation"] == "POST /checkout")
    frame = breaking(partly, 2100, 2340)
    (window,) = mb.impact(frame)["windows"]
    at = frame.loc[frame["status"] == 500, "at"]
    told = [(pd.Timestamp(window[name]) - START).total_seconds() for name in ("start", "end")]
    assert told == pytest.approx([at.min(), at.max()], abs=0.01)
