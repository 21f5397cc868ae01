"""documents of deploys, alerts and notes → rows of the event frame, one a phase.

What an export looks like is data: one TOML file each, in ``formats/deploys``, ``alerts`` and ``notes``. It says by which
keys the export is recognised, where its rows are, and which path feeds which column; where a table can't say that,
``reading`` names a function in `readings`. Exports are recognised by their content, never by file name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from minutebook.events import PHASES
from minutebook.exports.formats import ExportFormat
from minutebook.exports.loading import load_exports
from minutebook.exports.paths import find, has_keys
from minutebook.exports.picking import EMPTY, Match, find_rows, is_empty, pick_export
from minutebook.exports.readings import READINGS
from minutebook.exports.rows import PURPOSE, Context, Row, why_routine
from minutebook.exports.shapes import name_shape, name_text
from minutebook.exports.texts import Document, parse_documents
from minutebook.exports.texts.documents import Place

_OPENING = ("started", "fired")
_CLOSING = ("succeeded", "failed", "cancelled", "rolled_back", "resolved")


class Reading(NamedTuple):
    """Rows of event columns, (line, why) of what couldn't be read, and counts of what is no happening."""

    rows: list[dict[str, object]]
    rejects: list[tuple[int, str]]
    skipped: dict[str, int]


def read_export(
    documents: Iterable[Document], format: ExportFormat, *, defaults: Mapping[str, str] | None = None
) -> Reading:
    """The happenings in an export's documents, one row per phase.

    ``defaults`` are columns that the records lack and the caller states (``service`` for a Helm history, ``name`` for a
    check), and the ``zone`` of zone-less stamps. No document raises: what can't be read is a reject.
    """
    rows: list[dict[str, object]] = []
    rejects: list[tuple[int, str]] = []
    skipped: dict[str, int] = {}
    context = Context(format, dict(defaults or {}))
    for document in documents:
        entries = find_rows(document.value, format) if format is not EMPTY else []
        if not entries and is_empty(document.value):
            continue
        if not entries:
            rejects.append((document.line, "is no record: " + name_shape(document.value)))
        for entry, page in entries:
            made, why = _read_entry(entry, context._replace(document=page))
            place = document.places.get(id(entry)) or Place(document.line, document.offset, document.length)
            rows += [{**row, **place._asdict()} for row in made]
            if made:
                continue
            if why.startswith("no happening"):
                skipped[why] = skipped.get(why, 0) + 1
            else:
                rejects.append((place.line, why))
    return Reading(rows, rejects, skipped)


def _read_entry(entry: object, context: Context) -> tuple[list[Row], str]:
    if not has_keys(entry, context.document, context.format.requires):
        return [], f"is no record of {context.format.title}: {name_shape(entry)}"
    if context.format.timeless:
        return [], context.format.timeless
    try:
        rows, why = READINGS[context.format.reading](entry, context)
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError, RecursionError) as error:
        return [], f"can't be read: {type(error).__name__}"
    return _pair(sorted(rows, key=_order)), why


def _order(row: Row) -> tuple[object, ...]:
    return (str(row["time"]), row["phase"] != "pending", PHASES.index(str(row["phase"])))


def _pair(rows: list[Row]) -> list[Row]:
    """The rows of one record, where an opening phase gets the end that another phase states."""
    ends: dict[object, Any] = {}
    for row in reversed(rows):
        if row["phase"] in _CLOSING:
            ends[row["entity"]] = row["time"]
        elif row["phase"] in _OPENING and row["end"] is None and row["entity"] in ends:
            end = ends.pop(row["entity"])
            row["end"] = end if end > row["time"] else None
    return rows


__all__ = [
    "PURPOSE", "Document", "ExportFormat", "Match", "Reading", "find", "load_exports", "name_text", "parse_documents", "pick_export",
    "read_export", "why_routine",
]  # fmt: skip
