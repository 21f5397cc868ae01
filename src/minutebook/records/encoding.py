"""cells that repeat → dictionaries, by comparing what is cheaper to compare than texts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_SHORT = 4  # bytes that fit into one number
_HEAD = 500  # texts that show what the others are like


def encode_short(data: np.ndarray, begin: np.ndarray, end: np.ndarray) -> pa.DictionaryArray | None:
    """The bytes from each ``begin`` to its ``end`` as texts, where all have one length: a status, a dash.

    None where lengths differ, or are too long for a number.
    """
    width = int(end[0] - begin[0]) if len(begin) else 0
    if not 0 < width <= _SHORT or (end - begin != width).any():
        return None
    numbers = data.take(begin).astype(np.uint32)
    for step in range(1, width):
        numbers |= data.take(begin + step).astype(np.uint32) << np.uint32(8 * step)
    codes = pa.array(numbers).dictionary_encode()
    texts = [number.to_bytes(width, "little").decode("utf-8", "replace") for number in codes.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(codes.indices, pa.array(texts, pa.string()))


def repeats(texts: pa.StringArray) -> bool:
    """Whether the texts are likely to repeat, judging by the first ones."""
    head = texts[:_HEAD]
    return pc.count_distinct(head).as_py() < len(head)


def encode_runs(texts: pa.StringArray) -> pa.DictionaryArray:
    """The texts as a dictionary; in a run of equal ones, such as a log's stamps, only the first is looked up."""
    head = texts[:_HEAD]
    if len(head) < 2 or (pc.sum(_changes(head)).as_py() or 0) * 2 > len(head):
        return texts.dictionary_encode()
    is_new = np.concatenate(([True], _changes(texts).to_numpy(zero_copy_only=False)))
    first = texts.filter(pa.array(is_new)).dictionary_encode()
    return pa.DictionaryArray.from_arrays(first.indices.take(pa.array(np.cumsum(is_new) - 1)), first.dictionary)


def _changes(texts: pa.StringArray) -> pa.BooleanArray:
    return pc.not_equal(texts[1:], texts[:-1])
