"""Traffic that fell away for hours, or for good: told where it broke off, not where it ebbed away or comes and goes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from evidence import START
from test_losses import instant

import minutebook as mb
from minutebook.assessment.absences import find_absences


def visits(minutes: int, *lost: range) -> pd.DataFrame:
    """A request a second, each minute by 60 users of 300 who come every five minutes; but for some minutes."""
    at = np.arange(minutes * 60)
    is_lost = np.isin(at // 60, np.concatenate([*lost, []]))
    return _make(at + 0.5, kind="request", status=200, operation="GET /", user=[f"u{n}" for n in at % 300])[~is_lost]


def probes(minutes: int, **more: object) -> pd.DataFrame:
    """A health check every ten seconds, at the half of them, all the while."""
    at = np.arange(0, minutes * 60, 10) + 5.0
    return _make(at, **{"kind": "probe", "status": 200, "operation": "GET /healthz"} | more)


def _make(at: np.ndarray, **values: object) -> pd.DataFrame:
    own = {"layer": "app", "service": "shop", "source": "shop.log", "host": "web-1"} | values
    frame = pd.DataFrame({"time": START + pd.to_timedelta(at, unit="s"), **own})
    return frame.assign(line=np.arange(len(frame)) + 1)


def impact(*frames: pd.DataFrame) -> dict[str, Any]:
    return mb.impact(pd.concat(frames, ignore_index=True))


def test_a_silence_of_hours_is_one_loss_with_all_that_is_missing() -> None:
    (window,) = impact(visits(420, range(120, 300)), probes(420))["windows"]
    assert (window["kind"], window["open_end"]) == ("traffic_loss", False)
    assert (window["start"], window["end"]) == (instant(120 - 0.5 / 60), instant(300 + 0.5 / 60))
    assert (window["lost_requests"], window["valid"]) == (180 * 60, 0)


def test_hours_without_a_request_are_one_row_between_the_edges() -> None:
    rows = mb.timeline(pd.concat([visits(420, range(120, 300)), probes(420)], ignore_index=True))
    told = rows[(rows["kind"] == "impact") & (rows["phase"] == "ongoing")]
    # The minutes of the edges have requests, up to where they broke off and from where they were back.
    assert told[["time", "last_time"]].values.tolist() == [[START + pd.Timedelta(minutes=at) for at in (120, 300)]]
    assert told["summary"].tolist() == ["0 requests"]
    # Of one that goes on to the end of the evidence, the last minute has none.
    rows = mb.timeline(pd.concat([visits(150, range(120, 150)), probes(150)], ignore_index=True))
    told = rows[(rows["kind"] == "impact") & (rows["phase"] == "ongoing")]
    assert told[["time", "last_time"]].values.tolist() == [[START + pd.Timedelta(minutes=at) for at in (120, 150)]]


def test_a_service_that_falls_silent_for_good_is_lost_up_to_where_its_log_ends() -> None:
    told = impact(visits(150, range(120, 150)), probes(150))
    (window,) = told["windows"]
    assert (window["kind"], window["open_end"]) == ("traffic_loss", True)
    assert (window["start"], window["end"]) == (instant(120 - 0.5 / 60), instant(150 - 5 / 60))
    assert (window["lost_requests"], window["users"]["silent"]["mid"]) == (30 * 60, 300)
    assert window["evidence"] == ("0 requests where 1,800 are usual, while its log goes on, until the evidence ends.")
    assert told["milestones"]["mitigated"] is None


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        ({"service": "mail", "kind": "request"}, True),  # in the same log
        ({"service": "mail", "kind": "request", "source": "mail.log"}, False),
        ({"kind": "log", "source": "shop.log.1"}, True),  # the service's own next file
        ({"kind": "log", "source": "other.log", "host": "web-2"}, False),
    ],
)
def test_only_logs_that_had_its_requests_show_that_none_came(other: dict[str, object], counts: bool) -> None:
    windows = impact(visits(150, range(120, 150)), probes(150, **other))["windows"]
    assert [window["service"] for window in windows] == ["shop"] * counts


def test_a_log_that_goes_on_with_a_line_or_two_shows_nothing() -> None:
    frame = probes(150)
    late = frame["time"] >= START + pd.Timedelta(minutes=120)
    assert impact(visits(150, range(120, 150)), frame[~late | (frame.index == frame.index[-1])])["windows"] == []


def test_half_of_the_requests_logs_have_to_go_on() -> None:
    visited = visits(150, range(120, 150))
    for hosts, windows in ((2, 1), (3, 0)):  # probes are of the first one
        host = [f"web-{n % hosts + 1}" for n in range(len(visited))]
        spread = visited.assign(host=host, source=[f"{name}.log" for name in host])
        assert len(impact(spread, probes(150, source="web-1.log"))["windows"]) == windows


def _count(seen: np.ndarray, stop: int) -> list[tuple[int, int, float]]:
    return [tuple(each) for each in find_absences(seen.astype(float), np.ones(len(seen), bool), stop)]


def test_absences_of_less_than_an_hour_are_left_to_the_median_but_for_the_last() -> None:
    for length, found in ((59, []), (60, [(100, 160, 10.0)])):
        seen = np.full(300, 10)
        seen[100 : 100 + length] = 0
        assert _count(seen, 300) == found
    seen = np.full(300, 10)
    seen[280:] = 0
    assert _count(seen, 300) == [(280, 300, 10.0)]
    assert _count(seen, 282) == [(280, 282, 10.0)]  # 20 of them are no coincidence
    assert _count(seen, 281) == []  # 10 may be


def test_hardly_any_is_up_to_a_tenth_of_the_usual() -> None:
    for few, found in ((1, [(100, 200, 10.0)]), (2, [])):
        seen = np.full(300, 10)
        seen[100:200] = few
        assert _count(seen, 300) == found


def test_what_is_to_be_expected_is_the_lesser_of_both_sides() -> None:
    seen = np.repeat([40, 0, 30], 100)
    assert _count(seen, 300) == [(100, 200, 30.0)]


def test_what_ebbs_away_isn_t_missing() -> None:
    falling = np.linspace(100, 1, 60).round()
    assert _count(np.concatenate((np.full(100, 100), falling, np.zeros(200))), 360) == []
    assert _count(np.concatenate((np.full(100, 100), np.zeros(100), falling[::-1], np.full(60, 100))), 320) == []
    # Half of it, and then none at once.
    assert len(_count(np.concatenate((np.full(100, 100), falling[:30], np.zeros(200))), 330)) == 1


def test_what_comes_and_goes_isn_t_missing() -> None:
    for times, found in ((2, 1), (3, 2), (4, 0)):
        assert len(_count(np.tile(np.repeat([20, 0], [60, 90]), times)[:-90], times * 150 - 90)) == found


def test_of_a_service_that_was_seen_for_less_than_half_an_hour_nothing_is_known() -> None:
    for minutes, found in ((29, 0), (30, 1)):
        assert len(_count(np.concatenate((np.full(minutes, 20), np.zeros(60))), minutes + 60)) == found
