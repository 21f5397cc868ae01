"""What is looked at follows the evidence, not the span: years of a line an hour, thousands of hosts and operations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from minutebook.events import to_table
from minutebook.sli import find_sli
from minutebook.sli.coverage import find_coverage
from minutebook.sli.stretches import find_stretches
from minutebook.summary import merge, summarise

DAY = 24 * 60


def test_minutes_between_are_looked_at_but_for_holes_of_over_a_day() -> None:
    seen = [5, 9, 9 + DAY, 9 + 2 * DAY + 1]
    assert find_stretches(seen).minutes.tolist() == [*range(5, 10 + DAY), 9 + 2 * DAY + 1]
    assert find_stretches([]).minutes.tolist() == []


@pytest.mark.parametrize("step", [1, 7, 60, 25 * 60, 30 * DAY])
def test_sparse_evidence_over_years_stays_in_proportion(step: int) -> None:
    seen = np.arange(5000) * step
    minutes, hole = find_stretches(seen)
    assert len(minutes) <= 45_000
    assert set(seen) <= set(minutes)
    assert np.diff(minutes).max() in (1, step)
    assert (step > hole) == (len(minutes) == len(seen)) or step == 1


def _requests(times: pd.DatetimeIndex, operations: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "time": times, "kind": "request", "level": "info", "service": "shop", "layer": "app", "status": 200,
            "operation": operations, "source": "app.log", "line": np.arange(len(times)) + 1,
        }
    )  # fmt: skip


def test_what_is_left_out_is_said() -> None:
    hourly = pd.date_range("2016-01-01", periods=2000, freq="h", tz="UTC")
    sli = find_sli(merge([summarise(to_table(_requests(hourly, ["GET /a"] * 2000)))]))
    assert any("holes of over 15 min" in sentence for sentence in sli.assumptions)


def test_operations_beyond_what_can_be_looked_at_are_told_together() -> None:
    times = pd.date_range("2026-01-01", periods=12_000, freq="3min", tz="UTC")
    operations = ["GET /often" if n % 2 else f"GET /{n}" for n in range(12_000)]
    sli = find_sli(merge([summarise(to_table(_requests(times, operations)))]))
    names = {operation for _, operation in sli.requests}
    assert {"GET /often", "(others)"} < names
    assert len(names) < 200
    assert sum(rows["requests"].sum() for rows in sli.trials.rows("requests")) == 12_000
    assert set(sli.trials.names("operation")) == names
    assert any("as (others)" in sentence for sentence in sli.assumptions)


def test_each_group_has_its_own_silences() -> None:
    minutes = [*range(60), *range(120, 180)]
    quiet = pd.DataFrame(
        {"time": pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(minutes, unit="min"), "host": "a"}
    )
    steady = pd.DataFrame({"time": pd.date_range("2026-01-01", periods=180, freq="min", tz="UTC"), "host": "b"})
    events = pd.concat([quiet, steady], ignore_index=True)
    events = events.assign(
        kind="log", level="info", message="x", source=events["host"], line=np.arange(len(events)) + 1
    )
    coverage = find_coverage(merge([summarise(to_table(events))]))
    states = {host: group["state"].value_counts().to_dict() for host, group in coverage.groupby("host")}
    assert states["b"] == {"covered": 180, "partly": 0, "none": 0}
    assert states["a"]["none"] == 60
