"""What people read in a terminal: it fits, it says what it knows, and it does nothing."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incidents import at, long_incident, make_impact, make_window, short_incident

from minutebook.errors import MinutebookError
from minutebook.outputs.inert import measure_width
from minutebook.outputs.instants import as_instant, format_days, format_span
from minutebook.outputs.terminal import (
    format_check,
    format_impact,
    format_summary,
    wants_colour,
)
from minutebook.outputs.wording.assumptions import tell_assumptions
from minutebook.outputs.wording.users import list_users, tell_users

HOSTILE = "evil\x1b[2J\u202e\r\n\x9b31m\u200b" + "x" * 300
ACTIVE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def make_source(name="web-2.app.log", **more):
    return {
        "source": name,
        "format": "python_logging",
        "score": 0.998,
        "runner_up": "syslog",
        "zone": "+01:00",
        "zone_basis": "inferred",
        "clock_offset_s": 47.0,
        "lines": 100,
        "lines_in_events": 90,
        "lines_skipped": 6,
        "lines_rejected": 4,
        "events": 80,
        "copies": 2,
        "first": "2026-11-23T09:00:04.755Z",
        "last": "2026-11-23T09:24:59.100Z",
        "status": "complete",
    } | more


def all_texts(impact, minutes, hostile, width):
    ledger = {"sources": [make_source(hostile)], "assumptions": [hostile]}
    return [
        format_summary(impact, ledger, minutes, width=width),
        format_impact(impact, width=width),
        format_check([make_source(hostile, format=hostile, status=hostile[:20])], width=width),
    ]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_is_wider_than_the_terminal_and_nothing_acts(width):
    minutes, impact, _ = short_incident()
    impact["windows"][0] |= {"service": HOSTILE, "operations": [HOSTILE] * 5, "evidence": HOSTILE}
    for text in all_texts(impact, minutes, HOSTILE, width):
        assert max(measure_width(line) for line in text.splitlines()) <= width
        assert not ACTIVE.search(text)
        assert r"\x1b[2J" in text, "shown, not dropped"


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.text(alphabet=st.characters()))
def test_no_text_of_evidence_breaks_a_table(text):
    impact = make_impact(make_window(at(8), at(9), service=text, evidence=text, operations=[text]))
    for told in all_texts(impact, None, text, 80):
        assert not ACTIVE.search(told)
        assert max(measure_width(line) for line in told.splitlines()) <= 80


def test_the_summary_says_what_was_read_found_and_is_missing():
    minutes, impact, _ = short_incident()
    text = format_summary(impact, {"sources": [make_source()]}, minutes)
    for fact in (
        "1 source, 100 lines, 80 events",
        "every line accounted for: 90 in events, 6 skipped, 4 rejected",
        "09:08:06 – 09:17:13 UTC, 9 min 8 s",
        "1,204 affected of 3,530 who came: 312 failed, 892 degraded (usual: 12)",
        "2 minutes without evidence",
        "web-2.app.log: 4 lines rejected",
    ):
        assert fact in text


def test_an_account_that_does_not_add_up_is_not_praised():
    text = format_summary(make_impact(), {"sources": [make_source(lines=101)]})
    assert "every line accounted for" not in text


def test_no_window_and_no_users_are_said_in_words():
    assert "no window" in format_summary(make_impact(), {"sources": []})
    assert "stands out" in format_impact(make_impact())
    users = dict.fromkeys(("exposed", "affected", "failed", "degraded", "usual"))
    impact = make_impact(make_window(at(8), at(9), users=users))
    assert "no request that counts names its user" in " ".join(format_impact(impact).split())
    assert "unknown: no request that counts names its user" in format_summary(impact, {})


def test_the_impact_table_gives_bounds_and_definitions():
    text = format_impact(short_incident()[1])
    assert re.search(r"start +09:08:06\.400 +first bad request \(09:08:04 – 09:08:07\)", text)
    assert re.search(r"users affected +1,204 +distinct, of 3,530 who came; 12 are usual", text)
    assert re.search(r"requests failed +2,313 +of 18,400: 12\.6 %, where 0\.20 % is usual", text)
    assert re.search(r"detected +09:09:55 +first related alert, 1 min 49 s after the start", text)


def test_an_alert_before_the_start_is_told_as_before():
    impact = make_impact(make_window(at(8), at(12)), detected=at(7))
    assert "1 min before the start" in format_impact(impact)


def test_milestones_without_record_are_unknown():
    text = format_impact(make_impact(make_window(at(8), at(12)), detected=at(9)))
    assert re.search(r"acknowledged +unknown +no record of it", text)


def test_open_edges_are_said():
    window = make_window(at(8), at(12), open_start=True, open_end=True)
    text = format_impact(make_impact(window))
    assert "the evidence starts here" in text and "the evidence ends here" in text


def test_several_windows_are_summed_as_a_union_and_shown_in_the_zone():
    text = format_impact(long_incident()[1], zone="Europe/Berlin")
    assert "In all" in text and "11:10:12.000" in text and "Europe/Berlin" in text
    assert "In all" not in format_impact(short_incident()[1])


def test_where_the_evidence_has_several_days_each_edge_names_its_own():
    window = make_window(at(0), at(9)) | {"start": "2026-11-23T23:50:00Z", "end": "2026-11-24T00:20:00Z"}
    ledger = {"sources": [make_source(first="2026-11-23T21:00:00Z", last="2026-11-24T02:00:00Z")]}
    summary = format_summary(make_impact(window), ledger)
    assert "23 – 24 November 2026, from 21:00:00 to 02:00:00 UTC" in summary
    assert "Impact  23 November, 23:50:00 – 24 November, 00:20:00 UTC" in summary
    assert "24 November, 00:20:00" in format_impact(make_impact(window))
    assert "2026-11-23 21:00:00 – 2026-11-24 02:00:00" in " ".join(format_check(ledger["sources"]).split())


def test_what_was_looked_at_and_is_no_impact_is_told_with_its_reason():
    rejected = {"kind": "fail", "service": "shop", "operations": ["GET /cart"], "start": "2026-11-23T09:01:00Z",
                "end": "2026-11-23T09:04:00Z", "odds": 20.1, "reason": "one client made 94% of it"}  # fmt: skip
    text = " ".join(format_impact({"windows": [], "rejected": [rejected]}).split())
    assert "Failures of shop: GET /cart, 09:01:00 – 09:04:00 UTC: one client made 94% of it." in text


def test_a_loss_of_traffic_tells_of_its_silence_and_of_who_stayed_away():
    silent = {"low": 2700, "mid": 2900, "high": 3100}
    users = {"affected": 0, "failed": 0, "degraded": 0, "silent": silent}
    impact = make_impact(make_window(at(0), at(9), kind="traffic_loss", users=users))
    assert "impact start   09:00:00.000" not in format_impact(impact)
    assert "bad request" not in format_impact(impact)
    assert "2,900 stayed away, an estimate (2,700 – 3,100)" in format_summary(impact, {"sources": []})


def test_numbers_of_numpy_are_numbers():
    window = make_window(at(8), at(9), bad=np.int64(4321), bad_ratio=np.float64(0.05))
    assert "4,321" in format_impact(make_impact(window))


def test_check_shows_what_each_source_was_taken_for():
    text = " ".join(format_check([make_source()]).split())
    for fact in ("web-2.app.log", "python_logging (99.8%)", "next best syslog", "100 lines",
                 "4 rejected", "zone +01:00 (inferred)", "clock 47 s ahead", "complete"):  # fmt: skip
        assert fact in text


def test_colour_is_only_asked_for_on_a_terminal_without_no_color():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    assert wants_colour(Terminal(), {})
    assert not wants_colour(Terminal(), {"NO_COLOR": "1"})
    assert not wants_colour(Terminal(), {"TERM": "dumb"})
    assert not wants_colour(io.StringIO(), {})


def test_colour_changes_no_letter():
    minutes, impact, _ = short_incident()
    ledger = {"sources": [make_source()]}
    for form, arguments in (
        (format_summary, (impact, ledger, minutes)),
        (format_impact, (impact,)),
        (format_check, ([make_source()],)),
    ):
        coloured = form(*arguments, colour=True)
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[\d*m", "", coloured) == form(*arguments)


def test_an_unknown_zone_is_one_clear_error():
    for zone in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(MinutebookError, match="no time zone"):
            format_impact(make_impact(), zone=zone)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.4, "0.4 s"), (47, "47 s"), (59.6, "1 min"), (548, "9 min 8 s"), (3600, "1 h"),
     (7500, "2 h 5 min"), (90_000, "1 d 1 h"), (-108, "−1 min 48 s"), (None, "unknown"),
     (float("nan"), "unknown")],
)  # fmt: skip
def test_spans_are_said_in_two_units_at_most(seconds, text):
    assert format_span(seconds) == text


def test_days_name_what_differs():
    zone = at(0).tz
    assert format_days(at(0), at(1), zone) == "23 November 2026"
    assert format_days(at(0), at(1440), zone) == "23 – 24 November 2026"
    assert format_days(at(0), at(10 * 1440), zone) == "23 November – 3 December 2026"


def test_what_is_no_instant_is_none():
    for value in (None, pd.NaT, pd.NA, "", "yesterday noon", "2026-11-23T09:00:00", [], {}):
        assert as_instant(value) is None


def test_what_is_assumed_of_many_sources_is_said_once():
    sources = [make_source(name) for name in ("web-1", "web-1.app", "web-2.app", "web-3.app")]
    told = [
        "web-1: no zone.",
        "web-1.app: no zone.",
        "web-2.app: no zone.",
        "web-3.app ran ahead.",
        "The SLI is x.",
        "The SLI is x.",
    ]
    assert tell_assumptions({"sources": sources, "assumptions": told}) == [
        "web-1 (and 2 others alike): no zone.", "web-3.app ran ahead.", "The SLI is x.", "The SLI is x.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("affected", "told"), [(2, "counted apart; they may be users who came"), (None, "counted apart")]
)
def test_clients_without_a_user_id_may_be_users_where_there_are_any(affected, told):
    users = {**dict.fromkeys(("exposed", "failed", "degraded", "usual")), "affected": affected, "anonymous_clients": 9}
    rows = {label: text for label, _, text in list_users(users)}
    assert rows["anonymous"] == f"clients without a user id, {told}"
    assert ("9 clients without a user id, who may be some of them" in tell_users(users)) is (affected is not None)
