"""The report: what it says, that it needs nothing, and that no evidence acts in it."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import CANARIES, make_book, make_lines, make_timeline

import minutebook as mb
from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.report import write_report
from minutebook.outputs.report.facts.minutes import pick_minutes

VOID = {"meta", "link", "input", "br", "hr", "img", "col"}


class Page(HTMLParser):
    """A page taken apart; raises where an element isn't closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.inside: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, key, value) for key, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.inside.setdefault(self.open[-1] if self.open else "", []).append(data)

    def values(self, name: str) -> list[str]:
        return [value or "" for _, key, value in self.attributes if key == name]

    @property
    def text(self) -> str:
        return " ".join(data for tag, parts in self.inside.items() if tag not in ("style", "script") for data in parts)


def write(book, suffix=".html", lines=None) -> str:
    stream = io.BytesIO()
    write_report(book, stream, suffix=suffix, lines=lines)
    return stream.getvalue().decode("utf-8")


@pytest.fixture(scope="module")
def hostile() -> str:
    return write(make_book(CANARIES), lines=make_lines(CANARIES))


@pytest.fixture(scope="module")
def sample(sample_logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    path = tmp_path_factory.mktemp("report") / "report.html"
    mb.report(sample_logs / "bad-deploy" / "evidence", path)
    return Page(path.read_text("utf-8"))


def test_the_policy_allows_the_one_style_sheet_and_the_one_script_only(hostile: str) -> None:
    page = Page(hostile)
    policy = next(v for v in page.values("content") if v.startswith("default-src"))
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy and "http" not in policy
    for tag in ("style", "script"):
        assert page.tags.count(tag) == 1
        digest = base64.b64encode(hashlib.sha256("".join(page.inside[tag]).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_nothing_in_the_page_points_outside_of_it(hostile: str) -> None:
    page = Page(hostile)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for name in ("href", "src", "action", "srcset", "data", "poster", "formaction"):
        for value in page.values(name):
            assert value == "data:," or (value.startswith("#") and value[1:] in ids), value
    for value in re.findall(r"url\(([^)]*)\)", hostile):
        assert value.startswith("#") and value[1:] in ids


def test_evidence_is_text_whatever_it_holds(hostile: str) -> None:
    page, plain = Page(hostile), Page(write(make_book(["x"] * len(CANARIES)), lines=make_lines(["x"] * len(CANARIES))))
    assert set(page.tags) <= set(plain.tags)
    assert not [key for _, key, _ in page.attributes if key.startswith("on") or key == "style"]
    for canary in CANARIES:
        assert escape_invisible(canary)[:300] in page.text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", hostile)


@settings(max_examples=10)
@given(st.lists(st.text(st.characters()), min_size=1, max_size=3))
def test_no_text_breaks_the_page(texts: list[str]) -> None:
    Page(write(make_book(texts), lines=make_lines(texts)))


def test_long_lines_are_cut_and_the_page_says_by_how_much(hostile: str) -> None:
    assert "19,600 further characters" in Page(hostile).text


def test_a_book_without_its_evidence_names_the_lines(hostile: str) -> None:
    page = Page(write(make_book(CANARIES)))
    assert "pre" not in page.tags
    assert "odd <name>.log:1" in page.text or "app.log:1" in page.text
    assert "The raw lines weren't at hand" in page.text


def test_rows_past_the_cap_are_counted() -> None:
    book = make_book()
    object.__setattr__(book, "timeline", make_timeline(["again"] * 1_203))
    assert "203 later rows aren't shown" in Page(write(book)).text
    assert "203 later rows aren't shown" in write(book, ".md")


def test_minutes_of_no_known_service_are_shown_about_its_windows() -> None:
    length = 300
    minutes = pd.DataFrame(
        {
            "minute": pd.date_range("2026-11-23T08:00:00Z", periods=length, freq="min"), "service": [""] * length,
            "requests": 60, "failed": 0, "slow": 0, "p95_s": 0.1, "alerts_firing": 0, "coverage": "covered",
        }
    )  # fmt: skip
    window = {"service": None, "start": "2026-11-23T10:00:10.000Z", "end": "2026-11-23T10:09:50.000Z"}
    kept, note = pick_minutes(minutes, [window])
    assert (len(kept), kept["minute"].iloc[0]) == (19, pd.Timestamp("2026-11-23T09:56:00Z"))
    assert note.startswith("19 of 300 rows")


def test_what_is_missing_stands_first() -> None:
    page = Page(write(make_book()))
    sections = [value for tag, key, value in page.attributes if tag == "section" and key == "id"]
    assert sections[0] == "completeness"
    assert "Not complete." in page.text
    assert "2 minutes: nothing is known of it" in page.text


def test_an_incident_without_windows_or_sources_is_a_page_too() -> None:
    book = make_book()
    empty = mb.Book(
        book.timeline.head(0),
        book.minutes.head(0),
        {"windows": []},
        {"sources": []},
        book.happenings.head(0),
        book.messages,
        book.users,
    )
    text = Page(write(empty)).text
    assert "nothing stands out from what is usual" in text and "no account of sources" in text


def test_the_same_book_gives_the_same_bytes(hostile: str) -> None:
    assert write(make_book(CANARIES), lines=make_lines(CANARIES)) == hostile


def test_every_table_has_a_caption_and_its_heads_a_scope(sample: Page) -> None:
    assert sample.tags.count("caption") == sample.tags.count("table") > 3
    assert len(sample.values("scope")) == sample.tags.count("th")
    assert sample.values("lang") == ["en"] and {"header", "nav", "main", "footer"} <= set(sample.tags)


def test_times_are_machine_readable_and_in_utc(sample: Page) -> None:
    stamps = sample.values("datetime")
    assert "2026-11-23T09:08:04.000Z" in stamps
    assert all(pd.Timestamp(stamp).tzname() == "UTC" for stamp in stamps)


def test_the_sample_s_page_tells_its_figures_and_shows_its_lines(sample: Page) -> None:
    for fact in ("475", "of 2,701 who came: 447 failed, 28 degraded", "72,229", "9 min 6 s"):
        assert fact in sample.text
    lines = "".join(sample.inside["code"])
    assert "connect() failed (111: Connection refused)" in lines
    assert "no connection from pool payments-db" in lines


def test_people_are_roles_in_the_raw_lines_too(sample_logs: Path, tmp_path: Path) -> None:
    evidence = sample_logs / "slow-payments" / "evidence"
    named = (evidence / "changes.csv").read_text("utf-8")
    book = mb.reconstruct(evidence)
    assert book.roles and all(name in named for name in book.roles)
    mb.report(book, tmp_path / "report.html", evidence=evidence)
    mb.report(replace(book, roles=None), tmp_path / "saved.html", evidence=evidence)
    shown, saved = (Page((tmp_path / f"{name}.html").read_text("utf-8")).text for name in ("report", "saved"))
    for name, role in book.roles.items():
        assert name not in shown and name not in saved
        assert role in shown and role in saved


def test_a_suffix_without_a_writer_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(mb.MinutebookError, match=r"did you mean .htm"):
        mb.report(tmp_path / "nowhere", tmp_path / "report.htmk")


def test_the_markdown_report_tells_the_same_and_nothing_in_it_formats() -> None:
    text = write(make_book(CANARIES), suffix=".md")
    assert text == write(make_book(CANARIES), suffix=".md")
    for heading in ("How complete the evidence is", "Impact", "Timeline", "Ledger", "What the figures mean"):
        assert f"\n## {heading}\n" in text
    told = re.sub(r"`+ .*? `+|`[^`\n]*`", "", re.sub(r"\\[!-/:-@\[-`{-~]", "", text))
    assert not re.search(r"<\w|\]\(|@\w|https?://|<!--", told)
    assert "No data from 09:03 UTC, for 2 minutes" in text
    heads = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)\|", line)) in (4, 11) for line in heads)
