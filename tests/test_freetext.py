"""A pattern that ends in free text says the same of a line as if the whole line were matched."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.logformats import LogFormat, Pattern, load_formats
from minutebook.records.freetext import find_free_text, match_free_text
from minutebook.records.text import _match_in_passes, match_pattern

FORMATS = [
    each for each in load_formats(samples=True) if any(find_free_text(pattern.pieces) for pattern in each.patterns)
]
CHANGES = ["", " ", "[", "]", ":", "(", ")", "-", "é", "\t", "x" * 40, "|", "  "]


def compare(lines: list[str], pattern: Pattern) -> None:
    text = pa.array(lines, pa.string())
    rows, parts = match_pattern(text, pattern)
    expected, groups = _match_in_passes(text, pattern)
    assert rows.tolist() == expected.tolist()
    if len(rows):
        assert {name: values.to_pylist() for name, values in parts.items()} == {
            name: values.to_pylist() for name, values in groups.items()
        }


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda each: each.name)
@settings(max_examples=25)  # of each format
@given(data=st.data())
def test_a_line_is_read_as_by_its_whole_pattern(log_format: LogFormat, data: st.DataObject) -> None:
    known = [line for sample in log_format.samples for line in sample["text"].splitlines()]
    lines = []
    for line in data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=4)):
        at = data.draw(st.integers(0, len(line)))
        gone = data.draw(st.integers(0, 3))
        lines.append(line[:at] + data.draw(st.sampled_from(CHANGES)) + line[at + gone :])
    for pattern in log_format.patterns:
        if find_free_text(pattern.pieces):
            compare([*lines, *known], pattern)


def test_free_text_ends_where_a_line_does() -> None:
    pieces = (r"(?P<time>\d\d:\d\d) (?P<message>.*)$",)
    expected = find_free_text(pieces)
    assert expected
    assert match_free_text(pa.array(["09:00 a", "09:01 b\nc"]), expected) is None
    compare(["09:00 a", "09:01 b\nc", "09:02 "], Pattern(pieces, "time"))


@pytest.mark.parametrize(
    "last",
    [
        "(?P<message>.*) x$",
        "(?P<message>[^ ]*)$",
        "a|(?P<message>.*)$",
        "(?P<message>a|.*)$",
        "(?:a(?P<message>.*)$",
        "(?P<message>(?:.*|.*)$",
    ],
)
def test_what_ends_otherwise_is_matched_whole(last: str) -> None:
    assert find_free_text((last,)) == ""


def test_a_choice_within_a_group_or_a_class_is_none_between_ways() -> None:
    found = find_free_text(("(?P<time>a|b) ", r"[(|]\((?P<message>(?:x|y)?.*)$"))
    assert found == r"^(?P<head_>(?:(?P<time>a|b) )(?:[(|]\())(?:x|y)?"
