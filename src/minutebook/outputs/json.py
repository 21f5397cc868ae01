"""a value or a frame → one JSON document: keys in the order given, indented by one, one line end.

Times become RFC 3339 in UTC with milliseconds; NaN, infinities, NaT and NA become null; a frame
becomes a list of its rows. Characters that could act are written as ``\\uXXXX``.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

import numpy as np
import pandas as pd

from minutebook.errors import MinutebookError
from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.inert import escape_json, name_surrogates


def write_json(value: object, target: Target) -> None:
    """Write ``value`` (mappings, sequences, sets, scalars, frames) to a path or an open stream.

    Sets are sorted. Raises `MinutebookError` for a naive time, or for a value that JSON can't express.
    """
    text = escape_json(_encode(value, "\n"))
    with open_target(target) as stream:
        stream.write(text.encode("utf-8") + b"\n")


def _encode(value: Any, line: str) -> str:
    """The JSON of a value; ``line`` is the line end and the indentation of what it's in.

    The standard library's `json` also indents in Python, and slower: the ledger of ten thousand sources has half a
    million values.
    """
    kind = type(value)
    if kind is str:
        return encode_basestring(name_surrogates(value))
    if kind is int:
        return repr(value)
    if value is None or value is pd.NaT or value is pd.NA:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is dict or isinstance(value, Mapping):
        inner = f"{line} "
        pairs = (f"{_encode_key(str(key))}: {_encode(each, inner)}" for key, each in value.items())
        return _enclose("{", pairs, "}", line)
    if kind is list or isinstance(value, list | tuple | np.ndarray | pd.Series | pd.Index):
        inner = f"{line} "
        return _enclose("[", (_encode(each, inner) for each in value), "]", line)
    return _encode_other(value, line)


@lru_cache(maxsize=1024)
def _encode_key(key: str) -> str:
    return encode_basestring(name_surrogates(key))


def _enclose(opening: str, entries: Iterable[str], closing: str, line: str) -> str:
    """Entries in brackets, one per line."""
    whole = f",{line} ".join(entries)
    return f"{opening}{line} {whole}{line}{closing}" if whole else opening + closing


def _encode_other(value: Any, line: str) -> str:
    if isinstance(value, str | int):
        return _encode(str(value) if isinstance(value, str) else int(value), line)
    if isinstance(value, float | np.floating):
        return repr(float(value)) if math.isfinite(value) else "null"
    if isinstance(value, datetime.datetime | np.datetime64):
        return "null" if pd.isna(value) else f'"{_instant(pd.Timestamp(value))}"'
    if isinstance(value, np.generic):
        return _encode(value.item(), line)
    if isinstance(value, pd.DataFrame):
        return _encode([dict(zip(value.columns, row, strict=True)) for row in value.itertuples(index=False)], line)
    if isinstance(value, set | frozenset):
        return _encode(sorted(value, key=str), line)
    raise MinutebookError(f"JSON has no word for a {type(value).__name__}")


def _instant(time: pd.Timestamp) -> str:
    if time.tzinfo is None:
        raise MinutebookError(f"the time {time} has no zone", do="use .tz_localize(…)")
    seconds = time.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%S")
    return f"{seconds}.{time.microsecond // 1000:03d}Z"
