"""Coverage of many hosts over a long time stays small."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import minutebook as mb
from minutebook.events import to_table
from minutebook.sli import find_sli
from minutebook.sli.coverage import _find_others, _greatest_of_others, _join_states, find_coverage, tell_coverage
from minutebook.summary import merge, summarise


def test_thousands_of_hosts_over_months_are_covered_together() -> None:
    rng = np.random.default_rng(1)
    hours = np.sort(rng.uniform(0, 24 * 150, 4000))
    events = pd.DataFrame(
        {
            "time": pd.Timestamp("2026-01-01T00:00:00Z") + pd.to_timedelta(hours, unit="h"), "kind": "log",
            "level": "info", "host": [f"node-{n}" for n in rng.integers(0, 3000, len(hours))], "message": "beat",
            "source": "nodes.log", "line": np.arange(len(hours)) + 1,
        }
    )  # fmt: skip
    coverage = find_coverage(merge([summarise(to_table(events))]))
    assert len(coverage) < 300_000
    assert coverage["events"].sum() == len(events)
    (group,) = tell_coverage(coverage)
    assert group["host"] == ""


def cover(*lives: tuple[str, int, int]) -> list[str]:
    """The state of 60 minutes in which hosts log each second, each from its first minute to before its last one."""
    events = pd.concat(
        pd.DataFrame(
            {"time": pd.date_range("2026-11-23T09:00Z", periods=3600, freq="s")[60 * first : 60 * stop],
             "kind": "request", "layer": "app", "service": "shop", "operation": "GET /", "status": 200,
             "host": host, "source": f"{host}.log"}
        ).assign(line=lambda rows: np.arange(len(rows)) + 1)
        for host, first, stop in lives
    )  # fmt: skip
    sli = find_sli(merge([summarise(to_table(events))]))
    return [str(state) for state in sli.coverage["state"]]


def test_hosts_that_a_rollout_replaces_leave_nothing_uncovered() -> None:
    assert set(cover(("a", 0, 20), ("b", 0, 20), ("c", 20, 60), ("d", 20, 60))) == {"covered"}


def test_of_a_host_whose_log_ends_or_begins_late_something_is_missing() -> None:
    assert cover(("a", 0, 60), ("b", 0, 25)) == ["covered"] * 25 + ["partly"] * 35
    assert cover(("a", 0, 60), ("b", 40, 60)) == ["partly"] * 40 + ["covered"] * 20


def test_a_host_that_goes_on_later_is_missing_in_between_though_another_takes_its_place() -> None:
    states = cover(("a", 0, 60), ("b", 0, 20), ("c", 20, 40), ("b", 40, 60))
    assert states == ["covered"] * 20 + ["partly"] * 20 + ["covered"] * 20


def test_a_host_that_only_some_records_of_a_source_name_is_never_silent() -> None:
    times = pd.date_range("2026-11-23T08:00:00Z", periods=60 * 30, freq="2s")
    number = np.arange(len(times))
    is_error = (number < 900) & (number % 4 == 0) | (number > 1700)
    frame = pd.DataFrame(
        {
            "time": times, "kind": "log", "layer": "app", "level": np.where(is_error, "error", "info"), "message": "done",
            "host": pd.Series("web-1", index=number).where(is_error), "source": "app.log", "line": number + 1,
        }
    )  # fmt: skip
    assert set(find_coverage(summarise(to_table(frame)))["state"]) == {"covered"}


@pytest.mark.parametrize("is_one_log", [True, False])
def test_nobody_came_where_the_log_went_on_without_requests(is_one_log: bool) -> None:
    times = pd.date_range("2026-11-23T09:00Z", periods=3600, freq="s")
    shop = pd.DataFrame({"time": times, "operation": "GET /", "service": "shop", "source": "lb.log"})
    shop = shop[(shop.index < 1800) | (shop.index >= 2520)]  # from 09:30 to 09:42 nobody
    checks = pd.DataFrame({"time": times[::10], "operation": "GET /up", "service": "stats", "source": "lb.log"})
    checks["source"] = "lb.log" if is_one_log else "checks.log"
    frame = pd.concat([shop, checks], ignore_index=True).assign(kind="request", layer="balancer", status=200)
    frame["line"] = np.arange(len(frame)) + 1
    minutes = mb.minutes(frame)
    hole = minutes[(minutes["service"] == "shop") & (minutes["minute"] >= "2026-11-23T09:31Z")].iloc[0]
    assert (hole["coverage"], str(hole["requests"])) == (("covered", "0") if is_one_log else ("none", "<NA>"))
    rows = mb.timeline(frame)
    (silent,) = rows.loc[rows["phase"] == "silent", "summary"]
    assert silent == (
        "nothing for 12 min in logs that go on: balancer logs of shop"
        if is_one_log
        else "no data for 12 min: balancer logs of shop"
    )


@pytest.mark.parametrize(("count", "named"), [(1, "1.log"), (2, "1.log, 2.log"), (5, "1.log, 2.log, 3.log and 2 more")])
def test_logs_that_name_no_service_and_no_host_are_told_by_their_own_names(count: int, named: str) -> None:
    times = pd.date_range("2026-11-23T09:00Z", periods=3600, freq="s")
    times = [*times[:1200], *times[1800:]]
    own = [pd.DataFrame({"time": times, "source": f"{number}.log"}) for number in range(1, count + 1)]
    web = pd.DataFrame({"time": times[::2], "source": "web.log", "host": "web-1"})
    frame = pd.concat([*own, web], ignore_index=True).assign(kind="log", layer="app", level="info", message="done")
    rows = mb.timeline(frame.assign(line=np.arange(len(frame)) + 1))
    (silent,) = rows.loc[rows["phase"] == "silent", "summary"]
    assert silent == f"no data for 10 min: app logs of {named}, app logs of web-1"


def test_a_host_that_is_gone_isnt_merely_quiet() -> None:
    times = pd.date_range("2026-11-23T09:00Z", periods=3600, freq="s")
    fading = [*times[1200:1500:5], *times[1500:2400:178]]  # at first often, then every three minutes
    lives = {"a": times, "b": times[:1200], "c": fading, "d": times[2400:]}
    frame = pd.concat([pd.DataFrame({"time": at, "host": host, "source": f"{host}.log"}) for host, at in lives.items()])
    frame = frame.assign(kind="request", layer="app", service="shop", operation="GET /", status=200)
    frame["line"] = frame.groupby("source").cumcount() + 1
    sli = find_sli(merge([summarise(to_table(frame))]))
    assert {str(state) for state in sli.coverage["state"]} == {"covered"}


NO = np.nan


def test_a_service_is_silent_while_another_goes_on_by_more_than_clocks_may_differ() -> None:
    # Minutes of which the first owner has no line at all, ends early, and as late as clocks allow; begins late; and the last.
    ends, begins = 30 * 10**6, 40 * 10**6
    first = np.array([[NO, 0, 0, begins, 0], [0, 0, 0, begins - 5_000_001, NO]])
    last = np.array([[NO, ends, ends, 59e6, 9e6], [9e6, ends + 5_000_001, ends + 5_000_000, 59e6, NO]])
    assert _find_others(np.array([0, 1]), first, last).tolist() == [
        [True, True, False, True, False],
        [False, False, False, False, True],
    ]
    # Two logs of one owner are no others to each other, and nobody is alone.
    assert not _find_others(np.array([0, 0]), first, last).any()
    assert not _find_others(np.array([0]), first[:1], last[:1]).any()


def test_of_others_the_greatest_is_the_second_where_it_s_one_s_own() -> None:
    values = np.array([[1.0, 5.0, 2.0], [4.0, 3.0, 2.0], [2.0, 4.0, 1.0]])
    assert _greatest_of_others(values).tolist() == [[4.0, 4.0, 2.0], [2.0, 5.0, 2.0], [4.0, 5.0, 2.0]]
    assert _greatest_of_others(values[:1]).tolist() == [[-np.inf] * 3]


@pytest.mark.parametrize(
    ("groups", "joined"),
    [
        (["CCCC"], "CCCC"),
        (["CCNN", "NNNN"], "CCNN"),  # one that never logged is no part that is missing: none covers its minutes
        (["CCCC", "CNCC"], "CPCC"),  # it breaks off in between
        (["CCNN", "NNCC"], "CCCC"),  # one takes over from the other
        (["CPNN", "NPCC"], "CPCC"),
        (["PPNN", "NNPP"], "PPPP"),
        (["NNNN", "NNNN"], "NNNN"),
    ],
)
def test_what_groups_of_a_service_have_is_joined(groups: list[str], joined: str) -> None:
    state = np.array([["CPN".index(each) for each in row] for row in groups])
    owner = np.zeros(len(groups), np.int64)
    assert "".join("CPN"[each] for each in _join_states(owner, state)[0]) == joined


def test_the_ledger_has_each_group_s_stretches_with_evidence() -> None:
    times = pd.date_range("2026-11-23T09:00Z", periods=3600, freq="s")
    own = pd.DataFrame({"time": times, "kind": "log", "layer": "app", "level": "info", "message": "done"})
    silent = own["time"].dt.minute.between(20, 39)
    services = (("shop", own[~silent]), ("mail", own[:600]), ("web", own[:60]))
    frame = pd.concat([each.assign(service=name, source=f"{name}.log") for name, each in services])
    frame["line"] = np.arange(len(frame)) + 1
    coverage = find_coverage(summarise(to_table(frame)))
    assert (coverage[["first", "last"]].isna().all(axis=1) == (coverage["events"] == 0)).all()
    told = tell_coverage(coverage)
    day = "2026-11-23T"
    assert [(each["service"], each["spans"]) for each in told] == [
        ("mail", [[f"{day}09:00:00Z", f"{day}09:10:00Z"]]),
        ("shop", [[f"{day}09:00:00Z", f"{day}09:20:00Z"], [f"{day}09:40:00Z", f"{day}10:00:00Z"]]),
        ("web", [[f"{day}09:00:00Z", f"{day}09:01:00Z"]]),
    ]


def test_events_without_a_layer_are_of_the_layer_of_their_source() -> None:
    times = pd.date_range("2026-11-23T09:00Z", periods=600, freq="s")
    frame = pd.DataFrame({"time": times, "kind": "log", "level": "info", "message": "done", "service": "shop",
                          "source": "a.log", "layer": np.where(np.arange(600) % 2, "app", None)})  # fmt: skip
    frame["line"] = np.arange(600) + 1
    coverage = find_coverage(summarise(to_table(frame)))
    assert coverage["layer"].unique().tolist() == ["app"]
    assert coverage["events"].tolist() == [60] * 10


@pytest.mark.parametrize(("named", "hosts"), [(90, ["web-1"]), (89, [""])])
def test_a_tenth_of_a_source_s_events_may_name_no_host(named: int, hosts: list[str]) -> None:
    times = pd.date_range("2026-11-23T09:00Z", periods=100, freq="s")
    frame = pd.DataFrame({"time": times, "kind": "log", "level": "info", "message": "done", "source": "a.log",
                          "host": np.where(np.arange(100) < named, "web-1", None)})  # fmt: skip
    frame["line"] = np.arange(100) + 1
    coverage = find_coverage(summarise(to_table(frame)))
    assert coverage.loc[coverage["events"] > 0, "host"].unique().tolist()[-1:] == hosts


def test_health_checks_show_that_a_service_s_own_log_goes_on() -> None:
    times = pd.date_range("2026-11-23T09:00Z", periods=1800, freq="s")
    frame = pd.DataFrame({"time": times, "kind": "request", "layer": "app", "service": "shop", "status": 200,
                          "operation": "GET /", "source": "a.log"})  # fmt: skip
    is_later = frame["time"].dt.minute >= 15
    frame.loc[is_later, ["kind", "operation"]] = ("probe", "GET /up")
    sli = find_sli(summarise(to_table(frame.assign(line=np.arange(1800) + 1))))
    assert sli.coverage["alive"].tolist() == [False] * 15 + [True] * 15
