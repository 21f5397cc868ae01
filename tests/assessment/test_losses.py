"""Losses of traffic that follow each other within minutes: one window, nothing of it counted twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
from evidence import START

import minutebook as mb

#: Minutes of which not a request came: five and then three, a minute apart.
FIRST, SECOND = range(40, 45), range(46, 49)


def visits(*lost: int, partial: range = range(0)) -> pd.DataFrame:
    """90 minutes of a request a second, each minute by 60 users of 300 who come every five minutes; but for some."""
    at = np.arange(90 * 60)
    minute = at // 60
    frame = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(at + 0.5, unit="s"), "kind": "request", "layer": "app", "service": "shop", "status": 200,
            "operation": "GET /", "user": [f"u{n}" for n in at % 300], "source": "shop.log", "line": at + 1,
        }
    )  # fmt: skip
    is_lost = np.isin(minute, lost) | (np.isin(minute, partial) & (at % 10 > 0))
    return frame[~is_lost]


def beside(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame and, every second, a line of another service that goes on all the while."""
    at = np.arange(90 * 60)
    lines = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(at, unit="s"), "kind": "log", "level": "info", "service": "mail",
            "message": "sent", "source": "mail.log", "line": at + 1,
        }
    )  # fmt: skip
    return pd.concat([frame, lines], ignore_index=True)


def instant(minute: float) -> str:
    return (START + pd.Timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def test_two_losses_a_minute_apart_are_one_window_of_two_pieces() -> None:
    impact = mb.impact(beside(visits(*FIRST, *SECOND)))
    (window,) = impact["windows"]
    assert window["kind"] == "traffic_loss"
    # From the last request before to the first one behind.
    assert (window["start"], window["end"]) == (instant(40 - 0.5 / 60), instant(49 + 0.5 / 60))
    assert window["pieces"] == [[instant(40), instant(45)], [instant(46), instant(49)]]
    # 8 minutes without any; the 60 requests of the one between aren't missing.
    assert (window["valid"], window["lost_requests"], window["odds"]) == (0, 480, 480.0)
    assert window["evidence"] == "0 requests where 480 are usual, in 2 pieces, while other evidence goes on."
    # All 300 would have come within nine minutes; 60 did between the pieces, each of the others was missed once.
    assert window["users"]["silent"]["mid"] == 240
    assert impact["total"]["impact_seconds"] == 541.0


def test_losses_five_minutes_apart_are_one_and_six_minutes_apart_are_two() -> None:
    for between, windows in ((5, 1), (6, 2)):
        frame = beside(visits(*range(40, 44), *range(44 + between, 48 + between)))
        told = mb.impact(frame)["windows"]
        assert len(told) == windows
        assert sum(window["lost_requests"] for window in told) == 480
        assert sum(len(window["pieces"]) for window in told) == 2


def test_a_loss_that_is_partial_first_and_then_whole_says_both() -> None:
    (window,) = mb.impact(beside(visits(*SECOND, partial=FIRST)))["windows"]
    # Of each minute of the first piece six requests of sixty came.
    assert (window["valid"], window["lost_requests"]) == (30, 480 - 30)
    assert window["evidence"] == (
        "30 requests where 480 are usual, in 2 pieces, in part spread over the time, in part while other evidence goes on."
    )
    # 300 - 30 + 30·ln(30/300) = 200.9, and 180 of the whole one.
    assert window["odds"] == 380.9


def test_half_of_the_traffic_gone_is_a_loss_and_less_is_none() -> None:
    frame = beside(visits())
    second = frame["time"].dt.second
    is_shop = (frame["service"] == "shop") & frame["time"].between(
        *(START + pd.Timedelta(minutes=at) for at in (40, 50))
    )
    (window,) = mb.impact(frame[~(is_shop & (second % 2 == 0))])["windows"]
    assert (window["valid"], window["lost_requests"]) == (300, 300)
    assert mb.impact(frame[~(is_shop & (second % 2 == 0) & (second > 0))])["windows"] == []


def test_before_a_service_s_first_request_and_behind_its_last_nothing_is_lost() -> None:
    assert mb.impact(beside(visits(*range(30), *range(60, 90))))["windows"] == []


def test_holes_in_the_evidence_stay_apart_since_the_minutes_between_are_known() -> None:
    one, two = mb.impact(visits(*FIRST, *SECOND))["windows"]
    assert (one["kind"], two["kind"]) == ("no_evidence", "no_evidence")
    assert (one["pieces"], two["pieces"]) == ([[instant(40), instant(45)]], [[instant(46), instant(49)]])


def test_a_loss_beside_a_hole_in_the_evidence_does_not_take_it_in() -> None:
    both = beside(visits(*FIRST, *SECOND))
    is_hole = both["time"].between(START + pd.Timedelta(minutes=46), START + pd.Timedelta(minutes=49))
    loss, hole = mb.impact(both[~is_hole])["windows"]
    assert (loss["kind"], loss["lost_requests"]) == ("traffic_loss", 300)
    assert hole["kind"] == "no_evidence"


def test_whom_a_loss_hit_is_unknown_where_nobody_is_named() -> None:
    frame = beside(visits(*FIRST))
    (named,), (nameless,) = mb.impact(frame)["windows"], mb.impact(frame.drop(columns="user"))["windows"]
    assert [each["users"]["affected"] for each in (named, nameless)] == [0, None]
