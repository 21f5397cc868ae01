"""A frozen book can be checked years later, offline; whatever was touched since is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import minutebook as mb
from minutebook.book import FILES, save_book
from minutebook.cli import main
from minutebook.freezing import MANIFEST, find_changes, find_frozen

LINES = [f"2026-11-23T09:{n // 60:02}:{n % 60:02}Z INFO shop: served {n}\n" for n in range(900)]


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "app.log").write_text("".join(LINES))
    (folder / "other.log").write_text("".join(LINES[:300]).replace("served", "sent"))
    return folder


@pytest.fixture
def book(evidence: Path, tmp_path: Path) -> Path:
    save_book(mb.reconstruct(evidence), tmp_path / "book")
    return tmp_path / "book"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_book_is_frozen_once_until_it_changes(book: Path) -> None:
    first = mb.freeze(book)
    assert first.is_new and first.previous is None
    assert {each["file"] for each in first.manifest["files"]} == set(FILES)
    again = mb.freeze(book)
    assert not again.is_new and again.sha256 == first.sha256
    (book / "timeline.csv").write_text("edited\n")
    assert mb.freeze(book).previous == first.sha256


def test_the_same_book_elsewhere_is_the_same_manifest(book: Path, evidence: Path, tmp_path: Path) -> None:
    save_book(mb.reconstruct(evidence), tmp_path / "again")
    assert mb.freeze(tmp_path / "again").sha256 == mb.freeze(book).sha256


@pytest.mark.parametrize("name", FILES)
def test_an_edited_or_missing_file_is_named(book: Path, name: str) -> None:
    mb.freeze(book)
    raw = (book / name).read_bytes()
    (book / name).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    changes = find_changes(mb.verify(book))
    assert changes[["name", "state"]].to_numpy().tolist() == [[name, "changed"]]
    (book / name).unlink()
    assert find_changes(mb.verify(book))[["name", "state"]].to_numpy().tolist() == [[name, "missing"]]


def test_evidence_is_checked_by_its_content_where_it_is_given(book: Path, evidence: Path) -> None:
    mb.freeze(book)
    assert not len(find_changes(mb.verify(book, [evidence])))
    assert set(mb.verify(book).query("what == 'source'")["state"]) == {"not looked at"}
    (evidence / "app.log").write_text("".join(LINES[:-1]))
    (evidence / "other.log").rename(evidence / "renamed.log")
    (evidence / "more.log").write_text(LINES[0])
    found = mb.verify(book, [evidence]).query("what == 'source'").set_index("name")
    assert found["state"].to_dict() == {"app.log": "changed", "other.log": "same", "more.log": "new"}
    assert found.loc["other.log", "detail"] == "now called renamed.log"


def test_a_chain_leads_back_over_books_and_breaks_where_it_is_rewritten(
    book: Path, evidence: Path, tmp_path: Path
) -> None:
    first = mb.freeze(book)
    (evidence / "other.log").unlink()
    later = tmp_path / "later"
    save_book(mb.reconstruct(evidence), later)
    second = mb.freeze(later, after=book)
    assert second.previous == first.sha256
    assert mb.verify(later).query("what == 'manifest'")["name"].tolist() == [second.sha256, first.sha256]
    kept = next((later / "manifests").glob("*.json"))
    kept.write_text(kept.read_text().replace('"lines": 900', '"lines": 901'))
    assert find_changes(mb.verify(later))[["name", "state"]].to_numpy().tolist() == [[first.sha256, "missing"]]


def test_the_commands_say_it_and_give_their_codes(book: Path, evidence: Path, tmp_path: Path) -> None:
    assert run("verify", book).exit_code == 2 and "isn't frozen" in run("verify", book).stderr
    done = run("freeze", book)
    frozen = find_frozen(book)
    assert frozen is not None and done.stdout.strip() == frozen.sha256
    done = run("verify", book, evidence)
    assert done.exit_code == 0 and f"as frozen: {len(FILES)} files and 2 sources" in done.output
    (book / "impact.json").write_text("{}")
    done = run("verify", book)
    assert done.exit_code == 3 and "impact.json" in done.output
    assert run("freeze", evidence).exit_code == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"manifest": 1, "files": 3}', "{" * 100_000])
def test_a_broken_manifest_is_refused(book: Path, text: str) -> None:
    (book / MANIFEST).write_text(text)
    with pytest.raises(mb.MinutebookError, match="no manifest"):
        mb.verify(book)


def test_a_manifest_names_no_path(book: Path, tmp_path: Path) -> None:
    mb.freeze(book)
    assert str(tmp_path) not in json.dumps(json.loads((book / MANIFEST).read_text()))
