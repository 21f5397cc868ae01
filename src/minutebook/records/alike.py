"""JSON lines that are alike → the values of their keys, cut out where they stand.

A logger writes the same keys in the same order again and again. One line shows what stands between its values, and all
lines with the same between theirs are cut there (`cells`); other lines are left to a real reader of JSON.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.records.cells import QUOTED, Cell, cut_cells
from minutebook.records.jsontext import load_json
from minutebook.texts import change_texts, join_texts

#: What may stand without quotes.
_SCALAR = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null"
_TOKEN = re.compile(rf'"([^"\\\x00-\x1f]*)"|({_SCALAR})|\[ *\]|([{{}}:,])| +')
_LONGEST_LINE = 20_000
_MOST_KINDS = 8  # of lines
_FEWEST = 0.02  # of the lines that are left, for a kind to be worth another look


def cut_alike(text: pa.StringArray, keys: Mapping[str, str]) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """Indices of lines that hold an object like that of others, and its values: part → text (``keys``: part → key)."""
    left = np.arange(len(text))
    found: list[tuple[np.ndarray, dict[str, pa.Array]]] = []
    for _ in range(_MOST_KINDS):
        if not len(left):
            break
        rest = text if len(left) == len(text) else text.take(pa.array(left))
        cells = next(filter(None, (find_cells(rest[at].as_py(), keys.values()) for at in (0, len(left) // 2))), ())
        rows, values = _cut(rest, cells)
        if len(rows) <= _FEWEST * len(left):
            break
        found.append((left[rows], values))
        is_left = np.ones(len(left), bool)
        is_left[rows] = False
        left = left[is_left]
    if not found:
        return left[:0], {}
    parts = {
        part: join_texts([values.get(key, pa.nulls(len(rows), pa.string())) for rows, values in found])
        for part, key in keys.items()
    }
    rows = np.concatenate([rows for rows, _ in found])
    if len(found) > 1:
        order = np.argsort(rows)
        rows, parts = rows[order], {part: values.take(pa.array(order)) for part, values in parts.items()}
    return rows, parts


def _cut(text: pa.StringArray, cells: Sequence[Cell]) -> tuple[np.ndarray, dict[str, pa.Array]]:
    if not cells:
        return np.empty(0, np.int64), {}
    rows, values = cut_cells(text, cells, allows_controls=False)
    for cell in cells:
        if cell.name in values and cell.expression == _SCALAR:
            values[cell.name] = change_texts(values[cell.name], _drop_null)
    return rows, values


def _drop_null(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, "null"), None, texts)


def find_cells(line: str, wanted: Collection[str]) -> tuple[Cell, ...]:
    """The cells of an object in one line, those of ``wanted`` keys named by them; none where they can't be cut out.

    A nested key is its path, ``\\x1f`` between the steps. What is an object or a list can't be wanted.
    """
    if len(line) > _LONGEST_LINE or not isinstance(load_json(line), dict):
        return ()
    cells = [Cell("", "", "")]
    paths, whole = [], set()
    prefixes: list[str] = []
    at, path, behind, is_key = 0, "", "", False
    while at < len(line):
        token = _TOKEN.match(line, at)
        if not token:
            return ()
        text, scalar, mark = token.groups()
        at = token.end()
        if is_key and text is not None:
            path, is_key = prefixes[-1] + text, False
            behind += token[0]
        elif text is not None or scalar is not None:
            quote = "" if text is None else '"'
            cells[-1] = replace(cells[-1], behind=behind + quote)
            cells.append(Cell(_SCALAR if text is None else QUOTED, path if path in wanted else "", ""))
            paths.append(path)
            behind = quote
        else:
            behind += token[0]
            if mark == "{":
                whole.add(path)
                prefixes.append(f"{path}\x1f" if prefixes else "")
            elif mark == "}":
                prefixes.pop()
            elif mark is None and token[0][0] == "[":
                whole.add(path)
            is_key = is_key if mark is None else mark in "{,"
    cells[-1] = replace(cells[-1], behind=behind)
    is_plain = len(set(paths)) == len(paths) and not whole & set(wanted)
    return (*cells, Cell("", "", "")) if is_plain and paths else ()
