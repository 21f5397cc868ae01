from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from minutebook.settings.limits import Limits
from minutebook.sources.lines import count_long_lines, cut_lines, split_lines, strip_escapes

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


@given(st.integers(1, 7), st.lists(st.integers(0, 200), min_size=1, max_size=12), st.booleans())
def test_of_a_line_that_is_too_long_the_beginning_is_read_and_the_rest_keep_their_places(
    step: int, lengths: list[int], is_ended: bool
) -> None:
    texts = [bytes([97 + i]) * length for i, length in enumerate(lengths)]
    content = b"\n".join(texts) + b"\n" * is_ended
    blocks = [content[i : i + step] for i in range(0, len(content), step)]
    limits = Limits(line_bytes=50, long_line_bytes=20)
    batches = list(cut_lines(blocks, 64, limits))
    if not is_ended and not texts[-1]:
        texts.pop()
    found = [text for batch in batches for text in batch.text.to_pylist()]
    assert len(found) == len(texts)
    for text, whole in zip(found, texts, strict=True):
        # Whether a line is too long is known to a block.
        assert text == whole.decode() if len(whole) <= 50 else text in (whole.decode(), whole[:20].decode())
        assert len(text) <= 50 + step
    places = [place for batch in batches for place in batch.offsets[:-1].tolist()]
    assert places == [sum(len(text) + 1 for text in texts[:i]) for i in range(len(texts))]
    assert [batch.first for batch in batches] == [1 + sum(map(len, batches[:i])) for i in range(len(batches))]
    assert sum(count_long_lines(batch, limits) for batch in batches) >= sum(len(text) > 50 for text in texts)
