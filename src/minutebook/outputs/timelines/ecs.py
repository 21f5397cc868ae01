"""a timeline → JSON lines in the Elastic Common Schema, which Elasticsearch and its relatives index as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minutebook.outputs.atomic import Target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.timelines.records import list_rows, write_lines

_VERSION = "8.11.0"
_CATEGORIES = {"deploy": "configuration", "change": "configuration", "process": "process", "request": "web"}
_TYPES = {"started": "start", "fired": "start", "stopped": "end", "ended": "end", "resolved": "end", "succeeded": "end"}


def write_ecs(book: Bookish, target: Target) -> None:
    """Write a book's timeline as ECS documents, one per line; what ECS has no field for becomes a label."""
    write_lines(_documents(book), target)


def _documents(book: Bookish) -> Iterator[dict[str, Any]]:
    for row in list_rows(book.timeline):
        kind, phase = row.get("kind", ""), row.get("phase", "")
        event = {
            "kind": "alert" if kind == "alert" else "event",
            "category": [_CATEGORIES[kind]] if kind in _CATEGORIES else None,
            "type": [_TYPES.get(phase, "info")],
            "action": f"{kind} {phase}".strip(),
            "start": _instant(row["time"]),
            "end": _instant(row["last_time"]) if "last_time" in row else None,
        }
        document = {
            "@timestamp": _instant(row["time"]),
            "message": row.get("summary"),
            "ecs": {"version": _VERSION},
            "event": {key: value for key, value in event.items() if value is not None},
            "log": {"level": row["severity"]} if "severity" in row else None,
            "service": {"name": row["service"]} if "service" in row else None,
            "labels": {key: str(row[key]) for key in ("count", "users", "time_error_s", "evidence") if key in row}
            or None,
        }
        yield {key: value for key, value in document.items() if value is not None}


def _instant(us: int) -> str:
    return f"{np.datetime64(us, 'us')}Z"
