"""Values found by the marks between pairs are those that patterns find in each text."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.records import pairs
from minutebook.records.pairs import cut_message, extract_pairs

KEYS = {"user": "user_id", "status": "status", "duration": "took", "duration_ms": "duration_ms", "trace": "trace.id",
        "message": "msg", "service": "a-rather-long-name"}  # fmt: skip
PIECES = st.sampled_from(
    ["user_id=ada", "status=200", "status=500,", "took=1.5 ms", "took=12 seconds", "duration_ms=7", "trace.id=x", 'msg="a b"',
     'msg="user_id=eve"', 'msg=""', "msg=", "status", "=", " ", "  ", ",", ";user_id=bob", "{status=404", "user_id=kim}:", "[status=503", "user_id=pat]", "(took=4 ms", "status=429):",
     "user_id=[kim]", "user_id=<kim@example.com>", "user_id=null", "user_id=nil", "x.user_id=no", "user_id=a=b", "é=ü",
     "url=/a?b=1;status=302", '"', "\\", 'msg="say \\"hi\\" status=1"', 'it"s', 'é"user_id=in"', "a-rather-long-name=shop",
     "\t", "|status=1", "words", ":", "@key=1", "a@b=1", "user_id\0=no", "a-rather-long-nave=no", "took=3 µs", 'took="2 s"', "[x]", "order:", "-k=1"]
)  # fmt: skip
TEXTS = st.lists(
    st.lists(PIECES, max_size=9).flatmap(lambda words: st.sampled_from([" ".join(words), "".join(words)])) | st.none(),
    max_size=6,
)


@given(TEXTS, st.integers(0, 2))
def test_marks_find_what_patterns_find(texts: list[str | None], start: int) -> None:
    text = pa.array(texts, pa.string())[start:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "_MANY_TEXTS", 1)
        found = extract_pairs(text, KEYS)
    expected = pairs._match_pairs(text, KEYS)
    assert {part: values.to_pylist() for part, values in found.items()} == {
        part: values.to_pylist() for part, values in expected.items()
    }


@given(TEXTS, st.integers(0, 2))
def test_a_message_ends_before_its_first_pair(texts: list[str | None], start: int) -> None:
    text = pa.array(texts, pa.string())[start:]
    head = pc.extract_regex(text, r"^(?P<head>[^=]*?)[\s,;:]*(?:\s|^)[A-Za-z_@][\w.\-/]*=")
    cut = pc.struct_field(head, "head")
    assert cut_message(text).to_pylist() == pc.coalesce(pc.if_else(pc.not_equal(cut, ""), cut, None), text).to_pylist()


@pytest.mark.parametrize("copies", [1, 700])
def test_brackets_around_pairs_are_no_part_of_them(copies: int) -> None:
    texts = [
        "lost [status=500 user_id=ada] it", "(user_id=kim, status=404): lost", "cart{user_id=eve}: lost", "user_id=f(x)", "user_id=a[1]",
    ]  # fmt: skip
    found = extract_pairs(pa.array(texts * copies), {"user": "user_id", "status": "status"})
    assert found["user"].to_pylist() == ["ada", "kim", "eve", "f(x)", "a[1]"] * copies
    assert found["status"].to_pylist() == ["500", "404", None, None, None] * copies


def test_the_first_of_a_key_counts_and_quotes_hide_pairs() -> None:
    lines = ['status=200 msg="status=500, user_id=eve" user_id=ada status=404', "no pair", 'user_id="" took=12 ms']
    found = extract_pairs(pa.array(lines * 300), KEYS)
    assert found["status"].to_pylist()[:3] == ["200", None, None]
    assert found["user"].to_pylist()[-3:] == ["ada", None, ""]
    assert found["message"].to_pylist()[:1] == ["status=500, user_id=eve"]
    assert found["duration"].to_pylist()[:3] == [None, None, "12 ms"]
