from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.events import check_events
from minutebook.exports import Document, load_exports, parse_documents, pick_export, read_export
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


REAL = Path(__file__).parents[1] / "sample_logs" / "bad-deploy" / "evidence"


def read(path: Path) -> list[dict]:  # type: ignore[type-arg]
    documents = parse_documents(path.read_bytes())
    export = pick_export([document.value for document in documents], load_exports()).format
    assert export is not None
    rows = read_export(documents, export).rows
    return [{**row, "source": path.name} for row in rows]


def test_the_real_incident_is_three_deploys_and_two_alerts() -> None:
    files = ("alertmanager.webhooks.jsonl", "alertmanager.alerts.json", "prometheus.alerts-range.json", "deploys.json")
    rows = [row for name in files for row in read(REAL / name)]
    merged = merge(rows)
    told = Counter(zip(merged["kind"].astype("str"), merged["phase"].astype("str"), strict=True))
    assert told == {
        ("deploy", "started"): 3, ("deploy", "succeeded"): 3,
        ("alert", "pending"): 2, ("alert", "fired"): 2, ("alert", "resolved"): 2,
    }  # fmt: skip
    exact = merged[merged["phase"].astype("str").isin(["fired", "resolved"])]
    assert (exact["time_error_s"] == 0).all()
    fired = exact[exact["phase"].astype("str") == "fired"]
    assert fired["evidence"].str.contains("prometheus").all()
    pd.testing.assert_frame_equal(merge(rows + rows), merged)


def test_the_latest_explicit_end_wins_and_a_repeat_moves_nothing() -> None:
    rows = [
        alert("fired", 0, "one", 1, end=300),
        alert("resolved", 300, "one", 1),
        alert("fired", 0, "two", 1, end=330),
        alert("resolved", 330, "two", 1),
    ]
    merged = merge(rows)
    assert merged["phase"].astype("str").tolist() == ["fired", "resolved"]
    assert merged["time"].tolist() == [T, T + pd.Timedelta(seconds=330)]
    assert merged["end"].iloc[0] == T + pd.Timedelta(seconds=330)
    assert merged["evidence"].tolist() == ["one:1; two:1", "one:1; two:1"]


def test_an_explicit_end_beats_a_sampled_one() -> None:
    rows = [
        alert("fired", 5, "prom", end=400, step=15),
        alert("resolved", 400, "prom", step=15),
        alert("fired", 0, "webhooks", end=360),
        alert("resolved", 360, "webhooks"),
    ]
    merged = merge(rows)
    assert merged["time"].tolist() == [T, T + pd.Timedelta(seconds=360)]
    assert merged["end"].iloc[0] == T + pd.Timedelta(seconds=360)


def test_samples_alone_say_how_far_they_may_be_off() -> None:
    rows = [alert("fired", 0, "prom", end=60, step=15), alert("resolved", 60, "prom", step=15)]
    assert merge(rows)["time_error_s"].tolist() == [15.0, 15.0]


def test_a_sampled_firing_of_which_no_exact_record_tells_stays_a_firing() -> None:
    rows = [alert("fired", 0, "webhooks"), alert("fired", 5000, "prom", end=5060, step=15)]
    assert merge(rows)["phase"].astype("str").tolist() == ["fired", "fired"]


def test_labels_that_prometheus_adds_when_it_sends_part_no_alert() -> None:
    sent = {**alert("fired", 0, "webhooks"), "fields": json.dumps({"labels": {"alertname": "A", "cluster": "eu"}})}
    assert len(merge([sent, alert("fired", 3, "prom", step=5)])) == 1
    other = {**sent, "fields": json.dumps({"labels": {"alertname": "A", "cluster": "us"}}), "line": 2}
    assert len(merge([sent, other, alert("fired", 3, "prom", step=5)])) == 3  # of which of them isn't proven


def pager(key: str) -> dict:  # type: ignore[type-arg]
    fields = {"incident_key": key, "name": "A is high"}
    return {**alert("fired", 20, "pagerduty"), "entity": "alert:pagerduty/P1", "fields": json.dumps(fields)}


def test_a_page_is_the_alert_whose_groups_key_it_has() -> None:
    told = alert("fired", 0, "webhooks")
    fields = {**json.loads(told["fields"]), "group_key": '{}:{alertname="A"}'}
    told = {**told, "fields": json.dumps(fields)}
    key = hashlib.sha256(fields["group_key"].encode()).hexdigest()
    merged = merge([told, pager(key), {**pager(key), "phase": "acknowledged", "time": T + pd.Timedelta(seconds=90)}])
    assert merged["phase"].astype("str").tolist() == ["fired", "acknowledged"]
    assert merged["evidence"].iloc[0] == "pagerduty:1; webhooks:1"
    assert merged["entity"].nunique() == 1


def test_a_page_that_nothing_proves_the_same_stays_apart_with_a_note() -> None:
    rows = [alert("fired", 0, "webhooks", name="QueueFull"), {**pager("k"), "fields": '{"name": "QueueFull on mail"}'}]
    merged, entries = merge_happenings(check_events(pd.DataFrame(rows)))
    assert len(merged) == 2
    assert [entry["why"] for entry in entries] == ["kept apart: one name and time, and no id proves them one"]
    assert entries[0]["from"] == "pagerduty:1; webhooks:1"


def test_flapping_that_goes_on_has_no_end() -> None:
    rows = [alert("fired", 120 * i, "w", i, end=120 * i + 60 if i < 4 else None) for i in range(5)]
    rows += [alert("resolved", 120 * i + 60, "w", i) for i in range(4)]
    merged = merge(rows)
    assert merged["phase"].astype("str").tolist() == ["fired"]
    assert merged["count"].tolist() == [5]
    assert merged["end"].isna().all()


def test_three_firings_are_no_flapping() -> None:
    rows = [alert("fired", 120 * i, "w", i, end=120 * i + 60) for i in range(3)]
    assert len(merge(rows)) == 3


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ({"version": "2.0.0"}, {"version": "v2.0.0"}, 1),
        ({"version": "2.0.0"}, {"version": "registry.example/shop:2.0.0"}, 1),
        ({"version": "2.0.0"}, {"version": "2.0.1"}, 2),
        ({"version": "2.0.0", "environment": "prod"}, {"version": "2.0.0", "environment": "production"}, 1),
        ({"version": "2.0.0", "environment": "prod"}, {"version": "2.0.0", "environment": "staging"}, 2),
        ({"version": "abc1234"}, {"version": "abc1234def", "service": "shop-prod"}, 1),
        ({"version": "2.0.0"}, {"version": "2.0.0", "service": "shop-prod"}, 2),
        ({"version": "2.0.0"}, {"version": "2.0.0", "service": "mail"}, 2),
    ],
)
def test_which_two_deploys_are_one(one: dict, other: dict, count: int) -> None:  # type: ignore[type-arg]
    rows = [
        {**deploy("started", 0, "list", "", "deploy:1"), **one},
        {**deploy("started", 200, "argocd", "", "deploy:2"), **other},
    ]
    assert len(merge(rows)) == count


def test_deploys_without_a_version_stay_apart_with_a_note() -> None:
    rows = [
        deploy("started", 0, "list", "2.0.0", "deploy:1"),
        {**deploy("started", 9, "ci", "", "deploy:2"), "version": None},
    ]
    merged, entries = merge_happenings(check_events(pd.DataFrame(rows)))
    assert len(merged) == 2
    assert entries[0]["why"].startswith("kept apart: both of shop")


def test_other_columns_are_the_newest_observations() -> None:
    rows = [
        {**deploy("started", 0, "list", "2.0.0", "deploy:1"), "message": "deploy started", "line": 1},
        {
            **deploy("started", 0, "list", "2.0.0", "deploy:1"),
            "message": "deploy of shop started",
            "line": 2,
            "actor": "kim",
        },
    ]
    merged = merge(rows)
    assert merged["message"].tolist() == ["deploy of shop started"]
    assert merged["actor"].tolist() == ["kim"]
    assert merged["evidence"].tolist() == ["list:1; list:2"]


def test_of_two_records_of_a_deploy_the_one_with_seconds_says_when() -> None:
    by_minute = deploy("started", 0, "list", "2.0.0", "deploy:1") | {"fields": '{"resolution_s": 60.0}'}
    by_second = deploy("started", 41, "ci", "2.0.0", "deploy:2")
    (alone,) = merge([by_minute]).itertuples()
    assert (alone.time, alone.time_error_s) == (T, 60.0)
    (both,) = merge([by_minute, by_second]).itertuples()
    assert (both.time, both.time_error_s) == (T + pd.Timedelta(seconds=41), 0.0)


DEPLOYS = [
    deploy("started", 0, "github", "abc1234def", "deploy:1"),
    deploy("succeeded", 60, "github", "abc1234def", "deploy:1"),
    deploy("started", 40, "argocd", "abc1234", "deploy:x"),
    {**deploy("noted", 41, "argocd", "abc1234", "deploy:x"), "kind": "change"},
    deploy("started", 90, "list", "abc1234", "deploy:l"),
    deploy("started", 95, "list", "abc1234", "deploy:m"),
]


@given(st.permutations(DEPLOYS + TOLD))
def test_the_order_of_deploys_does_not_matter(rows: list[dict]) -> None:  # type: ignore[type-arg]
    expected, entries = merge_happenings(check_events(pd.DataFrame(DEPLOYS + TOLD)))
    merged, told = merge_happenings(check_events(pd.DataFrame(rows)))
    pd.testing.assert_frame_equal(merged, expected)
    assert told == entries


ANY = st.builds(
    alert,
    st.sampled_from(["pending", "fired", "acknowledged", "resolved", "noted"]),
    st.integers(0, 2000),
    st.sampled_from(["prom", "webhooks", "pager"]),
    st.integers(1, 9),
    end=st.none() | st.integers(0, 3000),
    step=st.sampled_from([0, 15]),
    name=st.sampled_from("AB"),
)


@given(st.lists(ANY, min_size=1, max_size=25).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_any_rows_in_any_order_and_told_twice_give_the_same(pair: tuple[list[dict], list[dict]]) -> None:  # type: ignore[type-arg]
    rows, shuffled = pair
    merged = merge(rows)
    pd.testing.assert_frame_equal(merge(shuffled + rows), merged)
    told = {place for cell in merged["evidence"] for place in cell.split("; ")}
    assert told == {f"{row['source']}:{row['line']}" for row in rows}  # nothing is lost


def told(*values: object) -> list[dict]:  # type: ignore[type-arg]
    rows = []
    for number, value in enumerate(values):
        export = pick_export([value], load_exports()).format
        assert export is not None
        read = read_export([Document(value, 1, 0, 1)], export).rows
        rows += [{**row, "source": f"file-{number}"} for row in read]
    return rows


def phases(rows: list[dict]) -> list[str]:  # type: ignore[type-arg]
    return list(merge(rows)["phase"].astype("str"))


def test_an_incident_open_and_then_closed_fires_once() -> None:
    opened = {
        "incident": {
            "incident_id": "g1",
            "state": "open",
            "started_at": 1795424400,
            "ended_at": None,
            "policy_name": "Q",
        }
    }
    closed = {"incident": {**opened["incident"], "state": "closed", "ended_at": 1795425000}}
    assert phases(told(opened, closed)) == ["fired", "resolved"]


def test_a_run_by_the_command_and_by_the_api_is_one() -> None:
    listed = [{"databaseId": 9, "attempt": 2, "workflowName": "Deploy", "headSha": "a" * 40, "status": "completed",
               "conclusion": "failure", "startedAt": "2026-11-23T09:00:00Z", "updatedAt": "2026-11-23T09:04:00Z"}]  # fmt: skip
    api = {"workflow_runs": [{"id": 9, "run_attempt": 2, "name": "Deploy", "path": ".github/workflows/x.yml", "run_number": 4,
                              "head_sha": "a" * 40, "status": "completed", "conclusion": "failure", "workflow_id": 1,
                              "created_at": "2026-11-22T09:00:00Z", "run_started_at": "2026-11-23T09:00:00Z",
                              "updated_at": "2026-11-23T09:04:00Z", "repository": {"name": "mail"}}]}  # fmt: skip
    merged = merge(told(listed, api))
    assert merged["phase"].astype("str").tolist() == ["started", "failed"]
    assert merged["service"].tolist() == ["mail", "mail"]
    assert merged["evidence"].tolist() == ["file-0:1; file-1:1"] * 2


def test_a_pagers_incident_its_log_and_its_webhook_are_one() -> None:
    incidents = {"incidents": [{"id": "P1", "incident_number": 4, "incident_key": "k", "title": "Queue full", "urgency": "high",
                                "status": "resolved", "created_at": "2026-11-23T09:00:00Z", "acknowledgements": [],
                                "last_status_change_at": "2026-11-23T09:20:00Z", "service": {"summary": "mail"}}]}  # fmt: skip
    entry = {"incident": {"id": "P1", "summary": "[#4] Queue full"}, "agent": {"summary": "Kim"}}
    log = {"log_entries": [{**entry, "type": "acknowledge_log_entry", "created_at": "2026-11-23T09:02:00Z"},
                           {**entry, "type": "trigger_log_entry", "created_at": "2026-11-23T09:00:01Z"}]}  # fmt: skip
    hook = {"event": {"id": "e", "event_type": "incident.resolved", "occurred_at": "2026-11-23T09:20:00.4Z",
                      "data": {"id": "P1", "title": "Queue full"}}}  # fmt: skip
    rows = told(incidents, log, hook)
    assert phases(rows) == ["fired", "acknowledged", "resolved"]
    assert phases(rows + told(incidents, log, hook)) == ["fired", "acknowledged", "resolved"]


def test_a_deployment_of_github_and_the_sync_of_argo_cd_are_one() -> None:
    sha = "0123456789abcdef0123456789abcdef01234567"
    github = [{"id": 71, "sha": sha, "environment": "production", "created_at": "2026-11-23T09:00:00Z", "statuses_url": "u",
               "repository_url": "https://git.example/repos/a/mail"}]  # fmt: skip
    history = [
        {"id": 4, "revision": sha, "deployStartedAt": "2026-11-23T09:01:00Z", "deployedAt": "2026-11-23T09:02:00Z"}
    ]
    argo = {"kind": "Application", "metadata": {"name": "mail-prod", "uid": "u"}, "status": {"history": history}}
    merged = merge(told(github, argo))
    assert merged["phase"].astype("str").tolist() == ["started", "succeeded"]
    assert merged["evidence"].tolist() == ["file-0:1; file-1:1", "file-1:1"]
    elsewhere = {**argo, "metadata": {"name": "mail-staging", "uid": "v"}}
    assert len(merge(told(github, elsewhere))) == 3


@pytest.mark.parametrize(("purpose", "rows"), [({}, 1), ({"purpose": "not stated"}, 2)])
def test_a_run_that_may_only_test_a_commit_is_no_deploy_of_it(purpose: dict[str, str], rows: int) -> None:
    run = deploy("started", 20, "actions", "abcdef1", "run/1") | {"fields": json.dumps(purpose)}
    assert len(merge([deploy("started", 0, "argocd", "abcdef1", "argo/1"), run])) == rows


ROWS = "time,service,version,environment,status\n"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["09:00,mail,2,prod,started", "09:04,mail,2,prod,failed"], [("started", 1), ("failed", 1)]),
        (["09:04,mail,2,prod,succeeded", "09:00,mail,2,prod,started"], [("started", 1), ("succeeded", 1)]),
        (["09:00,mail,2,prod,started", "09:04,mail,2,staging,succeeded"], [("started", 1), ("succeeded", 2)]),
        (["09:00,mail,2,prod,started", "09:04,mail,3,prod,succeeded"], [("started", 1), ("succeeded", 2)]),
        (
            ["09:00,mail,2,prod,started", "09:04,mail,2,prod,failed", "09:10,mail,2,prod,started", "09:14,mail,2,prod,succeeded"],
            [("started", 1), ("failed", 1), ("started", 2), ("succeeded", 2)],
        ),
        (["09:00,mail,2,prod,queued", "09:01,mail,2,prod,started", "09:04,mail,2,prod,succeeded"],
         [("pending", 1), ("started", 1), ("succeeded", 1)]),
    ],
)  # fmt: skip
def test_a_start_and_an_end_without_an_id_are_one_deploy(rows: list[str], told: list[tuple[str, int]]) -> None:
    text = ROWS + "".join(f"2026-11-23T{row[:5]}:00Z{row[5:]}\n" for row in rows)
    merged = merge(read_text(text))
    names = {entity: number for number, entity in enumerate(dict.fromkeys(merged["entity"]), 1)}
    assert [
        (phase, names[entity]) for phase, entity in zip(merged["phase"].astype("str"), merged["entity"], strict=True)
    ] == told
    if told[:2] == [("started", 1), ("failed", 1)]:
        assert merged["end"].iloc[0] == merged["time"].iloc[1]


def read_text(text: str, source: str = "x") -> list[dict]:  # type: ignore[type-arg]
    documents = parse_documents(text.encode())
    export = pick_export([document.value for document in documents], load_exports()).format
    assert export is not None
    return [row | {"source": source} for row in read_export(documents, export).rows]


def test_a_stack_without_tokens_is_paired_by_its_order() -> None:
    statuses = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS",
                "UPDATE_ROLLBACK_COMPLETE"]  # fmt: skip
    events = [
        {"StackId": "arn:1", "StackName": "mail", "EventId": f"e{n}", "LogicalResourceId": "mail", "ResourceStatus": status,
         "ResourceType": "AWS::CloudFormation::Stack", "Timestamp": f"2026-11-23T09:{n:02}:00Z"}
        for n, status in enumerate(statuses)
    ]  # fmt: skip
    merged = merge(read_text(json.dumps({"StackEvents": events[::-1]})))
    told = merged[merged["phase"] != "noted"]
    assert told["phase"].tolist() == ["started", "succeeded", "started", "rolled_back"]
    assert told["entity"].tolist()[::2] == told["entity"].tolist()[1::2]
    assert told["entity"].nunique() == 2


@pytest.mark.parametrize(
    "reference",
    [
        {"incident": {"id": "P1"}},
        {"incident": {"self": "https://api.example/incidents/P1"}},
        {"html_url": "https://x.example/incidents/P1/log_entries/L{n}"},
    ],
)
def test_log_entries_pair_by_the_incident_that_they_refer_to(reference: dict) -> None:  # type: ignore[type-arg]
    entries = [
        {"id": f"L{n}", "type": f"{word}_log_entry", "created_at": f"2026-11-23T09:{n:02}:00Z", "channel": {"summary": "Queue full"},
         **json.loads(json.dumps(reference).replace("{n}", str(n)))}
        for n, word in enumerate(["trigger", "acknowledge", "resolve"])
    ]  # fmt: skip
    merged = merge(read_text(json.dumps({"log_entries": entries})))
    assert merged["entity"].unique().tolist() == ["alert:pagerduty/P1"]
    assert merged["end"].iloc[0] == merged["time"].iloc[2]


def test_two_thousand_flaps_are_one_row_with_count_first_and_last() -> None:
    flaps = [
        alert(phase, 60 * n + 30 * (phase == "resolved"), "webhooks", 2 * n + (phase == "resolved"))
        for n in range(2000)
        for phase in ("fired", "resolved")
    ]
    merged = merge(flaps)
    (fired,) = merged[merged["phase"] == "fired"].to_dict("records")
    assert (fired["count"], fired["time"], fired["end"]) == (2000, T, T + pd.Timedelta(seconds=60 * 1999 + 30))
    assert "fired 2,000 times until" in fired["message"]
    assert len(merged) == 2


SAMPLES = [
    (each.name, str(sample["text"]))
    for each in load_exports(samples=True)
    if not each.timeless
    for sample in each.samples
]


@given(st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=3, unique=True), st.permutations(range(6)))
def test_reading_any_file_twice_adds_no_row(samples: list[tuple[str, str]], order: list[int]) -> None:
    once = [row for name, text in samples for row in read_text(text, name + text[:40])]
    twice = [
        row | {"source": f"{copy} of {row['source']}" if copy else row["source"]} for row in once for copy in (0, 1)
    ]
    mixed = [row for place in order for row in twice[place::6]]
    shown = ["time", "kind", "phase", "service", "message", "entity"]
    pd.testing.assert_frame_equal(merge(once)[shown], merge(mixed)[shown])
