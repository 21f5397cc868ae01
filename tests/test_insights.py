"""Application Insights' and Log Analytics' exports: numbered severities, milliseconds, calls that are no requests."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

import minutebook as mb

REQUEST = {
    "timestamp": "2026-11-23T09:08:04.1201234Z", "id": "a1", "name": "POST Checkout/Pay",
    "url": "https://shop.example/checkout/7", "success": "False", "resultCode": "500", "duration": 30500,
    "itemType": "request", "operation_Name": "POST Checkout/Pay", "operation_Id": "f00d", "user_Id": "",
    "user_AuthenticatedId": "u7", "client_IP": "0.0.0.0", "application_Version": "1.8.2",
    "cloud_RoleName": "checkout", "cloud_RoleInstance": "checkout-7f9c",
}  # fmt: skip
CALL = {
    **REQUEST, "name": "POST /charge", "url": "https://pay.example/charge", "resultCode": "503", "duration": 12.5,
    "itemType": "dependency",
}  # fmt: skip
EXCEPTION = {
    "timestamp": "2026-11-23T09:08:05Z", "problemId": "Timeout at Shop.Pay", "outerMessage": "no answer",
    "severityLevel": 3, "itemType": "exception", "operation_Id": "f00d", "cloud_RoleName": "checkout",
}  # fmt: skip


def read(path: Path, records: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return mb.read(path).sort_values("line", kind="stable", ignore_index=True)


def test_requests_calls_and_exceptions_of_one_export_are_what_they_are(tmp_path: Path) -> None:
    events = read(tmp_path / "union.json", [REQUEST, CALL, EXCEPTION] * 2).iloc[:3]
    assert events["kind"].tolist() == ["request", "log", "log"]
    assert events["duration"].tolist()[:2] == [30.5, 0.0125]
    assert events["service"].tolist() == ["checkout"] * 3
    assert events["trace"].tolist() == ["f00d"] * 3
    request, _, exception = (row for _, row in events.iterrows())
    assert (request["operation"], request["status"], request["version"]) == ("/checkout/{id}", 500, "1.8.2")
    assert (exception["level"], exception["message"]) == ("error", "no answer: Timeout at Shop.Pay")


def test_an_empty_user_is_filled_by_the_next_name_and_a_masked_address_is_nobody_s(tmp_path: Path) -> None:
    events = read(tmp_path / "requests.json", [REQUEST, {**REQUEST, "user_Id": "visitor", "client_IP": "192.0.2.7"}])
    assert events["user"].tolist() == ["u7", "visitor"]
    assert events["client"].isna().tolist() == [True, False]


@pytest.mark.parametrize("key", ["severityLevel", "SeverityLevel"])
def test_severities_are_numbered_from_verbose_to_critical(tmp_path: Path, key: str) -> None:
    with (tmp_path / "traces.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["timestamp [UTC]", "message", key])
        rows.writerows([f"11/23/2026, 9:08:{severity:02}.120 AM", "paid", severity] for severity in range(6))
    events = mb.read(tmp_path / "traces.csv")
    assert events["level"].astype(object).where(events["level"].notna(), None).tolist() == [
        "trace", "info", "warn", "error", "fatal", None,
    ]  # fmt: skip
    assert events["time_quality"].unique().tolist() == ["stated"]


def test_log_analytics_names_its_table_as_the_kind_of_record(tmp_path: Path) -> None:
    record = {
        "TimeGenerated": "2026-11-23T09:08:04Z", "OperationId": "f00d", "AppRoleName": "checkout", "Name": "GET /stock",
        "Url": "https://stock.example/stock", "ResultCode": "503", "DurationMs": 250.5,
    }  # fmt: skip
    events = read(tmp_path / "la.json", [record | {"Type": "AppRequests"}, record | {"Type": "AppDependencies"}])
    assert events["kind"].tolist() == ["request", "log"]
    assert events["duration"].tolist() == [0.2505, 0.2505]


def test_a_client_s_span_is_no_request_that_was_served(tmp_path: Path) -> None:
    span = {"ts": "2026-11-23T09:08:04Z", "http.method": "GET", "http.route": "/stock", "http.status_code": 503}
    events = read(tmp_path / "spans.json", [span | {"spanKind": kind} for kind in ("SERVER", "SPAN_KIND_CLIENT")])
    assert events["kind"].tolist() == ["request", "log"]
