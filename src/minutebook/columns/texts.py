"""columns of texts, plain or as dictionaries → the same, each distinct text looked at once.

In a dictionary the few distinct texts are kept apart, and rows are numbers. What depends on a text alone is computed on
those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def is_dictionary(texts: pa.Array) -> bool:
    """Whether the column keeps its distinct texts apart."""
    return bool(pa.types.is_dictionary(texts.type))


def change_texts(texts: pa.Array, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """The texts through ``change`` (an array of them in, one of anything out)."""
    if not is_dictionary(texts):
        return change(texts)
    changed = change(texts.dictionary)
    if changed is texts.dictionary:
        return texts
    if not pa.types.is_string(changed.type):
        return changed.take(texts.indices)
    fewer = changed.dictionary_encode()
    return pa.DictionaryArray.from_arrays(fewer.indices.take(texts.indices), fewer.dictionary)


def map_texts(texts: pa.Array, function: Callable[[str], str | None]) -> pa.DictionaryArray:
    """Each distinct text through ``function``, as a dictionary array."""
    encoded = texts if is_dictionary(texts) else texts.dictionary_encode()
    known = encoded.dictionary.to_pylist()
    mapped = pa.array([None if v is None else function(v) for v in known], pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(mapped.indices.take(encoded.indices), mapped.dictionary)


def drop_unknown(texts: pa.Array) -> pa.Array:
    """The texts; ``-`` and the empty one mean unknown, and are null."""
    return change_texts(texts, _drop_unknown)


def _drop_unknown(values: pa.Array) -> pa.Array:
    is_known = pc.invert(pc.is_in(values, pa.array(["", "-"])))
    return values if pc.all(is_known).as_py() else pc.if_else(is_known, values, None)


def join_texts(parts: Sequence[pa.Array]) -> pa.Array:
    """The columns, one after the other; a dictionary if one of them is."""
    if not any(is_dictionary(part) for part in parts):
        return pa.concat_arrays(parts)
    encoded = [part if is_dictionary(part) else part.dictionary_encode() for part in parts]
    return pa.concat_arrays(pa.chunked_array(encoded).unify_dictionaries().chunks)


def pair_texts(first: pa.Array, second: pa.Array, *, is_second_ahead: bool = False) -> pa.DictionaryArray:
    """Both texts of each row with a blank between, the first alone where there's no second; null where there's no first."""
    one, other = (texts if is_dictionary(texts) else texts.dictionary_encode() for texts in (first, second))
    width = len(other.dictionary) + 1
    codes = pc.add(pc.multiply(one.indices.cast(pa.int64()), width), pc.add(pc.fill_null(other.indices, -1), 1))
    pairs = codes.dictionary_encode()
    known = pairs.dictionary.drop_null()
    place = pc.divide(known, width)
    head, tail = (
        one.dictionary.take(place),
        other.dictionary.take(_less_one(pc.subtract(known, pc.multiply(place, width)))),
    )
    both = (tail, head) if is_second_ahead else (head, tail)
    joined = pc.coalesce(pc.binary_join_element_wise(*both, " "), head)
    if not pc.any(pc.match_substring(one.dictionary, " ")).as_py():
        return pa.DictionaryArray.from_arrays(pairs.indices, joined)  # no two pairs make one text
    fewer = joined.dictionary_encode()
    return pa.DictionaryArray.from_arrays(fewer.indices.take(pairs.indices), fewer.dictionary)


def _less_one(numbers: pa.Array) -> pa.Array:
    """The numbers minus one; null for 0."""
    return pc.if_else(pc.equal(numbers, 0), None, pc.subtract(numbers, 1))


def plain_texts(texts: pa.Array) -> pa.Array:
    """The column with a text in each row."""
    return texts.cast(pa.string()) if is_dictionary(texts) else texts


def extract_groups(texts: pa.Array, expression: str) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """Indices of the texts that the expression fits, and its named groups for those."""
    groups = pc.extract_regex(texts, expression)
    rows = np.arange(len(texts))
    if groups.null_count:
        is_match = groups.is_valid()
        groups = groups.filter(is_match)
        rows = np.flatnonzero(is_match.to_numpy(zero_copy_only=False))
    return rows, {groups.type.field(i).name: groups.field(i) for i in range(groups.type.num_fields)}
