"""What a format file may say, and what is said of a wrong one."""

from __future__ import annotations

import pytest

from minutebook.errors import FormatError
from minutebook.logformats import LogFormat
from minutebook.reading.samples import find_problem

OWN = """
title = "An own format"
[[pattern]]
time = "iso"
pieces = ['(?P<time>\\S+) (?P<level>[A-Z]+) ', '(?P<message>.*)$']
[[sample]]
text = "2026-11-23T09:00:00Z WARN disk"
[[sample.event]]
level = "warn"
message = "disk"
"""


def test_an_own_format_is_a_few_lines() -> None:
    each = LogFormat.from_toml("own", OWN)
    assert find_problem(each, each.samples[0]) == ""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("title", "titel"), "unknown key 'titel'"),
        (("level>[", "lvl>["), "no group is called 'lvl'"),
        (('"iso"\n', '"iso"\nstart = 1\n'), "unknown key 'start'"),
        (("pieces", "[pieces"), "not TOML"),
    ],
)
def test_what_is_wrong_with_a_format_is_said(change: tuple[str, str], problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        LogFormat.from_toml("own", OWN.replace(*change))


def test_a_failing_sample_shows_how_far_each_pattern_got() -> None:
    each = LogFormat.from_toml("own", OWN.replace("<level>[A-Z]+) '", "<level>[A-Z]+): '"))
    assert find_problem(each, each.samples[0]) == "0 events, not 1; pattern 1 stops at piece 1 of 2"
