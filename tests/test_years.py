"""Stamps without a year: which one is taken, and that it's said."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

import minutebook as mb
from minutebook.settings.config import Config


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
