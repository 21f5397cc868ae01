"""Stamps of a clock alone: which day is taken, that it's said, and where none is guessed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

import minutebook as mb
from minutebook.errors import MinutebookError
from minutebook.settings.config import Config

LINES = "09:08:04.120 [main] ERROR no stock\n[9:08:05] info: sold\n"


def write(path: Path, text: str = LINES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def read_days(path: Path, **more: object) -> list[str]:
    events = mb.read(path, **more).sort_values("line", kind="stable")  # type: ignore[arg-type]
    return events["time"].dt.strftime("%Y-%m-%d").tolist()


@pytest.mark.parametrize(
    "name", ["app-2026-11-23.log", "app.log.2026-11-23", "20261123_shop.txt", "day.2026.11.23.log"]
)
def test_the_day_is_in_the_file_s_name(tmp_path: Path, name: str) -> None:
    events = mb.read(write(tmp_path / name))
    assert events["time"].tolist() == [pd.Timestamp("2026-11-23T09:08:04.120Z"), pd.Timestamp("2026-11-23T09:08:05Z")]
    assert events["time_quality"].tolist() == ["day_assumed"] * 2
    assert events["level"].tolist() == ["error", "info"]


def test_the_nearest_folder_tells_it_too(tmp_path: Path) -> None:
    for day in (22, 23):
        write(tmp_path / "evidence" / f"2026-11-{day}" / "shop" / "app.log", LINES.replace("sold", f"sold {day}"))
    days = mb.read(tmp_path / "evidence")["time"].dt.strftime("%Y-%m-%d").tolist()
    assert days == ["2026-11-22"] * 2 + ["2026-11-23"] * 2


@pytest.mark.parametrize(
    "name", ["app.log", "app.log-20261123", "messages-20261123", "2026-11-22_2026-11-23.log", "app-2026-13-45.log", "v20261123456.log"]
)  # fmt: skip
def test_a_name_that_tells_no_one_day_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(MinutebookError, match=r"state it in a settings file .*day = "):
        mb.read(write(tmp_path / name))
    assert read_days(tmp_path / name, config=Config({"*": {"day": "2026-11-23"}})) == ["2026-11-23"] * 2


@pytest.mark.parametrize(
    "line", ["Log opened 2026-11-23", "=== Mon Nov 23 08:00:00 CET 2026", "23 November 2026, shift A", "# Nov 23, 2026"]
)
def test_a_line_before_the_first_stamp_tells_it(tmp_path: Path, line: str) -> None:
    days = read_days(write(tmp_path / "app.log", f"{line}\n{LINES * 9}"))
    assert len(days) >= 18 and set(days) == {"2026-11-23"}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("app.log", "shop 1.8.2, built 2026-10-01"), ("app.log", "from 2026-11-22 to 2026-11-23"),
        ("app-2026-11-23.log", "Log opened 2026-11-22"), ("app.log", "listening on 10.2026.11.23"),
    ],
)  # fmt: skip
def test_a_line_that_may_say_something_else_tells_nothing(tmp_path: Path, name: str, line: str) -> None:
    with pytest.raises(MinutebookError, match="its stamps have no day"):
        mb.read(write(tmp_path / name, f"{line}\n{LINES * 9}"))


def test_a_day_ends_where_the_clock_falls_back_and_not_where_lines_are_out_of_order(tmp_path: Path) -> None:
    clocks = ["22:00:00", "21:59:58", "23:59:59", "00:00:01", "23:59:59", "00:00:02", "09:00:00", "08:00:00"]
    path = write(tmp_path / "app-2026-11-23.log", "".join(f"{clock} m\n" for clock in clocks))
    assert [day[-2:] for day in read_days(path)] == ["23", "23", "23", "24", "23", "24", "24", "24"]


def test_the_day_goes_on_from_block_to_block(tmp_path: Path) -> None:
    stamps = pd.date_range("2026-11-23T20:00", periods=400_000, freq="1s")
    path = write(
        tmp_path / "app-2026-11-23.log", "".join(f"{clock} INFO sold\n" for clock in stamps.strftime("%H:%M:%S"))
    )
    assert path.stat().st_size > 6 << 20
    events = mb.read(path).sort_values("line", kind="stable")
    assert events["time"].dt.tz_localize(None).tolist() == stamps.tolist()


def test_each_of_many_files_has_its_own_day(tmp_path: Path) -> None:
    for day in range(1, 31):
        (tmp_path / f"app-2026-11-{day:02}.log.gz").write_bytes(
            gzip.compress((LINES.replace("sold", f"sold {day}") * 30).encode())
        )
    assert mb.read(tmp_path)["time"].dt.strftime("%d").value_counts().to_dict() == {
        f"{day:02}": 60 for day in range(1, 31)
    }


def test_what_is_assumed_is_said(tmp_path: Path) -> None:
    told = mb.reconstruct(write(tmp_path / "app-2026-11-23.log")).ledger["assumptions"]
    assert any("the day of 2 stamps is assumed: 2026-11-23 at first, by the file's name" in each for each in told)
    assert any("lack a zone" in each for each in told)
    given = Config({"*": {"zone": "Europe/Berlin", "day": "2026-11-24"}})
    assert mb.read(tmp_path, config=given)["time"].iloc[0] == pd.Timestamp("2026-11-24T08:08:04.120Z")


def test_a_container_s_stamp_stands_before_a_clock(tmp_path: Path) -> None:
    lines = "".join(f"2026-11-23T09:08:0{n}.5Z stdout F 10:08:0{n},123 ERROR no stock\n" for n in range(5))
    events = mb.read(write(tmp_path / "0.log", lines))
    assert events["time"].iloc[0] == pd.Timestamp("2026-11-23T09:08:00.5Z")
    assert events["level"].tolist() == ["error"] * 5 and events["message"].iloc[0] == "no stock"


def test_a_settings_file_states_the_day_as_text_or_as_toml_s_own(tmp_path: Path) -> None:
    path = write(tmp_path / "evidence" / "app.log")
    for day in ('"2026-11-23"', "2026-11-23"):
        write(tmp_path / "minutebook.toml", f'[sources."app*"]\nday = {day}\n')
        assert read_days(path, config=Config.load(tmp_path / "minutebook.toml")) == ["2026-11-23"] * 2
    for day in ('"23.11.2026"', '"2026-02-30"', "20261123"):
        write(tmp_path / "minutebook.toml", f'[sources."app*"]\nday = {day}\n')
        with pytest.raises(MinutebookError, match="day"):
            Config.load(tmp_path / "minutebook.toml")


def test_lines_that_begin_with_a_clock_stay_part_of_dated_records_where_no_day_is_known(tmp_path: Path) -> None:
    report = "2026-11-23 09:00:00 INFO report\n  sold\n09:08:04 until then\n"
    path = write(tmp_path / "app.log", report * 20)
    assert len(mb.read(path)) == 20
    assert mb.check(path).iloc[0]["status"] == "complete"
