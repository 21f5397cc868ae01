"""The same failing requests in two layers' logs have one row, with the evidence of both."""

from __future__ import annotations

import pandas as pd
import pytest

import minutebook as mb

START = pd.Timestamp("2026-11-23T09:00:00Z")


def log(layer: str, service: str | None, fails: range, late_s: float = 0.0) -> pd.DataFrame:
    """Two hours of requests, one every five seconds, of which some fail."""
    number = pd.Series(range(1440))
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta(number * 5 + late_s, unit="s"), "kind": "request", "layer": layer, "service": service,
            "operation": "GET /cart", "status": [500 if n in fails else 200 for n in number], "client": "192.0.2.1",
            "source": f"{layer}.log", "line": number + 1,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("behind", "rows"),
    [
        (log("proxy", None, range(700, 800), 0.4), 1),
        (log("proxy", None, range(700, 790), 0.4), 2),  # not as often, nor as long
        (log("proxy", None, range(700, 800), 9.0), 2),  # at other times
        (log("proxy", "mail", range(700, 800), 0.4), 2),  # of another service
    ],
)
def test_without_ids_what_two_layers_say_as_often_and_at_once_is_told_once(behind: pd.DataFrame, rows: int) -> None:
    told = mb.timeline(pd.concat([log("balancer", "shop", range(700, 800)), behind], ignore_index=True))
    new = told[(told["kind"] == "log") & (told["phase"] == "new")]
    assert new["count"].tolist() == [100] * rows if rows == 1 else len(new) == rows
    assert rows > 1 or new["evidence"].tolist() == ["balancer.log:701; proxy.log:701"]
