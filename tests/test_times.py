from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.errors import MinutebookError
from minutebook.times import (
    YEARLESS,
    find_layout,
    find_years,
    layouts,
    parse_instant,
    parse_times,
    shift_zone,
)
from minutebook.times.layouts import LAYOUTS, whole_pattern


def read(text: str, layout: str, **more: object) -> datetime | None:
    """What a stamp says; in a layout of a clock alone that of 23 November 2026."""
    more.setdefault("day", (date(2026, 11, 23) - date(1970, 1, 1)).days)
    return parse_times(pa.array([text]), layout, **more).time[0].as_py()  # type: ignore[arg-type]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "layout", "instant"),
    [
        ("2026-11-23T09:00:00Z", "iso", "2026-11-23T09:00:00"),
        ("2026-11-23 09:00:00,123", "iso", "2026-11-23T09:00:00.123"),
        ("2026-11-23T09:00:00.123456789+05:30", "iso", "2026-11-23T03:30:00.123456"),
        ("2026-11-23 09:00:00.5 CEST", "iso", "2026-11-23T07:00:00.5"),
        ("2026-11-23T09:00:00.1234567Z", "iso", "2026-11-23T09:00:00.123456"),
        ("23/Nov/2026:09:08:04 +0100", "%d/%b/%Y:%H:%M:%S %z", "2026-11-23T08:08:04"),
        ("1795424404", "epoch", "2026-11-23T09:00:04"),
        ("1795424404.866", "epoch", "2026-11-23T09:00:04.866"),
        ("1795424404866", "epoch", "2026-11-23T09:00:04.866"),
        ("1795424404866123", "epoch", "2026-11-23T09:00:04.866123"),
        ("1795424404866123456", "epoch", "2026-11-23T09:00:04.866123"),
        ("17/06/09 20:10:40", "%y/%m/%d %H:%M:%S", "2017-06-09T20:10:40"),
        ("081109 203615", "%y%m%d %H%M%S", "2008-11-09T20:36:15"),
        ("20171223-22:15:29:8", "%Y%m%d-%H:%M:%S:ms", "2017-12-23T22:15:29.008"),
        ("2005-06-03-15.42.50.675872", "%Y-%m-%d-%H.%M.%S", "2005-06-03T15:42:50.675872"),
        ("Mon, 23 Nov 2026 09:00:00 +0000", "rfc2822", "2026-11-23T09:00:00"),
        ("11/23/2026 1:02:03 PM", "%m/%d/%Y %I:%M:%S %p", "2026-11-23T13:02:03"),
        ("2016-12-31T23:59:60Z", "iso", "2016-12-31T23:59:59.999999"),
    ],
)
def test_stamps_as_they_occur(text: str, layout: str, instant: str) -> None:
    assert read(text, layout) == utc(instant)


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("2026-02-30T00:00:00Z", "iso"),
        ("31/Nov/2026:09:08:04 +0100", "%d/%b/%Y:%H:%M:%S %z"),
        ("2026-11-23T09:58:60Z", "iso"),
        ("2026-11-23T24:00:01Z", "iso"),
        ("0001-01-01T00:00:00Z", "iso"),
        ("1969-12-31T23:59:59Z", "iso"),
        ("9999-01-01T00:00:00Z", "iso"),
        ("now", "iso"),
        ("today", "iso"),
        ("", "iso"),
        ("12345", "epoch"),
        ("Feb 29 00:00:00", "%b %e %H:%M:%S"),
    ],
)
def test_what_is_no_instant_is_null_and_never_another_day(text: str, layout: str) -> None:
    assert read(text, layout, year=2026) is None


def test_each_row_has_its_own_quality() -> None:
    read_ = parse_times(pa.array(["2026-11-23T09:00:00Z", "2026-11-23T09:00:00", "x"]), "iso")
    assert read_.quality.to_pylist() == ["stated", "zone_assumed", None]


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)),
    st.sampled_from(["iso", "%d/%b/%Y:%H:%M:%S %z", "rfc2822"]),
)
def test_what_is_written_is_read(when: datetime, layout: str) -> None:
    form = {"iso": "%Y-%m-%dT%H:%M:%S.%fZ", "rfc2822": "%a, %d %b %Y %H:%M:%S +0000"}.get(layout, layout)
    when = when.replace(tzinfo=UTC) if layout == "iso" else when.replace(tzinfo=UTC, microsecond=0)
    assert read(when.strftime(form), layout) == when


@given(st.lists(st.text(max_size=40), max_size=20), st.sampled_from(layouts()))
def test_rubbish_is_null_and_never_an_error(texts: list[str], layout: str) -> None:
    read_ = parse_times(pa.array(texts, pa.string()), layout, year=2026)
    assert len(read_.time) == len(texts)


def test_a_year_goes_by_where_the_month_falls_back_and_not_where_lines_are_out_of_order() -> None:
    month = pa.array([11, 12, 12, 1, 12, 1, 3, 2, 4]).to_numpy()
    assert find_years(month, 2025).tolist() == [2025, 2025, 2025, 2026, 2025, 2026, 2026, 2026, 2026]


def test_the_hours_that_a_clock_change_repeats_or_leaves_out_are_flagged() -> None:
    texts = pa.array(["2024-11-03 01:30:00", "2024-03-10 02:30:00", "2024-07-01 00:00:00"])
    found = parse_times(texts, "iso", zone="America/New_York")
    assert found.quality.to_pylist() == ["ambiguous", "ambiguous", "zone_given"]
    assert found.time[0].as_py() == utc("2024-11-03T05:30:00")
    assert found.time[2].as_py() == utc("2024-07-01T04:00:00")


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(MinutebookError, match="no such zone: Mars/Base"):
        shift_zone(pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")), "Mars/Base")


@pytest.mark.parametrize(
    ("texts", "layout"),
    [
        (["2026-11-23T09:00:00Z", "2026-11-23 09:00:00.1"], "iso"),
        (["03/04/2026 10:00:00", "04/05/2026 10:00:00"], None),
        (["03/04/2026 10:00:00", "23/05/2026 10:00:00"], "%d/%m/%Y %H:%M:%S"),
        (["03/04/2026 10:00:00", "03/25/2026 10:00:00"], "%m/%d/%Y %H:%M:%S"),
        (["11/23/26 9:08", "11/5/26 19:08"], "%m/%d/%y %H:%M:%S"),
        (["05-11-2026 09:08:04", "11-23-2026 09:08:04"], None),
        (["1795424404.5"], "epoch"),
        (["web-1", "web-2"], None),
        ([], None),
    ],
)
def test_the_layout_is_found_or_nothing_is(texts: list[str], layout: str | None) -> None:
    assert find_layout(texts) == layout


def test_yearless_stamps_without_a_year_are_null() -> None:
    for layout in YEARLESS:
        assert read("Nov 23 09:00:00", layout) is None


#: Layout → how an instant is written in it, and the digits of its fraction.
WRITTEN = {
    "iso": ("%Y-%m-%dT%H:%M:%S.%fZ", 6),
    "epoch": ("{epoch}", 6),
    "/Date(ms)/": ("/Date({epoch_ms})/", 3),
    "tai64n": ("{label}", 6),
    "%d/%b/%Y:%H:%M:%S %z": ("%d/%b/%Y:%H:%M:%S +0000", 0),
    "%d/%b/%y %H:%M": ("%d/%b/%y {hour12}:%M %p", -1),
    "%Y/%m/%d %H:%M:%S": ("%Y/%m/%d %H:%M:%S.%f", 6),
    "%b %e %H:%M:%S": ("%b {day:2d} %H:%M:%S", 0),
    "%b %e %H:%M:%S %Y": ("%b {day:2d} %H:%M:%S %Y", 0),
    "%b %e %Y %H:%M:%S": ("%b {day}, %Y {hour12}:%M:%S %p", 0),
    "%Y %b %d %H:%M:%S": ("%Y %b %d %H:%M:%S", 0),
    "%a %b %d %H:%M:%S %Y": ("%a %b %d %H:%M:%S.%f %Y", 6),
    "asctime": ("%a %b {day:2d} %H:%M:%S UTC %Y", 0),
    "%a %b %d %H:%M:%S": ("%a %b %d %H:%M:%S", 0),
    "%a %b %d %Y %H:%M:%S": ("%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)", 0),
    "rfc2822": ("%a, %d %b %Y %H:%M:%S +0000 (UTC)", 0),
    "%m%d %H:%M:%S": ("%m%d %H:%M:%S.%f", 6),
    "%m-%d %H:%M:%S": ("%m-%d %H:%M:%S.%f", 6),
    "%m/%d-%H:%M:%S": ("%m/%d-%H:%M:%S.%f", 6),
    "%m/%d/%Y-%H:%M:%S": ("%m/%d/%Y-%H:%M:%S.%f", 6),
    "%m.%d %H:%M:%S": ("%m.%d %H:%M:%S", 0),
    "%y/%m/%d %H:%M:%S": ("%y/%m/%d %H:%M:%S", 0),
    "%y%m%d %H:%M:%S": ("%y%m%d {hour:2d}:%M:%S", 0),
    "%y%m%d %H%M%S": ("%y%m%d %H%M%S", 0),
    "%d %b %Y %H:%M:%S": ("%d %b %Y %H:%M:%S.%f", 6),
    "%d %b %H:%M:%S": ("%d %b %H:%M:%S,%f", 6),
    "%d-%b-%Y %H:%M:%S": ("%d-%b-%Y %H:%M:%S UTC", 0),
    "%Y%m%dT%H%M%S": ("%Y%m%dT%H%M%SZ", 0),
    "%Y%m%d %H:%M:%S": ("%Y%m%d %H:%M:%S.%f", 6),
    "%Y%m%d-%H:%M:%S:ms": ("%Y%m%d-{hour}:{minute}:{second}:{ms}", 3),
    "%Y-%m-%d-%H.%M.%S": ("%Y-%m-%d-%H.%M.%S.%f", 6),
    "%Y.%m.%d %H:%M:%S": ("%Y.%m.%d %H:%M:%S", 0),
    "%d.%m.%Y %H:%M:%S": ("%d.%m.%Y %H:%M:%S", 0),
    "%d/%m/%Y %H:%M:%S": ("%d/%m/%Y %H:%M:%S", 0),
    "%m/%d/%Y %H:%M:%S": ("{month}/{day}/%Y {hour12}:%M:%S.%f %p", 6),
    "%d/%m/%y %H:%M:%S": ("%d/%m/%y %H:%M:%S:%f", 6),
    "%m/%d/%y %H:%M:%S": ("{month}/{day}/%y, {hour12}:%M:%S %p", 0),
    "%d.%m.%y %H:%M:%S": ("%d.%m.%y %H:%M:%S", 0),
    "%m/%d/%Y %I:%M:%S %p": ("%m/%d/%Y %I:%M:%S %p", 0),
    "%Y-%m-%d  %H:%M:%S": ("%Y-%m-%d {hour:2d}:%M:%S", 0),
    "%Y-%m-%d %H:%M": ("%Y-%m-%d %H:%M", -1),
    "cmtrace": ('%H:%M:%S.%f+000" date="%m-%d-%Y', 6),
    "%m-%d-%Y %H:%M:%S": ("%m-%d-%Y {hour}:%M:%S.%f+0", 6),
    "%H:%M:%S": ("%H:%M:%S.%f", 6),
}


def write(when: datetime, layout: str) -> tuple[str, datetime]:
    """The instant as a log in the layout has it, and what of it can be read back."""
    form, digits = WRITTEN[layout]
    if digits < 0:
        when = when.replace(second=0, microsecond=0)
    else:
        when = when.replace(microsecond=when.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits))
    seconds = (when - datetime(1970, 1, 1)) // timedelta(seconds=1)
    parts = {
        "epoch": f"{seconds}.{when.microsecond:06}", "epoch_ms": seconds * 1000 + when.microsecond // 1000, "day": when.day, "month": when.month, "hour": when.hour,
        "hour12": when.hour % 12 or 12, "minute": when.minute, "second": when.second, "ms": when.microsecond // 1000,
        "label": f"@{2**62 + seconds + 10:016x}{when.microsecond * 1000:08x}",
    }  # fmt: skip
    return when.strftime(form.format(**parts)), when.replace(tzinfo=UTC)


@pytest.mark.parametrize("layout", layouts())
@given(when=st.datetimes(datetime(2001, 9, 10), datetime(2089, 12, 31)))
def test_each_layout_reads_what_is_written_in_it(layout: str, when: datetime) -> None:
    text, known = write(when, layout)
    assert read(text, layout, year=when.year, day=(when - datetime(1970, 1, 1)).days) == known


@pytest.mark.parametrize("layout", layouts())
def test_a_layout_is_read_in_one_pass(layout: str) -> None:
    assert re.compile(whole_pattern(LAYOUTS[layout])).groups <= 4


@pytest.mark.parametrize(
    ("text", "layout", "instant"),
    [
        ("2026-11-23_09:00:00", "iso", "2026-11-23T09:00:00"),
        ("2026-11-23 09:00:00:123", "iso", "2026-11-23T09:00:00.123"),
        ("2021-11-09  5:13:12", "iso", "2021-11-09T05:13:12"),
        ("2026-11-23t09:00:00z", "iso", "2026-11-23T09:00:00"),
        ("2026-11-23T09:00:00.123456789123+02", "iso", "2026-11-23T07:00:00.123456"),
        ("2026-11-23 09:00:00 -0330", "iso", "2026-11-23T12:30:00"),
        ("2026-11-23 09:00:00.9 +0000 UTC m=+0.012345", "iso", "2026-11-23T09:00:00.9"),
        ("2026-11-23T09:00:00+01:00[Europe/Paris]", "iso", "2026-11-23T08:00:00"),
        ("2026-11-23T23:00:00-14:00", "iso", "2026-11-24T13:00:00"),
        ("2026-11-23 12:00:01 AM", "iso", "2026-11-23T00:00:01"),
        ("  2026-11-23T09:00:00Z\r\n", "iso", "2026-11-23T09:00:00"),
        ("23-Nov-2026 09:00:00 Europe/Berlin", "%d-%b-%Y %H:%M:%S", "2026-11-23T08:00:00"),
        ("23-Nov-2026::09:00:00", "%d-%b-%Y %H:%M:%S", "2026-11-23T09:00:00"),
        ("23/NOV/2026:09:00:00 +0000", "%d/%b/%Y:%H:%M:%S %z", "2026-11-23T09:00:00"),
        ("Nov 23, 2026 12:00:00 PM", "%b %e %Y %H:%M:%S", "2026-11-23T12:00:00"),
        ("Nov 23, 2026, 9:00:00\u202fPM", "%b %e %Y %H:%M:%S", "2026-11-23T21:00:00"),
        ("11/23/2026 9:00 PM", "%m/%d/%Y %H:%M:%S", "2026-11-23T21:00:00"),
        ("221128  9:49:17", "%y%m%d %H:%M:%S", "2022-11-28T09:49:17"),
        ("20261123:090000.123", "%Y%m%dT%H%M%S", "2026-11-23T09:00:00.123"),
        ("1795424404.8660009", "epoch", "2026-11-23T09:00:04.866"),
        ("1795424404866.5", "epoch", "2026-11-23T09:00:04.8665"),
    ],
)
def test_stamps_as_odd_writers_write_them(text: str, layout: str, instant: str) -> None:
    assert read(text, layout) == utc(instant)


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("2026-11-23T09:00:00+99:99", "iso"),
        ("2026-11-23T09:00:00+15:00", "iso"),
        ("2026-11-23T09:00:00+01:60", "iso"),
        ("2026-11-23", "iso"),
        ("2026-11-23T09:00", "iso"),
        ("2026-11-23T09:00:00Z and more", "iso"),
        ("2026-11-23 13:00:00 PM", "iso"),
        ("2026-11-23 00:00:00 AM", "iso"),
        ("2026-11-23T09:00:61Z", "iso"),
        ("2100-12-31T23:30:00-05:00", "iso"),
        ("23/Nob/2026:09:00:00 +0000", "%d/%b/%Y:%H:%M:%S %z"),
        ("99999999999999999999999", "epoch"),
        ("9999999999999999999", "epoch"),
        ("-1795424404", "epoch"),
        ("1.7954e9", "epoch"),
        ("NaN", "epoch"),
    ],
)
def test_what_only_looks_like_a_stamp_is_null(text: str, layout: str) -> None:
    assert read(text, layout) is None


@given(
    st.tuples(
        st.integers(1988, 2102), st.integers(0, 13), st.integers(0, 32),
        st.integers(0, 25), st.integers(0, 61), st.integers(0, 61),
    ),
    st.sampled_from(
        [("iso", "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z"), ("%Y/%m/%d %H:%M:%S", "{:04}/{:02}/{:02} {:02}:{:02}:{:02}"),
         ("%Y%m%dT%H%M%S", "{:04}{:02}{:02}T{:02}{:02}{:02}Z")]
    ),
)  # fmt: skip
def test_only_dates_that_exist_are_read_and_never_rolled_over(parts: tuple[int, ...], form: tuple[str, str]) -> None:
    *rest, minute, second = parts
    is_leap = second == 60 and minute == 59
    try:
        known = datetime(*rest, minute, 59 if is_leap else second, 999_999 if is_leap else 0, UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        known = None
    if known is not None and not 1990 <= known.year <= 2100:
        known = None
    assert read(form[1].format(*parts), form[0]) == known


@given(st.data(), st.sampled_from(layouts()))
def test_a_damaged_stamp_is_null_or_in_range_and_never_an_error(data: st.DataObject, layout: str) -> None:
    text = write(datetime(2026, 2, 28, 23, 59, 59, 999_999), layout)[0]
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(st.text("0123456789:./-+ APMZaé\x00", max_size=3)) + text[at + 1 :]
    found = parse_times(pa.array([damaged, text]), layout, zone="Europe/Berlin", year=2026, day=20_780)
    assert found.time[1].as_py() is not None
    when = found.time[0].as_py()
    assert when is None or 1990 <= when.year <= 2100
    assert (when is None) == (found.quality[0].as_py() is None)


@given(st.lists(st.sampled_from(layouts()), max_size=8), st.sampled_from(["iso", "epoch", "%d/%m/%Y %H:%M:%S"]))
def test_rows_are_read_each_on_its_own(written: list[str], layout: str) -> None:
    texts = [write(datetime(2026, 11, 23, 9, 0, 7, 250_000), each)[0] for each in written]
    assert parse_times(pa.array(texts, pa.string()), layout).time.to_pylist() == [read(t, layout) for t in texts]


def test_stamps_that_repeat_are_read_as_those_that_do_not() -> None:
    texts = ["2026-11-23T09:00:00Z", None, "2026-11-23 09:00:00", "x", "2026-02-30T00:00:00Z"]
    once, often = (parse_times(pa.array(texts * n), "iso", zone="+02:00") for n in (1, 40))
    assert often.time.to_pylist() == once.time.to_pylist() * 40
    assert often.quality.to_pylist() == once.quality.to_pylist() * 40
    assert often.quality.type == once.quality.type == pa.dictionary(pa.int32(), pa.string())
    assert once.quality.to_pylist() == ["stated", None, "zone_given", None, None]


def test_every_kind_of_string_array_is_read() -> None:
    texts = ["x", "2026-11-23T09:00:00Z", None, "2026-11-23 09:00:00.5 CET", "23/11/2026 09:00"]
    whole = pa.array(texts)
    known = parse_times(whole, "iso").time.to_pylist()
    assert known == [None, utc("2026-11-23T09:00:00"), None, utc("2026-11-23T08:00:00.5"), None]
    same: list[pa.Array | pa.ChunkedArray] = [
        whole.cast(pa.large_string()), whole.cast(pa.binary()), whole.dictionary_encode(),
        pa.chunked_array([whole[:2], whole[2:]]),
    ]  # fmt: skip
    assert [parse_times(each, "iso").time.to_pylist() for each in same] == [known] * len(same)
    for start in range(len(texts)):
        assert parse_times(whole[start:], "iso").time.to_pylist() == known[start:]
        assert parse_times(whole[start:], "%d/%m/%Y %H:%M:%S").time.to_pylist()[-1] == utc("2026-11-23T09:00:00")


@pytest.mark.parametrize("layout", layouts())
def test_arrays_without_a_stamp_are_read(layout: str) -> None:
    for texts in (pa.array([], pa.string()), pa.chunked_array([], pa.string()), pa.nulls(3), pa.array(["", "x"])):
        found = parse_times(texts, layout, year=2026)
        assert found.time.null_count == found.quality.null_count == len(texts)
        assert found.time.type == pa.timestamp("us", "UTC")
        assert found.resolution_s == 0


def test_bytes_that_are_not_utf8_are_null() -> None:
    stamp = b"2026-11-23T09:00:00Z"
    data = b"\xff\xfe" + stamp + stamp
    offsets = pa.array([0, 22, 42], pa.int32()).buffers()[1]
    texts = pa.StringArray.from_buffers(2, offsets, pa.py_buffer(data))
    for layout in layouts():
        assert parse_times(texts, layout, year=2026).time[0].as_py() is None
    assert parse_times(texts, "iso").time[1].as_py() == utc("2026-11-23T09:00:00")


@pytest.mark.parametrize(
    ("texts", "layout", "resolution_s"),
    [
        (["2026-11-23T09:00:00Z"], "iso", 1.0),
        (["2026-11-23T09:00:00.000Z"], "iso", 0.001),
        (["2026-11-23T09:00:00,5+01:00", "2026-11-23T09:00:00+01:00"], "iso", 0.1),
        (["2026-11-23 09:00:00.123456789", "2026-11-23 09:00:00 CET"], "iso", 1e-6),
        (["2026-11-23 09:00", "x"], "%Y-%m-%d %H:%M", 60.0),
        (["1795424404"], "epoch", 1.0),
        (["1795424404.25"], "epoch", 0.01),
        (["1795424404866"], "epoch", 0.001),
        (["20171223-22:15:29:8"], "%Y%m%d-%H:%M:%S:ms", 0.001),
        (["23/Nov/2026:09:00:00 +0000"], "%d/%b/%Y:%H:%M:%S %z", 1.0),
        (["Nov 23 09:00:00", "x"], "%b %e %H:%M:%S", 1.0),
    ],
)
def test_the_resolution_is_the_finest_that_is_written(texts: list[str], layout: str, resolution_s: float) -> None:
    assert parse_times(pa.array(texts), layout, year=2026).resolution_s == pytest.approx(resolution_s)


@pytest.mark.parametrize(
    ("text", "quality"),
    [
        ("2026-07-01 09:00:00 CEST", "stated"),
        ("2026-07-01 09:00:00 Europe/Berlin", "stated"),
        ("2026-10-25 02:30:00 Europe/Berlin", "ambiguous"),
        ("2026-07-01 09:00:00 IST", "zone_assumed"),
        ("2026-07-01 09:00:00 Mars/Base", "zone_assumed"),
        ("2026-07-01 09:00:00", "zone_assumed"),
    ],
)
def test_a_zone_that_is_named_is_known_or_assumed(text: str, quality: str) -> None:
    assert parse_times(pa.array([text]), "iso").quality.to_pylist() == [quality]


def test_yearless_stamps_say_so_with_a_zone_or_without() -> None:
    texts = pa.array(["Jul  1 00:30:00"])
    for zone, when in ((None, "2026-07-01T00:30:00"), ("+02:00", "2026-06-30T22:30:00")):
        found = parse_times(texts, "%b %e %H:%M:%S", zone=zone, year=2026)
        assert (found.time[0].as_py(), found.quality[0].as_py()) == (utc(when), "year_assumed")


def test_a_row_that_is_no_date_costs_no_year() -> None:
    stamps = ["0501 09:00:00", "9901 09:00:00", "0199 09:00:00", "0101 25:00:00", "x", "0502 09:00:00"]
    found = parse_times(pa.array(stamps), "%m%d %H:%M:%S", year=2026).time.to_pylist()
    assert found == [utc("2026-05-01T09:00:00"), None, None, None, None, utc("2026-05-02T09:00:00")]


def test_a_year_that_goes_by_decides_whether_29_february_exists() -> None:
    stamps = pa.array(["Feb 29 00:00:00", "Dec 31 23:59:59", "Jan  1 00:00:00", "Feb 29 00:00:00"])
    for year, exists in ((2023, [False, True]), (2024, [True, False])):
        found = parse_times(stamps, "%b %e %H:%M:%S", year=year)
        assert [found.time[row].is_valid for row in (0, 3)] == exists
        assert found.time[2].as_py() == datetime(year + 1, 1, 1, tzinfo=UTC)


def test_a_stamp_that_goes_back_stays_where_it_is() -> None:
    texts = ["2026-11-23T09:00:05Z", "2026-11-23T09:00:01Z", "2026-11-23T09:00:06Z"]
    assert [t.second for t in parse_times(pa.array(texts), "iso").time.to_pylist()] == [5, 1, 6]


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2037, 12, 31)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "CET", "Africa/Casablanca"]),
)  # fmt: skip
def test_zones_are_shifted_as_the_standard_library_does(naive: datetime, zone: str) -> None:
    there = naive.replace(tzinfo=ZoneInfo(zone))
    time, is_ambiguous = shift_zone(pa.array([naive.replace(tzinfo=UTC), None], pa.timestamp("us", "UTC")), zone)
    assert time.to_pylist() == [there.astimezone(UTC), None]
    assert is_ambiguous.to_pylist() == [there.utcoffset() != there.replace(fold=1).utcoffset(), None]


def test_a_clock_that_missed_the_change_keeps_its_distances() -> None:
    texts = pa.array(["2026-03-29 01:59:00", "2026-03-29 02:10:00", "2026-03-29 02:50:00"])
    found = parse_times(texts, "iso", zone="Europe/Berlin")
    assert found.time.to_pylist() == [utc(f"2026-03-29T{clock}:00") for clock in ("00:59", "01:10", "01:50")]
    assert found.quality.to_pylist() == ["zone_given", "ambiguous", "ambiguous"]


def test_a_zone_given_does_not_move_what_states_its_own() -> None:
    texts = pa.array(["2026-11-23T09:00:00Z", "2026-11-23 09:00:00", "2026-11-23 09:00:00 CET"])
    found = parse_times(texts, "iso", zone="+05:30")
    assert [t.strftime("%H:%M") for t in found.time.to_pylist()] == ["09:00", "03:30", "08:00"]
    assert found.quality.to_pylist() == ["stated", "zone_given", "stated"]


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(MinutebookError, match="no time layout is called '%c'"):
        parse_times(pa.array(["x"]), "%c")


@pytest.mark.parametrize(
    ("texts", "layout"),
    [
        (["2026-11-23T09:00:00Z"] * 4 + ["web-1"], "iso"),
        (["2026-11-23T09:00:00Z"] * 3 + ["web-1"], None),
        (["", " "] * 9 + ["1795424404"], "epoch"),
        (["20261123090000"], "%Y%m%dT%H%M%S"),
        (["17/06/09 20:10:40"], "%y/%m/%d %H:%M:%S"),
        (["23/11/2026 1:00:00 PM", "03/04/2026 1:00:00 PM"], "%d/%m/%Y %H:%M:%S"),
        (["03/04/2026 1:00:00 PM"], None),
        (["1123 09:00:00.000001"], "%m%d %H:%M:%S"),
        (["Feb 29 00:00:00"], "%b %e %H:%M:%S"),
        (["\ud800"], None),
        (["0001-01-01T00:00:00Z"], None),
    ],
)
def test_a_sample_decides_and_what_it_leaves_open_is_open(texts: list[str], layout: str | None) -> None:
    assert find_layout(texts) == layout
    assert find_layout(texts[::-1]) == layout


NOW, DAY = datetime(2026, 11, 23, 12, tzinfo=UTC), date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("14:05", "2026-11-23T13:05:00"),
        ("9:05:30", "2026-11-23T08:05:30"),
        ("14:05Z", "2026-11-23T14:05:00"),
        ("2026-11-23T14:05Z", "2026-11-23T14:05:00"),
        ("2026-11-23 14:05", "2026-11-23T13:05:00"),
        ("2026-07-23 14:05", "2026-07-23T12:05:00"),
        ("2026-11-23", "2026-11-22T23:00:00"),
        ("2026-11-23T14:05:33.25+05:30", "2026-11-23T08:35:33.25"),
        ("-2h", "2026-11-23T10:00:00"),
        ("-1h30m", "2026-11-23T10:30:00"),
        ("1795424404", "2026-11-23T09:00:04"),
        ("23/Nov/2026:09:00:00 +0000", "2026-11-23T09:00:00"),
        ("Nov 23 14:05:00", "2026-11-23T13:05:00"),
        ("23 Nov 2026 2:05 pm", "2026-11-23T13:05:00"),
        ("Nov 23 2026 14:05 EST", "2026-11-23T19:05:00"),
        ("23-OCT-2026 14:05", "2026-10-23T12:05:00"),
    ],
)
def test_what_a_person_types_is_read(text: str, instant: str) -> None:
    assert parse_instant(text, zone="Europe/Berlin", now=NOW, day=DAY) == utc(instant)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("now", "no instant that's understood"),
        ("today", "no instant that's understood"),
        ("", "no instant that's understood"),
        ("\ud800", "no instant that's understood"),
        ("25:00", "no instant that's understood"),
        ("2026-02-30 10:00", "no instant that's understood"),
        ("03/04/2026 14:05", "could be several"),
        ("10-11-12 10:00", "could be several"),
        ("monday 14:05", "could be several"),
        ("Nov 23 14:05", "could be several"),
        ("2pm", "could be several"),
        ("2026-11-23 14:05 IST", "names a zone that isn't known"),
        ("Nov 23 2026 14:05 GMT+3", "offset behind a zone's name"),
        ("2026-10-25 02:30", "twice or not at all"),
        ("2026-03-29 02:30", "twice or not at all"),
        ("Mar 29 2026 2:30am", "twice or not at all"),
        ("0001-01-01T00:00:00Z", "not in the years"),
        ("-99999w", "not in the years|too long ago"),
    ],
)
def test_what_could_mean_something_else_is_refused(text: str, why: str) -> None:
    with pytest.raises(MinutebookError, match=why) as refused:
        parse_instant(text, zone="Europe/Berlin", now=NOW, day=DAY)
    assert refused.value.where
    assert refused.value.do


@pytest.mark.parametrize("text", ["14:05", "-2h", "Nov 23 14:05:00"])
def test_the_clock_of_the_machine_is_never_asked(text: str) -> None:
    with pytest.raises(MinutebookError):
        parse_instant(text)


@given(st.text(max_size=30) | st.text("0123456789:-/ TZ+apmh", max_size=20))
def test_whatever_is_typed_is_an_instant_in_range_or_refused(text: str) -> None:
    try:
        found = parse_instant(text, now=NOW, day=DAY)
    except MinutebookError:
        return
    assert found.tzinfo is UTC
    assert 1990 <= found.year <= 2100
