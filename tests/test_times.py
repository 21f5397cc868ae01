from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.errors import MinutebookError
from minutebook.times import YEARLESS, find_layout, find_years, layouts, parse_times, shift_zone


def read(text: str, layout: str, **more: object) -> datetime | None:
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
