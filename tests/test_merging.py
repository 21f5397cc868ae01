from __future__ import annotations

import json

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from minutebook.events import check_events
from minutebook.merging import merge_happenings

T = pd.Timestamp("2026-11-23T09:00:00Z")


def alert(
    phase: str,
    seconds: float,
    source: str,
    line: int = 1,
    *,
    end: float | None = None,
    step: float = 0,
    name: str = "A",
):  # type: ignore[no-untyped-def]
    fields = {"labels": {"alertname": name}, "name": name} | ({"time_error_s": step} if step else {})
    return {
        "time": T + pd.Timedelta(seconds=seconds), "end": T + pd.Timedelta(seconds=end) if end is not None else pd.NaT,
        "kind": "alert", "phase": phase, "entity": f"alert:{name}-{source[:4]}", "source": source, "line": line,
        "message": f"alert {name} {phase}", "fields": json.dumps(fields), "service": "shop",
    }  # fmt: skip


def deploy(phase: str, seconds: float, source: str, version: str, entity: str):  # type: ignore[no-untyped-def]
    return {
        "time": T + pd.Timedelta(seconds=seconds), "kind": "deploy", "phase": phase, "service": "shop", "version": version,
        "entity": entity, "source": source, "line": 1, "message": f"deploy {phase}",
    }  # fmt: skip


def merge(rows: list[dict]) -> pd.DataFrame:  # type: ignore[type-arg]
    return merge_happenings(check_events(pd.DataFrame(rows)))[0]


TOLD = [
    alert("pending", -30, "prometheus", step=5),
    alert("fired", 2, "prometheus", step=5, end=600),
    alert("resolved", 600, "prometheus", step=5),
    *(alert("fired", 0, "webhooks", line) for line in (1, 2, 3)),
    alert("resolved", 595, "webhooks", 4),
    alert("fired", 0, "api"),
    alert("fired", 100, "webhooks", 5, name="B"),
]


def test_one_alert_of_three_sources_is_one_row_a_phase_with_all_evidence() -> None:
    merged = merge(TOLD)
    own = merged[merged["message"].str.contains(" A ")]
    assert own["phase"].astype("str").tolist() == ["pending", "fired", "resolved"]
    fired = own.iloc[1]
    assert fired["time"] == T  # the exact one's, not the sampled one's
    assert fired["evidence"] == "api:1; prometheus:1; webhooks:1; webhooks:2; webhooks:3"
    assert own["entity"].nunique() == 1
    assert len(merged) == 4


@given(st.permutations(TOLD))
def test_the_order_of_the_rows_does_not_matter(rows: list[dict]) -> None:  # type: ignore[type-arg]
    pd.testing.assert_frame_equal(merge(rows), merge(TOLD))


@given(st.lists(st.sampled_from(TOLD), max_size=6))
def test_reading_a_row_again_adds_nothing(more: list[dict]) -> None:  # type: ignore[type-arg]
    pd.testing.assert_frame_equal(merge(TOLD + more), merge(TOLD))


def test_two_firings_of_one_alert_stay_two() -> None:
    rows = [
        alert("fired", 0, "w"),
        alert("resolved", 300, "w", 2),
        alert("fired", 900, "w", 3),
        alert("resolved", 960, "w", 4),
    ]
    assert merge(rows)["phase"].astype("str").tolist() == ["fired", "resolved", "fired", "resolved"]


def test_flapping_is_one_row_with_its_count() -> None:
    rows = [
        alert(phase, 120 * i + shift, "w", 2 * i + (phase == "resolved"))
        for i in range(6)
        for phase, shift in (("fired", 0), ("resolved", 60))
    ]
    merged = merge(rows)
    assert merged["phase"].astype("str").tolist() == ["fired", "resolved"]
    assert merged["count"].tolist() == [6, 1]
    assert "fired 6 times until 09:10:00" in merged["message"].iloc[0]
    assert merged["time"].tolist() == [T, T + pd.Timedelta(seconds=660)]


def test_a_deploy_told_by_two_tools_is_one_where_service_version_and_time_agree() -> None:
    rows = [
        deploy("started", 0, "github", "abc1234def", "deploy:1"),
        deploy("succeeded", 60, "github", "abc1234def", "deploy:1"),
        deploy("started", 40, "argocd", "abc1234", "deploy:x"),
        deploy("started", 0, "other", "fff0000", "deploy:y"),
        deploy("started", 4000, "argocd", "abc1234", "deploy:z"),
    ]
    merged = merge(rows)
    assert len(merged) == 4
    assert merged.loc[merged["phase"] == "started", "evidence"].tolist()[0] in ("argocd:1; github:1", "other:1")
    assert "argocd:1; github:1" in set(merged["evidence"])


def test_what_was_merged_is_listed() -> None:
    _, merges = merge_happenings(check_events(pd.DataFrame(TOLD)))
    assert {entry["what"] for entry in merges} == {"alert"}
    assert any(entry["count"] == 5 for entry in merges)
