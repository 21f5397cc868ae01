"""Many places of a page at once say what looking at each text says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from minutebook.records.pages import Page

TEXTS = st.lists(st.text('ab",\\\x01ü', max_size=90), min_size=1, max_size=8)


def lay_out(texts: list[str]) -> tuple[Page, bytes]:
    return Page(pa.array(["skipped", *texts])[1:]), "".join(texts).encode()


@given(TEXTS, st.integers(0, 70))
def test_a_mark_is_where_the_next_one_is(texts: list[str], usual: int) -> None:
    page, data = lay_out(texts)
    for mark in b'",':
        wanted = [found if (found := data.find(mark, at)) >= 0 else len(data) for at in page.bounds.tolist()]
        assert page.find_mark(page.bounds, mark, usual).tolist() == wanted


@given(TEXTS, st.lists(st.binary(min_size=1, max_size=20), max_size=3), st.data())
def test_a_text_is_found_where_it_stands(texts: list[str], others: list[bytes], data: st.DataObject) -> None:
    page, whole = lay_out(texts)
    start = data.draw(st.integers(0, len(whole)))
    known = [
        text for text in (whole[start : start + data.draw(st.integers(1, 30))], *others) if text and b"\0" not in text
    ]
    for at, number in zip(page.bounds.tolist(), page.find_text(page.bounds, known).tolist(), strict=True):
        assert number == next((place for place, text in enumerate(known) if whole.startswith(text, at)), -1)


@given(TEXTS)
def test_plain_is_what_has_no_escape(texts: list[str]) -> None:
    page, _ = lay_out(texts)
    odd = [any(mark in text for mark in "\\\x01") for text in texts]
    assert page.find_plain().tolist() == np.flatnonzero(~np.array(odd)).tolist()
