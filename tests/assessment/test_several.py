"""Several services, several incidents, one run: windows with their own scope, and totals that are unions."""

from __future__ import annotations

import pandas as pd
import pytest
from evidence import START, breaking, requests

import minutebook as mb

SHOP = breaking(requests(1), 2400, 3000)
SEARCH = breaking(requests(2, service="search", operations=["GET /search"]), 2700, 3300)
BOTH = pd.concat([SHOP, SEARCH], ignore_index=True)


def test_overlapping_incidents_of_two_services_are_two_windows_with_their_own_scope() -> None:
    one, two = mb.impact(BOTH)["windows"]
    assert (one["service"], one["operations"]) == ("shop", ["GET /browse", "POST /checkout"])
    assert (two["service"], two["operations"]) == ("search", ["GET /search"])
    for window, start_s in ((one, 2400), (two, 2700)):
        assert abs((pd.Timestamp(window["start"]) - START).total_seconds() - start_s) < 15


def test_totals_are_the_union_of_the_windows_never_their_sum() -> None:
    impact = mb.impact(BOTH)
    bad = BOTH[BOTH["status"] == 500]
    assert impact["total"]["affected"] == bad["user"].nunique() < sum(w["users"]["affected"] for w in impact["windows"])
    assert impact["total"]["impact_seconds"] == pytest.approx(900, abs=20)
    minutes = bad.assign(minute=bad["time"].dt.floor("min"))[["user", "minute"]].drop_duplicates()
    assert impact["total"]["user_minutes"] == len(minutes)


def test_the_order_of_the_inputs_changes_nothing() -> None:
    shuffled = BOTH.sample(frac=1, random_state=3)
    assert mb.impact(shuffled) == mb.impact(BOTH)


def test_what_usually_fails_is_no_part_of_the_excess() -> None:
    noisy = breaking(BOTH, 0, 5400, share=0.02, seed=5, where=lambda f: f["status"] == 200, status=503)
    window = next(w for w in mb.impact(noisy)["windows"] if w["service"] == "shop")
    statuses = {entry["value"]: entry for entry in window["top"]["statuses"]}
    assert window["top"]["statuses"][0]["value"] == 500
    assert statuses[500]["excess"] == statuses[500]["bad"]
    assert all(entry["excess"] < 10 for value, entry in statuses.items() if value == 503)
