"""What `[sli]` says is what counts; what can't be meant is refused in one line."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from evidence import START, breaking, requests

import minutebook as mb
from minutebook.settings.config import Config
from minutebook.settings.rules import Rules

SHOP = breaking(requests(), 2400, 3000)


def settings(**said: object) -> Config:
    return Config(sli=Rules.load(said, "minutebook.toml"))


def kinds(events: pd.DataFrame, **said: object) -> list[str]:
    return [window["kind"] for window in mb.impact(events, config=settings(**said))["windows"]]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("[sli]\nbad_status = ['5xx']", ["bad_status'", "did you mean bad_statuses?"]),
        ("[sli]\nbad_statuses = ['6xx']", ["bad_statuses", "6xx"]),
        ("[sli]\nlayer = 'prox'", ["layer", "did you mean proxy?"]),
        ("[sli]\nbad_levels = ['erorr']", ["bad_levels", "did you mean error?"]),
        ("[sli]\nslow_over_s = {'GET /' = -1}", ["slow_over_s", "GET /"]),
        ("[sli]\nslow_over_s = 'fast'", ["slow_over_s"]),
        ("[sli]\nbaseline = 'yesterday'", ["baseline", "30d"]),
        ("[sli]\nbaseline = {from = 2026-11-23T08:00:00, to = 2026-11-23T09:00:00Z}", ["baseline", "zone"]),
        (
            "[sli]\nbaseline = {from = 2026-11-23T10:00:00Z, to = 2026-11-23T09:00:00Z}",
            ["baseline", "before it begins"],
        ),
        ("[sli]\noutcome = 'result'", ["bad_outcomes"]),
        ("[sli]\nuser = 'a\"b'", ["user"]),
        ("[sli]\nusual_probes = 'no'", ["usual_probes", "true or false"]),
        ("[sli]\noperations = 3", ["operations", "list of texts"]),
        ("[slo]\n", ["slo", "did you mean sli?"]),
        ("sli = 3", ["[sli]"]),
        ("align = 'no'", ["align"]),
        ("sources = {'*' = 3}", ["sources"]),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line_that_names_file_and_key(
    said: str, words: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "minutebook.toml"
    path.write_text(said)
    with pytest.raises(mb.MinutebookError) as refused:
        Config.load(path)
    told = str(refused.value)
    assert "\n" not in told
    assert [word for word in [str(path), *words] if word not in told] == []


def test_without_settings_the_defaults_serve_and_are_stated() -> None:
    impact = mb.impact(SHOP)
    assert [window["kind"] for window in impact["windows"]] == ["fail"]
    assert impact["sli"]["bad_statuses"] == ["5xx"]
    assert impact["sli"]["layer"] == "app"


def test_bad_and_invalid_statuses_are_those_that_are_said() -> None:
    throttled = breaking(requests(), 2400, 3000, status=429)
    assert kinds(throttled) == []
    assert kinds(throttled, bad_statuses=["5xx", 429]) == ["fail"]
    assert kinds(SHOP, bad_statuses=["503"]) == []
    (window,) = mb.impact(
        breaking(SHOP, 0, 5400, seed=2, share=0.5, where=lambda f: f["status"] == 200, status=404),
        config=settings(invalid_statuses=["4xx"]),
    )["windows"]
    assert window["valid"] == window["bad"]


def test_only_what_is_in_scope_counts() -> None:
    assert kinds(SHOP, operations=["GET *"]) == ["fail"]
    (window,) = mb.impact(SHOP, config=settings(operations=["GET *"]))["windows"]
    assert window["operations"] == ["GET /browse"]
    checkout = breaking(requests(), 2400, 3000, where=lambda f: f["operation"] == "POST /checkout")
    assert kinds(checkout, except_operations=["POST /checkout"]) == []
    both = pd.concat([checkout, requests(2, service="search")], ignore_index=True)
    assert kinds(both, services=["search"]) == []
    assert kinds(both, services=["sh*"]) == ["fail"]


def test_a_scope_that_leaves_nothing_is_refused_and_a_glob_of_none_is_said() -> None:
    with pytest.raises(mb.MinutebookError, match="did you mean shop"):
        mb.impact(SHOP, config=settings(services=["shopp"]))
    book = mb.timeline(SHOP, config=settings(services=["shop", "pay"]))
    assert len(book)
    with pytest.raises(mb.MinutebookError, match="use one of app"):
        mb.impact(SHOP, config=settings(layer="proxy"))


def test_the_outcome_of_a_record_may_be_what_is_bad_and_a_key_may_be_the_user(tmp_path: Path) -> None:
    rows = SHOP.assign(status=200, result="ok", tenant=SHOP["user"].str[-1])
    rows["result"] = rows["result"].where(SHOP["status"] == 200, "timeout")
    rows["time"] = rows["time"].map(lambda t: t.isoformat())
    log = tmp_path / "shop.jsonl"
    columns = ["time", "service", "operation", "status", "user", "tenant", "result"]
    rows[columns].to_json(log, orient="records", lines=True)
    (tmp_path / "minutebook.toml").write_text(
        "[sli]\noutcome = 'result'\nbad_outcomes = ['timeout']\nuser = 'tenant'\n"
    )
    assert mb.impact(log)["windows"] == []
    config = Config.load(tmp_path / "minutebook.toml")
    impact = mb.impact(log, config=config)
    (window,) = impact["windows"]
    assert window["bad"] == (SHOP["status"] == 500).sum()
    assert window["users"]["affected"] == 10
    assert mb.impact(mb.read(log, config=config), config=config) == impact


def test_a_key_that_some_records_lack_or_a_source_has_nowhere_may_be_the_outcome(tmp_path: Path) -> None:
    records = [
        {
            "time": f"2026-11-23T09:00:{n:02}Z",
            "path": "/pay",
            "status": 200,
            **({} if n % 3 else {"result": "declined"}),
        }
        for n in range(60)
    ]
    (tmp_path / "app.log").write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "worker.log").write_text("".join(f"2026-11-23 09:00:{n:02},000 INFO done\n" for n in range(60)))
    minutes = mb.minutes(tmp_path, config=settings(outcome="result", bad_outcomes=["declined"]))
    assert (minutes["requests"].sum(), minutes["failed"].sum()) == (60, 20)


def test_requests_that_succeed_by_their_code_and_fail_by_their_level_are_told(tmp_path: Path) -> None:
    records = [
        {
            "time": f"2026-11-23T09:00:{n:02}Z",
            "path": "/graphql",
            "status": 200,
            "level": "info" if n % 3 else "error",
            "service": "gw",
            "msg": "answered",
        }
        for n in range(60)
    ]
    (tmp_path / "app.log").write_text("".join(json.dumps(record) + "\n" for record in records))
    book = mb.reconstruct(tmp_path)
    (note,) = [each for each in book.ledger["assumptions"] if "logged as errors" in each]
    assert note.startswith("20 requests of gw were answered with a code below 400")
    assert book.minutes["failed"].sum() == 0
    said = mb.reconstruct(tmp_path, config=settings(outcome="level", bad_outcomes=["error"]))
    assert said.minutes["failed"].sum() == 20
    assert not [each for each in said.ledger["assumptions"] if "logged as errors" in each]


def test_latency_thresholds_hold_by_operation_the_last_one_that_fits() -> None:
    slow = breaking(requests(), 2400, 3000, duration=0.11)
    assert kinds(slow) == []
    assert kinds(slow, slow_over_s=0.1) == ["slow"]
    assert kinds(slow, slow_over_s={"*": 0.1, "POST *": 3}) == ["slow"]
    (window,) = mb.impact(slow, config=settings(slow_over_s={"*": 0.1, "POST *": 3}))["windows"]
    assert window["operations"] == ["GET /browse"]


def test_probes_are_left_out_and_the_usual_ones_can_count(tmp_path: Path) -> None:
    inner = SHOP.assign(operation="GET /internal/up")
    assert kinds(inner, probe_operations=["* /internal/*"]) == []
    assert kinds(SHOP, probe_clients=["192.0.2.*"]) == []
    line = '192.0.2.1 - - [23/Nov/2026:08:{:02}:{:02} +0000] "GET /{} HTTP/1.1" {} 5 "-" "{}"\n'
    access = tmp_path / "access.log"
    access.write_text(
        "".join(
            line.format(n // 30, n % 30 * 2, "healthz" if n % 2 else "browse", 500 if 600 < n < 900 else 200,
                        "Synthetics/2" if n % 4 < 2 else f"Firefox/{n % 97}")
            for n in range(1500)
        )
    )  # fmt: skip
    counted = {}
    for name, said in {"usual": {}, "agents": {"probe_agents": ["Synth*"]}, "none": {"usual_probes": False}}.items():
        counted[name] = int(mb.minutes(access, config=settings(**said))["requests"].sum())
    assert counted == {"usual": 750, "agents": 375, "none": 1500}


def test_usual_is_what_was_in_the_stated_baseline() -> None:
    shaky = breaking(SHOP, 3600, 5400, share=0.5)
    span = {"from": START.isoformat(), "to": (START + pd.Timedelta(minutes=35)).isoformat()}
    impact = mb.impact(shaky, config=settings(baseline=span))
    (window,) = impact["windows"] if len(impact["windows"]) == 1 else (impact["windows"][-1],)
    assert pd.Timestamp(window["end"]) > START + pd.Timedelta(minutes=85)
    assert impact["sli"]["baseline"] == {"from": "2026-11-23T08:00:00Z", "to": "2026-11-23T08:35:00Z"}
    ahead = mb.impact(shaky, config=settings(baseline="30m"))
    assert pd.Timestamp(ahead["windows"][-1]["end"]) > START + pd.Timedelta(minutes=85)
    with pytest.raises(mb.MinutebookError, match="baseline"):
        mb.impact(SHOP, config=settings(baseline={"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}))


def test_the_example_of_the_readme_is_one() -> None:
    block = re.search(r"```toml\n(\[sli\].*?)```", (Path(__file__).parents[2] / "README.md").read_text("utf-8"), re.S)
    assert block
    rules = Rules.load(tomllib.loads(block[1])["sli"], "README.md")
    assert (rules.user, rules.slow_limit_s("GET /api/report"), rules.slow_limit_s("GET /")) == ("tenant_id", 5, 0.8)


def test_the_ledger_says_what_the_settings_say(tmp_path: Path) -> None:
    SHOP.assign(time=SHOP["time"].map(lambda t: t.isoformat()))[["time", "service", "operation", "status", "user"]].to_json(
        tmp_path / "shop.jsonl", orient="records", lines=True
    )  # fmt: skip
    book = mb.reconstruct(tmp_path, config=settings(bad_statuses=[503], services=["shop", "pay"]))
    told = "\n".join(book.ledger["assumptions"])
    assert "statuses 503 are bad" in told
    assert "'pay' fits none" in told
