"""a timeline → its rows as plain values, for outputs with another shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.inert import escape_json, name_surrogates


def list_rows(timeline: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Each row without unknown values; instants as µs since 1970, texts without lone surrogates."""
    for row in timeline.to_dict("records"):
        yield {str(name): _plain(value) for name, value in row.items() if isinstance(value, str) or not pd.isna(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.as_unit("us").value // 1000
    return name_surrogates(value) if isinstance(value, str) else value.item() if hasattr(value, "item") else value


def write_lines(objects: Iterator[dict[str, Any]], target: Target) -> None:
    """Write one JSON object per line, its keys in the order given."""
    with open_target(target) as stream:
        for each in objects:
            stream.write(escape_json(json.dumps(each, ensure_ascii=False, allow_nan=False)).encode("utf-8") + b"\n")
