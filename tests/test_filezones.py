"""A log of which some stamps state a zone shows that of the others by the order of its lines."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import minutebook as mb
from minutebook.settings.config import Config

START = pd.Timestamp("2026-11-23T09:00:00Z")
INFERRED = "inferred: others of its stamps state it, and the order of its lines shows it"


def write(
    folder: Path, ahead_h: float, *, count: int = 60, every: int = 5, offset: str = "+0100", step_s: int = 3
) -> Path:
    """A web server's log, which states the zone, and in it lines without one of a clock so many hours ahead of UTC."""
    lines = []
    for number in range(count):
        at = START + pd.Timedelta(seconds=step_s * number)
        stamp = (at + pd.Timedelta(hours=int(offset[:3]))).strftime("%d/%b/%Y:%H:%M:%S")
        lines.append(f'192.0.2.1 - - [{stamp} {offset}] "GET / HTTP/1.1" 200 1 "-" "curl/8"')
        if number % every == 0:
            own = (at + pd.Timedelta(hours=ahead_h)).strftime("%Y-%m-%d %H:%M:%S")
            lines.append(f"{own},120 ERROR [MainThread] shop.web: no stock")
    path = folder / "web.log"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def read(path: Path, config: Config | None = None) -> tuple[str, pd.Timestamp, str, str]:
    """(quality, time) of the first zone-less line; zone and basis as the ledger has them."""
    book = mb.reconstruct(path, config=config)
    events = mb.read(path, config=config)
    assert set(events.loc[events["kind"] == "request", "time_quality"]) == {"stated"}
    assert events.loc[events["kind"] == "request", "time"].min() == START
    first = events[events["kind"] == "log"].sort_values("line").iloc[0]
    (source,) = book.ledger["sources"]
    return str(first["time_quality"]), first["time"].floor("s"), source["zone"], source["zone_basis"]


@pytest.mark.parametrize(("ahead_h", "zone"), [(1, "+01:00"), (0, "UTC")])
def test_stamps_without_a_zone_have_that_of_the_stamps_beside_them(tmp_path: Path, ahead_h: int, zone: str) -> None:
    assert read(write(tmp_path, ahead_h)) == ("zone_inferred", START, zone, INFERRED)


@pytest.mark.parametrize(
    "log",
    [
        {"ahead_h": 2},  # as far ahead as no stamp says
        {"ahead_h": 1, "count": 10},  # only beside each other four times
        {"ahead_h": 1, "every": 1, "step_s": 1000, "offset": "+0200"},
    ],
)
def test_where_the_order_does_not_show_it_utc_is_assumed(tmp_path: Path, log: dict[str, float]) -> None:
    quality, time, zone, basis = read(write(tmp_path, **log))  # type: ignore[arg-type]
    assert (quality, time - START, zone, basis) == (
        "zone_assumed",
        pd.Timedelta(hours=log["ahead_h"]),
        "UTC",
        "assumed",
    )


def test_what_the_caller_says_goes_before(tmp_path: Path) -> None:
    said = read(write(tmp_path, 1), Config({"*": {"zone": "+02:00"}}))
    assert said[:3] == ("zone_given", START - pd.Timedelta(hours=1), "+02:00")


def test_a_log_of_the_same_host_keeps_that_zone_too(tmp_path: Path) -> None:
    write(tmp_path, 1)
    other = [f"2026-11-23 10:00:{n:02},120 INFO [MainThread] shop.jobs: done" for n in range(60)]
    (tmp_path / "jobs.log").write_text("\n".join(other) + "\n", "utf-8")
    events = mb.read(tmp_path, config=Config({"*": {"host": "web-1"}}))
    assert events.loc[events["source"] == "jobs.log", "time"].min().floor("s") == START


def test_a_log_across_the_change_of_clocks_keeps_no_one_zone(tmp_path: Path) -> None:
    summer = write(tmp_path, 2, offset="+0200").read_text()
    winter = write(tmp_path, 1, count=40).read_text()
    path = tmp_path / "web.log"
    path.write_text(summer + winter)
    (source,) = mb.reconstruct(path).ledger["sources"]
    assert (source["zone"], source["zone_basis"]) == ("UTC", "assumed")
    path.write_text(summer * 12 + winter)  # a few of many are no other zone
    (source,) = mb.reconstruct(path).ledger["sources"]
    assert (source["zone"], source["zone_basis"]) == ("+02:00", INFERRED)
