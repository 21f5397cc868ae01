"""tables of many rows → frames whose texts are categories, so that each distinct name is looked at once.

A column of a million users' names is a million small integers here, and each name is compared once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.grouping import join_chunks
from minutebook.machine.threads import start_threads

_MANY_ROWS = 500_000  # from which threads pay
#: Arrow's dictionaries have each word once. pandas would make Python's texts of all of them, and hash those, to be sure.
_unchecked = getattr(pd.CategoricalDtype, "_from_fastpath", pd.CategoricalDtype)


def to_rows(table: pa.Table) -> pd.DataFrame:
    """The frame of a table, its texts as categories in no order, integers with nulls as floats."""
    convert = partial(_to_column, table)
    if table.num_rows < _MANY_ROWS:
        return pd.DataFrame(dict(map(convert, table.column_names)), copy=False)
    with start_threads() as pool:
        return pd.DataFrame(dict(pool.map(convert, table.column_names)), copy=False)


def _to_column(table: pa.Table, name: str) -> tuple[str, np.ndarray | pd.Categorical]:
    column = table.column(name)
    if not pa.types.is_dictionary(column.type):
        return name, column.to_numpy()
    return name, _as_categories(join_chunks(column))


def _as_categories(texts: pa.DictionaryArray) -> pd.Categorical:
    codes = texts.indices.fill_null(-1) if texts.indices.null_count else texts.indices
    known = _unchecked(pd.Index(pd.array(texts.dictionary, "str")))
    return pd.Categorical.from_codes(codes.to_numpy(), dtype=known, validate=False)


def join_rows(parts: Sequence[pd.DataFrame], *, in_order: bool = False) -> pd.DataFrame:
    """The rows of several frames, their names in common categories, sorted if ``in_order``."""
    if len(parts) == 1:
        return parts[0]
    join = partial(pd.api.types.union_categoricals, sort_categories=True) if in_order else _join_names
    names = {
        name: join([part[name].array for part in parts]) for name in parts[0].columns[parts[0].dtypes == "category"]
    }
    return pd.concat([part.drop(columns=list(names)) for part in parts], ignore_index=True).assign(**names)


def _join_names(parts: Sequence[pd.Categorical]) -> pd.Categorical:
    known = parts[0].categories
    if all(part.categories.is_(known) for part in parts):
        return pd.Categorical.from_codes(np.concatenate([part.codes for part in parts]), dtype=parts[0].dtype)
    return _as_categories(join_chunks(pa.chunked_array([_as_texts(part) for part in parts])))


def _as_texts(names: pd.Categorical) -> pa.DictionaryArray:
    words = pa.chunked_array([pa.array([], pa.string()), *_list_chunks(pa.array(names.categories))])
    return pa.DictionaryArray.from_arrays(
        pa.array(names.codes.astype(np.int32), mask=names.codes < 0), join_chunks(words)
    )


def _list_chunks(words: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return [each.cast(pa.string()) for each in (words.chunks if isinstance(words, pa.ChunkedArray) else [words])]


def drop_unused(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows, their categories reduced to the names in them: a few of many rows needn't keep all names."""
    names = rows.columns[rows.dtypes == "category"]
    return rows.assign(**{name: rows[name].cat.remove_unused_categories() for name in names})


def pick_rows(rows: pd.DataFrame, mask: np.ndarray) -> pd.DataFrame:
    """The rows in the mask; the frame itself where those are all."""
    return rows if mask.all() else rows[mask]


def find_names(names: pd.Series, is_in: Callable[[str], bool]) -> np.ndarray:
    """Which rows' names satisfy ``is_in``, asked once per distinct name."""
    known = np.array([is_in(name) for name in names.cat.categories] + [False], bool)
    return known[names.cat.codes.to_numpy()]


def find_name(names: pd.Series, name: str) -> np.ndarray:
    """Which rows have that name."""
    known = names.cat.categories
    place = pc.index(pa.array(known), name).as_py() if len(known) else -1
    return names.cat.codes.to_numpy() == place if place >= 0 else np.zeros(len(names), bool)


def look_up(rows: pd.DataFrame, find: Callable[[tuple[str, str]], float]) -> np.ndarray:
    """What ``find`` gives for each row's (service, operation), asked once per distinct pair."""
    place, pairs = find_pairs(rows)
    return np.array([find(pair) for pair in pairs], np.float64)[place]


def find_pairs(rows: pd.DataFrame) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """The place of each row's (service, operation) among the distinct pairs, and the pairs."""
    services, operations = (rows[name].astype("category").cat for name in ("service", "operation"))
    width = max(len(operations.categories), 1)
    code = services.codes.to_numpy().astype(np.int64) * width + operations.codes.to_numpy()
    place, known = _find_distinct(code, len(services.categories) * width)
    spelt = services.categories.to_numpy(object), operations.categories.to_numpy(object)
    return place, [(spelt[0][pair // width], spelt[1][pair % width]) for pair in known.tolist()]


def _find_distinct(numbers: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The place of each number, from 0 up to ``size`` (not included), among the distinct ones, and those."""
    if size > len(numbers):  # to hash them takes several times as long, but no room for each that there could be
        place, known = pd.factorize(numbers)
        return place.astype(np.min_scalar_type(len(known))), known
    known = np.flatnonzero(np.bincount(numbers, minlength=size))
    places = np.empty(size, np.min_scalar_type(len(known)))
    places[known] = np.arange(len(known))
    return places[numbers], known


def fill_names(names: pd.Series, by: str) -> pd.Series:
    """The names, unknown ones as ``by``."""
    if not names.isna().any():
        return names
    known = names if by in names.cat.categories else names.cat.add_categories([by])
    return known.cat.reorder_categories(sorted(known.cat.categories)).fillna(by)


def seen_names(names: pd.Series, most: int | None = None) -> set[str]:
    """The distinct names in the rows, at most so many."""
    counts = np.bincount(names.cat.codes.to_numpy() + 1)
    return set(names.cat.categories[np.flatnonzero(counts[1:])[:most]])


def count_names(names: pd.Categorical) -> int:
    """How many distinct names there are."""
    return int(np.count_nonzero(np.bincount(names.codes + 1)[1:]))


def spell_names(names: pd.Categorical) -> pd.Series:
    """The names as texts."""
    return pd.Series(names.categories.array.take(names.codes, allow_fill=True), dtype="str")
