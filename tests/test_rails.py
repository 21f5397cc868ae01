"""Rails' own production log: requests among other lines, exceptions below an empty one, and the user in a line of their own."""

from __future__ import annotations

import uuid
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import minutebook as mb

START = pd.Timestamp("2026-11-23T08:00:00Z")
MINUTES = 60


def _write(path: Path) -> set[str]:
    """An hour of requests, of which those from 08:30 to 08:40 fail; who hit that. Some lines of a probe, too."""
    rng = np.random.default_rng(4)
    records, hit = [], set()
    for at in np.sort(rng.uniform(0, MINUTES * 60, 40 * MINUTES)):
        time, trace = (
            START + pd.Timedelta(seconds=round(float(at), 3)),
            uuid.UUID(int=int(rng.integers(1 << 62)), version=4),
        )
        user, is_bad = f"u{rng.integers(300)}", 1800 <= at < 2400
        hit |= {user} if is_bad else set()

        def line(text: str, level: str = "INFO", time: pd.Timestamp = time, trace: uuid.UUID = trace) -> str:
            return f"{level[0]}, [{time:%Y-%m-%dT%H:%M:%S.%f} #812] {level:>5} -- : [{trace}] {text}"

        records += [
            line(f'Started POST "/orders" for 192.0.2.7 at {time:%Y-%m-%d %H:%M:%S} +0000'),
            line(f"user_id={user}"),
            line(f"Completed {'500 Internal Server Error' if is_bad else '302 Found'} in 31ms (ActiveRecord: 12.0ms)"),
        ]
        if is_bad:
            records += [
                line("  ", "FATAL"),
                f"[{trace}] ActiveRecord::LockWaitTimeout (lock timeout",
                "):",
                f"[{trace}]   ",
            ]
            records.append(f"[{trace}] app/models/order.rb:88:in `reserve!'")
    path.write_text("\n".join(records) + "\n")
    return hit


def test_requests_are_counted_and_exceptions_told_by_their_name(tmp_path: Path) -> None:
    hit = _write(tmp_path / "production.log")
    book = mb.reconstruct(tmp_path)
    (window,) = book.impact["windows"]
    assert (window["unit"], window["bad"]) == ("requests", window["valid"])
    assert abs(window["valid"] - 400) < 60
    assert window["users"]["affected"] == len(hit)
    told = book.timeline["summary"]
    assert told.str.startswith("new: ActiveRecord::LockWaitTimeout (lock timeout").any()
    assert not told.str.contains("Started POST").any()
    assert "process" not in set(book.timeline["kind"])


def test_where_only_failures_say_whose_they_are_nobody_knows_who_else_came(tmp_path: Path) -> None:
    _write(tmp_path / "production.log")
    book = mb.reconstruct(tmp_path)
    users = book.impact["windows"][0]["users"]
    assert [users[key] for key in ("exposed", "failed", "degraded")] == [None] * 3
    assert book.impact["total"]["failed"] is None
    assert book.users["state"].isna().all()


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-23 08:00:00.123 UTC [812] ada@shop ERROR:  canceling statement due to lock timeout",
        "2026-11-23 08:00:00.123 UTC [1] WARNING C-0x55d0: shop/ada@10.0.0.5:41234 pooler error: query_wait_timeout",
    ],
)
def test_a_database_s_account_is_no_user_of_the_service(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.log").write_text((line + "\n") * 30)
    events = mb.read(tmp_path)
    assert set(events["actor"]) == {"ada"}
    assert events["user"].isna().all()
