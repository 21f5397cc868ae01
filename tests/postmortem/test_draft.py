"""The draft is facts with their evidence; what people write in it stays, whatever is drafted again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.book import Book, save_book
from minutebook.cli import main
from minutebook.postmortem.document.regions import find_regions
from minutebook.postmortem.document.rows import number_rows, read_rows
from minutebook.postmortem.draft import NOT_FROZEN, OPEN, renew_draft

PARTS = ("1. Timeline", "2. Impact", "3. Root cause", "4. Contributing factors", "5. Action items")


@pytest.fixture(scope="module")
def book(sample_logs: Path) -> Book:
    return mb.reconstruct(sample_logs / "bad-deploy" / "evidence")


@pytest.fixture
def folder(book: Book, tmp_path: Path) -> Path:
    save_book(book, tmp_path / "book")
    return tmp_path / "book"


def test_it_has_five_parts_and_the_ground_rules_on_top(book: Book) -> None:
    text = mb.draft(book)
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings == ["Ground rules", *PARTS]
    assert (
        text.index("No blame")
        < text.index("Good intent")
        < text.index("specific, assigned and timeboxed")
        < text.index("1. Timeline")
    )
    assert text.count(OPEN) == 2 and mb.draft(book) == text


def test_timeline_and_impact_hold_the_figures_each_with_its_evidence(book: Book, folder: Path) -> None:
    text = mb.draft(folder)
    regions = find_regions(text)
    for fact in ("628 of 13,276", "475 of the 2,701", "9 min 6 s", "2 min 19 s"):
        assert fact in "\n".join(regions["impact"].lines)
    rows = [
        line.strip("|").split("|")
        for line in (*regions["impact"].lines, *regions["timeline"].lines)
        if re.match(r"\| (?!---|Figure|#)", line)
    ]
    assert len(rows) > 30 and all(row[-1].strip() for row in rows)
    known = {f"T{number}" for number, _, _ in read_rows(regions["timeline"].lines)}
    assert set(re.findall(r"\bT\d+\b", text)) <= known
    impact = json.loads((folder / "impact.json").read_text())
    for pointer in re.findall(r"impact\.json#([\w/]+)", text):
        value = impact
        for key in pointer.strip("/").split("/"):
            value = value[int(key)] if isinstance(value, list) else value[key]
    for reference in re.findall(r"`([\w.-]+:\d+)`", text):
        assert any(reference in str(row) for row in book.timeline["evidence"])


def test_contributing_factors_are_facts_between_rows(book: Book) -> None:
    facts = "\n".join(find_regions(mb.draft(book))["factors"].lines)
    for fact in (
        "2 min 19 s from the first bad request (T4) to the first alert that fired (T17)", "No acknowledgement of an alert is in the evidence",
        "6 min 42 s from the first alert (T17) to the next change: rollback of shop 1.4.2", "can't be told: 0.8 s apart, give or take 2 s",
    ):  # fmt: skip
        assert fact in facts
    assert not re.search(r"(?i)\bcaused?\b|because|due to|blame|fault\b", facts)


def test_of_slowness_alone_no_request_is_called_bad(book: Book) -> None:
    slow = [{**window, "kind": "slow"} for window in book.impact["windows"]]
    facts = "\n".join(find_regions(mb.draft(replace(book, impact={**book.impact, "windows": slow})))["factors"].lines)
    assert "from the first slow request" in facts and "to the last slow request" in facts
    assert "bad request" not in facts


def test_an_alert_that_flapped_is_counted(book: Book) -> None:
    fired = book.timeline[book.timeline["summary"].str.startswith("alert ShopLatencyHigh fired", na=False)]
    more = [fired.assign(time=fired["time"] + pd.Timedelta(minutes=n)) for n in (2, 4)]
    rows = (
        pd.concat([book.timeline, *more])
        .sort_values("time", kind="stable", ignore_index=True)
        .astype(book.timeline.dtypes)
    )
    assert "Alert ShopLatencyHigh fired 3 times between 09:10:22 and 09:14:22" in mb.draft(replace(book, timeline=rows))


def test_a_draft_of_facts_that_are_not_frozen_says_so_at_its_top(book: Book, folder: Path) -> None:
    assert NOT_FROZEN in mb.draft(book).split("## ")[0]
    assert NOT_FROZEN in mb.draft(folder).split("## ")[0]
    frozen = mb.freeze(folder)
    assert NOT_FROZEN not in mb.draft(folder) and frozen.sha256 in mb.draft(folder).split("## ")[0]
    (folder / "minutes.csv").write_text("edited")
    assert "They changed after the freeze" in mb.draft(folder) and "minutes.csv" in mb.draft(folder).split("## ")[0]


def test_drafting_again_keeps_what_people_wrote_and_renews_the_facts(book: Book, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "postmortem.md"
    text = mb.draft(folder, path)
    ours = text.replace(OPEN, "The pool had no limit of its own.", 1).replace(
        "|  |  |  |  |", "| Add X for T17 | SRE | 2026-12-01 | T17 |"
    )
    ours = ours.replace("# Postmortem: shop", "# Our title").replace(
        "## 3. Root cause", "Agreed by all on Tuesday.\n\n## 3. Root cause"
    )
    path.write_text(ours)
    mb.freeze(folder)
    again, notes = renew_draft(folder, path)
    assert notes == []
    for kept in (
        "The pool had no limit of its own.",
        "| Add X for T17 | SRE | 2026-12-01 | T17 |",
        "# Our title",
        "Agreed by all on Tuesday.",
    ):
        assert kept in again
    assert NOT_FROZEN not in again and path.read_text() == again
    assert renew_draft(folder, path) == (again, [])


def test_a_fact_that_people_edited_is_kept_and_told(book: Book, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "postmortem.md"
    text = mb.draft(folder, path)
    path.write_text(
        text.replace("- No acknowledgement of an alert is in the evidence.", "- B acknowledged by phone at 09:12.")
    )
    again, notes = renew_draft(folder, path)
    assert "B acknowledged by phone at 09:12." in again
    assert notes == ["factors: was edited by hand and is left so, since its facts are the same"]
    fewer = replace(book, timeline=book.timeline[book.timeline["kind"].ne("deploy")].reset_index(drop=True))
    again, notes = renew_draft(fewer, path)
    assert "> - B acknowledged by phone at 09:12." in again and "Edited by hand since the last draft" in again
    assert notes == ["factors: was edited by hand; 4 lines that the facts don't hold are kept below them"]
    assert renew_draft(fewer, path)[1] == []


def test_rows_keep_their_numbers_when_others_come_in_between(book: Book) -> None:
    lines = find_regions(mb.draft(book))["timeline"].lines
    extra = book.timeline.iloc[[10]].assign(
        summary="somebody calls", time=book.timeline["time"].iloc[10] + pd.Timedelta(seconds=1)
    )
    rows = pd.concat([book.timeline.iloc[:11], extra, book.timeline.iloc[11:]], ignore_index=True).astype(
        book.timeline.dtypes
    )
    before = {text: number for number, _, text in read_rows(lines)}
    after = {row.text: row.number for row in number_rows(rows, lines)}
    assert {text: number for text, number in after.items() if "somebody calls" not in text} == before
    assert next(number for text, number in after.items() if "somebody calls" in text) == max(before.values()) + 1


def test_a_text_that_is_no_draft_is_not_touched(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# Our notes\n")
    done = CliRunner().invoke(main, ["draft", str(folder), "-o", str(path)])
    assert done.exit_code == 2 and "no draft of minutebook" in done.stderr
    assert path.read_text() == "# Our notes\n"


def test_a_draft_without_impact_and_without_rows_is_a_draft(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("".join(f"2026-11-23T09:{n:02}:00Z INFO fine\n" for n in range(30)))
    text = mb.draft(mb.reconstruct(tmp_path))
    assert "No window of impact stands out" in text and all(f"## {part}" in text for part in PARTS)


def test_evidence_is_drafted_and_audited_as_a_book_is(sample_logs: Path, book: Book) -> None:
    evidence = sample_logs / "bad-deploy" / "evidence"
    assert mb.draft(evidence) == mb.draft(book)
    assert set(mb.audit("The outage hit 475 users.", evidence)["verdict"]) == {"supported"}
