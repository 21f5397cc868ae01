from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from minutebook.lines import cut_lines, split_lines, strip_escapes

CONTENT = st.lists(
    st.sampled_from([b"a", b"\n", b"\r\n", b"\xff", b"\xc3\xa9", b"\x85", b"\x0b", b"bc "]),
    max_size=60,
).map(b"".join)


@given(CONTENT)
def test_lines_are_cut_at_newlines_and_nowhere_else(content: bytes) -> None:
    lines = split_lines(content) if content else None
    wanted = content.split(b"\n")[: -1 if content.endswith(b"\n") or not content else None]
    found = lines.text.to_pylist() if lines else []
    assert found == [line.decode("utf-8", "replace").rstrip("\r\n") for line in wanted]


@given(CONTENT, st.integers(1, 20), st.integers(1, 40))
def test_batches_give_the_same_lines_places_and_numbers_however_the_bytes_come(
    content: bytes, step: int, size: int
) -> None:
    blocks = [content[i : i + step] for i in range(0, len(content), step)]
    batches = list(cut_lines(blocks, size))
    whole = split_lines(content) if content else None
    assert [t for b in batches for t in b.text.to_pylist()] == (whole.text.to_pylist() if whole else [])
    number = 1
    for batch in batches:
        assert batch.first == number
        number += len(batch)
        for i in range(len(batch)):
            raw = content[batch.offsets[i] : batch.offsets[i + 1]]
            assert raw.decode("utf-8", "replace").rstrip("\r\n") == batch.text[i].as_py()


def test_colours_are_taken_out() -> None:
    assert strip_escapes(pa.array(["\x1b[1;31mERROR\x1b[0m 12\x1b[0m:30"])).to_pylist() == ["ERROR 12:30"]
