"""Requests that two logs of one service both have count once; those of two instances, hosts or routes count each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import minutebook as mb
from minutebook.engines import open_engine
from minutebook.gathering import gather, requests
from minutebook.machine import scratch
from minutebook.settings.config import Config

BOTH = "access.jsonl and app.jsonl both logged {} requests, by their ids; each counts once."


class Request(NamedTuple):
    number: int
    status: int

    def stamp(self, later_s: int = 0) -> str:
        at = self.number * 250 + later_s * 1000
        return f"2026-11-23T09:{at // 60_000:02}:{at // 1000 % 60:02}.{at % 1000:03}Z"

    @property
    def record(self) -> dict[str, Any]:
        return {
            "time": self.stamp(), "service": "checkout",
            "method": "GET", "path": "/cart", "status": self.status, "request_id": f"r{self.number:04}",
        }  # fmt: skip


#: One every 250 ms, of which every tenth fails.
REQUESTS = [Request(number, 503 if number % 10 == 0 else 200) for number in range(1000)]


def log(file: Path, requests: list[Request], after_ms: int = 0, **more: Any) -> None:
    """A log of some requests, as JSON lines; what ``more`` says may depend on the request."""
    records = [
        {**request.record, **{key: each(request) if callable(each) else each for key, each in more.items()}}
        for request in requests
    ]
    for record in records:
        record["time"] = record["time"].replace("Z", f"{after_ms:03}Z")
    file.write_text("".join(json.dumps(record) + "\n" for record in records))


def user(request: Request) -> str:
    return f"u{request.number % 50}"


def count(folder: Path, **settings: Any) -> tuple[int, int, list[str]]:
    """How many requests, how many failed, and what the ledger says of logs that share some."""
    book = mb.reconstruct(folder, **settings)
    told = [each for each in book.ledger["assumptions"] if "requests, " in each and ".jsonl" in each]
    return int(book.minutes["requests"].sum()), int(book.minutes["failed"].sum()), told


def pick(is_in: Callable[[Request], bool]) -> list[Request]:
    return [request for request in REQUESTS if is_in(request)]


def test_two_logs_of_one_service_count_each_request_once(tmp_path: Path) -> None:
    log(tmp_path / "access.jsonl", REQUESTS)
    log(tmp_path / "app.jsonl", REQUESTS, 2, user_id=user, msg="request completed")
    assert count(tmp_path) == (1000, 100, [BOTH.format("1,000")])


def test_three_logs_of_one_service_count_each_request_once(tmp_path: Path) -> None:
    for after_ms, name in enumerate(("access", "app", "audit")):
        log(tmp_path / f"{name}.jsonl", REQUESTS, after_ms)
    counted, failed, told = count(tmp_path)
    assert (counted, failed, len(told)) == (1000, 100, 3)


def test_what_one_log_alone_has_counts_too(tmp_path: Path) -> None:
    """Of the requests that crashed the application only its access log tells; of the last ones, only its own log."""
    log(tmp_path / "access.jsonl", REQUESTS[:900])
    log(tmp_path / "app.jsonl", pick(lambda each: each.number % 20 > 0), 2, user_id=user)
    assert count(tmp_path)[:2] == (995, 95)


def test_a_log_of_errors_alone_adds_no_request(tmp_path: Path) -> None:
    log(tmp_path / "access.jsonl", REQUESTS)
    log(tmp_path / "app.jsonl", pick(lambda each: each.status == 503), 2, user_id=user, msg="gateway timed out")
    assert count(tmp_path) == (1000, 100, [BOTH.format("100")])


def test_a_retry_under_the_same_id_is_a_request_of_its_own(tmp_path: Path) -> None:
    attempts = [each for request in REQUESTS for each in [request, *([request] if request.status == 503 else [])]]
    log(tmp_path / "access.jsonl", attempts)
    log(tmp_path / "app.jsonl", attempts, 2, user_id=user)
    assert count(tmp_path)[:2] == (1100, 200)


def test_attempts_count_where_only_one_log_has_them(tmp_path: Path) -> None:
    """One log has each attempt, the other one each request, and a line where it begins; either may know the users."""
    attempts = [each for request in REQUESTS for each in [request, *([request] if request.status == 503 else [])]]
    for name in ("access", "app"):
        folder = tmp_path / name
        folder.mkdir()
        known = {name: {"user_id": user}}
        log(folder / "access.jsonl", attempts, **known.get("access", {}))
        log(folder / "app.jsonl", REQUESTS, 2, **known.get("app", {}))
        begun = [json.dumps({**each.record, "status": None, "msg": "begun"}) for each in REQUESTS]
        (folder / "app.jsonl").write_text("\n".join([*begun, (folder / "app.jsonl").read_text()]))
        assert count(folder) == (1100, 200, [BOTH.format("1,100")])


def test_an_id_on_two_operations_is_two_requests(tmp_path: Path) -> None:
    log(tmp_path / "access.jsonl", REQUESTS)
    log(tmp_path / "app.jsonl", REQUESTS, 2, path=lambda each: "/price" if each.number == 3 else "/cart")
    assert count(tmp_path)[:2] == (1001, 100)


@pytest.mark.parametrize("ahead_s", [0, 100])
@pytest.mark.parametrize(("step", "shared"), [(1, 200), (5, 40)], ids=["all", "some"])
def test_logs_that_overlap_share_what_both_could_have(tmp_path: Path, ahead_s: int, step: int, shared: int) -> None:
    """One of the clocks is wrong by more than they overlap, and one of the logs may be a sample."""
    log(tmp_path / "access.jsonl", REQUESTS[:600])
    log(tmp_path / "app.jsonl", REQUESTS[400::step], 2, time=lambda each: each.stamp(ahead_s))
    assert count(tmp_path)[::2] == (600 + 600 // step - shared, [BOTH.format(shared)])


def test_a_request_that_one_of_the_logs_saw_fail_failed(tmp_path: Path) -> None:
    """Their lines are of one length, so that other requests stand at the same place of both."""
    log(tmp_path / "access.jsonl", REQUESTS, user_id="-", status=lambda each: 504 if each.number == 5 else each.status)
    log(tmp_path / "app.jsonl", REQUESTS[1:], 2, user_id=lambda each: str(each.number % 10))
    assert count(tmp_path)[:2] == (1000, 101)


def test_the_log_that_knows_users_tells_whose_a_request_was(tmp_path: Path) -> None:
    for names in (("a.jsonl", "b.jsonl"), ("b.jsonl", "a.jsonl")):
        folder = tmp_path / names[0]
        folder.mkdir()
        log(folder / names[0], REQUESTS, remote_addr="10.0.0.9")
        log(folder / names[1], REQUESTS, 2, user_id=user)
        events = mb.read(folder)
        assert events.groupby("source", observed=True)["layer"].count().to_dict() == {names[0]: 0, names[1]: 1000}
        assert mb.minutes(events)["requests"].sum() == 1000


def test_where_no_log_knows_users_the_one_that_says_more_counts(tmp_path: Path) -> None:
    log(tmp_path / "access.jsonl", REQUESTS, 2, msg="request completed")
    log(tmp_path / "app.jsonl", REQUESTS)
    events = mb.read(tmp_path)
    assert events.groupby("source", observed=True)["layer"].count().to_dict() == {"access.jsonl": 1000, "app.jsonl": 0}


def test_the_rotated_parts_of_a_log_are_each_told_apart_from_another_one(tmp_path: Path) -> None:
    log(tmp_path / "access.jsonl", REQUESTS[:400])
    log(tmp_path / "access.jsonl.1", REQUESTS[400:])
    log(tmp_path / "app.jsonl", REQUESTS, 2, user_id=user)
    counted, failed, told = count(tmp_path)
    assert (counted, failed, len(told)) == (1000, 100, 2)


def test_two_hosts_of_a_service_each_count_their_own(tmp_path: Path) -> None:
    log(tmp_path / "access.jsonl", REQUESTS, host="web-1")
    log(tmp_path / "app.jsonl", REQUESTS, 2, host="web-2")
    assert count(tmp_path) == (2000, 200, [])


def test_instances_that_handle_parts_of_the_same_traces_each_count_their_own(tmp_path: Path) -> None:
    log(tmp_path / "one.jsonl", pick(lambda each: each.number % 3 != 0))
    log(tmp_path / "two.jsonl", pick(lambda each: each.number % 3 != 1), 2)
    counted, _, told = count(tmp_path)
    assert counted == 666 + 667
    assert told == [
        "one.jsonl and two.jsonl share the ids of 333 requests, which are too few of either's to be sure that both logged"
        " the same ones; each counts in both."
    ]


def test_two_routes_of_a_service_each_count_their_own(tmp_path: Path) -> None:
    log(tmp_path / "cart.jsonl", REQUESTS)
    log(tmp_path / "price.jsonl", REQUESTS, 2, path="/price")
    assert count(tmp_path) == (2000, 200, [])


def test_services_that_call_each_other_each_count_their_own(tmp_path: Path) -> None:
    log(tmp_path / "cart.jsonl", REQUESTS)
    log(tmp_path / "price.jsonl", REQUESTS, 2, service="price")
    assert count(tmp_path) == (2000, 200, [])


def test_requests_without_an_id_count_in_the_log_that_has_them(tmp_path: Path) -> None:
    for name in ("access", "app"):
        log(
            tmp_path / f"{name}.jsonl",
            REQUESTS,
            len(name),
            request_id=lambda each: None if each.number > 989 else f"r{each.number:04}",
        )
    assert count(tmp_path)[:2] == (1010, 101)


def test_a_log_whose_requests_count_elsewhere_is_evidence_all_the_same(tmp_path: Path) -> None:
    """The access log counts what the application's log lost: that it's little is no silence."""
    log(tmp_path / "access.jsonl", REQUESTS, host="web-1")
    log(tmp_path / "app.jsonl", pick(lambda each: not 20 < each.number < 60), 2, user_id=user)
    minutes = mb.reconstruct(tmp_path).minutes
    assert minutes["requests"].sum() == 1000
    assert minutes["coverage"].tolist() == ["covered", "covered", "covered", "covered", "partly"]


def test_what_is_carried_to_each_batch_is_the_shorter_list(tmp_path: Path) -> None:
    """Of a log that counts nearly nothing what it counts, of another one what it doesn't."""
    log(tmp_path / "access.jsonl", REQUESTS)
    log(tmp_path / "app.jsonl", pick(lambda each: each.status == 503), 2, user_id=user)
    log(tmp_path / "audit.jsonl", pick(lambda each: each.status == 503), 4)
    with open_engine() as engine:
        doubles = gather([str(tmp_path)], Config(), engine).settled.doubles
    assert doubles.sources == {"access.jsonl": False, "audit.jsonl": True}
    assert len(doubles.others) == 100


def test_many_requests_wait_in_files_and_count_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log(tmp_path / "access.jsonl", REQUESTS, status=lambda each: 504 if each.number == 5 else each.status)
    log(tmp_path / "app.jsonl", pick(lambda each: each.number % 50 != 7), 2, user_id=user)
    log(tmp_path / "audit.jsonl", pick(lambda each: each.status == 503), 4)
    here = count(tmp_path)
    assert here[:2] == (1000, 101)
    written = []

    def append_rows(rows: np.ndarray, path: Path) -> None:
        written.append(len(rows))
        scratch.append_rows(rows, path)

    monkeypatch.setattr(requests, "_ROWS_HELD", 100)
    monkeypatch.setattr(requests, "append_rows", append_rows)
    assert count(tmp_path) == here
    assert sum(written) == 1000 + 980 + 100


def test_dask_counts_them_alike(tmp_path: Path) -> None:
    log(tmp_path / "access.jsonl", REQUESTS)
    log(tmp_path / "app.jsonl", pick(lambda each: each.number % 500 != 7), 2, user_id=user)
    assert count(tmp_path, engine="dask") == count(tmp_path)


def test_the_ledger_tells_of_very_many_pairs_in_few_sentences(tmp_path: Path) -> None:
    for name in range(8):
        log(tmp_path / f"{name}.jsonl", REQUESTS[:40], name)
    counted, failed, told = count(tmp_path)
    assert (counted, failed, len(told)) == (40, 4, 20)
    told = [each for each in mb.reconstruct(tmp_path).ledger["assumptions"] if "further pairs" in each]
    assert told == ["8 further pairs of logs of one service share ids of requests: 320 requests of those count once."]
