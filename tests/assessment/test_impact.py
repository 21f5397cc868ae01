"""The impact method on traffic whose truth is known: what it must find, where, whom, and what it must leave alone."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from evidence import START as FIRST
from evidence import breaking, requests
from simulator import LOW, MID, START, Level, Shape, simulate

import minutebook as mb
from minutebook.assessment import affected_users, measure_impact

#: Nothing was tuned on these.
SEEDS = (1000, 1001)
TOTAL = Shape(10_813, 11_293, 1.0)
THIRD = Shape(10_813, 11_713, 0.3)
CHECKOUT = Shape(10_813, 12_013, 0.5, ("checkout",))
QUIET_LEVELS = [(LOW, 0.0004), (LOW, 0.004), (LOW, 0.02), (MID, 0.004)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("level", "usual"), QUIET_LEVELS)
def test_a_quiet_day_has_no_window(level: Level, usual: float, seed: int) -> None:
    assert measure_impact(simulate(seed, level, usual)[0])["windows"] == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", [TOTAL, THIRD, CHECKOUT])
def test_an_incident_is_one_window_with_its_edges_and_its_users(shape: Shape, seed: int) -> None:
    traffic, truth = simulate(seed, LOW, 0.004, [shape])
    impact = measure_impact(traffic)
    (window,) = impact["windows"]
    first, last = (START + pd.Timedelta(seconds=at) for at in (truth.hit["at_s"].min(), truth.hit["at_s"].max()))
    assert abs((pd.Timestamp(window["start"]) - first).total_seconds()) <= 30
    assert abs((pd.Timestamp(window["end"]) - last).total_seconds()) <= 30
    assert (
        pd.Timestamp(window["start_earliest"]) <= pd.Timestamp(window["start"]) <= pd.Timestamp(window["start_latest"])
    )
    assert window["operations"] == sorted(shape.operations)
    found, wanted = set(affected_users(traffic, impact)["user"]), set(truth.hit["user"])
    assert len(found & wanted) >= 0.97 * len(wanted)
    assert len(found & wanted) >= 0.95 * len(found)
    assert len(found) == window["users"]["affected"]


def test_two_incidents_are_two_windows_and_the_total_is_their_union() -> None:
    traffic, _ = simulate(1000, LOW, 0.004, [TOTAL, Shape(20_000, 20_600, 0.6)])
    impact = measure_impact(traffic)
    assert len(impact["windows"]) == 2
    spans = [(pd.Timestamp(w["end"]) - pd.Timestamp(w["start"])).total_seconds() for w in impact["windows"]]
    assert impact["total"]["impact_seconds"] == pytest.approx(sum(spans), abs=0.01)
    assert impact["total"]["affected"] <= sum(w["users"]["affected"] for w in impact["windows"])


def test_two_incidents_of_what_never_fails_else_are_two_windows() -> None:
    # All between them counts for less than their parting: one long stretch would score high too.
    traffic, truth = simulate(1000, LOW, 0.0004, [Shape(10_813, 11_413, 0.3), Shape(15_013, 15_613, 0.3)])
    first, second = measure_impact(traffic)["windows"]
    assert (pd.Timestamp(second["start"]) - pd.Timestamp(first["end"])).total_seconds() >= 3500
    assert first["bad"] + second["bad"] >= 0.99 * len(truth.hit)


def test_what_fails_twice_as_often_for_an_hour_stands_out_where_failures_are_usual() -> None:
    traffic, _ = simulate(1000, MID._replace(minutes=180), 0.02, [Shape(3_613, 7_213, 0.02)])
    (window,) = measure_impact(traffic)["windows"]
    assert abs((pd.Timestamp(window["start"]) - START).total_seconds() - 3613) <= 60


def test_ordinary_failures_that_come_and_go_are_no_incident() -> None:
    assert measure_impact(simulate(1000, LOW, 0.02, wander=0.2)[0])["windows"] == []


def test_a_log_that_breaks_off_within_a_minute_is_no_evidence_from_there_on() -> None:
    (window,) = measure_impact(simulate(1000, LOW, 0.004, [Shape(20_013, 20_613, 1.0, kind="gap")])[0])["windows"]
    assert window["kind"] == "no_evidence"
    assert abs((pd.Timestamp(window["start"]) - START).total_seconds() - 20_013) <= 10


def test_slow_requests_are_at_least_as_many_as_their_users() -> None:
    traffic, truth = simulate(1000, LOW, 0.004, [Shape(20_013, 21_213, 0.6, kind="slow")])
    (window,) = measure_impact(traffic)["windows"]
    assert window["kind"] == "slow"
    assert window["bad"] >= window["users"]["affected"] >= 0.9 * truth.hit["user"].nunique()


def test_one_client_in_a_loop_is_no_incident() -> None:
    impact = measure_impact(simulate(1000, LOW, 0.004, loops=3000)[0])
    assert impact["windows"] == []


@pytest.mark.parametrize("level", [LOW, MID])
@pytest.mark.parametrize(
    ("shape", "slopes"),
    [
        (Shape(5000, 7400, 0.4, ramp_s=1200), ("gradual", "sudden")),
        (Shape(5000, 7400, 0.6, half_life_s=480), ("sudden", "gradual")),
        (Shape(5000, 6800, 0.08), ("sudden", "sudden")),
    ],
)
def test_what_rises_or_falls_slowly_is_called_gradual(level: Level, shape: Shape, slopes: tuple[str, str]) -> None:
    (window,) = measure_impact(simulate(1000, level, 0.004, [shape])[0])["windows"]
    assert (window["onset"], window["recovery"]) == slopes


@pytest.mark.parametrize(("gap", "rest"), [((10_860, 11_280), "start"), ((11_640, 12_060), "end")])
def test_minutes_without_evidence_are_no_minutes_without_failures(gap: tuple[int, int], rest: str) -> None:
    shapes = [Shape(10_800, 12_120, 0.5), Shape(*gap, 1.0, kind="gap")]
    impact = measure_impact(simulate(1000, MID, 0.004, shapes)[0])
    (window,) = (each for each in impact["windows"] if each["kind"] == "fail")
    assert abs((pd.Timestamp(window[rest]) - START).total_seconds() - (10_800 if rest == "start" else 12_120)) <= 30
    assert (window["onset"], window["recovery"]) == ("sudden", "sudden")
    assert impact["milestones"]["mitigated"] == window["end"]


def test_a_ramp_is_found_and_its_start_is_bounded() -> None:
    traffic, truth = simulate(1000, MID, 0.004, [Shape(5000, 7400, 0.4, ramp_s=1200)])
    (window,) = measure_impact(traffic)["windows"]
    first = START + pd.Timedelta(seconds=truth.hit["at_s"].min())
    assert abs((pd.Timestamp(window["start"]) - first).total_seconds()) <= 300


def test_counts_fit_together() -> None:
    (window,) = measure_impact(simulate(1001, MID, 0.004, [THIRD])[0])["windows"]
    users = window["users"]
    assert users["failed"] + users["degraded"] == users["affected"] <= users["exposed"]
    assert users["usual"] < users["affected"] / 5
    assert window["bad"] <= window["valid"]
    assert window["user_minutes"] >= users["affected"]


def test_the_order_of_the_rows_does_not_matter() -> None:
    traffic, _ = simulate(1000, LOW, 0.004, [THIRD])
    shuffled = dataclasses.replace(
        traffic,
        **{
            name: getattr(traffic, name).sample(frac=1, random_state=1).reset_index(drop=True)
            for name in ("trials", "latency", "failures", "breakdown", "coverage")
        },
    )
    assert measure_impact(shuffled) == measure_impact(traffic)


def test_a_hole_is_loss_of_traffic_only_where_something_else_kept_logging() -> None:
    traffic, _ = simulate(1000, MID, 0.004)
    begin, stop = START + pd.Timedelta(minutes=100), START + pd.Timedelta(minutes=108)
    frames = {name: getattr(traffic, name) for name in ("trials", "latency", "breakdown")}
    cut = {name: frame[~frame["minute"].between(begin, stop, inclusive="left")] for name, frame in frames.items()}
    failures = traffic.failures[~traffic.failures["time"].between(begin, stop)]
    hole = traffic.coverage["minute"].between(begin, stop, inclusive="left")
    seen = set(frames["trials"].loc[frames["trials"]["minute"].between(begin, stop, inclusive="left"), "user"])
    told = {}
    for alive in (True, False):
        coverage = traffic.coverage.assign(
            state=traffic.coverage["state"].where(~hole, "none"), alive=traffic.coverage["alive"].where(~hole, alive)
        )
        (told[alive],) = measure_impact(dataclasses.replace(traffic, **cut, failures=failures, coverage=coverage))[
            "windows"
        ]
    assert told[True]["kind"] == "traffic_loss"
    assert abs((pd.Timestamp(told[True]["start"]) - begin).total_seconds()) <= 5
    assert told[True]["users"]["silent"]["mid"] == pytest.approx(len(seen), rel=0.1)
    assert told[True]["users"]["affected"] == 0
    assert told[False]["kind"] == "no_evidence"
    assert told[False]["users"]["silent"] is None


def test_slow_requests_of_nobody_in_particular_are_a_window_that_says_what_it_knows() -> None:
    # One address before all of them, as behind a balancer: a row a minute and operation, of many requests.
    frame = requests(per_minute=240).assign(user=None)
    slow = breaking(frame, 1803, 2517, share=0.7, seed=2, duration=1.5)
    stray = breaking(slow, 1740, 1750, share=0.05, seed=3, duration=1.5)
    (window,) = mb.impact(stray)["windows"]
    hit = stray.loc[stray["duration"] == 1.5, "at"]
    start, end = (pd.Timestamp(window[key]) for key in ("start", "end"))
    assert window["kind"] == "slow"
    assert pd.Timestamp(window["start_earliest"]) <= FIRST + pd.Timedelta(seconds=1803) <= start
    assert end <= FIRST + pd.Timedelta(seconds=2517) <= pd.Timestamp(window["end_latest"])
    assert (end - start).total_seconds() >= 2517 - 1803 - 90
    assert window["bad"] == pytest.approx(len(hit), rel=0.02)
    assert window["users"]["affected"] is None
    assert "Whether one client made all of it." in window["cannot_tell"]
    assert "whom it hit isn't logged" in window["evidence"]


def test_failures_of_nobody_in_particular_keep_their_edges() -> None:
    frame = breaking(requests(per_minute=240).assign(user=None), 1803, 2517, share=0.6)
    frame = breaking(frame, 1700, 1799, share=0.01, seed=5)
    (window,) = mb.impact(frame)["windows"]
    start, end = ((pd.Timestamp(window[key]) - FIRST).total_seconds() for key in ("start", "end"))
    assert abs(start - 1803) <= 2
    assert abs(end - 2517) <= 2


def test_an_alert_within_a_silence_of_a_log_that_names_no_service_is_a_sign_of_life() -> None:
    traffic, truth = simulate(1000, MID._replace(minutes=60), 0.004, [Shape(1813, 2113, 1.0, kind="gap")])
    nameless = {
        name: getattr(traffic, name).assign(service="")
        for name in ("trials", "latency", "failures", "breakdown", "coverage")
    }
    alert = {"time": START + pd.Timedelta(seconds=1900), "kind": "alert", "phase": "fired", "service": "shop",
             "message": "NoTraffic", "entity": "NoTraffic", "source": "alerts.json", "time_error_s": 0.0, "evidence": "alerts.json:1",
             "environment": "production", "version": None}  # fmt: skip
    happenings = pd.DataFrame([alert])
    impact = measure_impact(dataclasses.replace(traffic, **nameless, happenings=happenings))
    (window,) = impact["windows"]
    assert window["kind"] == "traffic_loss"
    assert window["users"]["silent"]["mid"] == pytest.approx(len(truth.silent), rel=0.15)
    assert impact["durations"]["ttd"] == pytest.approx(1900 - 1813, abs=2)


def test_a_window_counts_the_requests_between_its_edges_not_those_of_whole_minutes() -> None:
    frame = breaking(requests(per_minute=240, users=100_000), 1850, 1915)
    (window,) = mb.impact(frame)["windows"]
    start, end = (pd.Timestamp(window[edge]) for edge in ("start", "end"))
    inside = frame["time"].between(start, end + pd.Timedelta("1ms"))
    assert window["valid"] == inside.sum()
    assert window["bad_ratio"] == 1.0


def two_hosts(frame: pd.DataFrame) -> pd.DataFrame:
    number = np.arange(len(frame)) % 5 // 3
    return frame.assign(host=[f"web-{n}" for n in number], source=[f"web-{n}.log" for n in number])


@pytest.mark.parametrize(("first_s", "stop_s"), [(0, 3910), (1510, 5400)])
def test_a_log_that_ends_or_begins_while_the_other_host_s_goes_on_is_no_loss_of_traffic(
    first_s: int, stop_s: int
) -> None:
    frame = two_hosts(requests(per_minute=240))
    ends = frame[(frame["source"] == "web-1.log") | frame["at"].between(first_s, stop_s)]
    impact = mb.impact(ends)
    assert impact["windows"] == []
    (rejected,) = impact["rejected"]
    assert rejected["kind"] == "traffic_loss"
    assert "no line of web-0.log" in rejected["reason"]


def test_traffic_that_both_hosts_lack_is_lost_though_a_third_one_s_log_has_ended() -> None:
    frame = two_hosts(requests(per_minute=240))
    third = requests(2, per_minute=120, minutes=20).assign(host="web-2", source="web-2.log")
    rng = np.random.default_rng(1)
    is_lost = frame["at"].between(2700, 3300) & (rng.random(len(frame)) < 0.8)
    left = pd.concat([frame[~is_lost], third], ignore_index=True)
    (window,) = mb.impact(left)["windows"]
    start, end = FIRST + pd.Timedelta(seconds=2700), FIRST + pd.Timedelta(seconds=3300)
    assert window["kind"] == "traffic_loss"
    assert (pd.Timestamp(window["start"]), pd.Timestamp(window["end"])) == (start, end)
    rows = mb.timeline(left).query("kind == 'impact'")
    assert rows["time"].between(start, end).all()
    assert rows["last_time"].max() == end
    (ended,) = rows.loc[rows["phase"] == "ended", "summary"]
    assert (
        ended
        == f"impact ends: {window['valid']:,} requests where {window['valid'] + window['lost_requests']:,} are usual"
    )
