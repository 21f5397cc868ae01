"""Rows of a table with quotes are cut as CSV's rules say, whether all at once or one by one."""

from __future__ import annotations

import csv

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from minutebook.records.headers import Header
from minutebook.records.quotedrows import cut_rows
from minutebook.records.table import _read_quoted

CELLS = st.sampled_from(
    ["", "a", "é", '""', '"a"', '"a,b"', '"say ""hi"""', '""""', 'a"b', '"a"b', '"a" ', ' "a"', '"open', 'x"', "\r", '"\r"', "\0",
     "#", "b c", '"""a"', '""a""']
)  # fmt: skip
LINES = st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=7)


def read_one_by_one(lines: list[str], names: tuple[str, ...]) -> tuple[list[int], list[list[str]], list[int]]:
    """What `csv` reads: a row with an open quote goes on in the next lines, if one of them closes it."""
    rows, found, stops, at = [], [], [], 0
    while at < len(lines):
        start, at = at, at + 1
        if lines[start].count('"') % 2:
            end = next((i for i in range(at, len(lines)) if lines[i].count('"') % 2), None)
            at = at if end is None else end + 1
        try:
            cells = next(csv.reader(["\n".join(lines[start:at])]), [])
        except csv.Error:
            continue
        if len(cells) == len(names) and tuple(cells) != names:
            rows.append(start)
            found.append([cell.rstrip("\r\n") for cell in cells])
            stops.append(at)
    return rows, found, stops


@given(LINES, st.sampled_from([("a",), ("a", "b"), ("a", "a,b", "x")]), st.integers(0, 2))
@example(["a,b", '"a","b"', "1,2"], ("a", "b"), 0)
@example(['1,"x', 'y","z"', '"2",3', '4,"'], ("a", "b"), 0)
def test_rows_are_what_csv_reads(lines: list[str], names: tuple[str, ...], start: int) -> None:
    text = pa.array(lines, pa.string())[start:]
    rows, cells, stops = _read_quoted(text, Header(names, ","))
    expected = read_one_by_one(lines[start:], names)
    assert rows.tolist() == expected[0]
    assert [list(row) for row in zip(*(column.to_pylist() for column in cells), strict=True)] == expected[1]
    assert stops.tolist() == expected[2]


def test_plain_rows_are_cut_at_once() -> None:
    text = pa.array(['1;"a; ""b""";x', '2;a"b;c', "3;;", '4;"a'])
    rows, cells, is_plain = cut_rows(text, ";", 3)
    assert rows.tolist() == [0, 2]
    assert [column.to_pylist() for column in cells] == [["1", "3"], ['a; "b"', ""], ["x", ""]]
    assert is_plain.tolist() == [True, False, True, False]
