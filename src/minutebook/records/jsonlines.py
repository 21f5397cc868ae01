"""lines → records of JSON lines: the wanted keys of all lines in one call, broken lines told apart.

Lines that are alike are cut at their values; DuckDB reads the keys of the others: a ragged line, a key that is a number
here and a text there, a nesting a hundred thousand deep or a cut line gives a value or null, never an error for the
batch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import join_texts
from minutebook.machine.database import open_database
from minutebook.records import Records
from minutebook.records.alike import cut_alike
from minutebook.records.jsontext import load_json

_SURROGATE = re.compile("[\ud800-\udfff]")


def extract_keys(text: pa.StringArray, keys: Mapping[str, str]) -> Records:
    """Records of the lines that hold a JSON object: part → the text of its key (``keys``: part → key)."""
    found = [cut_alike(text, keys)]
    is_left = np.ones(len(text), bool)
    is_left[found[0][0]] = False
    left = np.flatnonzero(is_left)
    if len(left):
        rows, parts = _read_keys(text.take(pa.array(left)), keys)
        found.append((left[rows], parts))
    rows = np.concatenate([rows for rows, _ in found])
    parts = {part: join_texts([parts[part] for rows, parts in found if len(rows)]) for part in keys if len(rows)}
    if len(found) > 1:
        order = np.argsort(rows)
        rows, parts = rows[order], {part: values.take(pa.array(order)) for part, values in parts.items()}
    return Records(parts, rows, np.zeros(len(rows), np.int64))


def _read_keys(text: pa.StringArray, keys: Mapping[str, str]) -> tuple[np.ndarray, dict[str, pa.Array]]:
    found = _run(text, keys)
    is_object = found.is_valid().to_numpy(zero_copy_only=False)
    parts = _split(found.filter(pa.array(is_object)), keys)
    rows = np.flatnonzero(is_object)
    # Python reads some objects that DuckDB doesn't: lone surrogates, numbers of thousands of digits.
    odd_rows, mended = _mend(text, np.flatnonzero(~is_object))
    if len(odd_rows):
        more = _run(pa.array(mended, pa.string()), keys)
        order = np.argsort(np.concatenate((rows, odd_rows)), kind="stable")
        extra = _split(more, keys)
        parts = {part: pa.concat_arrays([values, extra[part]]).take(pa.array(order)) for part, values in parts.items()}
        rows = np.concatenate((rows, odd_rows))[order]
    return rows, parts


def _run(text: pa.StringArray, keys: Mapping[str, str]) -> pa.ListArray:
    """The wanted values of each line, in the order of the keys; null where it holds no object."""
    paths = "[" + ", ".join(f"'{_path(key)}'" for key in keys.values()) + "]"
    with open_database() as connection:
        connection.register("lines", pa.table({"line": text}))
        table = connection.sql(
            "SELECT CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT'"
            f" THEN json_extract_string(line, {paths}) END AS parts FROM lines"
        ).to_arrow_table()
    found = table.column("parts").combine_chunks()
    if isinstance(found, pa.ChunkedArray):
        found = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], pa.list_(pa.string()))
    return found


def _split(found: pa.ListArray, keys: Mapping[str, str]) -> dict[str, pa.Array]:
    flat = found.flatten()
    base = np.arange(len(found)) * len(keys)
    return {part: flat.take(pa.array(base + i)) for i, part in enumerate(keys)}


def _mend(text: pa.StringArray, rows: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Rows whose text Python reads as an object, and that object as plain JSON."""
    is_open = pc.match_substring_regex(text.take(pa.array(rows)), r"^\s*\{").to_numpy(zero_copy_only=False)
    found, mended = [], []
    for row in rows[is_open].tolist():
        value = load_json(text[row].as_py())
        if isinstance(value, dict):
            found.append(row)
            # A lone surrogate is named, so that users who differ in one stay two.
            text_of = json.dumps(value, ensure_ascii=False)
            mended.append(_SURROGATE.sub(lambda match: f"\\\\u{ord(match[0]):04x}", text_of))
    return np.array(found, np.int64), mended


def _path(key: str) -> str:
    """DuckDB's JSON path of a dotted key, whose last step 0 is a list's first entry; no quote can end the query's text."""
    names = key.split("\x1f")
    is_first = len(names) > 1 and names[-1] == "0"
    steps = "".join(f'."{name}"' for name in (names[:-1] if is_first else names)) + ("[0]" if is_first else "")
    return "$" + steps.replace("'", "''")


def list_keys(lines: Iterable[str]) -> list[str]:
    """Every key of the JSON objects among the lines, nested ones as a path joined by U+001F."""
    found: dict[str, None] = {}
    for line in lines:
        value = load_json(line) if line.lstrip()[:1] == "{" else None
        if isinstance(value, dict):
            _walk(value, "", found, 0)
    return list(found)


def _walk(value: Mapping[str, object], prefix: str, found: dict[str, None], depth: int) -> None:
    for key, inner in value.items():
        if '"' in key or "\\" in key or "\x1f" in key:
            continue  # no logger writes such a key; DuckDB's paths can't say it
        path = f"{prefix}{key}"
        if isinstance(inner, dict) and depth < 5:
            _walk(inner, path + "\x1f", found, depth + 1)
        elif isinstance(inner, list) and inner and isinstance(inner[0], str):
            found[path] = found[f"{path}\x1f0"] = None
        else:
            found[path] = None
