"""Lines cut at what stands between their cells are what the whole pattern says of them."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.columns.texts import plain_texts
from minutebook.logformats import load_formats
from minutebook.records.skeletons import find_skeleton
from minutebook.records.text import _match_whole, match_pattern

ACCESS = next(each for each in load_formats() if each.name == "access").patterns[0]
PIECES = st.sampled_from(
    ["192.0.2.1", "-", "ada", "[23/Nov/2026:09:08:04 +0100]", '"GET / HTTP/1.1"', '"a\\"b"', '"', "200", "12", '"curl/8.5.0"',
     "", "rt=0.1", "a,b", "é", '"-"', " ", "x" * 30]
)  # fmt: skip
USUAL = '203.0.113.9 - ada [23/Nov/2026:09:08:04 +0100] "GET /items/4711?page=2 HTTP/1.1" 502 157 "-" "curl/8.5.0"'


@given(st.lists(st.lists(PIECES, max_size=10).map(" ".join) | st.just(USUAL) | st.text(max_size=20), max_size=8))
def test_cut_lines_are_matched_lines(lines: list[str]) -> None:
    text = pa.array(lines, pa.string())
    rows, parts = match_pattern(text, ACCESS)
    expected, groups = _match_whole(text, ACCESS)
    assert rows.tolist() == expected.tolist()
    if len(rows):
        assert {name: plain_texts(values).to_pylist() for name, values in parts.items()} == {
            name: values.to_pylist() for name, values in groups.items()
        }


@given(st.data())
def test_a_line_with_one_change_is_cut_or_matched(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(USUAL)))
    line = USUAL[:at] + data.draw(st.sampled_from(['"', " ", "\\", "[", "]", ",", ".", "-", "\t"])) + USUAL[at:]
    test_cut_lines_are_matched_lines.hypothesis.inner_test([USUAL, line, USUAL])


def test_the_usual_access_log_has_a_skeleton() -> None:
    cells = find_skeleton("".join(ACCESS.pieces))
    assert [cell.name for cell in cells if cell.name] == list(ACCESS.groups)


@pytest.mark.parametrize("expression", [r"(?P<a>x+)(?P<b>\d+)$", "a|b", "(", r"\d+ \d+$", '"(?P<a>.*)" x', "a)b$", ""])
def test_what_is_no_row_of_cells_has_none(expression: str) -> None:
    assert find_skeleton(expression) == ()
