"""What folders of collected logs hold beside clean lines: banners, a few lines of a second format, odd keys."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path

import pandas as pd

import minutebook as mb
from minutebook.outputs.wording.sources import tell_source
from minutebook.settings.config import Config


def read(path: Path, text: str) -> pd.DataFrame:
    path.write_text(text)
    return mb.read(path).sort_values("line", kind="stable", ignore_index=True)


def test_a_banner_before_the_first_record_hides_no_format(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log", "Host: web-1\nRelease: 7\n2026-11-23 09:00:00 WARN slow\n2026-11-23 09:00:01 INFO ok\n"
    )
    assert events["line"].tolist() == [3, 4]
    assert events["level"].tolist() == ["warn", "info"]


def test_lines_that_were_folded_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(
        "2026-11-23 09:00:00 ERROR a\n" + "and so on\n" * 30 + "2026-11-23 09:00:01 ERROR b\n"
    )
    source = mb.check(tmp_path / "a.log").iloc[0].to_dict()
    assert "30 going on from the one before" in list(tell_source(source, UTC))


def test_a_level_is_no_host(tmp_path: Path) -> None:
    events = read(tmp_path / "a.log", "2026-11-23T09:00:00Z ERROR cart: no stock\n2026-11-23T09:00:01Z info cart: ok\n")
    assert events["level"].tolist() == ["error", "info"]
    assert events["host"].isna().all()


def test_one_line_of_a_second_format_is_read(tmp_path: Path) -> None:
    lines = ['{"ts": "2026-11-23T09:00:00Z", "msg": "a"}'] * 3
    lines += ['timestamp="2026-11-23T09:00:01Z" level="ERROR" msg="b"', "panic: c", "  main.go:1", "  main.go:2"]
    events = read(tmp_path / "a.log", "\n".join(lines) + "\n")
    assert events["line"].tolist() == [1, 2, 3, 4]
    assert events["level"].iloc[-1] == "error"


def test_each_record_says_how_long_in_its_own_key(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log",
        '{"ts": "2026-11-23T09:00:00Z", "msg": "query", "duration_ms": 12.5}\n'
        '{"ts": "2026-11-23T09:00:01Z", "msg": "request", "latency_ms": 45.7}\n'
        '{"ts": "2026-11-23T09:00:02Z", "msg": "job", "duration_seconds": 60.25}\n',
    )
    assert events["duration"].tolist() == [0.0125, 0.0457, 60.25]


def test_seconds_and_nanoseconds_in_two_keys_are_one_instant(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log",
        '{"instant": {"epochSecond": 1795424400, "nanoOfSecond": 7000}, "msg": "a"}\n'
        '{"instant": {"epochSecond": 1795424401, "nanoOfSecond": 484000000}, "msg": "b"}\n',
    )
    assert [str(time) for time in events["time"]] == [
        "2026-11-23 09:00:00.000007+00:00",
        "2026-11-23 09:00:01.484000+00:00",
    ]


def test_the_process_of_a_journal_s_entry_is_no_user(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log",
        '{"__REALTIME_TIMESTAMP": "1795424400000000", "_UID": "0", "PRIORITY": "3", "MESSAGE": "a"}\n',
    )
    assert events["user"].isna().all()
    assert events["level"].tolist() == ["error"]


def test_docker_s_lines_are_read_as_what_they_hold(tmp_path: Path) -> None:
    inner = (
        '203.0.113.9 - - [23/Nov/2026:09:00:00 +0000] "GET /items/7 HTTP/1.1" 502 12 "-" "curl/8.5.0"',
        "2026-11-23 09:00:01,120 [main] ERROR com.example.Cart - no stock",
        "\tat com.example.Cart.take(Cart.java:12)",
    )
    lines = [
        json.dumps({"log": line + "\n", "stream": "stdout", "time": f"2026-11-23T09:00:0{second}.5Z"})
        for second, line in enumerate(inner)
    ]
    events = read(tmp_path / "a.log", "\n".join(lines) + "\n")
    assert events["status"].tolist()[0] == 502
    assert events["operation"].tolist()[0] == "GET /items/{id}"
    assert events["level"].astype(str).tolist()[1:] == ["error"]
    assert events["message"].tolist()[1:] == ["no stock"]


def test_a_json_line_between_others_is_no_part_of_them(tmp_path: Path) -> None:
    text = '2026-11-23 09:00:00.123456 W | etcdserver: slow disk\n{"ts":"2026-11-23T09:00:01Z","level":"error","msg":"down"}\n'
    events = read(tmp_path / "a.log", text)
    assert events["message"].tolist() == ["slow disk", "down"]
    assert events["level"].astype(str).tolist() == ["warn", "error"]


def test_columns_that_only_one_header_of_a_w3c_log_has_are_read(tmp_path: Path) -> None:
    text = (
        "#Fields: date time c-ip cs-method cs-uri-stem sc-status time-taken\n"
        "2026-11-23 09:00:00 203.0.113.9 GET /items/7 500 1250\n"
        "#Date: 2026-11-24 00:00:00\n"
        "#Fields: time c-ip cs-method cs-uri-stem sc-status\n"
        "09:00:00 203.0.113.9 GET /items/7 200\n"
    )
    events = read(tmp_path / "a.log", text)
    assert events["duration"].tolist()[0] == 1.25
    assert events["time"].dt.strftime("%dT%H").tolist() == ["23T09", "24T09"]


def test_nested_durations_lists_of_addresses_and_versions_of_shapes(tmp_path: Path) -> None:
    gelf = '{"version":"1.1","host":"web-1","short_message":"slow","timestamp":1795424400.5,"level":4,"attr":{"durationMillis":250},"sourceIPs":["203.0.113.9"]}\n'
    (event,) = read(tmp_path / "a.log", gelf).to_dict("records")
    assert (event["duration"], event["client"]) == (0.25, "203.0.113.9")
    assert pd.isna(event["version"])


def test_a_new_year_is_one_for_all_formats_of_a_log(tmp_path: Path) -> None:
    lines = (
        "Dec 31 23:59:58 web-1 app[1]: old",
        "Jan  1 00:00:00 web-1 app[1]: new",
        "Dec 31 23:59:59 web-1 app[1]: late",
        'Jan  1 00:00:01 web-1 app[1]: {"level":"error","msg":"first of its format"}',
        'Jan  1 00:00:02 web-1 app[1]: {"level":"error","msg":"second of its format"}',
        "Jan  1 00:00:03 web-1 last message repeated 3 times",
        "Jan  1 00:00:04 web-1 app[1]: the last line, which is a block of its own",
    )
    (tmp_path / "a.log").write_text("\n".join(lines) + "\n")
    events = mb.read(tmp_path / "a.log", config=Config({"*": {"year": 2025}})).sort_values("line")
    assert events["time"].dt.year.tolist() == [2025, 2026, 2025, 2026, 2026, 2026, 2026]


def test_rows_under_each_header_of_a_w3c_log_are_read(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log",
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer)"
        " sc-status sc-substatus sc-win32-status time-taken\n"
        "2026-11-23 09:00:00 10.0.0.1 GET /items/8 a=1 80 - 203.0.113.9 curl - 500 0 0 1250\n"
        "#Date: 2026-11-24 00:00:00\n#Fields: time c-ip cs-method cs-uri-stem sc-status\n09:00:01 203.0.113.9 GET /b 200\n",
    )
    assert events["status"].tolist() == [500, 200]
    assert events["time"].dt.day.tolist() == [23, 24]


def test_stamps_are_as_exact_as_most_of_a_log_s_are(tmp_path: Path) -> None:
    asked = [f'192.0.2.1 - - [23/Nov/2026:09:08:{n:02} +0000] "GET / HTTP/1.1" 200 1 "-" "curl/8"' for n in range(40)]
    noted = [f'I1123 09:08:{n:02}.250000       7 controller.go:190] "Reload"' for n in (10, 20)]
    (tmp_path / "ingress.log").write_text("\n".join([*asked[:20], *noted, *asked[20:]]) + "\n")
    book = mb.reconstruct(tmp_path)
    (source,) = book.ledger["sources"]
    assert (source["events"], source["resolution_s"]) == (42, 1.0)
    assert source["zone_basis"] == "inferred: others of its stamps state it"
