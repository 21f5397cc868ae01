"""Messages with a level of information: told where they say that something went wrong, or that a process came or went."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import minutebook as mb

POSTGRESQL = """\
2026-11-23 09:00:00.000 UTC [71] LOG:  checkpoint starting: time
2026-11-23 09:07:01.000 UTC [81] app@shop LOG:  process 81 still waiting for ShareLock on transaction 907 after 1000.1 ms
2026-11-23 09:07:02.000 UTC [81] app@shop LOG:  process 81 acquired ShareLock on transaction 907 after 2000.3 ms
2026-11-23 09:07:03.000 UTC [81] app@shop LOG:  duration: 812.4 ms  statement: SELECT id FROM jobs WHERE aborting OR refused
2026-11-23 09:07:04.000 UTC [71] LOG:  checkpoints are occurring too frequently (8 seconds apart)
2026-11-23 09:07:05.000 UTC [70] LOG:  received fast shutdown request
2026-11-23 09:07:06.000 UTC [70] LOG:  database system is shut down
2026-11-23 09:07:07.000 UTC [90] LOG:  database system was shut down at 2026-11-23 09:07:06 UTC
2026-11-23 09:07:08.000 UTC [90] LOG:  database system is ready to accept connections
2026-11-23 09:20:00.000 UTC [71] LOG:  checkpoint starting: time
"""


def test_what_postgresql_tells_as_log_has_rows_if_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "db.log").write_text(POSTGRESQL)
    rows = mb.timeline(tmp_path)
    told = rows[rows["kind"].isin(["log", "process"])]
    assert list(zip(told["phase"], told["time"].dt.second, strict=True)) == [
        ("new", 1), ("new", 4), ("stopped", 5), ("stopped", 6), ("started", 8),
    ]  # fmt: skip
    assert set(told["severity"]) == {"info"}  # as logged


@pytest.mark.parametrize(
    ("message", "phase"),
    [
        ("/usr/sbin/mysqld: ready for connections. Version: '8.0.40'  socket: '/run/mysqld.sock'  port: 3306", "started"),
        ("Received SHUTDOWN from user root. Shutting down mysqld (Version: 8.0.40).", "stopped"),
        ("User requested shutdown...", "stopped"),
        ("Connection with primary lost.", "new"),
        ("server process (PID 812) was terminated by signal 9: Killed", "crashed"),
        ("billing.service: Main process exited, code=killed, status=9/KILL", "crashed"),
        ("billing.service: A process of this unit has been killed by the OOM killer.", "crashed"),
        ("terminating connection because of crash of another server process", "new"),
        ("Server pool/web-2 is UP, reason: Layer7 check passed", "started"),
        ("imported 200 orders, failed: 0, refunds denied=0, timeout=30 s", None),
        ("1 parity error detected and corrected", None),
        ("select o.id from orders o where o.state = 'lost' and refused", None),
    ],
)  # fmt: skip
def test_information_has_a_row_by_what_it_says(message: str, phase: str | None) -> None:
    start = pd.Timestamp("2026-11-23T09:00:00Z")
    frame = pd.DataFrame(
        {
            "time": [start + pd.Timedelta(minutes=each) for each in range(30)], "kind": "log", "layer": "app",
            "service": "shop", "level": "info", "message": ["tick"] * 20 + [message] + ["tick"] * 9,
            "source": "shop.log", "line": range(1, 31),
        }
    )  # fmt: skip
    rows = mb.timeline(frame)
    told = rows.loc[rows["kind"].isin(["log", "process"]), "phase"].to_list()
    assert told == ([phase] if phase else [])
