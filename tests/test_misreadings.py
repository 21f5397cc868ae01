"""What the differential test found, pinned one by one: each line says what it says, whatever else is in the file."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

import minutebook as mb

GOOD = "ts=2026-11-23T09:00:00Z level=info msg=sold status=200 user_id=ada\n" * 20


def read(folder: Path, text: str) -> pd.DataFrame:
    (folder / "a.log").write_text(text)
    return mb.read(folder / "a.log").sort_values("line", kind="stable", ignore_index=True)


def test_a_message_in_quotes_names_no_user_and_no_status(tmp_path: Path) -> None:
    forged = 'ts=2026-11-23T09:00:01Z level=info msg="no such name: x user_id=eve status=500 level=error"'
    events = read(tmp_path, GOOD + forged + " status=404 user_id=bob\n" + forged + "\n")
    assert events["user"].iloc[20] == "bob" and events["user"].isna().tolist()[20:] == [False, True]
    assert events["status"].tolist()[20] == 404 and events["status"].isna().tolist()[20:] == [False, True]
    assert events["level"].tolist()[20:] == ["info", "info"]
    assert events["message"].iloc[20] == "no such name: x user_id=eve status=500 level=error"


def test_one_line_with_a_better_key_takes_no_time_from_the_others(tmp_path: Path) -> None:
    lines = "time=2026-11-23T09:00:00Z level=info msg=a\n" * 50
    events = read(tmp_path, lines + "time=2026-11-23T09:00:01Z level=info msg=a ts=2026-11-23T09:00:01Z\n")
    assert len(events) == 51
    assert len(read(tmp_path, GOOD + "t-s=x ts=2026-11-23T09:00:00Z level=info msg=a\n")) == 21


def test_open_telemetry_s_numbers_are_severities(tmp_path: Path) -> None:
    numbers = (1, 5, 9, 13, 17, 24, "SEVERITY_NUMBER_WARN2", 99)
    records = [
        {"timeUnixNano": f"179542440{n}000000000", "severityNumber": number, "body": {"stringValue": "x"}}
        for n, number in enumerate(numbers)
    ]
    document = {"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": records}]}]}
    levels = read(tmp_path, json.dumps(document))["level"]
    assert levels.tolist()[:7] == ["trace", "debug", "info", "warn", "error", "fatal", "warn"]
    assert levels.isna().tolist()[7:] == [True]


def test_hundreds_are_no_severity_and_a_message_s_own_counts_where_none_is_stated(tmp_path: Path) -> None:
    lines = '{"ts":"2026-11-23T09:00:00Z","level":200,"msg":"a"}\n{"ts":"2026-11-23T09:00:01Z","msg":"ERROR: b"}\n'
    levels = read(tmp_path, lines)["level"]
    assert levels.isna().tolist() == [True, False] and levels.iloc[1] == "error"


def test_users_that_differ_in_a_lone_surrogate_stay_two(tmp_path: Path) -> None:
    line = '{"ts":"2026-11-23T09:00:00Z","level":"info","msg":"a","user_id":"\\ud80%d"}\n'
    assert read(tmp_path, "".join(line % n for n in (0, 1, 0)))["user"].nunique() == 2
