"""Looks at a service's trials, where each request is its user's only one in a minute: then they are exact."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from simulator import OPERATIONS, START, make_traffic

from minutebook.assessment.channels import Channel
from minutebook.assessment.facts import find_facts
from minutebook.sli.trials import Trials

MINUTES = 12
SCOPE = ["browse", "search"]
_START_US = int(START.timestamp()) * 1_000_000
FIRST = _START_US // 60_000_000


def draw() -> pd.DataFrame:
    """Forty users, each with one request a minute at a random second; every third one fails."""
    rng = np.random.default_rng(7)
    count = MINUTES * 40
    frame = pd.DataFrame(
        {
            "at": np.repeat(np.arange(MINUTES) * 60, 40) + rng.permutation(count) % 60,
            "user": np.tile(np.arange(40), MINUTES), "operation": rng.integers(0, len(OPERATIONS), count),
            "is_bad": rng.random(count) < 0.3, "took_s": 0.05,
        }
    )  # fmt: skip
    return frame.sort_values("at", kind="stable", ignore_index=True)


REQUESTS = draw()
IN_SCOPE = REQUESTS[np.isin(OPERATIONS[REQUESTS["operation"]], SCOPE)]


@pytest.fixture(scope="module")
def channel() -> Channel:
    traffic = make_traffic(REQUESTS, MINUTES)
    trials = Trials.of(traffic.trials).of_service("s")
    return Channel("fail", trials, find_facts(trials, {}), {}, traffic.latency)


def between(frame: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """The requests of the minutes ``first`` to ``last``."""
    return frame[frame["at"].floordiv(60).between(first, last)]


def spell(frame: pd.DataFrame) -> set[tuple[int, str, str]]:
    return set(
        zip(FIRST + frame["at"] // 60, OPERATIONS[frame["operation"]], "u" + frame["user"].astype(str), strict=True)
    )


def test_trials_of_users_are_theirs_alone_at_the_operations_in_the_minutes(channel: Channel) -> None:
    found = channel.of_users(pd.Index(["u3", "u17", "u99"], dtype="str"), SCOPE, FIRST + 4, FIRST + 8)
    own = between(IN_SCOPE, 4, 8)
    names = np.array(found.user.categories)[found.user.codes]
    told = set(zip(found.minute, np.array(channel.operations)[found.place], names, strict=True))
    assert told == spell(own[own["user"].isin([3, 17])])
    assert told


def test_trials_between_two_minutes_are_those_of_both_and_of_all_in_between(channel: Channel) -> None:
    for operations, frame in ((None, REQUESTS), (SCOPE, IN_SCOPE)):
        found, own = channel.between(FIRST + 4, FIRST + 8, operations), between(frame, 4, 8)
        assert len(found.minute) == len(own)
        assert found.weight_bad.sum() == own["is_bad"].sum()
        assert (
            sorted(found.bad_at[~np.isnan(found.bad_at)]) == (_START_US + own.loc[own["is_bad"], "at"] * 1e6).tolist()
        )


def test_a_client_s_trials_are_counted_in_scope(channel: Channel) -> None:
    own = between(IN_SCOPE, 2, 9)
    assert channel.count_of("u5", FIRST + 2, FIRST + 9, SCOPE) == (own["user"] == 5).sum() > 0
    assert channel.count_of("u99", FIRST + 2, FIRST + 9, SCOPE) == 0


@pytest.mark.parametrize("span_s", [(190, 455), (180, 239), (200, 200), (239, 240)])
def test_a_span_ends_within_its_first_and_last_minute(channel: Channel, span_s: tuple[int, int]) -> None:
    span = (_START_US + span_s[0] * 1_000_000, _START_US + span_s[1] * 1_000_000)
    is_in = REQUESTS["at"].between(*span_s)
    assert channel.count_users(span) == REQUESTS.loc[is_in, "user"].nunique()
    assert channel.count_users(span, SCOPE) == IN_SCOPE.loc[is_in[IN_SCOPE.index], "user"].nunique()
    # Of the first and the last minute what came before it begins or after it ends.
    edges = IN_SCOPE[IN_SCOPE["at"].floordiv(60).isin([at // 60 for at in span_s])]
    assert channel.count_outside(span, SCOPE) == (~edges["at"].between(*span_s)).sum()


def test_times_about_a_span_reach_a_minute_beyond_it(channel: Channel) -> None:
    span = (_START_US + 190 * 1_000_000, _START_US + 310 * 1_000_000)
    near = between(REQUESTS, 2, 6)
    assert channel.find_times(span).tolist() == (_START_US + np.unique(near["at"]) * 1_000_000).tolist()


def test_a_grid_adds_up_to_all_trials(channel: Channel) -> None:
    grid = channel.make_grid(np.arange(FIRST, FIRST + MINUTES))
    counts = REQUESTS.groupby([REQUESTS["at"] // 60, "operation"])["is_bad"].agg(["size", "sum"]).unstack(fill_value=0)
    assert grid.operations == list(OPERATIONS)
    assert grid.valid.tolist() == counts["size"].to_numpy().tolist()
    assert grid.bad.tolist() == counts["sum"].to_numpy().tolist()


def test_of_one_trial_that_reaches_over_an_edge_only_its_first_or_last_request_is_outside() -> None:
    frame = pd.DataFrame({"at": [10, 30, 31, 50], "user": 0, "operation": 1, "is_bad": False, "took_s": 0.05})
    traffic = make_traffic(frame, 1)
    trials = Trials.of(traffic.trials).of_service("s")
    channel = Channel("fail", trials, find_facts(trials, {}), {}, traffic.latency)
    for first_s, last_s, outside in ((20, 59, 1), (0, 40, 1), (20, 40, 2), (10, 50, 0), (51, 59, 4)):
        span = (_START_US + first_s * 1_000_000, _START_US + last_s * 1_000_000)
        assert channel.count_outside(span, ["browse"]) == outside
        assert channel.count_outside(span, ["search"]) == 0
