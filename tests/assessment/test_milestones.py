"""Milestones and durations of an incident whose times are plain to see."""

from __future__ import annotations

import pandas as pd
import pytest

from minutebook.assessment.milestones import find_milestones, find_mitigation, find_nearby

START, END = pd.Timestamp("2026-11-23T09:00:00Z"), pd.Timestamp("2026-11-23T09:20:00Z")


def happenings(*told: tuple[float, str, str, str | None]) -> pd.DataFrame:
    """(minutes after the start, kind, phase, service) of each."""
    rows = [
        (START + pd.Timedelta(minutes=at), *each, "it", "it-2" if at in (-30, -9) else "it-1") for at, *each in told
    ]
    return pd.DataFrame(rows, columns=["time", "kind", "phase", "service", "message", "entity"])


def detect(*told: tuple[float, str, str, str | None]) -> list[float | None]:
    """TTD and TTA in minutes."""
    _, durations = find_milestones(START, END, None, ["shop"], happenings(*told))
    return [None if durations[name] is None else durations[name] / 60 for name in ("ttd", "tta")]


@pytest.mark.parametrize(
    ("told", "minutes"),
    [
        ([], [None, None]),
        ([(4, "alert", "fired", "shop"), (6, "alert", "acknowledged", "shop")], [4, 2]),
        # The first one counts, also one that fired shortly before and wasn't over by then.
        ([(4, "alert", "fired", "shop"), (-30, "alert", "fired", "shop")], [-30, None]),
        ([(4, "alert", "fired", "shop"), (-30, "alert", "fired", "shop"), (-9, "alert", "resolved", "shop")], [4, None]),
        # One of no service in particular may be the incident's, but before its start only if there's no other.
        ([(4, "alert", "fired", "shop"), (3, "alert", "fired", None)], [3, None]),
        ([(4, "alert", "fired", "shop"), (-30, "alert", "fired", None)], [4, None]),
        ([(-30, "alert", "fired", None)], [-30, None]),
        ([(4, "alert", "fired", "shop"), (-31, "alert", "fired", "shop")], [4, None]),
        ([(4, "alert", "fired", "mail"), (20, "alert", "fired", "shop")], [20, None]),
        # What comes after the end detects nothing, nor does anything but an alert that fires.
        ([(21, "alert", "fired", "shop"), (3, "alert", "resolved", "shop"), (2, "deploy", "fired", "shop")], [None, None]),
    ],
)  # fmt: skip
def test_detection_is_the_first_alert_of_the_service_about_the_incident(
    told: list[tuple[float, str, str, str | None]], minutes: list[float | None]
) -> None:
    assert detect(*told) == minutes


def test_durations_are_differences_of_milestones_and_unknown_without_one() -> None:
    stones, durations = find_milestones(START, END, START + pd.Timedelta("90.5s"), ["shop"], happenings())
    assert (stones["impact_start"], stones["impact_end"], stones["detected"]) == (START, END, None)
    assert durations == {"ttd": None, "tta": None, "ttm": 90.5, "ttr": 1200.0}
    assert find_milestones(None, None, None, [], happenings())[1] == dict.fromkeys(("ttd", "tta", "ttm", "ttr"))


def test_mitigated_is_where_the_excess_stays_below_half_its_peak() -> None:
    def find(*excess: float, last_minute: int = 200, end_s: float = 0.0) -> float | None:
        """Minutes from the window's first to where it's mitigated; the window ends with its last one."""
        end = (100 + len(excess)) * 60_000_000 - 1
        at = find_mitigation(dict(enumerate(excess, 100)), end - int(end_s * 1e6), last_minute)
        return None if at is None else at / 60e6 - 100

    steps = (10.0,) * 6 + (7.0,) * 4 + (3.0,) * 5
    assert find(*steps) == 10
    # One noisy minute moves it neither where it's late nor where it's the worst of all.
    assert find(*steps[:-2], 9.0, *steps[-1:]) == find(*steps[:2], 90.0, *steps[3:]) == 10
    # Three in a row are no noise.
    assert find(*steps, 6.0, 9.0, 6.0, 1.0, 1.0, 1.0) == 18
    # Where most minutes have no failure, as of few that are far from each other, their mean says it.
    few = (-0.1, 4.9, -0.1)
    assert find(*few, *(-0.1,) * 20, 1.9, -0.1, -0.1) == 4
    assert find(-1.0, -1.0) == pytest.approx(2)
    # Never before the end: it is the end.
    assert find(4.0, 10.0, end_s=59) == pytest.approx(2 - 59 / 60)
    # The evidence ends in the window: two minutes below half, of which the last may be a part of one, are too few.
    assert find(*steps[:12], last_minute=111) is None
    assert find(*steps[:13], last_minute=112) == 10
    assert find_mitigation({}, 0, 105) is None
    # Minutes of which nothing is known don't lower it.
    known = {100: 10.0, 101: 10.0, 109: 10.0, 110: 10.0}
    assert find_mitigation(known, 111 * 60_000_000, 200) == 111 * 60_000_000


def test_nearby_is_what_happened_within_the_window_or_in_the_half_hour_before() -> None:
    told = happenings(
        (-31, "deploy", "started", "shop"), (-30, "deploy", "succeeded", "shop"), (-1, "change", "noted", None),
        (5, "note", "noted", "shop"), (20, "alert", "resolved", "shop"), (21, "alert", "fired", "shop"),
    )  # fmt: skip
    near = find_nearby(told, START, END)
    assert [(each["kind"], each["offset_s"], each["service"]) for each in near] == [
        ("deploy", -1800.0, "shop"), ("change", -60.0, None), ("alert", 1200.0, "shop"),
    ]  # fmt: skip
