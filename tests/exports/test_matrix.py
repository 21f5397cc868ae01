"""Prometheus' ALERTS: what samples prove, and what they don't."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from minutebook.exports import Document, load_exports, pick_export, read_export

T = 1795424400  # 2026-11-23T09:00:00Z
EXPORT = next(each for each in load_exports() if each.name == "prometheus_range")


def series(
    times: Iterable[int], state: str = "firing", name: str = "ALERTS", value: str = "1", **labels: str
) -> dict[str, object]:
    metric = {"__name__": name, "alertname": "QueueFull", "alertstate": state, **labels}
    return {"metric": metric, "values": [[T + t, value] for t in times]}


def read(*listed: dict[str, object]) -> list[tuple[str, int, int | None]]:
    document = {"status": "success", "data": {"resultType": "matrix", "result": list(listed)}}
    rows = read_export([Document(document, 1, 0, 1)], EXPORT).rows
    return [(str(row["phase"]), seconds(row["time"]), seconds(row["end"]) if row["end"] else None) for row in rows]


def seconds(time: object) -> int:
    return round(pd.Timestamp(time).timestamp()) - T  # type: ignore[arg-type]


def test_a_gap_above_one_and_a_half_steps_parts_two_firings() -> None:
    told = read(series([60, 120, 240, 300]), series(range(0, 600, 60), service="other"))
    assert [row for row in told if row[0] == "fired"] == [("fired", 0, None), ("fired", 60, 180), ("fired", 240, 360)]


def test_what_is_in_the_last_sample_is_open_and_in_the_first_censored() -> None:
    document = {"data": {"resultType": "matrix", "result": [series([0, 15, 30])]}}
    (row,) = read_export([Document(document, 1, 0, 1)], EXPORT).rows
    assert (row["phase"], row["end"], row["time_quality"]) == ("fired", None, "censored")


def test_a_single_sample_is_a_firing_of_one_step() -> None:
    assert ("fired", 60, 120) in read(series([60]), series([0, 60, 120], service="other"))


def test_the_start_that_alerts_for_state_holds_is_exact() -> None:
    told = read(series([60, 75], name="ALERTS_FOR_STATE", value=str(T + 7)), series([60, 75, 90]))
    assert told[0] == ("pending", 7, None)


def test_series_that_are_no_alerts_are_counted_and_not_read() -> None:
    document = {"data": {"resultType": "matrix", "result": [{"metric": {"__name__": "up"}, "values": [[T, "1"]]}]}}
    reading = read_export([Document(document, 1, 0, 1)], EXPORT)
    assert (reading.rows, list(reading.skipped)) == ([], ["no happening: no series of ALERTS has a sample"])


def test_the_key_is_alertmanagers_fingerprint() -> None:
    match = pick_export([{"data": {"resultType": "matrix", "result": []}}], [EXPORT])
    assert match.format is EXPORT
    document = {
        "data": {
            "resultType": "matrix",
            "result": [{"metric": {"alertname": "metric:alerting_rule"}, "values": [[T, "1"]]}],
        }
    }
    (row,) = read_export([Document(document, 1, 0, 1)], EXPORT).rows
    assert row["entity"] == "alert:114212a24ca97549"
