"""Messages as episodes: what is new, what surges out of ordinary failures, what comes back, and what comes and goes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import minutebook as mb

START = pd.Timestamp("2026-11-23T08:00:00Z")
MINUTES = 240


def _tell(*at_s: np.ndarray | list[float], text: str = "no connection to the pool") -> pd.DataFrame:
    """The timeline's rows of an error written at those seconds, beside lines that say nothing."""
    seconds = np.sort(np.concatenate([np.asarray(each, float) for each in at_s]))
    quiet = np.arange(0, MINUTES * 60, 10.0)
    frame = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(np.concatenate([seconds, quiet]), unit="s"),
            "kind": "log", "layer": "app", "service": "shop", "source": "shop.log",
            "level": ["error"] * len(seconds) + ["info"] * len(quiet),
            "message": [text] * len(seconds) + ["tick"] * len(quiet),
        }
    )  # fmt: skip
    frame["line"] = np.arange(len(frame)) + 1
    rows = mb.timeline(frame)
    return rows[(rows["kind"] == "log") & (rows["phase"] != "stopped")].reset_index(drop=True)


def _stray(seed: int, per_minute: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, MINUTES * 60, rng.poisson(per_minute * MINUTES))


#: 20 a minute from 10:01:00 to 10:21:00.
OUTBREAK = np.arange(7260, 8460, 3.0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("per_minute", [0.1, 0.3, 0.6])
def test_an_outbreak_of_what_fails_now_and_then_begins_where_it_breaks_out(per_minute: float, seed: int) -> None:
    rows = _tell(_stray(seed, per_minute), OUTBREAK)
    assert rows["phase"].to_list() == ["surge"]
    assert abs((rows["time"][0] - START).total_seconds() - 7260) <= 60
    assert abs(rows["count"][0] - len(OUTBREAK)) <= 20


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("per_minute", [0.1, 0.3, 0.6])
def test_what_fails_now_and_then_all_the_time_has_no_row(per_minute: float, seed: int) -> None:
    assert not len(_tell(_stray(seed, per_minute)))


def test_what_is_new_is_told_from_its_first_line_though_it_begins_slowly() -> None:
    rows = _tell([7200, 7290, 7370, 7450], OUTBREAK + 300)
    assert rows["phase"].to_list() == ["new"]
    assert rows["time"][0] == START + pd.Timedelta(seconds=7200)


def test_what_is_new_is_told_each_time_it_comes_back() -> None:
    rows = _tell([7200], [7700], [8300], text="Out of memory: Killed process 77 (worker)")
    assert rows["phase"].to_list() == ["new", "again", "again"]


def test_what_starts_all_the_time_has_no_row_and_what_restarts_once_has() -> None:
    at = np.array([*range(4, 240 * 60, 600), 8000])
    frame = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(at, unit="s"), "kind": "log", "layer": "app", "service": "systemd", "level": "info",
            "message": ["Starting system activity accounting tool..."] * (len(at) - 1) + ["Started Billing worker."],
            "source": "journal.log", "line": np.arange(len(at)) + 1,
        }
    )  # fmt: skip
    rows = mb.timeline(frame)
    assert rows.loc[rows["kind"] == "process", "summary"].to_list() == ["Started Billing worker."]


@pytest.mark.parametrize(
    "message",
    [
        "/usr/sbin/mysqld (mysqld 8.0.40) starting as process 1812",
        "database system is ready to accept connections",
        "NOTICE: fpm is running, pid 332",
        "Server shop/web1 is UP, reason: Layer7 check passed",
    ],
)
def test_servers_say_in_their_own_words_that_they_start(message: str) -> None:
    frame = pd.DataFrame(
        {
            "time": START + pd.to_timedelta([10, 7200, 14000], unit="s"), "kind": "log", "level": "info",
            "message": ["tick", message, "tick"], "source": "a.log", "line": [1, 2, 3],
        }
    )  # fmt: skip
    rows = mb.timeline(frame)
    assert rows.loc[rows["kind"] == "process", ["phase", "summary"]].to_numpy().tolist() == [["started", message]]


def test_what_one_source_tells_of_one_second_stands_in_the_order_of_its_lines() -> None:
    messages = ["Stopped Billing worker.", "Started Billing worker."]
    frame = pd.DataFrame(
        {"time": START, "kind": "log", "layer": "app", "service": "systemd", "message": messages, "source": "syslog",
         "line": [99, 100]}
    )  # fmt: skip
    assert mb.timeline(frame)["summary"].to_list() == messages


@pytest.mark.parametrize("hosts", [("web-1", "web-1"), ("web-1", "web-2"), ("web-1", None)])
def test_a_row_names_the_host_where_there_are_others(hosts: tuple[str, str | None]) -> None:
    frame = pd.DataFrame(
        {
            "time": START + pd.to_timedelta([10, 7200, 14000], unit="s"), "kind": "log", "level": ["info", "error", "info"],
            "message": ["tick", "disk full", "tick"], "service": "shop", "host": [hosts[0], hosts[0], hosts[1]],
            "source": "a.log", "line": [1, 2, 3],
        }
    )  # fmt: skip
    (told,) = mb.timeline(frame).query("kind == 'log'")["summary"]
    assert told == ("new: disk full on web-1" if hosts[1] == "web-2" else "new: disk full")


@pytest.mark.parametrize("edge_failures", [20, 30])  # of ten the application saw nothing
def test_a_failure_that_two_layers_tell_alike_counts_once(edge_failures: int) -> None:
    def tell(layer: str, failures: int) -> pd.DataFrame:
        at = np.concatenate([np.arange(0, 3600, 10.0), 1800 + np.arange(failures) * 4.0])
        frame = pd.DataFrame(
            {
                "time": START + pd.to_timedelta(at, unit="s"), "kind": "request", "layer": layer, "service": "shop",
                "operation": "GET /items", "status": [200] * 360 + [500] * failures, "source": f"{layer}.log",
            }
        )  # fmt: skip
        return frame.assign(line=np.arange(len(frame)) + 1)

    rows = mb.timeline(pd.concat([tell("proxy", edge_failures), tell("app", 20)], ignore_index=True))
    (row,) = rows[(rows["kind"] == "log") & (rows["phase"] == "new")].itertuples()
    assert (row.summary, row.count) == ("new: 500 GET /items", edge_failures)
    assert row.evidence == "app.log:361; proxy.log:361"


def test_users_are_counted_only_where_failures_tell_of_all_that_was_written() -> None:
    at = np.arange(0, 7500, 5.0)
    is_late = at >= 7200
    frame = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(at, unit="s"), "kind": "request", "layer": "app", "service": "shop",
            "source": "shop.log", "line": np.arange(len(at)) + 1, "operation": "POST /graphql",
            "level": np.where(is_late, "error", "info"),
            "message": np.where(is_late, "request completed badly", "request completed"), "status": 200, "user": [f"u{n % 20}" for n in range(len(at))],
        }
    )  # fmt: skip
    for failing, users in ((is_late, 20), (at == 7200, None)):
        rows = mb.timeline(frame.assign(status=np.where(failing, 500, 200)))
        (told,) = rows.loc[(rows["kind"] == "log") & (rows["phase"] == "new"), "users"]
        assert told == users or (users is None and pd.isna(told))
