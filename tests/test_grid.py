"""The minutes of a small incident, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from minutebook import grid
from minutebook.events import check_events, to_table
from minutebook.grid import make_minutes
from minutebook.merging import merge_happenings
from minutebook.sli import Sli, find_sli
from minutebook.summary import summarise
from minutebook.summary.latency import bucket_floor_s, bucket_of

DAY = "2026-11-23T"
#: time, operation, user or client's address, status, seconds
Request = tuple[str, str, str | None, int, float | None]
REQUESTS: list[Request] = [
    # Twenty by ten users, of which one failed and was slow: 17 in 10 ms, 3 in 200 ms.
    *(("09:00:01", "/a", f"u{n % 10}", 500 if n == 19 else 200, 0.2 if n >= 17 else 0.01) for n in range(20)),
    # An operation that is told under its name, by nobody and then by a user who fails twice.
    ("09:00:02", "/b", None, 200, 0.05), ("09:00:03", "/b", "u1", 500, 0.05), ("09:00:04", "/b", "u1", 500, 0.05),
    # Two that are too rare for it: u2 and an address came to both of them, and failed at one.
    ("09:00:05", "/c", "u2", 200, 0.05), ("09:00:06", "/d", "u2", 500, 0.05), ("09:00:06", "/c", "198.51.100.7", 500, 0.05),
    ("09:00:07", "/d", "198.51.100.7", 200, 0.05), ("09:00:07", "/d", "u3", 200, 0.3),
    # From 09:00:07 to 09:02:59 nobody logged: 28 before and 1 behind make 14.5 a minute, too many for chance.
    ("09:02:59", "/a", "u1", 200, 0.01),
]  # fmt: skip
#: time, phase, service, name
ALERTS = [
    ("09:00:50", "fired", "shop", "A"), ("09:01:10", "resolved", "shop", "A"),
    ("09:01:00", "fired", None, "B"),  # it goes on
    ("09:00:00", "fired", "mail", "C"),  # another service's
]  # fmt: skip


def make_sli(more: list[Request]) -> tuple[Sli, pd.DataFrame]:
    """The SLI and the happenings of the incident, and of some more requests."""
    requests = pd.DataFrame([*REQUESTS, *more], columns=["time", "operation", "who", "status", "duration"])
    is_address = requests["who"].str.contains(".", regex=False, na=False)
    requests = requests.assign(user=requests["who"].mask(is_address), client=requests.pop("who").where(is_address))
    alerts = pd.DataFrame(ALERTS, columns=["time", "phase", "service", "message"])
    frame = pd.concat(
        [
            requests.assign(kind="request", layer="app", service="shop", source="shop.log"),
            alerts.assign(kind="alert", entity=alerts["message"], source="alerts.json"),
        ],
        ignore_index=True,
    )
    frame = check_events(frame.assign(time=pd.to_datetime(DAY + frame["time"] + "Z"), line=frame.index + 1))
    happenings = merge_happenings(frame[frame["kind"] != "request"])[0]
    return find_sli(summarise(to_table(frame))), happenings


def minutes(more: list[Request] | None = None, over_s: float = 0.1) -> pd.DataFrame:
    return make_minutes(*make_sli(more or []), {("shop", "/a"): over_s})


def test_every_minute_of_every_operation_has_its_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "MOST_OPERATIONS", 2)
    told = minutes()
    assert told["minute"].dt.strftime("%H:%M").tolist() == ["09:00"] * 3 + ["09:01"] * 3 + ["09:02"] * 3
    assert (told["service"] == "shop").all()
    counted = ["operation", "requests", "failed", "slow", "users", "failed_users", "alerts_firing"]
    assert told["coverage"].tolist() == ["partly"] * 3 + ["none"] * 3 + ["partly"] * 3
    assert told[counted].astype(object).where(told[counted].notna(), None).to_numpy().tolist() == [
        ["(others)", 5, 2, 0, 3, 2, 1],
        ["/a", 20, 1, 2, 10, 1, 1],
        ["/b", 3, 2, 0, 1, 1, 1],
        ["(others)", None, None, None, None, None, 2],
        ["/a", None, None, None, None, None, 2],
        ["/b", None, None, None, None, None, 2],
        ["(others)", 0, 0, 0, 0, 0, 1],
        ["/a", 1, 0, 0, 1, 0, 1],
        ["/b", 0, 0, 0, 0, 0, 1],
    ]


def test_percentiles_are_of_all_requests_of_the_minute_to_two_percent() -> None:
    told = minutes().set_index(["minute", "operation"])
    first, second, last = (told.loc[pd.Timestamp(f"{DAY}09:0{at}Z")] for at in range(3))
    # Of twenty the tenth and the nineteenth.
    assert first.loc["/a", "p50_s"] == pytest.approx(0.01, rel=0.02)
    assert first.loc["/a", "p95_s"] == pytest.approx(0.2, rel=0.02)
    assert first.loc["/b", "p50_s"] == first.loc["/b", "p95_s"] == pytest.approx(0.05, rel=0.02)
    assert first.loc["/d", "p50_s"] == pytest.approx(0.05, rel=0.02)
    assert first.loc["/d", "p95_s"] == pytest.approx(0.3, rel=0.02)
    assert last.loc["/a", "p95_s"] == pytest.approx(0.01, rel=0.02)
    assert second[["p50_s", "p95_s"]].isna().all(axis=None)


def test_where_all_minutes_would_be_too_many_rows_it_is_those_with_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    dense = minutes()
    monkeypatch.setattr(grid, "MOST_ROWS", 11)  # of four operations in three minutes
    kept = minutes()
    pd.testing.assert_frame_equal(kept, dense[dense["requests"] > 0].reset_index(drop=True))
    assert len(kept) == 5
    assert grid.tell_grid(make_sli([])[0]) == [
        "All minutes of 4 operations would be 12 rows: those without a request are left out."
    ]
    monkeypatch.setattr(grid, "MOST_ROWS", 12)
    pd.testing.assert_frame_equal(minutes(), dense)
    assert grid.tell_grid(make_sli([])[0]) == []


def test_requests_that_took_nobody_knows_how_long_count_but_have_no_part_in_latency() -> None:
    timed, with_more = (minutes(more).set_index(["minute", "operation"]) for more in ([], [
        ("09:02:59", "/a", "u2", 200, None), ("09:02:59", "/e", "u2", 200, None),
        ("09:02:59", "/f", "u2", 200, 0.00005),
    ]))  # fmt: skip
    last = pd.Timestamp(f"{DAY}09:02Z")
    assert with_more.loc[(last, "/a"), ["requests", "slow"]].tolist() == [2, 0]
    for name in ("p50_s", "p95_s"):
        assert with_more.loc[(last, "/a"), name] == timed.loc[(last, "/a"), name]
        assert pd.isna(with_more.loc[(last, "/e"), name])
        assert with_more.loc[(last, "/f"), name] == pytest.approx(0.0001, rel=0.02)  # the shortest that's told apart


def test_slow_is_from_the_first_bucket_that_is_over_the_limit() -> None:
    floor_s = float(bucket_floor_s(bucket_of(np.array([0.2])))[0])
    for over_s, slow in ((floor_s * 0.999, 2), (floor_s * 1.001, 0)):
        assert minutes(over_s=over_s)["slow"].max() == slow


def test_rows_of_weeks_are_handled_some_whole_minutes_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = minutes()
    monkeypatch.setattr(grid, "_MOST_TOGETHER", 2)
    cut = [list(range(10)[part]) for part in grid._cut_minutes(np.array([3, 3, 3, 4, 6, 6, 7]))]
    assert cut == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(grid._cut_minutes(np.array([3, 4, 3]))) == [slice(0, 3)]
    pd.testing.assert_frame_equal(minutes(), whole)


def test_users_of_requests_that_name_nobody_are_unknown_and_not_none_at_all() -> None:
    rows = [("09:00:01", None, 200), ("09:00:02", None, 500), ("09:01:01", "u1", 200), ("09:01:02", None, 500),
            ("09:02:01", "u1", 200), ("09:02:02", "u2", 500)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["time", "user", "status"]).assign(
        kind="request", layer="app", service="shop", operation="/a", source="shop.log"
    )
    frame = check_events(frame.assign(time=pd.to_datetime(DAY + frame["time"] + "Z"), line=frame.index + 1))
    told = make_minutes(find_sli(summarise(to_table(frame))), merge_happenings(frame.head(0))[0])
    assert told["users"].astype("object").where(told["users"].notna(), None).tolist() == [None, 1, 2]
    assert told["failed_users"].astype("object").where(told["failed_users"].notna(), None).tolist() == [None, None, 1]
