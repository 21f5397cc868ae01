"""Several loggers in one file: each record is read by its own keys and its own layout of stamps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

import minutebook as mb
from minutebook.errors import MinutebookError


def read(path: Path, text: str) -> pd.DataFrame:
    path.write_text(text)
    return mb.read(path).sort_values("line", kind="stable", ignore_index=True)


def seconds(events: pd.DataFrame) -> list[float]:
    return [(time - pd.Timestamp("2026-11-23T09:00Z")).total_seconds() for time in events["time"]]


DIALECTS = (
    '{"level": "error", "ts": 1795424400.25, "msg": "zap"}\n'
    '{"level": "warning", "time": "2026-11-23T09:00:01Z", "msg": "logrus"}\n'
    '{"level": 50, "time": 1795424402000, "msg": "pino"}\n'
    '{"log.level": "ERROR", "@timestamp": "2026-11-23T09:00:03Z", "message": "ecs"}\n'
)


def write(path: Path, records: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """The events of JSON lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return mb.read(path).sort_values("line", kind="stable", ignore_index=True)


def test_json_lines_of_several_loggers_are_read_by_their_own_keys(tmp_path: Path) -> None:
    events = read(tmp_path / "a.log", DIALECTS * 3)
    assert seconds(events) == [0.25, 1, 2, 3] * 3
    assert events["level"].tolist() == ["error", "warn", "error", "error"] * 3
    assert events["message"].tolist() == ["zap", "logrus", "pino", "ecs"] * 3


def test_a_dialect_that_begins_far_into_a_file_is_read(tmp_path: Path) -> None:
    first = '{"level": "info", "ts": 1795424400.25, "msg": "zap"}\n' * 60_000
    events = read(tmp_path / "a.log", first + '{"@timestamp": "2026-11-23T09:00:03Z", "message": "ecs"}\n' * 5_000)
    assert len(events) == 65_000
    assert seconds(events)[-1] == 3


def test_stamps_that_are_none_are_rejects_however_many(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log",
        '{"time": "2026-11-23T09:00:00Z", "msg": "a"}\n{"time": "soon", "msg": "b"}\n{"time": "later", "msg": "c"}\n',
    )
    assert events["line"].tolist() == [1]
    assert mb.check(tmp_path / "a.log").iloc[0]["lines_rejected"] == 2


@pytest.mark.parametrize(
    ("other", "day"), [("11/23/2026 10:00", "2026-11-05"), ("23/11/2026 10:00", "2026-05-11")]
)  # fmt: skip
def test_a_day_past_the_twelfth_tells_which_of_two_numbers_is_the_month(tmp_path: Path, other: str, day: str) -> None:
    events = read(tmp_path / "a.log", f"11/05/2026 09:00:00 WARN slow\n{other} ok\n")
    assert events["time"].iloc[0] == pd.Timestamp(f"{day}T09:00Z")
    assert events["level"].iloc[0] == "warn"


def test_where_nothing_tells_the_month_no_instant_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(MinutebookError, match=r"unknown format.*no stamp proves which number is the month"):
        read(tmp_path / "a.log", "11/05/2026 09:00:00 slow\n11/06/2026 09:00:00 ok\n")


LIBERTY = "[11/12/26, 9:08:04:120 UTC] 00000032 SystemOut    O sold\n"


@pytest.mark.parametrize(
    ("other", "day"), [("[11/9/26, 9:08:04:120 UTC]", "2026-11-12"), ("[13/12/26 09:08:04:120 GMT]", "2026-12-11")]
)
def test_any_stamp_of_a_liberty_log_tells_which_number_is_the_month(tmp_path: Path, other: str, day: str) -> None:
    events = read(tmp_path / "messages.log", LIBERTY + f"{other} 00000032 SystemOut    O sold\n" + LIBERTY)
    assert events["time"].iloc[[0, 2]].tolist() == [pd.Timestamp(f"{day}T09:08:04.120Z")] * 2


def test_where_nothing_tells_the_month_of_a_two_digit_year_no_instant_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(MinutebookError, match=r"unknown format.*no stamp proves which number is the month"):
        read(tmp_path / "messages.log", LIBERTY * 2)


def test_liberty_s_json_has_messages_and_requests(tmp_path: Path) -> None:
    events = read(
        tmp_path / "messages.log",
        '{"type":"liberty_message","host":"web-1","message":"ready","ibm_datetime":"2026-11-23T09:08:04.120+0000",'
        '"module":"com.example","loglevel":"AUDIT"}\n'
        '{"type":"liberty_accesslog","host":"web-1","ibm_remoteHost":"203.0.113.9","ibm_userId":"u1",'
        '"ibm_requestMethod":"POST","ibm_uriPath":"\\/pay","ibm_elapsedTime":21036,"ibm_responseCode":503,'
        '"ibm_datetime":"2026-11-23T09:08:08.120+0000"}\n',
    )
    assert events["kind"].tolist() == ["log", "request"]
    assert events["level"].iloc[0] == "info"
    request = events.iloc[1]
    assert (request["operation"], request["status"], request["duration"]) == ("POST /pay", 503, 0.021036)
    assert (request["user"], request["client"]) == ("u1", "203.0.113.9")


def test_requests_among_other_lines_of_python_s_logging_are_requests(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log",
        "2026-11-23 09:00:00,250 - shop - INFO - ready\n" * 20
        + '2026-11-23 09:00:01,250 - uvicorn.access - INFO - 203.0.113.9:2817 - "GET /items/7 HTTP/1.1" 500\n'
        + '2026-11-23 09:00:02,250 - werkzeug - INFO - 203.0.113.9 - - [23/Nov/2026 09:00:02] "GET / HTTP/1.1" 200 -\n',
    )
    assert events["status"].dropna().tolist() == [500, 200]
    assert events["client"].dropna().tolist() == ["203.0.113.9"] * 2
    assert events["kind"].tolist() == ["log"] * 20 + ["request"] * 2


def test_a_container_s_stamp_stands_before_requests_that_have_none(tmp_path: Path) -> None:
    lines = ["INFO:     Started", 'INFO:     203.0.113.9:2817 - "GET /items/7 HTTP/1.1" 500 Internal Server Error']
    events = read(tmp_path / "a.log", "".join(f"2026-11-23T09:00:00.25Z stdout F {line}\n" for line in lines))
    assert events["kind"].tolist() == ["log", "request"]
    assert events["status"].tolist()[1] == 500


def test_colours_in_json_are_no_part_of_a_message(tmp_path: Path) -> None:
    line = r'{"log": "\u001b[0mPOST /items \u001b[31m500\u001b[0m 12.5 ms - 45\n", "stream": "stdout", "time": "2026-11-23T09:00:00Z"}'
    events = read(tmp_path / "a.log", line + "\n")
    assert events["operation"].tolist() == ["POST /items"]
    assert events["duration"].tolist() == [0.0125]


def test_a_log_whose_first_word_is_no_version_is_no_list_of_tags(tmp_path: Path) -> None:
    events = read(tmp_path / "a.log", "web 2026-11-23T09:00:00Z something happened\n")
    assert events["kind"].tolist() == ["log"]


@pytest.mark.parametrize(
    ("values", "found", "unit"),
    [
        (["1250000000", "900000"], [1.25, 0.0009], "ns"),
        (["230", "12", "4100"], [0.23, 0.012, 4.1], "ms"),
        (["12.5", "230.25", "3.5"], [0.0125, 0.23025, 0.0035], "ms"),
        (["0.25", "1.5", "0.0012"], [0.25, 1.5, 0.0012], ""),
        (["0", "1", "1"], [0.0, 1.0, 1.0], ""),
    ],
)
def test_durations_whose_key_names_no_unit_are_told_by_their_size(
    tmp_path: Path, values: list[str], found: list[float], unit: str
) -> None:
    (tmp_path / "a.log").write_text(
        "".join(
            f'{{"time": "2026-11-23T09:00:0{second}Z", "path": "/a", "status": 200, "latency": {value}}}\n'
            for second, value in enumerate(values)
        )
    )
    book = mb.reconstruct(tmp_path / "a.log")
    assert mb.read(tmp_path / "a.log")["duration"].tolist() == found
    told = [each for each in book.ledger["assumptions"] if "state no unit" in each]
    assert [each.endswith(f"taken as {unit}.") for each in told] == ([True] if unit else [])


def test_how_long_a_job_took_is_in_seconds(tmp_path: Path) -> None:
    events = read(tmp_path / "a.log", '{"time": "2026-11-23T09:00:00Z", "msg": "backup done", "duration": 3600}\n')
    assert events["duration"].tolist() == [3600.0]


def test_the_number_of_a_kind_of_event_is_no_request_s_id(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log", '{"Timestamp": "2026-11-23T09:00:00Z", "EventId": 1, "LogLevel": "Error", "Message": "a"}\n'
    )
    assert events["trace"].isna().all()
    assert events["level"].tolist() == ["error"]


def test_formats_that_share_a_file_go_before_one_that_fits_any_stamp(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log",
        "2026-11-23T09:00:00.250000Z edge 203.0.113.9:2817 10.0.0.1:80 0.000073 0.001048 0.000057 502 502 0 29"
        ' "GET http://shop.example:80/ HTTP/1.1" "curl/8.5.0" - -\n'
        + "".join(f"2026-11-23T09:00:0{second}Z something happened\n" for second in (1, 2)),
    )
    assert events["status"].dropna().tolist() == [502]
    assert len(events) == 3


def test_nothing_is_no_user(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log", 'time=2026-11-23T09:00:00Z msg=a user=null\ntime=2026-11-23T09:00:01Z msg=b user="null"\n'
    )
    assert events["user"].isna().tolist() == [True, False]


def test_a_process_s_uid_is_no_user(tmp_path: Path) -> None:
    events = read(
        tmp_path / "a.log",
        "2026-11-23T09:00:00Z web-1 sshd[7]: authentication failure; uid=0 euid=0 rhost=203.0.113.9\n",
    )
    assert events["user"].isna().all()


def test_a_line_within_json_is_read_whether_or_not_its_end_was_kept(tmp_path: Path) -> None:
    line = (
        r'{"@timestamp": "2026-11-23T09:00:00Z", "log": "2026-11-23 09:00:00,123 ERROR [main] shop.Cart - no stock\n"}'
    )
    events = read(tmp_path / "a.log", line + "\n")
    assert events["level"].tolist() == ["error"]
    assert events["message"].tolist() == ["no stock"]


def test_a_column_whose_name_says_utc_states_its_zone(tmp_path: Path) -> None:
    rows = "TimeGenerated [UTC],Computer,Level,Message\n2026-11-23 09:00:00.250,web-1,Error,no stock\n"
    events = read(tmp_path / "a.csv", rows)
    assert events["time_quality"].tolist() == ["stated"]
    assert seconds(events) == [0.25]


def test_a_table_s_header_is_known_though_its_first_row_goes_over_several_lines(tmp_path: Path) -> None:
    # As CloudWatch's console exports what Lambda writes: each message ends with a line break.
    path = tmp_path / "results.csv"
    rows = [f'2026-11-23 09:00:{n:02}.000,"START RequestId: {n}\n",stream\n' for n in range(30)]
    path.write_text("@timestamp,@message,@logStream\n" + "".join(rows))
    events = mb.read(path)
    assert events["message"].tolist() == [f"START RequestId: {n}" for n in range(30)]


def test_each_row_of_a_table_is_a_record_whatever_its_message_would_be_among_lines(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    told = (
        "START RequestId: 4f Version: 1",
        "[INFO]\t2026-11-23T09:00:00.312Z\t8f507cfc-1c5e-4697-b07a-ac58fc914c95\tdone",
    )
    messages = [*told, "END RequestId: 4f", "REPORT RequestId: 4f\tDuration: 58 ms"]
    rows = [f'2026-11-23 09:00:{n:02}.000,"{text}\n",stream\n' for n in range(20) for text in messages]
    path.write_text("@timestamp,@message,@logStream\n" + "".join(rows))
    events = mb.read(path)
    assert len(events) == 80
    assert events["message"].tolist()[2:4] == messages[2:]
    assert not events.attrs["ledger"]["sources"][0]["lines_rejected"]


def test_a_call_that_grpc_answers_with_a_failure_is_a_failed_request(tmp_path: Path) -> None:
    codes = ("OK", "Internal", "DEADLINE_EXCEEDED", "NotFound", "14", "0", "Canceled")
    records = [
        {"ts": 1795424400 + n, "level": "info", "msg": "finished unary call", "grpc.service": "shop.Payments",
         "grpc.method": "CreateSession", "grpc.code": code, "grpc.time_ms": 7.5, "status": 200}
        for n, code in enumerate(codes * 4)
    ]  # fmt: skip
    records.append({**records[1], "ts": 1795424500, "span.kind": "client"})
    events = write(tmp_path / "app.log", records)
    assert events["status"].tolist()[: len(codes)] == [200, 500, 504, 404, 503, 200, 499]
    assert events["kind"].tolist() == ["request"] * (len(records) - 1) + ["log"]
    assert events["operation"].unique().tolist() == ["CreateSession"]


def test_of_a_traceback_the_line_that_names_the_exception_is_told(tmp_path: Path) -> None:
    trace = 'Traceback (most recent call last):\n  File "/app/pay.py", line 3, in pay\n    raise NoSession("gone")\npay.NoSession: gone\n'
    record = {"time": "2026-11-23T09:00:00Z", "level": "ERROR", "message": "payment failed", "exc_info": trace}
    events = write(tmp_path / "app.log", [record, {**record, "exc_info": "ValueError: no\n  at pay.py"}] * 3)
    assert events["message"].tolist()[:2] == ["payment failed: pay.NoSession: gone", "payment failed: ValueError: no"]
    record["exc_info"] = trace.replace("gone\n", "<session that ended with:\n\tcode = 14\n>\n")  # as gRPC's are
    assert write(tmp_path / "rpc.log", [record])["message"].tolist() == [
        "payment failed: pay.NoSession: <session that ended with:"
    ]


def test_an_id_that_services_share_is_taken_rather_than_a_servers_own_number(tmp_path: Path) -> None:
    record = {"@t": "2026-11-23T09:00:00Z", "@m": "added", "SourceContext": "Shop.Cart", "RequestId": "0HN8:00000001"}
    for more, trace in (({"CorrelationId": "c1"}, "c1"), ({"@tr": "803b"}, "803b"), ({}, "0HN8:00000001")):
        assert write(tmp_path / "a.clef", [record | more] * 5)["trace"].tolist() == [trace] * 5


def test_serilogs_exceptions_and_errors_messages_are_told_though_the_logs_beginning_lacks_them(tmp_path: Path) -> None:
    usual = {"@t": "2026-11-23T09:00:00Z", "@m": "tick"}
    failed = {
        **usual,
        "@l": "Error",
        "@m": "An exception has occurred.",
        "@x": "Shop.NoStock: gone\r\n   at Shop.Pay()",
    }
    events = write(tmp_path / "a.clef", [usual] * 2500 + [failed])
    assert events["message"].iloc[-1] == "An exception has occurred: Shop.NoStock: gone"
    usual = {"time": "2026-11-23T09:00:00Z", "level": "info", "msg": "done"}
    events = write(tmp_path / "b.log", [usual] * 2500 + [{**usual, "level": "error", "error_message": "no answer"}])
    assert events["message"].iloc[-1] == "done: no answer"


def test_a_request_told_by_a_template_is_told_by_its_status_and_operation(tmp_path: Path) -> None:
    record = {
        "@t": "2026-11-23T09:00:00.25Z", "@mt": "HTTP {RequestMethod} {RequestPath} responded {StatusCode} in {Elapsed:0.0000} ms",
        "RequestMethod": "GET", "RequestPath": "/basket", "StatusCode": 500, "Elapsed": 15.5,
    }  # fmt: skip
    events = write(tmp_path / "a.clef", [record] * 5)
    assert (events["operation"][0], events["status"][0]) == ("GET /basket", 500)
    told = [*events["message"], *mb.timeline(tmp_path / "a.clef")["summary"]]
    assert not [text for text in told if "{" in text]


def test_the_client_is_whom_the_balancer_names_not_the_balancer(tmp_path: Path) -> None:
    lines = (
        "#Fields: date time s-ip cs-method cs-uri-stem c-ip sc-status time-taken X-Forwarded-For\n"
        "2026-11-23 09:00:00 10.0.0.7 GET /a 10.0.0.5 200 12 192.0.2.44,10.0.0.9\n"
        "2026-11-23 09:00:01 10.0.0.7 GET /a 10.0.0.5 200 12 192.0.2.45:5123\n"
    )
    events = read(tmp_path / "u_ex261123.log", lines)
    assert events["client"].tolist() == ["192.0.2.44", "192.0.2.45"]
    assert set(events["host"]) == {"10.0.0.7"}
