"""The same requests in two logs of one layer count once; requests that only share an id count each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import minutebook as mb


def log(path: Path, start_ms: int = 0, step_ms: int = 250, **more: Any) -> None:
    """200 requests, each 250 ms after the other, of which every tenth failed."""
    lines = []
    for number in range(200):
        at = start_ms + number * step_ms
        record = {
            "time": f"2026-11-23T{9 + at // 3_600_000:02}:{at // 60_000 % 60:02}:{at // 1000 % 60:02}.{at % 1000:03}Z",
            "method": "GET", "path": "/cart", "status": 500 if number % 10 == 0 else 200, "request_id": f"r{number:04}",
        }  # fmt: skip
        lines.append(json.dumps(record | {key: each(number) if callable(each) else each for key, each in more.items()}))
    path.write_text("\n".join(lines) + "\n")


def count(folder: Path) -> tuple[int, int, list[str]]:
    book = mb.reconstruct(folder)
    minutes = book.minutes
    told = [each for each in book.ledger["assumptions"] if "the same requests" in each and "by their ids" in each]
    return int(minutes["requests"].sum()), int(minutes["failed"].sum()), told


def test_a_log_in_front_of_a_service_counts_no_request_again(tmp_path: Path) -> None:
    log(tmp_path / "app.jsonl", service="shop", user_id=lambda number: f"u{number % 50}")
    log(tmp_path / "edge.jsonl", start_ms=3)
    requests, failed, told = count(tmp_path)
    assert (requests, failed) == (200, 20)
    assert told == [
        "edge.jsonl logged the same requests as another source, by their ids; taken for the proxy in front of it, so that"
        " each counts once."
    ]


def test_a_grpc_call_is_one_request_by_its_method_and_by_its_path(tmp_path: Path) -> None:
    log(tmp_path / "app.jsonl", service="shop", user_id=lambda number: f"u{number % 50}", grpc_code="OK")
    log(tmp_path / "edge.jsonl", grpc_status="OK")
    asked = '"method": "GET", "path": "/cart", "status": 200'
    for name, said in (
        ("app", '"rpc_method": "/shop.v1.Carts/Add"'),
        ("edge", '"method": "POST", "path": "/shop.v1.Carts/Add"'),
    ):
        text = (tmp_path / f"{name}.jsonl").read_text().replace('"status": 500', '"status": 200')
        (tmp_path / f"{name}.jsonl").write_text(text.replace(asked, said))
    requests, failed, told = count(tmp_path)
    assert (requests, failed, len(told)) == (200, 0, 1)


def test_where_no_log_names_its_service_the_one_that_knows_users_is_the_inner_one(tmp_path: Path) -> None:
    log(tmp_path / "a.jsonl", user_id=lambda number: f"u{number % 50}")
    log(tmp_path / "b.jsonl", start_ms=3)
    requests, failed, told = count(tmp_path)
    assert (requests, failed) == (200, 20)
    assert [each.partition(" ")[0] for each in told] == ["b.jsonl"]


def test_three_logs_of_the_same_requests_are_three_layers(tmp_path: Path) -> None:
    log(tmp_path / "app.jsonl", service="shop", user_id=lambda number: f"u{number % 50}")
    log(tmp_path / "edge.jsonl", start_ms=3)
    log(tmp_path / "gate.jsonl", start_ms=5, user_id=lambda number: f"u{number % 50}" if number % 3 else "-")
    requests, failed, told = count(tmp_path)
    assert (requests, failed) == (200, 20)
    assert [each.partition(" ")[0] for each in told] == ["edge.jsonl", "gate.jsonl"]
    assert "the balancer in front" in told[0]


def test_services_that_call_each_other_each_count_their_own(tmp_path: Path) -> None:
    log(tmp_path / "front.jsonl", service="front")
    log(tmp_path / "back.jsonl", service="back", start_ms=3)
    requests, failed, told = count(tmp_path)
    assert (requests, failed, told) == (400, 40, [])


def test_hosts_that_see_the_same_sessions_at_other_times_each_count_their_own(tmp_path: Path) -> None:
    log(tmp_path / "web-1.jsonl", host="web-1")
    log(tmp_path / "web-2.jsonl", host="web-2", step_ms=400)
    requests, failed, told = count(tmp_path)
    assert (requests, failed, told) == (400, 40, [])


def test_requests_of_a_frame_that_knows_of_no_layers_count() -> None:
    time = pd.date_range("2026-11-23T09:00Z", periods=120, freq="s")
    frame = pd.DataFrame({"time": time, "kind": "request", "status": 200, "service": "shop", "operation": "GET /cart"})
    assert mb.minutes(frame)["requests"].tolist() == [60, 60]
    # What has no layer beside requests that have one counts in another log.
    layers = pd.Series(["proxy", None]).repeat(60).to_numpy()
    assert mb.minutes(frame.assign(layer=layers))["requests"].sum() == 60


@pytest.mark.parametrize(
    "marks",
    [
        {"upstream_response_time": "0.050", "body_bytes_sent": "10"},  # nginx
        {"EdgeResponseStatus": 200, "RayID": lambda number: f"{number:016x}"},  # Cloudflare
        {"DownstreamStatus": 200, "RouterName": "shop"},  # Traefik
        {"response_flags": "-", "upstream_cluster": "shop"},  # Envoy
    ],
)
def test_a_proxy_that_logs_json_is_in_front_of_the_application_though_they_share_no_ids(
    tmp_path: Path, marks: dict[str, Any]
) -> None:
    log(tmp_path / "app.jsonl", service="shop", user_id=lambda number: f"u{number % 50}", request_id=None)
    log(tmp_path / "edge.jsonl", start_ms=3, **marks, request_id=None)
    assert count(tmp_path) == (200, 20, [])


def test_failures_of_a_proxy_without_ids_are_not_said_to_be_added(tmp_path: Path) -> None:
    log(tmp_path / "app.jsonl", service="shop", user_id=lambda number: f"u{number % 50}", request_id=None, status=200)
    few = {"status": lambda number: 502 if number < 15 else 200}
    log(tmp_path / "edge.jsonl", start_ms=3, upstream_addr="app:80", request_id=None, **few)
    assert count(tmp_path)[:2] == (200, 0)
    told = " ".join(mb.reconstruct(tmp_path).ledger["assumptions"])
    assert "what that one alone saw isn't counted" in told and "are added" not in told


def test_where_a_proxy_without_ids_saw_many_more_requests_fail_it_is_the_one_that_counts(tmp_path: Path) -> None:
    log(tmp_path / "app.jsonl", service="shop", user_id=lambda number: f"u{number % 50}", request_id=None, status=200)
    log(tmp_path / "edge.jsonl", start_ms=3, upstream_addr="app:80", request_id=None)
    assert count(tmp_path)[:2] == (200, 20)
    told = " ".join(mb.reconstruct(tmp_path).ledger["assumptions"])
    assert "The SLI is the proxy layer, the outermost one that logged requests: it saw more of them fail" in told


def test_the_layer_of_a_log_can_be_stated(tmp_path: Path) -> None:
    log(tmp_path / "app.jsonl", service="shop", upstream_addr="cache:80", request_id=None)
    log(tmp_path / "edge.jsonl", start_ms=3, request_id=None)
    assert count(tmp_path)[:2] == (200, 20)
    stated = mb.Config({"app.jsonl": {"layer": "app"}, "edge.jsonl": {"layer": "balancer"}})
    book = mb.reconstruct(tmp_path, config=stated)
    assert book.minutes["requests"].sum() == 200
    assert any(each.startswith("The SLI is the balancer layer") for each in book.ledger["assumptions"])
    assert "app.jsonl: as the caller states where its records don't: layer app." in book.ledger["assumptions"]
    assert set(mb.read(tmp_path, config=stated)["layer"]) == {"app", "balancer"}


def test_a_stated_layer_holds_against_what_ids_prove(tmp_path: Path) -> None:
    log(tmp_path / "app.jsonl", service="shop", user_id=lambda number: f"u{number % 50}")
    log(tmp_path / "edge.jsonl", start_ms=3)
    stated = mb.Config({"edge.jsonl": {"layer": "cdn"}})
    assert set(mb.read(tmp_path)["layer"]) == {"app", "proxy"}
    assert set(mb.read(tmp_path, config=stated)["layer"]) == {"app", "cdn"}
    assert mb.reconstruct(tmp_path, config=stated).minutes["requests"].sum() == 200


def test_two_web_servers_are_counted_alike_whatever_the_shape_of_their_logs(tmp_path: Path) -> None:
    log(tmp_path / "a.jsonl", upstream_response_time="0.050")
    (tmp_path / "b.log").write_text(
        "".join(
            f'192.0.2.{n} - - [23/Nov/2026:09:00:{n % 50:02} +0000] "GET /cart HTTP/1.1" 200 9 "-" "-"\n'
            for n in range(100)
        )
    )
    assert count(tmp_path)[:2] == (300, 20)


def test_cloudflares_id_is_the_same_with_the_place_that_answered(tmp_path: Path) -> None:
    ids = [f"{number:016x}" for number in range(200)]
    log(tmp_path / "app.jsonl", service="shop", request_id=None, cf_ray=lambda number: f"{ids[number]}-FRA")
    log(tmp_path / "edge.jsonl", start_ms=90_000, EdgeResponseStatus=200, request_id=None, RayID=ids.__getitem__)
    for name in ("app.jsonl", "edge.jsonl"):
        assert mb.read(tmp_path / name).sort_values("line")["trace"].tolist() == ids
    told = mb.reconstruct(tmp_path).ledger["assumptions"]
    assert "app.jsonl ran 90 s behind: 200 shared ids, spread 0 ms; corrected." in told
