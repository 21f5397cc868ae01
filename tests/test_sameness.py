"""The same evidence gives the same bytes: in any order, packed or not.

What may differ: where files are called otherwise, their names, in the ledger and in references to lines; with other
files (a log in two parts), their hashes, the pseudonyms that are drawn from them, and the numbers of their lines.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minutebook as mb
from minutebook.book import save_book

LINES = [
    f'192.0.2.{i % 9} - u{i % 50} [23/Nov/2026:09:{i // 60:02}:{i % 60:02} +0000] "GET /a HTTP/1.1"'
    f' {500 if 300 < i < 360 else 200} 1 "-" "x" rt=0.01 rid=r{i}\n'
    for i in range(600)
]
APP = [
    f'{{"ts":"2026-11-23T09:{i // 60:02}:{i % 60:02}.5Z","level":"{"error" if 300 < i < 360 else "info"}","msg":"item {i}","user":"u{i % 50}","trace_id":"r{i}"}}\n'
    for i in range(600)
]  # fmt: skip
DEPLOYS = json.dumps([{"service": "shop", "version": "1", "deployed_at": "2026-11-23T09:04:50Z"}])


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "access.log").write_text("".join(LINES))
    (folder / "app.jsonl").write_text("".join(APP))
    (folder / "deploys.json").write_text(DEPLOYS)
    return folder


def book_of(folder: Path, *evidence: Path) -> dict[str, bytes]:
    save_book(mb.reconstruct(*evidence), folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def wanted(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return book_of(tmp_path_factory.mktemp("book"), evidence)


@settings(max_examples=6)
@given(order=st.permutations(["access.log", "app.jsonl", "deploys.json"]))
def test_the_order_of_the_inputs_changes_no_byte(
    evidence: Path, wanted: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, order: list[str]
) -> None:
    assert book_of(tmp_path_factory.mktemp("book"), *(evidence / name for name in order)) == wanted


def test_packed_files_of_the_same_names_change_no_byte(
    evidence: Path, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    packed = tmp_path / "evidence"
    packed.mkdir()
    for path in evidence.iterdir():
        (packed / path.name).write_bytes(gzip.compress(path.read_bytes()))
    assert book_of(tmp_path / "book", packed) == wanted


def test_a_log_in_parts_gives_the_same_minutes_and_impact(
    evidence: Path, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    parts = tmp_path / "evidence"
    parts.mkdir()
    for name in ("app.jsonl", "deploys.json"):
        (parts / name).write_bytes((evidence / name).read_bytes())
    (parts / "access.log").write_text("".join(LINES[350:]))
    (parts / "access.log.1.gz").write_bytes(gzip.compress("".join(LINES[:370]).encode()))  # twenty lines in both
    found = book_of(tmp_path / "book", parts)
    assert found["minutes.csv"] == wanted["minutes.csv"]
    windows, whole = (json.loads(each["impact.json"])["windows"] for each in (found, wanted))
    keys = ("start", "end", "users", "bad", "kind")
    assert [{key: window[key] for key in keys} for window in windows] == [
        {key: window[key] for key in keys} for window in whole
    ]
