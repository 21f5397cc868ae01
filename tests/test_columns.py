"""Columns as dictionaries say what the texts say, and each distinct one stands in them once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from minutebook.columns.texts import pair_texts
from minutebook.fields.operations import read_operations
from minutebook.records.cells import slice_texts
from minutebook.records.encoding import encode_runs, encode_short

TEXTS = st.lists(st.sampled_from(["", "-", "200", "404", "a b", "é", "héé", "long enough to be no number"]), min_size=1)
SOME = st.lists(st.tuples(st.sampled_from([None, "", "a", "a b", "a:b"]), st.sampled_from([None, "", "c", "b c"])))


def assert_says(column: pa.DictionaryArray, texts: Sequence[str | None]) -> None:
    assert column.to_pylist() == list(texts)
    assert len(set(column.dictionary.to_pylist())) == len(column.dictionary)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), min_size=1))
def test_runs_of_equal_texts(runs: list[tuple[str, int]]) -> None:
    texts = [text for text, times in runs for _ in range(times)]
    assert_says(encode_runs(pa.array(texts)), texts)


@given(TEXTS)
def test_short_texts_of_one_length_are_what_is_cut_out(texts: list[str]) -> None:
    column = pa.array(texts, pa.string())
    bounds = np.frombuffer(column.buffers()[1], np.int32)[: len(texts) + 1].astype(np.int64)
    begin, end = bounds[:-1], bounds[1:]
    short = encode_short(np.frombuffer(column.buffers()[2] or b"", np.uint8), begin, end)
    sizes = {len(text.encode()) for text in texts}
    assert (short is not None) == (len(sizes) == 1 and 0 < sizes.pop() <= 4)
    if short is not None:
        assert_says(short, texts)
        assert slice_texts(column, begin, end).to_pylist() == texts


@given(SOME, st.sampled_from([" ", ":"]), st.booleans())
@example([("a", "b c"), ("a b", "c")], " ", False)
@example([("c", "a b"), ("b c", "a")], " ", True)
def test_two_texts_are_one_and_those_that_come_out_alike_are_the_same(
    rows: list[tuple[str | None, str | None]], between: str, is_second_ahead: bool
) -> None:
    first, second = (pa.array([row[place] for row in rows], pa.string()) for place in (0, 1))
    joined = [
        None if a is None else a if b is None else between.join((b, a) if is_second_ahead else (a, b)) for a, b in rows
    ]
    assert_says(pair_texts(first, second, between, is_second_ahead=is_second_ahead), joined)


@given(st.lists(st.sampled_from(["GET /a HTTP/1.1", "GET /a HTTP/2.0", "GET /a?b=1 HTTP/1.1", "GET /a;x", "-", ""])))
def test_an_operation_does_not_depend_on_its_neighbours(requests: list[str]) -> None:
    alone = [read_operations({"request": pa.array([each])}) for each in requests]
    together = read_operations({"request": pa.array(requests, pa.string())})
    assert together is not None
    assert together.to_pylist() == [each.to_pylist()[0] for each in alone if each is not None]
