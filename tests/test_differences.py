"""Two books are compared row by row, and each row says why it differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.book import Book, save_book
from minutebook.cli import main
from minutebook.differences.reasons import UNEXPLAINED
from minutebook.settings.config import Config
from minutebook.settings.rules import Rules


@pytest.fixture(scope="module")
def folder(sample_logs: Path) -> Path:
    return sample_logs / "bad-deploy" / "evidence"


@pytest.fixture(scope="module")
def book(folder: Path) -> Book:
    return mb.reconstruct(folder)


def paths(folder: Path, *without: str) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.name not in without]


def test_a_book_does_not_differ_from_itself(book: Book, tmp_path: Path) -> None:
    save_book(book, tmp_path / "book")
    found = mb.diff(book, tmp_path / "book")
    assert not len(found) and found.attrs["reasons"] == []


def test_a_source_that_was_added_explains_its_rows(book: Book, folder: Path) -> None:
    found = mb.diff(mb.reconstruct(*paths(folder, "deploys.json")), book)
    assert found.attrs["reasons"] == ["deploys.json was added"]
    added = found[found["change"].eq("added")]
    assert added["kind"].eq("deploy").sum() == 6
    assert set(found["why"]) == {"deploys.json was added"}


def test_the_same_alert_told_by_fewer_sources_is_a_changed_row_not_two(book: Book, folder: Path) -> None:
    found = mb.diff(book, mb.reconstruct(*paths(folder, "alertmanager.webhooks.jsonl")))
    fired = found[found["kind"].eq("alert") & found["phase"].eq("fired")]
    assert set(fired["change"]) == {"changed"}
    assert {"time", "evidence"} <= set(fired["what"])
    detected = found[found["what"].eq("detected")].iloc[0]
    assert (detected["before"], detected["after"]) == ("2026-11-23T09:10:22.696Z", "2026-11-23T09:10:24.755Z")


def test_a_setting_explains_what_it_moved(book: Book, folder: Path) -> None:
    other = mb.reconstruct(folder, config=Config(sli=Rules(operations=("POST /checkout",))))
    found = mb.diff(book, other)
    bad = found[found["what"].eq("bad")].iloc[0]
    assert (bad["before"], bad["after"]) == ("628", "604")
    assert all("sli.operations: [] → ['POST /checkout']" in why for why in found["why"])


def test_a_row_that_nothing_explains_was_edited(book: Book) -> None:
    edited = book.timeline.copy()
    edited.loc[edited.index[-1], "count"] = 1
    found = mb.diff(book, replace(book, timeline=edited))
    assert found[["change", "what", "before", "after", "why"]].to_numpy().tolist() == [
        ["changed", "count", "34786", "1", UNEXPLAINED]
    ]


def test_an_added_row_changes_no_other(book: Book) -> None:
    rows = pd.concat([book.timeline, book.timeline.iloc[[5]]], ignore_index=True).astype(book.timeline.dtypes)
    found = mb.diff(book, replace(book, timeline=rows))
    assert found["change"].tolist() == ["added"]


def test_the_command_tells_rows_and_reasons(book: Book, folder: Path, tmp_path: Path) -> None:
    for name, each in (("a", book), ("b", mb.reconstruct(*paths(folder, "deploys.json")))):
        save_book(each, tmp_path / name)
    done = CliRunner().invoke(main, ["diff", str(tmp_path / "a"), str(tmp_path / "b")])
    assert done.exit_code == 3
    assert "- 09:08:04 deploy started: deploy of shop 2.0.0 to production started" in done.output
    assert "why: deploys.json was taken out" in done.output
    done = CliRunner().invoke(main, ["diff", str(tmp_path / "a"), str(tmp_path / "a")])
    assert done.exit_code == 0 and done.output == "The same.\n"
