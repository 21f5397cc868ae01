"""Columns as dictionaries say what the texts say, and each distinct one stands in them once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minutebook.columns.texts import pair_texts
from minutebook.fields.operations import read_operations
from minutebook.records.cells import find_fitting, find_next, slice_texts
from minutebook.records.encoding import encode_runs, encode_short
from minutebook.records.letters import all_fit

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


@given(SOME, st.booleans())
@example([("a", "b c"), ("a b", "c")], False)
@example([("c", "a b"), ("b c", "a")], True)
def test_two_texts_are_one_and_those_that_come_out_alike_are_the_same(
    rows: list[tuple[str | None, str | None]], is_second_ahead: bool
) -> None:
    first, second = (pa.array([row[place] for row in rows], pa.string()) for place in (0, 1))
    joined = [
        None if a is None else a if b is None else " ".join((b, a) if is_second_ahead else (a, b)) for a, b in rows
    ]
    assert_says(pair_texts(first, second, is_second_ahead=is_second_ahead), joined)


@given(st.lists(st.sampled_from(["GET /a HTTP/1.1", "GET /a HTTP/2.0", "GET /a?b=1 HTTP/1.1", "GET /a;x", "-", ""])))
def test_an_operation_does_not_depend_on_its_neighbours(requests: list[str]) -> None:
    alone = [read_operations({"request": pa.array([each])}) for each in requests]
    together = read_operations({"request": pa.array(requests, pa.string())})
    assert together is not None
    assert together.to_pylist() == [each.to_pylist()[0] for each in alone if each is not None]


RISING = st.lists(st.integers(0, 40), unique=True).map(sorted)


@given(RISING, RISING)
def test_the_next_hit_is_the_one_that_a_search_finds(hits: list[int], at: list[int]) -> None:
    assert find_next(np.array(hits, np.int64), np.array(at, np.int64)).tolist() == np.searchsorted(hits, at).tolist()


@given(st.integers(1, 3), st.integers(1, 5), st.integers(0, 2))
def test_the_next_hit_where_each_line_has_equally_many(each: int, lines: int, before: int) -> None:
    hits, at = 10 * np.arange(each * lines), 10 * each * np.arange(lines) - before
    assert find_next(hits, at).tolist() == (each * np.arange(lines)).tolist()


EXPRESSIONS = (r"[^\s,]+", r"[^\]]+", r"[^\s.:,]+", r'[^\s\["]+', r"\d+", r"(?:\d+|-)", r"[^\d;]+")


@given(st.lists(st.text(st.sampled_from("a1-9 ,]\t[é;.\x0b"), max_size=3), min_size=1), st.sampled_from(EXPRESSIONS))
@example(["[", "1"], r'[^\s\["]+')
def test_letters_say_that_texts_fit_only_where_an_expression_does(texts: list[str], expression: str) -> None:
    column = pa.array(texts, pa.string())
    fitting = pc.match_substring_regex(column, f"^(?:{expression})$").to_pylist()
    assert find_fitting(column, expression).tolist() == fitting
    is_plain = [fits and not (text == "-" and "|-" in expression) for text, fits in zip(texts, fitting, strict=True)]
    assert all_fit(column, expression) == all(is_plain)
    assert all_fit(column[1:], expression) == (len(texts) > 1 and all(is_plain[1:]))


@pytest.mark.parametrize("expression", [r"\d{3}", r"[^a-c]+", r"[^\w]+", r"[^,]*", r"a+", r"[^,]+x"])
def test_other_expressions_are_matched(expression: str) -> None:
    assert not all_fit(pa.array(["200"]), expression)


@pytest.mark.parametrize(
    "route", ["/orders/:id", "/orders/{orderId}", "/orders/{id}", "/orders/<int:order_id>", "/orders/[id]"]
)
def test_a_route_and_the_paths_that_it_serves_are_one_operation(route: str) -> None:
    operations = read_operations({"method": pa.array(["GET", "GET"]), "path": pa.array([route, "/orders/4711"])})
    assert operations is not None
    assert operations.to_pylist() == ["GET /orders/{id}"] * 2


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/profile/u1078", "/profile/{id}"), ("/profile/u577/cart", "/profile/{id}/cart"), ("/o/ord20417", "/o/{id}"),
        ("/u1078/o20417", "/{id}/{id}"), ("/v2/feed", "/v2/feed"), ("/codecs/h264", "/codecs/h264"),
        ("/stamps/rfc3339", "/stamps/rfc3339"), ("/s3/log4j", "/s3/log4j"),
    ],
)  # fmt: skip
def test_a_number_with_letters_ahead_is_an_id_and_names_that_end_in_numbers_are_none(path: str, operation: str) -> None:
    for parts in (
        {"path": [path]},
        {"path": [path, "/a"], "method": ["GET", "GET"]},
        {"request": [f"GET {path} HTTP/1.1"]},
    ):
        found = read_operations({name: pa.array(texts) for name, texts in parts.items()})
        assert found is not None
        assert found.to_pylist()[0].removeprefix("GET ") == operation
