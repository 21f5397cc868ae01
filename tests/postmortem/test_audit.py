"""An audit finds what a postmortem got wrong, by what and how far off, and holds its tongue where it can't tell."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.book import Book, save_book
from minutebook.cli import main
from minutebook.postmortem.audit import COLUMNS, find_wrong
from minutebook.postmortem.audit.quantities import find_quantities
from minutebook.postmortem.draft import OPEN, draft

#: What people wrote into the draft of the captured incident, all of it right.
CAUSE = """Version 2.0.0 held a connection for the whole request, and nothing limited how long a request waited for one.
The deploy of shop 2.0.0 started at 09:08, and the first alert fired at 09:10:22, about two minutes after the errors began.
Users were hit for 9 minutes. Of 13,276 requests 628 failed (4.7 %), an error rate of 4.73 %, and 475 of 2,701 users were affected (17.6 %).
The rollback began at 09:17:04 and the impact ended at 09:17:10, six seconds later. It took 2 min 19 s to detect."""
#: (what stands there, what is planted, how often it stands there before the one that is meant)
PLANTED = [
    # in the facts
    ("| T4 | 09:08:04 |", "| T4 | 09:06:04 |"),
    ("alert ShopErrorRatioHigh fired: More than 5%", "alert ShopErrorRatioHigh fired: More than 15%"),
    ("| T20 | 09:17:04 |", "| T20 | 09:16:34 |"),
    ("peak: 84 of 1,490", "peak: 94 of 1,490"),
    ("×602", "×620"),
    ("edge-1.nginx.access.log.gz:11651", "edge-1.nginx.access.log.gz:11615"),
    ("475 of the 2,701 users who came", "575 of the 2,701 users who came"),
    ("| lasted | 9 min 6 s |", "| lasted | 19 min 6 s |"),
    ("| 604 |", "| 640 |"),
    ("excess halved for good, 9 min 6 s after the start", "excess halved for good, 7 min 6 s after the start"),
    ("6 min 42 s from the first alert", "4 min 42 s from the first alert"),
    ("23 November 2026. Times are UTC.", "24 November 2026. Times are UTC."),
    # in people's words
    ("started at 09:08, and", "started at 09:05, and"),
    ("fired at 09:10:22, about", "fired at 09:12:22, about"),
    ("about two minutes after the errors began", "about six minutes after the errors began"),
    ("Users were hit for 9 minutes.", "Users were hit for 19 minutes."),
    ("an error rate of 4.73 %", "an error rate of 6.33 %"),
    ("628 failed (4.7 %)", "682 failed (4.7 %)"),
    ("The rollback began at 09:17:04", "The rollback began at 09:15:04"),
    ("It took 2 min 19 s to detect.", "It took 12 min 19 s to detect."),
]


@pytest.fixture(scope="module")
def book(sample_logs: Path) -> Book:
    return mb.reconstruct(sample_logs / "bad-deploy" / "evidence")


@pytest.fixture(scope="module")
def document(book: Book) -> str:
    return draft(book).replace(OPEN, CAUSE, 1)


def wrong(text: str, book: Book) -> pd.DataFrame:
    return find_wrong(mb.audit(text, book))


def verdicts(text: str, book: Book) -> list[tuple[str, str]]:
    return [(row.stated, row.verdict) for row in mb.audit(text, book).itertuples()]


def test_nothing_is_wrong_in_a_draft_with_right_words(document: str, book: Book) -> None:
    claims = mb.audit(document, book)
    assert tuple(claims.columns) == COLUMNS
    assert not len(find_wrong(claims)), find_wrong(claims).to_string()
    assert claims["verdict"].eq("supported").sum() > 150
    assert set(claims.loc[claims["verdict"].ne("supported"), "kind"]) <= {"time", "duration", "ratio"}


@pytest.mark.parametrize(("right", "planted"), PLANTED, ids=range(len(PLANTED)))
def test_each_planted_error_is_found_where_it_stands(document: str, book: Book, right: str, planted: str) -> None:
    assert right in document
    text = document.replace(right, planted, 1)
    line = text[: text.index(planted)].count("\n") + 1
    found = wrong(text, book)
    assert line in set(found["line"]), found.to_string()
    assert found["found"].ne("").all() and found["by"].ne("").all()


def test_twenty_planted_errors_at_once_are_all_found_and_no_other(document: str, book: Book) -> None:
    text = document
    for right, planted in PLANTED:
        text = text.replace(right, planted, 1)
    lines = {text[: text.index(planted)].count("\n") + 1 for _, planted in PLANTED}
    found = wrong(text, book)
    assert len(PLANTED) == 20 and set(found["line"]) == lines, found.to_string()
    assert 20 <= len(found) <= 23  # a wrong count may make its share wrong too


def test_a_contradiction_says_by_what_and_how_far_off(book: Book) -> None:
    found = wrong("The first alert fired at 09:12:22. The outage lasted 47 minutes and hit 512 users.", book)
    assert found[["stated", "found", "off", "by"]].to_numpy().tolist() == [
        ["09:12:22", "09:10:22 UTC", "1 min 59 s late", "T17"],
        ["47 minutes", "9 min 6 s", "37 min 54 s more", "impact.json#/total/impact_seconds"],
        ["512", "475", "37 more", "impact.json#/windows/0/users/affected"],
    ]


def test_a_duration_counted_from_the_wrong_row_says_from_which(book: Book) -> None:
    found = wrong("The incident lasted 7 min 35 s.", book)
    assert "that's the span from T7" in found["why"].iloc[0] or "that's the span from T" in found["why"].iloc[0]


@pytest.mark.parametrize(
    "text",
    [
        "At 09:12 the on-call looked at the alert.", "At 09:15 we decided to roll back.", "The team debugged for 40 minutes.",
        "Errors above 500 ms page within 2 minutes.", "A request may wait 1200 ms for a connection.", "We met on 30 November 2026 at 14:00.",
        "The previous incident lasted 3 hours.", "Log retention is 30 days.", "It was acknowledged at 09:11.", "During the same week we did 3 deploys a day.",
        "The outage of March 2025 affected 9,000 users last year.", "```\nThe outage lasted 47 minutes\n```",
        "## Action items\n\n| Action | Owner | Due |\n|---|---|---|\n| Detect within 1 minute an outage of 3 hours | SRE | 2027-01-01 |",
    ],
)  # fmt: skip
def test_what_evidence_does_not_speak_to_is_no_error(text: str, book: Book) -> None:
    assert not len(wrong(text, book)), wrong(text, book).to_string()


@pytest.mark.parametrize(
    ("stated", "is_right"),
    [
        ("about 500 users", True), ("nearly 480 users", True), ("over 400 users", True), ("over 600 users", False), ("475 users", True), ("476 users", False),
        ("fewer than 500 users", True), ("fewer than 300 users", False),
    ],
)  # fmt: skip
def test_words_bound_a_count(stated: str, is_right: bool, book: Book) -> None:
    assert (not len(wrong(f"The outage affected {stated}.", book))) == is_right


@pytest.mark.parametrize(
    "stated", ["9 minutes", "9 min", "9m 6s", "9m06s", "546 seconds", "about 10 minutes", "nine minutes", "00:09"]
)
def test_one_duration_has_many_spellings(stated: str, book: Book) -> None:
    assert not len(wrong(f"The outage lasted {stated}.", book))


def test_times_in_another_zone_are_read_in_it(book: Book) -> None:
    stated = "All times are CET.\n\n| Time | What |\n|---|---|\n| 10:08 | deploy of shop 2.0.0 started |\n| 10:10 | first alert fired |\n| 10:17 | rollback started |\n"
    assert not len(wrong(stated, book))
    assert len(wrong(stated.replace("CET", "UTC"), book)) == 3
    assert not len(wrong("At 10:08 CET requests began to fail; the first alert fired at 04:10 EST.", book))
    unstated = mb.audit(stated.removeprefix("All times are CET."), book)
    assert set(unstated["verdict"]) == {"supported"} and "state the zone" in unstated["why"].iloc[0]


def test_the_wrong_day_is_found_in_the_title_and_not_in_a_meeting(book: Book) -> None:
    assert len(wrong("# Outage of 24 November 2026\n", book)) == 1
    assert not len(wrong("# Outage of November 23rd, 2026\n\nReviewed on 26 November 2026.\n", book))


#: As companies publish them: a summary, prose, a table, what was done beside it.
PUBLISHED = """# Post-incident report: Payments authorisation failures (INC-2231)

**Date:** 17 November 2026
**Duration:** 18 minutes (14:08 to 14:26 UTC)
**Customer impact:** 665 customers; 553 failed authorisations; 764 slow ones

On November 17, 2026, a configuration change at 14:08:20 UTC reduced the connection pool of payments from 64 to 8. Beginning at 14:08:39,
authorisations became slow, and from 14:13 they began to fail with 504s. Our monitoring fired the first alert at 14:11, 2 minutes after
customers were first affected. The failure alert fired at 14:14. At 14:25:50 the pool was set back to 64 connections, and errors stopped at 14:26:16.

In total 665 users were affected, of whom 167 could not complete a payment. At the peak, 37.7 % of requests failed. Across the
window 35 % of authorisation requests failed (553 of 1,580). The log pipeline handles 40,000 requests an hour for 12,000 users.

| Time (UTC) | Event |
|---|---|
| 14:08 | Config change: pool size 64 → 8 |
| 14:11 | PaymentsLatencyHigh alert fires |
| 14:12 | On-call engineer looks at the dashboard |
| 14:14 | PaymentsErrorRatioHigh alert fires |
| 14:20 | Catalog deploy begins |
| 14:25 | Pool size set back |
| 14:26 | Impact ends |
| 14:33 | Log shipper restarted, 3 minutes of logs missing |

We take this seriously. Our SLO is 99.9 % over 30 days. Engineers were on the call for 2 hours.
"""


@pytest.fixture(scope="module")
def payments(sample_logs: Path) -> Book:
    return mb.reconstruct(sample_logs / "slow-payments" / "evidence")


def test_a_published_postmortem_is_understood_and_not_accused(payments: Book) -> None:
    claims = mb.audit(PUBLISHED, payments)
    assert not len(find_wrong(claims)), find_wrong(claims).to_string()
    assert claims["verdict"].eq("supported").sum() >= 24


@pytest.mark.parametrize(
    ("right", "planted"),
    [
        ("18 minutes", "45 minutes"), ("553 failed", "653 failed"), ("At the peak, 37.7 %", "At the peak, 57.7 %"), ("665 users", "831 users"), ("alert at 14:11", "alert at 14:19"),
        ("2 minutes after", "12 minutes after"), ("stopped at 14:26:16", "stopped at 14:31:16"), ("35 % of authorisation", "45 % of authorisation"),
        ("| 14:14 | Pay", "| 14:24:01 | Pay"), ("On November 17, 2026", "On November 18, 2026"), ("change at 14:08:20", "change at 14:03:20"), ("(553 of 1,580)", "(553 of 1,850)"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_published_postmortem_is_found(right: str, planted: str, payments: Book) -> None:
    assert right in PUBLISHED
    text = PUBLISHED.replace(right, planted, 1)
    assert text[: text.index(planted)].count("\n") + 1 in set(wrong(text, payments)["line"])


def test_lines_that_begin_with_a_time_are_entries_of_their_own(payments: Book) -> None:
    text = "## What happened (all times CET)\n\n15:08 - the pool config was rolled out\n15:11 - first alert fired\naround 15:14 - second alert fired\n15:26 - recovered\n"
    assert [row.verdict for row in mb.audit(text, payments).itertuples()] == ["supported"] * 4


# --- a document against itself, whatever the evidence


def inconsistent(text: str, book: Book) -> list[tuple[str, str]]:
    rows = mb.audit(text, book)
    rows = rows[rows["verdict"].eq("inconsistent") | rows["why"].str.contains("within this document")]
    return [(row.stated, row.why) for row in rows.itertuples()]


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book that knows of no impact, so that only the document speaks."""
    folder = tmp_path_factory.mktemp("silent")
    (folder / "app.log").write_text("".join(f"2026-11-23T09:{n:02}:00Z INFO fine\n" for n in range(30)))
    return mb.reconstruct(folder)


def test_a_duration_that_is_not_end_less_start(silent: Book) -> None:
    assert inconsistent("The outage ran from 02:10 to 21:22 UTC (7 h 40 m).", silent) == [
        ("7 h 40 m", "from 02:10 to 21:22 UTC is 19 h 12 min")
    ]
    assert inconsistent("The outage ran from 02:10 to 21:22 UTC (19 h 12 m).", silent) == []
    assert inconsistent("It lasted 50 minutes, from 23:30 to 00:20.", silent) == []
    table = "| Start | 14:05 |\n|---|---|\n| End | 14:52 |\n| Duration | {} |\n"
    assert (
        inconsistent(
            "## Summary\n\n| What | Value |\n|---|---|\n| Start | 14:05 |\n| End | 14:52 |\n| Duration | 57 minutes |\n",
            silent,
        )[0][0]
        == "57 minutes"
    )
    assert (
        inconsistent(
            "## Summary\n\n- **Start**: 14:05\n- **End**: 14:52\n- **Duration**: 47 minutes\n" + table.format("47 min"),
            silent,
        )
        == []
    )


def test_one_milestone_with_two_times(silent: Book) -> None:
    text = "Detected at 09:40, 48 minutes after the change.\n\nThe first notice of the problem was at 09:37 in the support queue.\n"
    assert inconsistent(text, silent) == [("09:37", "detection is 09:40 elsewhere in this document")]
    assert inconsistent(text.replace("09:37", "09:40:20"), silent) == []


def test_a_total_that_sums_windows_which_overlap(silent: Book) -> None:
    text = "## Impact\n\n- API: 02:10 – 10:31 UTC\n- Console: 05:10 – 12:31 UTC\n- Login: 12:31 – 16:31 UTC\n\nIn total, users were affected for {}.\n"
    found = inconsistent(text.format("19 h 42 m"), silent)
    assert found == [("19 h 42 m", "the windows overlap: their sum is 19 h 42 min, together they last 14 h 21 min")]
    assert inconsistent(text.format("14 h 21 m"), silent) == []


def test_a_rollback_credited_with_a_recovery_before_it(silent: Book, book: Book) -> None:
    text = "Traffic recovered at 09:17. The rollback started at 09:25. Rolling back resolved the incident.\n"
    assert inconsistent(text, silent) == [("09:25", "credited with a recovery at 09:17, which came before it")]
    assert inconsistent(text.replace("09:25", "09:12"), silent) == []
    # The evidence knows when the rollback was finished, and when the impact had ended.
    found = wrong("After the rollback finished, the errors stopped.", book)
    assert found["why"].tolist() == ["the impact ended at 09:17:10 UTC, before that"]


def test_a_share_that_is_not_its_counts(silent: Book) -> None:
    assert inconsistent("628 of 14,505 requests (5.2 %) failed.", silent) == [("5.2 %", "628 of 14,505 is 4.33%")]
    assert inconsistent("628 of 14,505 requests (4.3 %) failed.", silent) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "|",
        "```",
        "<!--",
        "# ",
        "| a |\n|---|\n",
        "99:99 to 77:77 for 0 s",
        "9" * 5000 + " users",
        "\ud800 09:08",
        "from 09:08 to " * 500,
    ],
)
def test_odd_documents_are_audited_without_a_failure(text: str, book: Book) -> None:
    mb.audit(text, book)


def test_the_command_names_places_and_gives_its_code(book: Book, document: str, tmp_path: Path) -> None:
    save_book(book, tmp_path / "book")
    path = tmp_path / "postmortem.md"
    path.write_text(document)
    done = CliRunner().invoke(main, ["audit", str(path), str(tmp_path / "book")])
    assert done.exit_code == 0 and "0 contradicted, 0 inconsistent" in done.output
    path.write_text(document.replace("Users were hit for 9 minutes.", "Users were hit for 19 minutes."))
    done = CliRunner().invoke(main, ["audit", str(path), str(tmp_path / "book"), "-o", str(tmp_path / "claims.csv")])
    told = " ".join(done.output.split())  # lines break by the length of the path
    assert done.exit_code == 3 and "duration 19 minutes (impact)" in told and "9 min 54 s more" in told
    assert len(pd.read_csv(tmp_path / "claims.csv")) > 150


def test_quantities_keep_their_places() -> None:
    text = "At 09:08:04 UTC 475 of 2,701 users (17.6 %) were hit for 9 min 6 s."
    assert [text[q.start : q.stop] for q in find_quantities(text)] == [
        "09:08:04 UTC",
        "475",
        "2,701",
        "17.6 %",
        "9 min 6 s",
    ]
