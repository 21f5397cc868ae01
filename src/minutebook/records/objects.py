"""JSON that isn't one object per line → one object per record: pretty-printed, prefixed, batched.

Only the lines that aren't plain JSON lines come here, so one at a time in Python is fast enough.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from minutebook.records.answers import find_reader
from minutebook.records.arrays import is_run_together, split_values, strip_line
from minutebook.records.jsontext import load_json

_LONGEST = 5000  # lines of one object
#: Keys under which one object holds a list of records.
BATCHES = (
    "resourceLogs",
    "Records",
    "records",
    "items",
    "logEvents",
    "hits",
    "entries",
    "events",
    "logs",
)


def join_objects(
    text: pa.StringArray, is_free: np.ndarray, *, in_array: bool = False
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """(first line, line after the last, text) of the objects that span several of the free lines.

    ``in_array``: there may be brackets around them and commas between.
    """
    free = np.flatnonzero(is_free)
    starts: list[int] = []
    stops: list[int] = []
    found: list[str] = []
    lines = dict(zip(free.tolist(), text.take(pa.array(free)).to_pylist(), strict=True))
    at = 0
    order = free.tolist()
    while at < len(order):
        first = order[at]
        joined = _join_from(first, lines, in_array) if lines[first].lstrip()[:1] in ("{", "[") else None
        if joined is None:
            at += 1
            continue
        stop, whole = joined
        starts.append(first)
        stops.append(stop)
        found.append(whole)
        while at < len(order) and order[at] < stop:
            at += 1
    return np.array(starts, np.int64), np.array(stops, np.int64), found


def _join_from(first: int, lines: dict[int, str], in_array: bool) -> tuple[int, str] | None:
    """The object that begins in line ``first``, if following lines complete it."""
    depth, parts = 0, []
    for row in range(first, first + _LONGEST):
        line = lines.get(row)
        if line is None:
            return None
        if in_array and row == first:
            line = strip_line(line, is_first=True, is_last=False)
            if not line:
                return None
        parts.append(line)
        depth += _depth(line)
        if depth == 0 or (in_array and depth < 0):
            parts[-1] = strip_line(line, is_first=False, is_last=True) if in_array else line
            whole = "\n".join(parts)
            return (row + 1, whole) if isinstance(load_json(whole), dict | list) else None
        if depth < 0:
            return None
    return None


def _depth(line: str) -> int:
    """Brackets opened less brackets closed outside of quoted text."""
    depth, quoted, escaped = 0, False, False
    for mark in line:
        if escaped:
            escaped = False
        elif mark == "\\":
            escaped = quoted
        elif mark == '"':
            quoted = not quoted
        elif not quoted:
            depth += (mark in "{[") - (mark in "}]")
    return depth


def unfold(texts: Iterable[str]) -> tuple[np.ndarray, list[str]]:
    """(index of the text, JSON text) of each record in objects that hold a list of records, or in lists."""
    rows: list[int] = []
    found: list[str] = []
    for index, text in enumerate(texts):
        value = load_json(text)
        records = _dicts_of(split_values(text)) if value is None and is_run_together(text) else _records_of(value)
        for record in records:
            rows.append(index)
            found.append(json.dumps(record))
    return np.array(rows, np.int64), found


def is_batch(text: str) -> bool:
    """Whether a text is an object that holds a list of records, or a list of them."""
    value = load_json(text) if text.lstrip()[:1] in ("{", "[") else None
    if value is None:
        return is_run_together(text)
    if isinstance(value, list):
        return bool(value) and isinstance(value[0], dict)
    return _batch_key(value) is not None or find_reader(value) is not None


def _batch_key(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    lists = [k for k in BATCHES if isinstance(value.get(k), list) and value[k] and isinstance(value[k][0], dict)]
    return lists[0] if lists and len(value) <= 8 else None


def _dicts_of(values: Iterable[object]) -> Iterator[dict[str, Any]]:
    """The objects; anything else becomes an object without a time, so that it's counted as a reject."""
    for value in values:
        yield value if isinstance(value, dict) else {"message": json.dumps(value)[:_LONGEST]}


def _records_of(value: object) -> Iterator[object]:
    if isinstance(value, list):
        yield from _dicts_of(value)
        return
    if reader := find_reader(value):
        yield from reader(value)  # type: ignore[arg-type]
        return
    key = _batch_key(value)
    if key is None or not isinstance(value, dict):
        yield value
    elif key == "resourceLogs":
        for resource in value[key]:
            yield from _otlp_records(resource)
    else:
        yield from (each.get("_source", each) for each in value[key] if isinstance(each, dict))


def _otlp_records(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """OpenTelemetry's nesting, resource → scope → record, as flat records."""
    shared = _attributes((resource.get("resource") or {}).get("attributes"))
    for scope in _dicts(resource.get("scopeLogs") or resource.get("instrumentationLibraryLogs")):
        for record in _dicts(scope.get("logRecords")):
            own = {k: v for k, v in record.items() if k != "attributes" and v not in (None, "", "0")}
            body = own.get("body")
            if isinstance(body, dict):
                own["body"] = _any_value(body)
            if "timeUnixNano" not in own and "observedTimeUnixNano" in own:
                own["timeUnixNano"] = own["observedTimeUnixNano"]
            yield {**shared, **_attributes(record.get("attributes")), **own}


def _dicts(values: object) -> Sequence[dict[str, Any]]:
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []


def _attributes(pairs: object) -> dict[str, Any]:
    return {str(p["key"]): _any_value(p.get("value")) for p in _dicts(pairs) if "key" in p}


def _any_value(value: object) -> Any:
    """The one value of OpenTelemetry's AnyValue."""
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.values()))
    return value
