"""Tables as files: what a spreadsheet, a terminal or a reader down the line gets."""

import csv
import datetime
import io
import json
import re

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.errors import FrameError, MinutebookError
from minutebook.outputs.cells import CHUNK_ROWS
from minutebook.outputs.csv import write_csv
from minutebook.outputs.inert import escape_character
from minutebook.outputs.json import write_json
from minutebook.outputs.tables import TABLE_WRITERS, write_table

DETERMINISTIC = settings(derandomize=True, deadline=None)
ACTIVE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: What a cell of CSV holds only as the escape that names it: line ends too, so that each line is a row.
NAMED = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def make_frame():
    times = pd.to_datetime(["2026-11-23T09:08:04.755999Z", None, "1999-12-31T23:59:59.9999Z"])
    return pd.DataFrame(
        {
            "time": times.as_unit("us"),
            "kind": pd.Categorical(["alert", "log", None]),
            "summary": pd.Series(['said "no", twice', None, "two\nlines é"], dtype="str"),
            "count": pd.array([12, None, 2**60 + 1], dtype="Int64"),
            "p95_s": [0.1, np.nan, 3.0],
            "open": [True, False, True],
        }
    )


def written(frame, suffix):
    stream = io.BytesIO()
    write_table(frame, stream, suffix=suffix)
    return stream.getvalue()


def test_csv_is_plain_and_exact():
    assert written(make_frame(), ".csv").decode() == (
        "time,kind,summary,count,p95_s,open\n"
        '2026-11-23T09:08:04.755Z,alert,"said ""no"", twice",12,0.1,true\n'
        ",log,,,,false\n"
        "1999-12-31T23:59:59.999Z,,two\\x0alines é,1152921504606846977,3,true\n"
    )


def test_jsonlines_has_every_key_in_every_row():
    rows = [json.loads(line) for line in written(make_frame(), ".jsonl").splitlines()]
    assert rows[0] == {
        "time": "2026-11-23T09:08:04.755Z",
        "kind": "alert",
        "summary": 'said "no", twice',
        "count": 12,
        "p95_s": 0.1,
        "open": True,
    }
    assert set(rows[1].values()) == {None, "log", False}
    assert rows[2]["count"] == 2**60 + 1 and rows[2]["summary"] == "two\nlines é"


def test_json_tells_the_same_as_jsonlines():
    lines = [json.loads(line) for line in written(make_frame(), ".jsonl").splitlines()]
    assert json.loads(written(make_frame(), ".json")) == lines


def test_parquet_keeps_types_and_bytes():
    frame = make_frame()
    assert written(frame, ".parquet") == written(frame.copy(), ".parquet")
    back = pd.read_parquet(io.BytesIO(written(frame, ".parquet")))
    pd.testing.assert_frame_equal(back, frame)
    schema = pq.read_schema(io.BytesIO(written(frame, ".parquet")))
    assert str(schema.field("time").type) == "timestamp[us, tz=UTC]"
    in_ns = frame.assign(time=frame["time"].dt.as_unit("ns"))
    assert written(in_ns, ".parquet") == written(frame, ".parquet")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "'=1+1", "''=1", "＝1+1"])
def test_no_cell_of_evidence_is_a_formula(text):
    frame = pd.DataFrame({"summary": pd.Series([text, "1=1"], dtype="str"), "n": [-5, 5]})
    _, first, second = csv.reader(io.StringIO(written(frame, ".csv").decode(), newline=""))
    assert first[0] == "'" + text
    assert second[0] == "1=1"
    assert first[1] == "-5", "numbers are numbers"


@DETERMINISTIC
@given(st.lists(st.one_of(st.none(), st.text()), min_size=1))
def test_csv_reads_back_as_one_row_a_row_and_nothing_acts(texts):
    frame = pd.DataFrame({"a": pd.Series(texts, dtype=object), "b": range(len(texts))})
    plain = written(frame, ".csv").decode("utf-8")
    assert not NAMED.search(plain.replace("\n", ""))
    assert plain.count("\n") == len(texts) + 1
    rows = list(csv.reader(io.StringIO(plain, newline="")))
    assert [row[1] for row in rows] == ["b", *map(str, range(len(texts)))]
    for text, (cell, _) in zip(texts, rows[1:], strict=True):
        undone = re.sub(r"\A'(?='*[=+\-@\t＝＋－＠])", "", cell)
        named = NAMED.sub(lambda match: escape_character(match[0]), text or "")
        assert undone == named


@DETERMINISTIC
@given(st.lists(st.one_of(st.none(), st.text()), min_size=1))
def test_jsonlines_gives_every_text_back_and_splits_nowhere_else(texts):
    frame = pd.DataFrame({"a": pd.Series(texts, dtype=object)})
    plain = written(frame, ".jsonl").decode("utf-8")
    assert [json.loads(line)["a"] for line in plain.split("\n")[:-1]] == texts
    assert len(plain.splitlines()) == len(texts), "not even a reader that splits on U+2028"


@DETERMINISTIC
@given(st.lists(st.floats(), min_size=1))
def test_floats_are_the_shortest_text_that_reads_back(numbers):
    rows = written(pd.DataFrame({"x": numbers, "y": 1}), ".csv").decode().splitlines()[1:]
    for number, row in zip(numbers, rows, strict=True):
        text = row.split(",")[0]
        assert text == "" if np.isnan(number) else float(text) == number
    lines = written(pd.DataFrame({"x": numbers}), ".jsonl").splitlines()
    for number, line in zip(numbers, lines, strict=True):
        assert json.loads(line)["x"] == (number if np.isfinite(number) else None)


@DETERMINISTIC
@given(st.lists(st.datetimes(min_value=datetime.datetime(1900, 1, 1)), min_size=1))
def test_times_are_cut_to_the_millisecond(times):
    values = pd.Series(pd.DatetimeIndex(times).as_unit("us").tz_localize("UTC"))
    rows = written(pd.DataFrame({"t": values, "y": 1}), ".csv").decode().splitlines()[1:]
    for time, row in zip(times, rows, strict=True):
        expected = time.replace(microsecond=time.microsecond // 1000 * 1000)
        assert row == expected.isoformat(timespec="milliseconds") + "Z,1"


@pytest.mark.parametrize("suffix", sorted(TABLE_WRITERS))
def test_hostile_objects_are_written_and_not_raised(suffix):
    frame = pd.DataFrame({"x": ["\ud800 alone", "\x00", None, 3, float("nan"), 2**70]})
    assert written(frame, suffix)


@pytest.mark.parametrize("suffix", sorted(TABLE_WRITERS))
def test_an_empty_frame_keeps_its_columns_where_the_format_can(suffix):
    frame = make_frame().head(0)
    plain = written(frame, suffix)
    if suffix == ".csv":
        assert plain == b"time,kind,summary,count,p95_s,open\n"
    elif suffix == ".parquet":
        assert list(pd.read_parquet(io.BytesIO(plain)).columns) == list(frame.columns)
    else:
        assert plain == (b"[]\n" if suffix == ".json" else b"")


def test_a_lone_column_of_nothing_still_has_its_rows():
    plain = written(pd.DataFrame({"x": pd.Series([None, "a"], dtype="str")}), ".csv")
    assert plain == b'x\n""\na\n'


def test_chunks_meet_without_a_seam():
    frame = pd.DataFrame({"n": range(CHUNK_ROWS + 3), "m": 0})
    assert written(frame, ".csv").decode().splitlines()[1:] == [f"{n},0" for n in range(CHUNK_ROWS + 3)]


@pytest.mark.parametrize("suffix", sorted(TABLE_WRITERS))
def test_times_without_a_zone_are_refused_and_nothing_is_written(tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    with pytest.raises(MinutebookError, match="zone"):
        write_table(pd.DataFrame({"time": pd.to_datetime(["2026-11-23T09:00"])}), path)
    assert not path.exists()


def test_something_that_is_no_frame_is_refused():
    for writer in (w for suffix, w in TABLE_WRITERS.items() if suffix != ".json"):
        with pytest.raises(FrameError, match="expected a DataFrame"):
            writer({"a": [1]}, io.BytesIO())


def test_an_unknown_suffix_names_the_near_one_and_the_choice(tmp_path):
    with pytest.raises(MinutebookError, match=r"did you mean \.parquet"):
        write_table(make_frame(), tmp_path / "x.parquets")
    with pytest.raises(MinutebookError, match=r"use one of \.csv"):
        write_table(make_frame(), tmp_path / "noise")


def test_the_suffix_may_be_in_capitals(tmp_path):
    write_table(make_frame(), tmp_path / "X.CSV")
    assert (tmp_path / "X.CSV").read_bytes() == written(make_frame(), ".csv")


def test_json_keeps_the_order_of_keys_and_knows_pandas_and_numpy():
    value = {
        "zeta": np.int64(3),
        "alpha": [pd.NA, pd.NaT, float("nan"), np.float64("inf"), None, True],
        "time": pd.Timestamp("2026-11-23T10:08:04.755999+01:00"),
        "text": "\x1b[31m \u202e \u2028 é \ud800",
        "users": {"b", "a"},
    }
    stream = io.StringIO()
    write_json(value, stream)
    text = stream.getvalue()
    assert text.endswith("}\n") and text.startswith('{\n "zeta": 3,\n "alpha": [')
    assert not ACTIVE.search(text) and "\u202e" not in text and "é" in text
    back = json.loads(text)
    assert back["alpha"] == [None, None, None, None, None, True]
    assert back["time"] == "2026-11-23T09:08:04.755Z"
    assert back["text"] == "\x1b[31m \u202e \u2028 é \\ud800"
    assert back["users"] == ["a", "b"]


def test_csv_of_a_path_equals_csv_of_a_stream(tmp_path):
    write_csv(make_frame(), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == written(make_frame(), ".csv")


def test_a_cell_of_a_megabyte_is_cut_so_that_every_reader_takes_the_table(tmp_path):
    write_csv(pd.DataFrame({"message": ["x" * (1 << 20), "whole"]}), tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    assert [len(rows[1][0]), rows[2]] == [32_001, ["whole"]]
