"""Whose failures they are: ids over addresses, joined over layers; retries; clients without a name; lines without users."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from evidence import START, breaking, requests

import minutebook as mb

BROKEN = breaking(requests(), 2400, 3000)


def seen_by_the_proxy(app: pd.DataFrame, **values: object) -> pd.DataFrame:
    return app.assign(layer="proxy", source="edge.log", user=None, client="192.0.2.7", **values)


def test_a_request_in_two_layers_counts_once_and_for_its_user() -> None:
    both = pd.concat([seen_by_the_proxy(BROKEN), BROKEN], ignore_index=True)
    (one,), (two,) = mb.impact(BROKEN)["windows"], mb.impact(both)["windows"]
    assert (one["users"], one["valid"], one["bad"]) == (two["users"], two["valid"], two["bad"])


def test_a_failure_that_only_the_proxy_saw_is_the_users_whom_the_application_knows_by_the_id() -> None:
    healthy = requests()  # the application thinks that it answered
    both = pd.concat([healthy, seen_by_the_proxy(breaking(healthy, 2400, 3000, status=504))], ignore_index=True)
    hit = healthy[healthy["at"].between(2400, 3000)]
    (window,) = mb.impact(both)["windows"]
    assert window["users"]["affected"] == hit["user"].nunique()
    assert window["users"]["anonymous_clients"] == 0
    assert window["bad"] == window["valid"] == len(hit)
    assert mb.minutes(both)["requests"].sum() == len(healthy)


def test_a_failure_that_never_reached_the_application_is_an_anonymous_clients() -> None:
    app = requests()
    proxy = seen_by_the_proxy(breaking(app, 2400, 3000, status=502))
    proxy["client"] = [f"198.51.100.{n % 40}" for n in range(len(proxy))]
    reached = app[~app["at"].between(2400, 3000)]
    (window,) = mb.impact(pd.concat([reached, proxy], ignore_index=True))["windows"]
    lost = app["at"].between(2400, 3000).sum()
    assert (window["bad"], window["valid"]) == (lost, lost)
    assert (window["users"]["affected"], window["users"]["anonymous_clients"]) == (0, 40)


def test_a_few_names_at_the_edge_do_not_make_it_the_layer_that_knows_users() -> None:
    proxy = seen_by_the_proxy(BROKEN)
    proxy["user"] = pd.Series("admin", index=proxy.index, dtype=object).where(proxy.index % 50 == 0)
    impact = mb.impact(pd.concat([proxy, BROKEN], ignore_index=True))
    assert impact["sli"]["layer"] == "app"
    assert impact["windows"][0]["users"]["affected"] == mb.impact(BROKEN)["windows"][0]["users"]["affected"]


@pytest.mark.parametrize(("after_s", "state"), [(20.0, "degraded"), (61.0, "failed")])
@pytest.mark.parametrize("at_s", [2405.0, 2455.0])
def test_a_retry_that_succeeds_within_a_minute_makes_a_user_degraded(after_s: float, state: str, at_s: float) -> None:
    late = BROKEN[~BROKEN["user"].isin(["u1"])]
    own = BROKEN.iloc[:2].assign(
        at=[at_s, at_s + after_s], user="u1", status=[500, 200], operation="GET /browse", trace=["r1", "r2"]
    )
    own["time"] = START + pd.to_timedelta(own["at"], unit="s")
    users = mb.users(pd.concat([late, own], ignore_index=True))
    assert users.loc[users["user"] == "u1", "state"].tolist() == [state]


def test_a_retry_of_another_operation_is_none() -> None:
    late = BROKEN[~BROKEN["user"].isin(["u1"])]
    own = BROKEN.iloc[:2].assign(
        at=[2410.0, 2412.0],
        user="u1",
        status=[500, 200],
        operation=["GET /browse", "POST /checkout"],
        trace=["r1", "r2"],
    )
    own["time"] = START + pd.to_timedelta(own["at"], unit="s")
    users = mb.users(pd.concat([late, own], ignore_index=True))
    assert users.loc[users["user"] == "u1", "state"].tolist() == ["failed"]


def test_a_loop_of_retries_counts_once_a_minute_and_a_user() -> None:
    loop = pd.concat([BROKEN[BROKEN["status"] == 500].iloc[[5]]] * 400, ignore_index=True)
    loop["at"] = np.linspace(2700, 2759, 400)
    loop["time"] = START + pd.to_timedelta(loop["at"], unit="s")
    loop["trace"] = [f"loop{n}" for n in range(400)]
    (plain,), (looped,) = (
        mb.impact(BROKEN)["windows"],
        mb.impact(pd.concat([BROKEN, loop], ignore_index=True))["windows"],
    )
    assert looped["users"] == plain["users"]
    assert looped["bad"] == plain["bad"] + 400
    assert looped["user_minutes"] <= plain["user_minutes"] + 1


def test_users_and_anonymous_clients_are_two_numbers_never_summed() -> None:
    rng = np.random.default_rng(1)
    mixed = BROKEN.copy()
    is_guest = rng.random(len(mixed)) < 0.4
    mixed["client"] = [f"198.51.100.{n}" for n in rng.integers(1, 50, len(mixed))]
    mixed["user"] = mixed["user"].where(~is_guest, None)
    bad = mixed[mixed["status"] == 500]
    impact = mb.impact(mixed)
    (window,) = impact["windows"]
    assert window["users"]["affected"] == bad["user"].nunique() == impact["total"]["affected"]
    assert window["users"]["anonymous_clients"] == bad.loc[bad["user"].isna(), "client"].nunique()


def test_clients_without_any_user_ids_are_counted_and_users_are_unknown_not_zero() -> None:
    rng = np.random.default_rng(1)
    nameless = BROKEN.assign(user=None, client=[f"198.51.100.{n}" for n in rng.integers(1, 90, len(BROKEN))])
    impact = mb.impact(nameless)
    (window,) = impact["windows"]
    assert window["users"]["anonymous_clients"] == nameless.loc[nameless["status"] == 500, "client"].nunique()
    assert [window["users"][key] for key in ("exposed", "affected", "failed", "degraded")] == [None] * 4
    assert (impact["total"]["affected"], window["user_minutes"]) == (None, None)
    assert any("no user" in sentence for sentence in window["cannot_tell"])
    assert len(mb.timeline(nameless).query("kind == 'impact' and phase == 'ended'")) == 1


def test_lines_without_status_and_users_still_give_a_window_and_say_what_they_cannot_tell() -> None:
    lines = BROKEN.assign(
        kind="log", level=np.where(BROKEN["status"] == 500, "error", "info"), status=None, operation=None, user=None,
        client=None, trace=None, duration=None, message="handled",
    )  # fmt: skip
    lines["message"] = lines["message"].where(BROKEN["status"] != 500, "can't reach the database")
    impact = mb.impact(lines)
    (window,) = impact["windows"]
    assert impact["sli"]["layer"] == "lines"
    assert abs((pd.Timestamp(window["start"]) - START).total_seconds() - 2400) < 30
    assert window["users"]["unknown_events"] == (BROKEN["status"] == 500).sum()
    assert window["users"]["affected"] is None
    assert "lines" in window["evidence"]
    told = " ".join(window["cannot_tell"])
    assert [word for word in ("no user", "how many requests") if word not in told] == []


def test_whom_slowness_hit_is_unknown_where_only_failures_name_their_user() -> None:
    frame = requests(minutes=120).assign(client=lambda told: "192.0.2." + (told.index % 200).astype("str"))
    frame = breaking(breaking(frame, 2400, 3000, duration=5.0), 5000, 5600)
    frame["user"] = frame["user"].where(frame["status"] == 500)
    told = {window["kind"]: window["users"]["affected"] for window in mb.impact(frame)["windows"]}
    assert told["slow"] is None
    assert told["fail"] > 200
