"""JSON lines cut at what stands between their values say what a reader of JSON says."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.records.alike import cut_alike, find_cells
from minutebook.records.jsonlines import extract_keys

KEYS = {"time": "t", "user": "user\x1fid", "status": "status", "message": "msg"}


def read(line: str, key: str) -> str | None:
    value = json.loads(line)
    for step in key.split("\x1f"):
        value = value.get(step) if isinstance(value, dict) else None
    return value if value is None or isinstance(value, str) else json.dumps(value)


VALUES = st.one_of(st.text(max_size=6), st.integers(-999, 10**12), st.booleans(), st.none())
LINES = st.lists(
    st.builds(
        lambda t, user, status, msg, order: json.dumps(
            dict(sorted({"t": t, "user": {"id": user}, "status": status, "msg": msg}.items(), reverse=order)),
            ensure_ascii=False,
        ),
        VALUES, VALUES, VALUES, VALUES, st.booleans(),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(LINES)
def test_values_are_those_that_json_has(lines: list[str]) -> None:
    records = extract_keys(pa.array(lines, pa.string()), KEYS)
    assert records.rows.tolist() == list(range(len(lines)))
    for part, key in KEYS.items():
        assert records.parts[part].to_pylist() == [read(line, key) for line in lines], part


def test_lines_of_several_kinds_are_cut() -> None:
    lines = ['{"t":"1","msg":"a"}', '{"t": "2", "msg": "b", "n": 1.5}'] * 50
    rows, parts = cut_alike(pa.array(lines), {"time": "t", "message": "msg"})
    assert rows.tolist() == list(range(100))
    assert parts["message"].to_pylist() == ["a", "b"] * 50


@pytest.mark.parametrize(
    "odd",
    [
        '{"t":"1","msg":"a" }x', '{"t":"1","msg":"a"', '{"t":"1","msg":"a","status":01}', '{"t":"1","msg":"a\tb"}',
        '{"t":"1","msg":"a\\"b"}', '{"t":"1","msg":"a"}}', 'x{"t":"1","msg":"a"}', '{"t":"1","more":"a"}', "", "null",
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_not_cut(odd: str) -> None:
    lines = ['{"t":"1","msg":"a"}', '{"t":"2","msg":"b","status":7}', odd] * 40
    rows, _ = cut_alike(pa.array(lines), {"time": "t", "message": "msg", "status": "status"})
    kept = {lines[row] for row in rows.tolist()}
    assert '{"t":"1","msg":"a"}' in kept
    assert odd not in kept or odd == '{"t":"1","more":"a"}'


def test_an_object_or_a_list_is_no_cell() -> None:
    line = '{"t":"1","error":{"type":"E"},"tags":[]}'
    assert find_cells(line, ["t", "error\x1ftype"])
    assert not find_cells(line, ["t", "error"])
    assert not find_cells(line, ["tags"])
    assert not find_cells('{"t":"1","t":"2"}', ["t"])
    assert not find_cells('{"t":"1","tags":["a"]}', ["t"])
    assert np.array_equal(cut_alike(pa.array(["[1]", "2"]), {"time": "t"})[0], [])
