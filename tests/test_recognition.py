"""What a sample told of a log's format holds for other lines of it, or they tell their own."""

from __future__ import annotations

import json

import pytest

from minutebook.detection import detect_format
from minutebook.detection.recognition import recognise
from minutebook.logformats import load_formats

FORMATS = load_formats()
ACCESS = '203.0.113.{0} - - [23/Nov/2026:09:00:{0:02} +0000] "GET /a/{0} HTTP/1.1" 200 {0} "-" "curl/8.5.0"'
TIMED = ACCESS + " 0.{0:03}"
SYSLOG = "Nov 23 09:00:{0:02} db-1 app[17]: took {0}"
WRAPPED = "Nov 23 09:00:{0:02} db-1 app[17]: level=info msg=done duration=12ms n={0}"


def write(form: str, count: int = 50) -> list[str]:
    return [form.format(number) for number in range(1, count + 1)]


def write_json(**more: str | int) -> list[str]:
    return [json.dumps({"ts": f"2026-11-23T09:00:{n:02}Z", "level": "info", "msg": f"m{n}"} | more) for n in range(50)]


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (write(ACCESS), write(ACCESS.replace("/a/", "/b?c="))),
        (write(SYSLOG), write(SYSLOG.replace("took", "did"))),
        (write(WRAPPED), write(WRAPPED)),
        (write_json(user_id="u1"), write_json(user_id="u2")),
        (write_json(user_id="u1"), write_json()),
    ],
    ids=["access", "syslog", "logfmt in syslog", "JSON", "JSON without a key"],
)
def test_lines_that_are_read_alike_have_the_known_format(first: list[str], other: list[str]) -> None:
    known = detect_format(first, FORMATS)
    found = recognise(known, other, FORMATS)
    assert found is not None
    assert found.plans == known.plans
    assert found.score == detect_format(other, FORMATS).score


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (write(ACCESS), write(TIMED)),  # the known format reads these too, but not their last cell
        (write(ACCESS), [*write(ACCESS), "something else"]),
        (write(ACCESS), write(SYSLOG)),
        (write(SYSLOG), write(WRAPPED)),
        (write(WRAPPED), write(SYSLOG)),
        (write_json(), write_json(user_id="u1")),
        (write_json(), write_json(ts=1_795_424_400)),
        ([*write(ACCESS), *write_json()], write(ACCESS)),
        (write("{0}"), write("{0}")),
    ],
    ids=[
        "closer",
        "a rest",
        "other",
        "structured inside",
        "plain inside",
        "another key",
        "another stamp",
        "two",
        "none",
    ],
)
def test_lines_that_are_not_read_alike_tell_their_own_format(first: list[str], other: list[str]) -> None:
    assert recognise(detect_format(first, FORMATS), other, FORMATS) is None
