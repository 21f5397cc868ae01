"""A service whose users stay away every day at the same time has lost nothing then."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from evidence import START

import minutebook as mb
from minutebook.assessment.daily import count_alike_days

DAY, LUNCH = 1440, range(240, 280)  # minutes from 8:00


def visits(days: int, *lost: range, first_day: int = 0, dark: range = range(0)) -> dict[str, Any]:
    """The impact of two requests a minute, but for some minutes, beside another service that goes on but in the dark."""
    at = np.arange(days * DAY)
    is_lost = np.isin(at, np.concatenate([[-1], *lost])) | (at < first_day * DAY)
    shop = pd.DataFrame({"minute": np.repeat(at[~is_lost], 2), "kind": "request", "layer": "app", "service": "shop",
                         "status": 200, "operation": "GET /"})  # fmt: skip
    shop["user"] = [f"u{n % 300}" for n in range(len(shop))]
    other = pd.DataFrame(
        {"minute": at[~np.isin(at, dark)], "kind": "log", "level": "info", "service": "mail", "message": "sent"}
    )
    events = pd.concat([shop, other]).sort_values("minute", kind="stable", ignore_index=True)
    time = START + pd.to_timedelta(events["minute"], unit="min") + pd.to_timedelta(events.index % 59, unit="s")
    return mb.impact(events.drop(columns="minute").assign(time=time, source="all.log", line=events.index + 1))


def shift(minutes: range, days: int) -> range:
    return range(minutes.start + days * DAY, minutes.stop + days * DAY)


def test_a_silence_at_the_same_time_of_each_day_is_usual() -> None:
    noon = [shift(LUNCH, day) for day in range(3)]
    impact = visits(3, *noon)
    assert impact["windows"] == []
    told = [each["reason"] for each in impact["rejected"] if each["kind"] == "traffic_loss"]
    assert told == ["as few came at that time of the 2 other days: it's usual"] * 3
    # One at another time isn't.
    (window,) = visits(3, *noon, range(DAY + 600, DAY + 640))["windows"]
    assert window["start"].startswith("2026-11-24T17:59") and window["lost_requests"] == 80


def test_a_day_that_had_requests_then_makes_each_silence_a_loss() -> None:
    assert len(visits(4, LUNCH, shift(LUNCH, 1), shift(LUNCH, 2))["windows"]) == 3
    # Two days alone don't show what is usual, nor does one on which the service wasn't there.
    assert len(visits(2, LUNCH, shift(LUNCH, 1))["windows"]) == 2
    assert len(visits(4, shift(LUNCH, 2), shift(LUNCH, 3), first_day=2)["windows"]) == 2


def test_minutes_without_evidence_are_not_called_usual() -> None:
    noon = [shift(LUNCH, day) for day in range(3)]
    impact = visits(3, *noon, dark=noon[2])
    assert [each["kind"] for each in impact["windows"]] == ["traffic_loss", "traffic_loss", "no_evidence"]


@pytest.mark.parametrize(
    ("others", "unknown", "days"),
    [
        ((0, 0, 0), None, 3),
        ((0, 4, 0), None, 3),  # within a tenth of the expected 40
        ((0, 5, 0), None, 0),
        ((0, 0, 0), 0, 2),
        ((0, 0, 99), 2, 2),  # only half of those minutes is known
        ((0, 0, 0), (0, 1), 0),
    ],
)
def test_which_days_are_alike(others: tuple[int, ...], unknown: Any, days: int) -> None:
    minutes = np.arange(7, 7 + 4 * DAY)
    seen, is_known = np.full(len(minutes), 2.0), np.ones(len(minutes), bool)
    for day, came in enumerate(others):
        seen[day * DAY + 100 : day * DAY + 120] = 0
        seen[day * DAY + 110] = came
    for day in np.atleast_1d(unknown) if unknown is not None else ():
        is_known[day * DAY + 110 : day * DAY + 120] = False
    seen[3 * DAY + 100 : 3 * DAY + 120] = 0
    assert count_alike_days(minutes, seen, is_known, (3 * DAY + 100, 3 * DAY + 120), 40.0) == days


def test_minutes_that_are_not_laid_out_are_no_evidence() -> None:
    minutes = np.arange(3 * DAY)
    kept = np.delete(minutes, slice(100, 110))
    seen, is_known = np.zeros(len(kept)), np.ones(len(kept), bool)
    place = (2 * DAY + 90, 2 * DAY + 110)
    assert kept[place[0]] == 2 * DAY + 100
    assert count_alike_days(kept, seen, is_known, place, 40.0) == 0
    assert count_alike_days(minutes, np.zeros(3 * DAY), np.ones(3 * DAY, bool), place, 40.0) == 2
