"""The timeline in other tools' shapes, read back."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re

import pandas as pd
import pytest
from reports import CANARIES, make_book, make_timeline

from minutebook.errors import MinutebookError
from minutebook.outputs.timelines import TIMELINE_WRITERS, pick_timeline_writer


def write(to, book=None):
    stream = io.BytesIO()
    pick_timeline_writer(stream, to)(book or make_book(CANARIES), stream)
    return stream.getvalue()


def lines(to, book=None):
    return [json.loads(line) for line in write(to, book).decode("utf-8").splitlines()]


@pytest.mark.parametrize("to", sorted(TIMELINE_WRITERS))
def test_each_shape_is_the_same_twice_and_nothing_in_it_acts_on_a_terminal(to):
    first = write(to)
    assert first == write(to)
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", first.decode("utf-8-sig"))


@pytest.mark.parametrize("to", sorted(TIMELINE_WRITERS))
def test_an_empty_timeline_is_no_error(to):
    book = make_book()
    object.__setattr__(book, "timeline", book.timeline.head(0))
    book.impact["windows"], book.impact["milestones"] = [], {}
    write(to, book)


def test_timesketch_has_its_columns_and_both_its_times_agree():
    rows = list(csv.DictReader(io.StringIO(write("timesketch").decode("utf-8"))))
    assert rows[0].keys() >= {"message", "datetime", "timestamp", "timestamp_desc"}
    assert len(rows) == len(CANARIES)
    by_line = lines("timesketch-jsonl")
    for row, other in zip(rows, by_line, strict=True):
        time = datetime.datetime.fromisoformat(row["datetime"])
        assert time.utcoffset() == datetime.timedelta(0)
        since = time - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        assert since // datetime.timedelta(microseconds=1) == int(row["timestamp"]) == other["timestamp"]
        assert other["message"] and other["timestamp_desc"] == row["timestamp_desc"]


def test_timesketch_goes_to_lines_by_suffix_too():
    assert pick_timeline_writer("x.jsonl", "timesketch") is TIMELINE_WRITERS["timesketch-jsonl"]


def test_ecs_documents_keep_time_and_message_and_hold_no_null():
    documents = lines("ecs")
    assert [each["message"] for each in documents] == list(CANARIES)
    assert documents[1]["@timestamp"] == "2026-11-23T09:08:01.000000Z"
    assert documents[1]["event"]["action"] == "deploy new" and documents[1]["log"] == {"level": "error"}
    assert documents[2]["event"]["kind"] == "alert"
    assert "null" not in json.dumps(documents)


def test_otlp_records_are_in_nanoseconds_as_text():
    requests = lines("otlp")
    record = requests[1]["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]
    assert record["timeUnixNano"] == str(pd.Timestamp("2026-11-23T09:08:01Z").value)
    assert (record["severityNumber"], record["severityText"]) == (17, "ERROR")
    assert record["body"] == {"stringValue": CANARIES[1]}
    assert {"key": "minutebook.count", "value": {"intValue": "1"}} in record["attributes"]


def test_a_spreadsheet_computes_no_cell_and_knows_the_times():
    content = write("excel")
    assert content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1]["time (UTC)"] == "2026-11-23 09:08:01.000"
    assert rows[5]["summary"] == "'" + CANARIES[5]
    assert all(len(cell) <= 32_767 and not re.match(r"[=+\-@\t\r]", cell) for row in rows for cell in row.values())


def test_a_cell_longer_than_a_spreadsheet_holds_is_cut_and_says_so():
    book = make_book()
    object.__setattr__(book, "timeline", make_timeline(["x" * 40_000]))
    row = next(csv.DictReader(io.StringIO(write("excel", book).decode("utf-8-sig"))))
    assert len(row["summary"]) == 32_767 and row["summary"].endswith("(cut)")


def test_a_calendar_has_windows_and_milestones_in_lines_of_75_bytes():
    content = write("ics")
    assert content.endswith(b"END:VCALENDAR\r\n") and b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 75
    text = content.replace(b"\r\n ", b"").decode("utf-8")
    events = [dict(line.split(":", 1) for line in part.split("\r\n") if ":" in line)
              for part in text.split("BEGIN:VEVENT")[1:]]  # fmt: skip
    assert events[0]["DTSTART"] == "20261123T090806Z" and events[0]["DTEND"] == "20261123T091713Z"
    assert events[0]["SUMMARY"].startswith("Failures of <script>")
    assert [event["SUMMARY"] for event in events[1:]] == [
        "Impact start",
        "Detected",
        "Acknowledged",
        "Mitigated",
        "Impact end",
    ]
    assert len({event["UID"] for event in events}) == len(events)
    assert not re.search(r"(?<!\\)[;,]", events[0]["SUMMARY"])


def test_grafana_gets_a_region_and_points_whose_text_is_no_markup():
    region, *points = json.loads(write("grafana"))
    assert region["time"] == pd.Timestamp("2026-11-23T09:08:06.400Z").value // 1_000_000
    assert region["timeEnd"] == pd.Timestamp("2026-11-23T09:17:13.900Z").value // 1_000_000
    assert "<" not in region["text"] and "&lt;script&gt;" in region["text"]
    assert [point["tags"][-1] for point in points] == [
        "impact_start",
        "detected",
        "acknowledged",
        "mitigated",
        "impact_end",
    ]
    assert not any("timeEnd" in point for point in points)


def test_a_list_as_postmortems_print_it_whose_text_formats_nothing():
    book = make_book()
    object.__setattr__(
        book, "timeline", make_timeline(["plain *text* `x`", "see [here](http://x.invalid) @team #1 <b>"])
    )
    text = write("markdown", book).decode("utf-8")
    assert "## 23 November 2026" in text
    assert r"- 09:08 UTC — plain \*text\* \`x\` — `app.log:1` and others" in text
    assert r"see \[here\](http:\//x.invalid) \@team \#1 \<b\> — `app.log:2`" in text


def test_minutes_of_impact_are_counted_not_listed():
    book = make_book()
    timeline = make_timeline(["one", "two", "three", "four", "five"], kinds=("impact",))
    timeline.loc[1:3, "phase"] = "ongoing"
    object.__setattr__(book, "timeline", timeline)
    text = write("markdown", book).decode("utf-8")
    assert text.count("UTC —") == 2 and "3 rows on single minutes of impact left out." in text


def test_an_unknown_name_is_refused_with_the_choice():
    with pytest.raises(MinutebookError, match="markdown, excel, timesketch"):
        pick_timeline_writer("x.csv", "powerpoint")
