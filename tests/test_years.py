"""Stamps without a year: which one is taken, and that it's said."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

import minutebook as mb
from minutebook.detection.ownformats import load_all
from minutebook.reading import ReadingContext, read_source
from minutebook.settings.config import Config
from minutebook.sources import find_sources


def write(path: Path, text: str, changed: str) -> Path:
    path.write_text(text)
    stamp = pd.Timestamp(changed).timestamp()
    os.utime(path, (stamp, stamp))
    return path


def test_a_29_february_leaves_only_years_that_have_one(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log",
        "Dec 31 23:59:59 web-1 shop: a\nFeb 29 10:00:00 web-1 shop: b\nMar  1 10:00:00 web-1 shop: c\n",
        "2026-11-23T09:00Z",
    )
    book = mb.reconstruct(path)
    assert mb.read(path)["time"].dt.strftime("%Y-%m-%d").tolist() == ["2023-12-31", "2024-02-29", "2024-03-01"]
    assert any("2023 at first" in told and "29 February" in told for told in book.ledger["assumptions"])


def test_a_stated_year_without_a_29_february_makes_it_a_reject(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.log", "Feb 28 10:00:00 web-1 shop: a\nFeb 29 10:00:00 web-1 shop: b\n", "2026-11-23T09:00Z"
    )
    assert len(mb.read(path, config=Config({"*": {"year": 2025}}))) == 1


def test_that_stamps_without_a_year_lack_a_zone_too_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", "Nov 23 09:00:00 web-1 shop: a\n", "2026-11-23T09:00Z")
    assert any("lack a zone" in told for told in mb.reconstruct(path).ledger["assumptions"])
    given = mb.reconstruct(path, config=Config({"*": {"zone": "Europe/Berlin"}}))
    assert not any("lack a zone" in told for told in given.ledger["assumptions"])
    assert mb.read(path, config=Config({"*": {"zone": "Europe/Berlin"}}))["time"][0] == pd.Timestamp(
        "2026-11-23T08:00Z"
    )


@pytest.mark.parametrize("hours", [1, 7, 31, 200])
@pytest.mark.parametrize("block_bytes", [2_000, 20_000])
def test_a_year_goes_on_from_block_to_block(
    hours: int, block_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minutebook.sources.contents._RAW", block_bytes)
    times = pd.date_range("2023-12-05T10:00Z", periods=400, freq=f"{hours}h")
    # What is no record at the end of a block, or a whole block of it, says nothing of the year.
    lines = [
        f"{at:%b} {at.day:2} {at:%H:%M:%S} web-1 shop: order {at:%y}\n" + "  below\n" * (at.day == 31) * 90
        for at in times
    ]
    path = tmp_path / "a.log"
    path.write_text("".join(lines))
    formats = load_all(())
    config = Config({"*": {"year": 2023}})
    context = ReadingContext(formats.logs, formats.exports, config, block_bytes=block_bytes, is_last_call=True)
    with ThreadPoolExecutor(2) as pool:
        account, tables = read_source(find_sources([path])[0], context, pool)
        read = [time.replace(microsecond=0) for table in tables for time in table.column("time").to_pylist()]
    assert read == [at.to_pydatetime() for at in times]
    assert account.lines_in_events == account.lines
