"""what is known of one happening → a row of event columns."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from minutebook.exports.formats import ExportFormat
from minutebook.exports.stamps import Stamp, read_stamp
from minutebook.exports.wording import describe, read_severity, say

Row = dict[str, object]

#: Labels that state what a series or message is, not which alert it belongs to.
STATE_LABELS = ("alertstate", "__name__")
#: The field that says whether a pipeline's run deploys, where its name doesn't.
PURPOSE = "purpose"
#: The field that says why something is only counted, and not a row of the timeline.
ROUTINE = "routine"
_UNKNOWN: tuple[object, ...] = (None, "", "-", "undefined", [], {})
_NUMBERED = re.compile(r"^\[#\d+\] (?=\S)")  # [#1234] before an incident's title
_IN_FRAME = ("service", "host", "environment", "version", "actor")


def why_routine(fields: object) -> str:
    """Why a happening is only counted, as the JSON of its ``fields`` keeps it; "" for what is worth a row."""
    if not isinstance(fields, str) or ROUTINE not in fields:
        return ""
    told = json.loads(fields)
    return str(told.get(ROUTINE, "")) if isinstance(told, dict) else ""


class Context(NamedTuple):
    """What is the same for all entries of an export."""

    format: ExportFormat
    defaults: Mapping[str, str]  #: columns that the caller states, and ``zone`` of zone-less stamps
    document: object = None

    def read(self, value: object) -> Stamp | None:
        """The instant that a value states, zone-less ones in the caller's zone."""
        return read_stamp(value, zone=self.defaults.get("zone"))


def make_row(
    context: Context, facts: Mapping[str, object], phase: str, start: Stamp, *,
    end: Stamp | None = None, entity: str = "", kind: str = "", message: str = "", **fields: object,
) -> Row:  # fmt: skip
    """A row of event columns from what is known; what the columns don't hold is kept in ``fields``."""
    kind = kind or context.format.kind
    known = _join_known(facts, context)
    labels = facts.get("labels")
    labels = labels if isinstance(labels, Mapping) else None
    if not entity:
        entity = fingerprint(labels) if labels else hash_facts(known, start if not known.get("number") else None)
    more: dict[str, object] = {
        **{k: v for k, v in known.items() if k not in (*_IN_FRAME, "what", "done", "message", "fields", "labels")},
        "labels": labels,
        "resolution_s": start.resolution_s or None,
        **fields,
    }
    if isinstance(own := facts.get("fields"), Mapping):
        more.update(own)
    return {
        "time": start.time,
        "end": end.time if end and end.time > start.time else None,
        "time_quality": start.quality,
        "kind": kind,
        "phase": phase,
        "level": _find_level(kind, phase, known.get("severity"), context),
        **{column: known.get(column) for column in _IN_FRAME},
        "message": say(message, known) if message else describe(kind, phase, known),
        "entity": f"{kind}:{entity}",
        "fields": to_json({k: v for k, v in more.items() if v not in (None, "", [], {})}),
    }


def _join_known(facts: Mapping[str, object], context: Context) -> dict[str, str]:
    """The facts as texts, and what the caller states where they say nothing; resources by their names."""
    stated = {column: value for column, value in context.defaults.items() if column != "zone"}
    known = {**stated, **{name: text_of(value) for name, value in facts.items() if value not in _UNKNOWN}}
    for column in ("service", "version"):
        if known.get(column, "").startswith("arn:"):
            known[column] = known[column].rstrip("/").rpartition("/")[2].rpartition(":")[2]
    if "name" in known:
        known["name"] = _NUMBERED.sub("", known["name"])
    return known


def _find_level(kind: str, phase: str, severity: str | None, context: Context) -> str:
    """By the severity, as long as an alert or incident lasts; a change that failed is an error."""
    form = context.format
    if phase in ("resolved", "pending", "acknowledged"):
        return "info"
    if kind in ("alert", "incident"):
        return "info" if phase == "noted" else read_severity(severity, form.severities, kind)
    if phase == "failed":
        return "error"
    return read_severity(severity, form.severities, form.kind) if severity else "info"


def text_of(value: object) -> str:
    """A value as one text: the entries of a list joined by commas, true and false as in JSON."""
    if isinstance(value, list):
        return ", ".join(text_of(each) for each in value)
    if isinstance(value, Mapping | bool):
        return to_json(value)
    return _clean(str(value))


def to_json(value: object) -> str:
    """JSON with sorted keys and without lone surrogates, so that any writer takes it."""
    return _clean(json.dumps(value, sort_keys=True, default=str, ensure_ascii=False))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


def fingerprint(labels: Mapping[str, Any]) -> str:
    """Alertmanager's fingerprint of a set of labels: FNV-1a, 64 bits, over names and values in order.

    Source: `LabelSet.Fingerprint` in Prometheus' common library. So a body without fingerprints and a series of
    ``ALERTS`` get the key that Alertmanager has for the alert.
    """
    total = 0xCBF29CE484222325
    for name in sorted(map(str, labels)):
        if name not in STATE_LABELS:
            parts = (name.encode(), text_of(labels[name]).encode(), b"")
            for byte in b"\xff".join(parts):
                total = ((total ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{total:016x}"


def hash_facts(known: Mapping[str, str], start: Stamp | None) -> str:
    """A stable name for what has no key of its own, made of what it is and when it began."""
    kept = [(name, known[name]) for name in sorted(known) if name not in ("status", "severity", "actor", "done")]
    text = json.dumps([*kept, start.time.isoformat() if start else ""])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
