"""a value or a frame → one JSON document: keys in the order given, indented by one, one line end.

Times become RFC 3339 in UTC with milliseconds; NaN, infinities, NaT and NA become null; a frame
becomes a list of its rows. Characters that would act are written as ``\\uXXXX``.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from minutebook.errors import MinutebookError
from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.inert import escape_json, name_surrogates


def write_json(value: object, target: Target) -> None:
    """Write ``value`` (mappings, sequences, sets, scalars, frames) to a path or an open stream.

    Sets are sorted. Raises `MinutebookError` for a naive time or a thing that JSON has no word for.
    """
    text = escape_json(json.dumps(_plain(value), ensure_ascii=False, indent=1, allow_nan=False))
    with open_target(target) as stream:
        stream.write(text.encode("utf-8") + b"\n")


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA or isinstance(value, bool):
        return value if isinstance(value, bool) else None
    if isinstance(value, str):
        return name_surrogates(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime.datetime | np.datetime64):
        return None if pd.isna(value) else _instant(pd.Timestamp(value))
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, Mapping):
        return {name_surrogates(str(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, pd.DataFrame):
        return [_plain(dict(zip(value.columns, row, strict=True))) for row in value.itertuples(index=False)]
    if isinstance(value, set | frozenset):
        return sorted((_plain(inner) for inner in value), key=str)
    if isinstance(value, list | tuple | np.ndarray | pd.Series | pd.Index):
        return [_plain(inner) for inner in value]
    raise MinutebookError(f"JSON has no word for a {type(value).__name__}")


def _instant(time: pd.Timestamp) -> str:
    if time.tzinfo is None:
        raise MinutebookError(f"the time {time} has no zone", do="use .tz_localize(…)")
    seconds = time.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%S")
    return f"{seconds}.{time.microsecond // 1000:03d}Z"
