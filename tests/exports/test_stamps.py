from __future__ import annotations

import pandas as pd
import pytest

from minutebook.exports.stamps import add_ms, read_stamp


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-23T09:00:00Z", "2026-11-23T09:00:00.0000000Z", "2026-11-23 09:00:00 UTC", "2026-11-23 09:00:00 +0000",
        "2026-11-23T10:00:00+0100", "2026-11-23 11:00:00 +0200", 1795424400, "1795424400", 1795424400000, 1795424400000000,
        1795424400000000000, 1795424400.0, "1795424400.000000", "2026-11-23 10:00:00 +0100 CET", "2026-11-23T04:00:00.000-05:00",
        "Mon Nov 23 10:00:00 2026 +0100",
    ],
)  # fmt: skip
def test_one_instant_in_every_guise(value: object) -> None:
    stamp = read_stamp(value)
    assert stamp is not None
    assert (pd.Timestamp(stamp.time), stamp.quality) == (pd.Timestamp("2026-11-23T09:00:00Z"), "stated")


@pytest.mark.parametrize(
    "value",
    [None, "", "0001-01-01T00:00:00Z", 0, "0", True, [], {}, "yesterday", "now", "2026-02-30T00:00:00Z", float("nan"), 10**40, "x" * 10_000],
)  # fmt: skip
def test_what_is_no_instant(value: object) -> None:
    assert read_stamp(value) is None


def test_records_of_long_ago_are_records_still() -> None:
    stamp = read_stamp("1984-09-02T22:04:05Z")
    assert stamp is not None
    assert stamp.time.year == 1984


def test_an_epoch_keeps_its_fraction() -> None:
    stamp = read_stamp(1408480741.822)
    assert stamp is not None
    assert stamp.time.microsecond == 822000


def test_a_duration_is_added_to_the_millisecond() -> None:
    stamp = read_stamp("2026-11-23T09:00:00.12Z")
    assert stamp is not None
    later = add_ms(stamp, 158449)
    assert later is not None
    assert (later.time - stamp.time).total_seconds() == 158.449
    assert add_ms(stamp, "soon") is None
    assert add_ms(stamp, 10**30) is None


@pytest.mark.parametrize(
    ("text", "resolution_s"),
    [("2026-11-23T09:00Z", 60.0), ("23.11.2026 09:00", 60.0), ("2026-11-23 09:00:00", 0.0), ("2026-11-23T09:00:00Z", 0.0)],
)  # fmt: skip
def test_a_stamp_without_seconds_may_be_anywhere_in_its_minute(text: str, resolution_s: float) -> None:
    stamp = read_stamp(text)
    assert stamp is not None
    assert stamp.resolution_s == resolution_s
