"""Who is affected, and whether each failure was made good within a minute: told from minutes, true of each request."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from simulator import OPERATIONS, START, make_traffic

import minutebook as mb
from minutebook.assessment import affected_users

#: (second, user, operation, whether it failed)
REQUESTS = st.lists(
    st.tuples(st.integers(0, 359), st.integers(0, 3), st.integers(0, 2), st.booleans()), min_size=1, max_size=60
)
SCOPE = ("account", "browse")


def told(requests: list[tuple[int, int, int, bool]], first_s: int, last_s: int) -> dict[str, str]:
    frame = pd.DataFrame(sorted(requests), columns=["at", "user", "operation", "is_bad"]).assign(took_s=0.05)
    start, end = ((START + pd.Timedelta(seconds=at)).isoformat() for at in (first_s, last_s))
    window = {"id": "w1", "kind": "fail", "service": "s", "operations": list(SCOPE), "start": start, "end": end}
    users = affected_users(make_traffic(frame, 6), {"windows": [window], "slow_over_s": []})
    assert (users["window"] == "w1").all()
    return dict(zip(users["user"], users["state"], strict=True))


@given(REQUESTS)
def test_a_user_is_degraded_where_each_failure_in_the_window_was_made_good_within_a_minute(
    requests: list[tuple[int, int, int, bool]],
) -> None:
    expected: dict[str, str] = {}
    for at, user, operation, is_bad in requests:
        if is_bad and 50 <= at <= 200 and OPERATIONS[operation] in SCOPE:
            is_good = any(u == user and o == operation and not bad and 0 < t - at <= 60 for t, u, o, bad in requests)
            if not is_good or expected.get(f"u{user}") == "failed":
                expected[f"u{user}"] = "failed"
            else:
                expected[f"u{user}"] = "degraded"
    assert told(requests, 50, 200) == expected


def test_usual_is_the_median_of_the_eight_nearest_quiet_stretches_as_long_as_the_window() -> None:
    # 60 requests a minute, each of its own user. Ten minutes in which all fail, after ten stretches of ten minutes in
    # whose first minute so many fail:
    failing = [9, 1, 2, 3, 4, 5, 6, 7, 8, 12]
    at = np.arange(115 * 60)
    minute, second = np.divmod(at, 60)
    count = np.append(failing, [0, 0])[minute // 10]
    is_bad = ((minute % 10 == 0) & (second < count)) | ((minute >= 100) & (minute < 110))
    frame = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(at + 0.5, unit="s"), "kind": "request", "layer": "app", "service": "shop",
            "operation": "GET /", "status": np.where(is_bad, 500, 200), "user": [f"u{n}" for n in at],
            "source": "shop.log", "line": at + 1,
        }
    )  # fmt: skip
    (window,) = mb.impact(frame)["windows"]
    assert (window["users"]["exposed"], window["users"]["affected"]) == (600, 600)
    # The stretch of 12 touches the window's edge, that of 9 is the ninth: of 1 … 8 the median is 4.5.
    assert window["users"]["usual"] == 4
