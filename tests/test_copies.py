"""Logs that were collected twice are counted once, however many they are and however they're looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

import minutebook as mb
from minutebook.gathering import fingerprints

LINE = '203.0.113.{0} - - [23/Nov/2026:09:{1:02}:{2:02} +0000] "GET /items/{0} HTTP/1.1" 200 12 "-" "curl/8.5.0"\n'
FILES, LINES = 12, 60


def write_twice(folder: Path) -> None:
    """Files one behind the other, and once more without their ends, named alike; each line stands in it twice."""
    for minute in range(FILES):
        rows = [LINE.format(minute, minute, second) * 2 for second in range(LINES)]
        for name, own in (("first", rows), ("again", rows[: LINES - 15])):
            (folder / name).mkdir(exist_ok=True)
            (folder / name / f"shop.{minute:02}.log").write_text("".join(own), "utf-8")


@pytest.mark.parametrize(("few_rows", "rows_at_once"), [(1 << 14, 1 << 18), (1 << 14, 200), (0, 200)])
def test_each_log_that_was_collected_again_is_told_and_counted_once(
    few_rows: int, rows_at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprints, "_FEW_ROWS", few_rows)
    monkeypatch.setattr(fingerprints, "_ROWS_AT_ONCE", rows_at_once)
    write_twice(tmp_path)
    ledger = mb.reconstruct(tmp_path).ledger
    merged = [(each["from"], each["into"], each["count"]) for each in ledger["merges"]]
    assert merged == [(f"first/shop.{n:02}.log", f"again/shop.{n:02}.log", 2 * (LINES - 15)) for n in range(FILES)]
    assert ledger["totals"]["events"] - ledger["totals"]["copies"] == FILES * LINES * 2


def test_the_same_second_in_every_file_makes_no_copies(tmp_path: Path) -> None:
    for number in range(40):
        lines = [LINE.format(number, 5, second) for second in range(LINES)]
        (tmp_path / f"shop.{number:02}.log").write_text("".join([LINE.format(99, 5, 0), *lines]), "utf-8")
    ledger = mb.reconstruct(tmp_path).ledger
    assert ledger["totals"]["copies"] == 0
    assert ledger["totals"]["events"] == 40 * (LINES + 1)


def test_what_was_collected_three_times_is_counted_once(tmp_path: Path) -> None:
    for name, stop in (("one", LINES - 15), ("two", LINES - 5), ("three", LINES)):
        (tmp_path / name).mkdir()
        for minute in range(3):
            rows = [LINE.format(minute, minute, second) for second in range(stop)]
            (tmp_path / name / f"shop.{minute:02}.log").write_text("".join(rows), "utf-8")
    totals = mb.reconstruct(tmp_path).ledger["totals"]
    assert totals["copies"] == 3 * (2 * LINES - 20)
    assert totals["events"] - totals["copies"] == 3 * LINES


def test_what_kubectl_gave_of_a_container_is_what_its_node_keeps_behind_a_stamp(tmp_path: Path) -> None:
    pod = "cart-6c9d8f7b54-gnwjl"
    folder = tmp_path / f"shop_{pod}_2c6d9d37-84b2-4bb5-9aa4-6bd1a4e1a3c4" / "cart"
    folder.mkdir(parents=True)
    for restart in (0, 1):  # the second run says what the first one said, later
        lines = [
            f'{{"ts":"2026-11-23T09:{restart}{second // 60}:{second % 60:02}.100Z","level":"info","msg":"step {second % 7}"}}'
            for second in range(200)
        ]
        kept = [f"{line[7:26]}.1002{second:03}Z stdout F {line}\n" for second, line in enumerate(lines)]
        (folder / f"{restart}.log").write_text("".join(kept), "utf-8")
    (tmp_path / f"{pod}.log").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    ledger = mb.reconstruct(tmp_path).ledger
    (merge,) = ledger["merges"]
    assert (merge["into"], merge["from"], merge["count"]) == ("1.log", f"{pod}.log", 200)
    assert ledger["totals"]["events"] - ledger["totals"]["copies"] == 400
