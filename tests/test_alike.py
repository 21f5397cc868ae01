"""JSON lines cut at what stands between their values say what a reader of JSON says."""

from __future__ import annotations

import json
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.records.alike import cut_alike
from minutebook.records.jsonlines import extract_keys
from minutebook.records.kinds import read_cells

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


FEW = st.sampled_from(["GET", "ü", "", None, 7, -1.5, True, 'a","status":"b', "back\\slash", "tab\t", "long" * 40])


@given(st.lists(st.tuples(FEW, FEW, st.integers(0, 40), st.booleans()), min_size=1, max_size=12), st.randoms())
def test_few_values_again_and_again_are_those_that_json_has(drawn: list[tuple], random: Random) -> None:
    lines = [
        json.dumps(
            {"t": "0" * size, "user": {"id": one}, "status": other, "msg": f"{size}{one}"}, ensure_ascii=is_ascii
        )
        for one, other, size, is_ascii in random.choices(drawn, k=200)
    ]
    records = extract_keys(pa.array(lines, pa.string()), KEYS)
    assert records.rows.tolist() == list(range(len(lines)))
    for part, key in KEYS.items():
        assert records.parts[part].to_pylist() == [read(line, key) for line in lines], part


def test_a_value_as_long_as_the_usual_ones_may_not_hold_further_keys() -> None:
    lines = [json.dumps({"t": f"{number:019}", "msg": "a"}) for number in range(100)]
    lines[60] = '{"t": "0", "more": "000000", "msg": "a"}'
    lines[70] = '{"t": "0", "more": "", "msg": "a"}'
    assert len(lines[70]) < len(lines[60]) == len(lines[0])
    rows, parts = cut_alike(pa.array(lines), {"time": "t", "message": "msg"})
    assert rows.tolist() == list(range(100))
    assert parts["time"].to_pylist() == [json.loads(lines[row])["t"] for row in rows.tolist()]


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
    assert read_cells(line, ["t", "error\x1ftype"])
    assert not read_cells(line, ["t", "error"])
    assert not read_cells(line, ["tags"])
    assert not read_cells('{"t":"1","t":"2"}', ["t"])
    assert not read_cells('{"t":"1","tags":["a"]}', ["t"])
    assert np.array_equal(cut_alike(pa.array(["[1]", "2"]), {"time": "t"})[0], [])
