"""a timeline → OpenTelemetry log records in OTLP's file format: JSON lines, one request each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minutebook.outputs.atomic import Target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.timelines.records import list_rows, write_lines

#: The first of each severity's four numbers.
_NUMBERS = {"trace": 1, "debug": 5, "info": 9, "warn": 13, "error": 17, "fatal": 21}


def write_otlp(book: Bookish, target: Target) -> None:
    """Write a book's timeline as OTLP JSON; 64-bit numbers are text there, as the format states."""
    write_lines(_requests(book), target)


def _requests(book: Bookish) -> Iterator[dict[str, Any]]:
    for row in list_rows(book.timeline):
        resource = [_attribute("service.name", row["service"])] if "service" in row else []
        record = {
            "timeUnixNano": str(row["time"] * 1000),
            "severityNumber": _NUMBERS.get(row.get("severity", ""), 0),
            "severityText": row.get("severity", "").upper(),
            "body": {"stringValue": row.get("summary", "")},
            "attributes": [_attribute("event.name", f"{row.get('kind', '')} {row.get('phase', '')}".strip())]
            + [
                _attribute(f"minutebook.{key}", row[key])
                for key in ("count", "users", "time_error_s", "last_time", "evidence")
                if key in row
            ],
        }
        scoped = {"scope": {"name": "minutebook"}, "logRecords": [record]}
        yield {"resourceLogs": [{"resource": {"attributes": resource}, "scopeLogs": [scoped]}]}


def _attribute(key: str, value: str | int | float) -> dict[str, Any]:
    if isinstance(value, str):
        return {"key": key, "value": {"stringValue": value}}
    kind = {"intValue": str(value)} if isinstance(value, int) else {"doubleValue": value}
    return {"key": key, "value": kind}
