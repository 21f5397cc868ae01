"""rows of a table → one row for all that agree in some columns: sums, least and greatest values of the rest.

Texts become integers first, in the order of their bytes, and all key columns of a row become one integer: sorting a
million of those takes some ten milliseconds. Adding up parts of the same table is the same call again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_MOST = 2**62


@dataclass(frozen=True)
class Sums:
    """How a table is added up: the columns in which rows have to agree, and what becomes of the others."""

    keys: tuple[str, ...]
    sums: tuple[str, ...] = ()
    least: tuple[str, ...] = ()  #: nulls don't count
    greatest: tuple[str, ...] = ()
    at_least: tuple[tuple[str, str], ...] = ()  #: (column, of): its value in a row where ``of`` is least
    at_greatest: tuple[tuple[str, str], ...] = ()  #: (column, of): its least value where ``of`` is greatest


class Ranks:
    """Columns as integers that sort as their values do; each is ranked once, however many tables it's a key of."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[pa.Array, tuple[np.ndarray, pa.Array | None]]] = {}  # by id, which the array keeps

    def find(self, values: pa.Array) -> tuple[np.ndarray, pa.Array | None]:
        """The integers, and for texts the distinct ones in order."""
        if id(values) not in self._found:
            is_number = pa.types.is_integer(values.type)
            self._found[id(values)] = values, (_rank_integers(values), None) if is_number else rank_texts(values)
        return self._found[id(values)][1]


def add_up(whole: Mapping[str, pa.Array], how: Sums, ranks: Ranks | None = None) -> pa.Table:
    """The columns with rows that agree in the keys made one, in the order of the keys, nulls last.

    Keys are texts (dictionaries in what is given back) and integers; all other columns are integers, but for those
    of ``at_least``.
    """
    ranked = {name: (ranks or Ranks()).find(whole[name]) for name in how.keys}
    groups = Groups(*group_rows([codes for codes, _ in ranked.values()]))
    first, columns = groups.first, dict[str, pa.Array]()
    for name, (codes, words) in ranked.items():
        columns[name] = whole[name].take(pa.array(first)) if words is None else as_texts(codes[first], words)
    for name in how.sums:
        columns[name] = pa.array(groups.reduce(np.add, _fill(whole[name], 0)))
    for names, ufunc, none in ((how.least, np.minimum, _MOST), (how.greatest, np.maximum, -_MOST)):
        for name in names:
            found = groups.reduce(ufunc, _fill(whole[name], none))
            columns[name] = pa.array(found, mask=found == none)
    for name, of in how.at_least:
        columns[name] = whole[name].take(pa.array(groups.find_least(_fill(whole[of], _MOST))))
    for name, of in how.at_greatest:
        if whole[of].null_count == len(whole[of]):
            columns[name] = pa.nulls(len(first), pa.int64())
            continue
        of_values = _fill(whole[of], -_MOST)
        is_greatest = (of_values == groups.spread(groups.reduce(np.maximum, of_values))) & (of_values != -_MOST)
        found = groups.reduce(np.minimum, np.where(is_greatest, _fill(whole[name], _MOST), _MOST))
        columns[name] = pa.array(found, mask=found == _MOST)
    return pa.table(columns)


class Groups:
    """Groups of rows; many may have a single row, for which there's nothing to do."""

    def __init__(self, order: np.ndarray, starts: np.ndarray) -> None:
        sizes = np.diff(starts, append=len(order))
        is_several = sizes > 1
        self.first = order[starts]  #: a row of each group
        self._several = np.flatnonzero(is_several)
        self._rows = order[np.repeat(is_several, sizes)]  # of those groups, one after the other
        self._group = np.repeat(self._several, sizes[is_several])
        self._starts = np.cumsum(sizes[is_several]) - sizes[is_several]

    def reduce(self, ufunc: np.ufunc, values: np.ndarray) -> np.ndarray:
        """One value per group, from the rows' values."""
        found = values[self.first]
        if len(self._several):
            found[self._several] = ufunc.reduceat(values[self._rows], self._starts)
        return found

    def spread(self, values: np.ndarray) -> np.ndarray:
        """One value per row, from the groups' values."""
        found = np.empty(len(self.first) + len(self._rows) - len(self._several), values.dtype)
        found[self.first] = values
        found[self._rows] = values[self._group]
        return found

    def find_least(self, values: np.ndarray) -> np.ndarray:
        """A row of each group in which the value is the group's least."""
        rows = self.first.copy()
        is_least = values[self._rows] == self.reduce(np.minimum, values)[self._group]
        rows[self._group[is_least]] = self._rows[is_least]
        return rows


def group_rows(keys: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """An order of rows by their keys (integers from 0), and where in it each group of equal ones starts."""
    if not len(keys[0]):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    code, size = _combine(keys)
    bits = len(code).bit_length()
    if (code[1:] >= code[:-1]).all():
        order = np.arange(len(code))
    elif size < _MOST >> bits:
        # The row's number behind its code: to sort numbers is faster than to find their order.
        packed = np.sort((code << bits) | np.arange(len(code)))
        order, code = packed & ((1 << bits) - 1), packed >> bits
    else:
        order = np.argsort(code, kind="stable")
        code = code[order]
    return order, np.flatnonzero(np.concatenate(([True], code[1:] != code[:-1])))


def _combine(keys: Sequence[np.ndarray]) -> tuple[np.ndarray, int]:
    """One integer per row that sorts as its keys do, and an upper bound of them."""
    code, size = keys[0].astype(np.int64), int(keys[0].max()) + 1
    for key in keys[1:]:
        width = int(key.max()) + 1
        if width == 1:
            continue
        if size * width >= _MOST:
            known, code = np.unique(code, return_inverse=True)
            size = len(known)
        code = code * width + key
        size *= width
    return code, size


def rank_texts(texts: pa.Array) -> tuple[np.ndarray, pa.Array]:
    """Integers that sort as the texts do, nulls last, and the distinct texts in order: what 0, 1 … stand for."""
    encoded = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    known, index = encoded.dictionary, encoded.indices
    if len(known) + bool(index.null_count) <= 1:  # all rows alike
        return np.zeros(len(index), np.int64), known
    if index.null_count:
        index = pc.fill_null(index, pa.scalar(len(known), index.type))
    codes = index.to_numpy(zero_copy_only=False)
    if len(known) > len(codes):  # the rest of a longer column's
        seen, codes = np.unique(codes, return_inverse=True)
        known = known.take(pa.array(seen[seen < len(known)]))
    place = pc.array_sort_indices(known)
    rank = np.empty(len(known) + 1, np.int64)
    rank[place.to_numpy()] = np.arange(len(known))
    rank[-1] = len(known)  # of null
    return rank[codes], known.take(place)


def drop_words(table: pa.Table) -> pa.Table:
    """The table, its dictionaries reduced where they have many words that its rows don't use."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            texts = join_chunks(table.column(place))
            if len(texts.dictionary) > len(texts):
                is_used = np.bincount(texts.indices.drop_null().to_numpy(), minlength=len(texts.dictionary)) > 0
                codes = pa.array(np.cumsum(is_used, dtype=np.int32) - 1).take(texts.indices)
                words = texts.dictionary.filter(pa.array(is_used))
                table = table.set_column(place, field, pa.DictionaryArray.from_arrays(codes, words))
    return table


def as_texts(codes: np.ndarray, words: pa.Array) -> pa.DictionaryArray:
    """The texts that `rank_texts` turned into these integers."""
    is_null = codes == len(words)
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32), mask=is_null if is_null.any() else None), words
    )


def read_columns(table: pa.Table) -> dict[str, pa.Array]:
    """The columns of a table by name, each in one chunk."""
    return {name: join_chunks(table.column(name)) for name in table.column_names}


def join_chunks(column: pa.ChunkedArray) -> pa.Array:
    """The column in one chunk, of one dictionary."""
    if column.num_chunks == 1:
        return column.chunk(0)
    if not column.num_chunks:
        return pa.array([], column.type)
    if not pa.types.is_dictionary(column.type):
        return pa.concat_arrays(column.chunks)
    # Many chunks have the same words: Arrow would compare them once for each of those, and for each of its calls.
    words = {_locate(chunk.dictionary): chunk.dictionary for chunk in column.chunks}
    indices = [chunk.indices for chunk in column.chunks]
    if len(words) == 1:
        return pa.DictionaryArray.from_arrays(pa.concat_arrays(indices), column.chunk(0).dictionary)
    each = [pa.DictionaryArray.from_arrays(np.arange(len(known), dtype=np.int32), known) for known in words.values()]
    common = pa.chunked_array(each).unify_dictionaries().chunks
    places = {place: chunk.indices for place, chunk in zip(words, common, strict=True)}
    moved = [places[_locate(chunk.dictionary)].take(chunk.indices) for chunk in column.chunks]
    return pa.DictionaryArray.from_arrays(pa.concat_arrays(moved), common[0].dictionary)


def _locate(texts: pa.Array) -> tuple[int, ...]:
    """Where texts are in memory: equal for arrays that share them."""
    return (texts.offset, len(texts), *(buffer.address if buffer else 0 for buffer in texts.buffers()))


def plain_texts(table: pa.Table) -> pa.Table:
    """The table, its dictionaries as plain texts."""
    types = [field.type.value_type if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
    return table.cast(pa.schema(zip(table.column_names, types, strict=True)))


def _rank_integers(values: pa.Array) -> np.ndarray:
    span = pc.min_max(values).as_py()
    if span["min"] is None:
        return np.zeros(len(values), np.int64)
    return _fill(values, span["max"] + 1) - span["min"]


def _fill(values: pa.Array, by: int) -> np.ndarray:
    """int64 of integers, nulls as ``by``."""
    values = values.cast(pa.int64())
    return (pc.fill_null(values, by) if values.null_count else values).to_numpy()
