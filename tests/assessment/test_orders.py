"""What came before what: proven, contradicted or undecidable, by stamps, edges and clocks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from evidence import START, breaking, requests

import minutebook as mb
from minutebook.events import check_events
from minutebook.settings.config import Config

SHOP = breaking(requests(), 2400, 3000)


def with_deploy(at_s: float, kind: str = "deploy", phase: str = "started") -> pd.DataFrame:
    time = START + pd.Timedelta(seconds=at_s)
    deploy = {"time": time, "kind": kind, "phase": phase, "service": "shop", "version": "2", "source": "list.json",
              "entity": "d1", "message": "thing of shop", "line": 1}  # fmt: skip
    return pd.concat([SHOP, pd.DataFrame([deploy])], ignore_index=True)


@pytest.mark.parametrize(
    ("at_s", "verdict"), [(2300, "proven"), (2401.5, "undecidable"), (2403, "undecidable"), (2500, "proven")]
)
def test_a_deploy_is_before_an_edge_only_where_no_bounds_overlap(at_s: float, verdict: str) -> None:
    (row,) = mb.orders(with_deploy(at_s)).itertuples()
    assert row.verdict == verdict
    assert row.second == ("impact start" if at_s < 2405 else "impact end")
    assert (abs(row.by_s) > row.error_s) == (verdict == "proven")
    assert row.assumed


def test_a_deploy_after_the_end_contradicts_that_it_came_before_it() -> None:
    (row,) = mb.orders(with_deploy(3060)).itertuples()
    assert (row.second, row.verdict) == ("impact end", "contradicted")
    assert row.by_s < 0


def test_an_alert_is_asked_whether_the_impact_began_before_it() -> None:
    (row,) = mb.orders(with_deploy(2300, "alert", "fired")).itertuples()
    assert (row.first, row.verdict) == ("impact start", "contradicted")


def test_what_is_assumed_of_unknown_clocks_can_be_stated() -> None:
    near = with_deploy(2385)
    told = {s: mb.orders(near, config=Config(clock_error_s=s)).iloc[0] for s in (0.0, 30.0)}
    assert (told[0.0]["verdict"], told[30.0]["verdict"]) == ("proven", "undecidable")
    assert told[30.0]["clock_error_s"] == 60.0


def test_a_list_that_tells_minutes_proves_nothing_within_one(tmp_path: Path) -> None:
    told = {}
    for stamp in ("08:38", "08:40", "08:40:00"):
        path = tmp_path / f"{stamp.replace(':', '-')}.csv"
        path.write_text(f"service,version,started\nshop,2,2026-11-23T{stamp}Z\n", "utf-8")
        events = pd.concat([check_events(SHOP), mb.read(path)], ignore_index=True)
        config = Config(clock_error_s=0.0)
        (row,) = mb.orders(events, config=config).itertuples()
        timeline = mb.timeline(events, config=config)
        (deploy,) = timeline[timeline["kind"] == "deploy"].itertuples()
        told[stamp] = (row.verdict, row.second, deploy.time_error_s)
    start = "impact start"
    assert told == {
        "08:38": ("proven", start, 60.0),
        "08:40": ("undecidable", start, 60.0),
        "08:40:00": ("proven", start, 0.0),
    }


def test_marks_of_one_source_share_its_clock() -> None:
    same = with_deploy(2385).assign(source="one.log")
    row = mb.orders(same, config=Config(clock_error_s=30.0)).iloc[0]
    assert (row["clock_error_s"], row["verdict"]) == (0.0, "proven")


def test_with_several_windows_each_verdict_names_its_own_and_what_is_of_its_service() -> None:
    other = breaking(requests(2, service="search"), 3600, 4200)
    deploys = pd.concat([with_deploy(at).iloc[[-1]] for at in (2300, 3500)])
    deploys = deploys.assign(entity=["d1", "d2"], line=[1, 2], service=["shop", "search"])
    told = mb.orders(pd.concat([SHOP, other, deploys], ignore_index=True))
    assert list(zip(told["window"], told["second"], strict=True)) == [("w1", "w1 start"), ("w2", "w2 start")]


def test_a_window_without_failures_has_orders_too() -> None:
    deploy = with_deploy(2300).iloc[[-1]]
    told = mb.orders(pd.concat([breaking(requests(), 2400, 3000, duration=3.0), deploy], ignore_index=True))
    assert told["verdict"].tolist() == ["proven"]


def test_what_was_only_noted_is_named_by_all_that_it_says_and_a_change_by_its_sentence() -> None:
    noted = with_deploy(2300, "change", "noted").replace(
        "thing of shop", "Deployment shop: Scaled down shop-1 from 2 to 0"
    )
    assert mb.orders(noted)["first"].tolist() == ["Deployment shop: Scaled down shop-1 from 2 to 0"]
    turned = with_deploy(2300, "change", "succeeded").replace("thing of shop", "flag x in production turned on")
    assert mb.orders(turned)["first"].tolist() == ["flag x in production turned on"]


def test_how_far_off_it_may_be_is_told_towards_the_doubt() -> None:
    # The edge may be later by many seconds, not earlier: a deploy just ahead of it is proven.
    rare = breaking(requests(per_minute=20), 2400, 3600, share=0.25)
    told = [mb.orders(pd.concat([rare, with_deploy(at).iloc[[-1]]], ignore_index=True)) for at in (2380, 2390, 2397)]
    for row in (row for each in told for row in each.itertuples()):
        assert (abs(row.by_s) > row.error_s) == (row.verdict in ("proven", "contradicted"))


@pytest.mark.parametrize(("service", "is_told"), [("shop", True), ("Shop.Config", True), ("mail", False)])
def test_a_deploy_is_asked_about_where_it_s_of_the_service_or_a_part_of_it(service: str, is_told: bool) -> None:
    frame = with_deploy(1700)
    frame["service"] = frame["service"].mask(frame["kind"] == "deploy", service)
    assert bool(mb.impact(frame)["orders"]) is is_told


def test_what_a_cluster_does_all_day_is_asked_about_by_no_edge() -> None:
    frame = with_deploy(2300, "change", "noted")
    frame["fields"] = [None] * (len(frame) - 1) + ['{"routine": "of type Normal"}']
    assert not len(mb.orders(frame))
    assert not mb.impact(frame)["windows"][0]["nearby"]


@pytest.mark.parametrize(
    ("stamp", "verdict"), [("2026-11-23 08:39:00", "undecidable"), ("2026-11-23T08:39:00Z", "proven")]
)
def test_a_list_without_a_zone_proves_nothing_beside_logs_that_have_one(
    tmp_path: Path, stamp: str, verdict: str
) -> None:
    told = SHOP[["time", "service", "operation", "status", "user"]].rename(columns={"user": "user_id"})
    told["time"] = told["time"].dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    told[["method", "path"]] = told.pop("operation").str.split(" ", expand=True)
    told.to_json(tmp_path / "shop.jsonl", orient="records", lines=True)
    (tmp_path / "deploys.csv").write_text(f"service,version,deployed_at\nshop,2,{stamp}\n")
    (row,) = mb.orders(tmp_path).itertuples()
    assert (row.verdict, row.assumed) == (verdict, True)
