"""Exports of other projects against their true events, file by file; they lie outside of this project.

What an event's word in the truth may be as a kind and a phase is stated in `KINDS` and `PHASES` where it isn't the
schema's own. A file counts only if every event is there with its instant and phase, and none is invented.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from minutebook.exports import Document, load_exports, parse_documents, pick_export, read_export

STATED = os.environ.get("MINUTEBOOK_SAMPLES")
FOLDER = Path(STATED) if STATED else Path(__file__).parents[3] / "shared" / "samples"
TRUTH = FOLDER / "records.truth.jsonl"

#: The first part of a word of the truth → kinds that say it; the truth has no word for changes.
KINDS = {
    "alert": {"alert", "incident"}, "incident": {"incident"}, "deploy": {"deploy"}, "rollout": {"deploy"},
    "release": {"change"}, "flag": {"change"}, "k8s": {"change"}, "commit": {"note"}, "note": {"note"}, "chat": {"note"},
    "event": {"alert"},
}  # fmt: skip
#: A table of name and time doesn't say that it's of deploys.
UNSAID = {"csv/synthetic_time_formats.csv": {"change"}}
#: A word of the truth → phases that say it, where it isn't the phase's own.
PHASES = {
    "alert.acked": {"acknowledged"}, "alert.no_data": {"noted"}, "alert.soft": {"pending"}, "alert.soft_ok": {"noted"},
    "deploy.created": {"pending", "started"}, "deploy.queued": {"pending"}, "deploy.waiting": {"pending"},
    "deploy.skipped": {"cancelled"}, "deploy.progress": {"noted"}, "deploy.status_changed": {"noted"},
    "deploy.finished": {"succeeded", "failed", "cancelled", "rolled_back", "superseded"},
    "rollout.available": {"noted"}, "release.published": {"succeeded"}, "flag.changed": {"succeeded"}, "event": {"noted"},
    "commit": {"noted"}, "note": {"noted"}, "chat.message": {"noted"}, "k8s.event": {"noted"},
    "incident.investigating": {"fired", "noted"}, "incident.identified": {"noted"}, "incident.monitoring": {"noted"},
}  # fmt: skip
#: Facts of the truth that name what happened: each must be found somewhere in the row.
NAMING = (
    "alertname", "fingerprint", "id", "name", "app", "service", "env", "revision", "sha", "version", "number", "key", "uuid",
    "project", "host", "flag", "alarm", "ts", "actor", "incident", "image", "artifact", "subject", "title", "pipeline",
    "workflow", "job", "uid", "reason", "stack", "deployment", "alias",
)  # fmt: skip
#: What the truth leaves out on purpose: "pending is optional".
OPTIONAL = {"prometheus_alerts_matrix/alerts_step60.json": {"pending"}}
#: The shares reached: below them something broke.
FILES_REACHED = 1.0
FACTS_REACHED = 0.98


@cache
def truths() -> dict[str, dict[str, Any]]:
    if not TRUTH.is_file():
        return {}
    listed = [json.loads(line) for line in TRUTH.read_text("utf-8").splitlines()]
    return {each["file"]: each for each in listed}


def read(name: str) -> list[dict[str, Any]]:
    documents: list[Document] = parse_documents((FOLDER / "records" / name).read_bytes())
    export = pick_export([document.value for document in documents], load_exports()).format
    if export is None:
        return []
    reading = read_export(documents, export)
    return [] if reading.rejects else reading.rows


def compare(name: str) -> tuple[list[Any], list[Any], int, int]:
    """(events that aren't told, rows that are invented, facts asked for, facts found)."""
    left = read(name)
    missed, asked, found = [], 0, 0
    for stamp, word, facts in truths()[name]["events"]:
        time = pd.Timestamp(stamp)
        wanted = [str(facts[fact]) for fact in NAMING if facts.get(fact) not in (None, "")]
        fitting = [
            row for row in left
            if abs((pd.Timestamp(row["time"]) - time).total_seconds()) <= 0.001
            and row["phase"] in PHASES.get(word, {word.partition(".")[2]})
            and row["kind"] in KINDS[word.partition(".")[0]] | UNSAID.get(name, set())
        ]  # fmt: skip
        if not fitting:
            missed.append((stamp, word, facts))
            continue
        best = max(fitting, key=lambda row: sum(fact in tell(row) for fact in wanted))
        asked, found = asked + len(wanted), found + sum(fact in tell(best) for fact in wanted)
        left.remove(best)
    return missed, [row for row in left if row["phase"] not in OPTIONAL.get(name, ())], asked, found


def tell(row: dict[str, Any]) -> str:
    """All that a row says, as one text."""
    return " ".join([*(str(value) for value in row.values()), str(json.loads(row["fields"]))])


needs_samples = pytest.mark.skipif(not TRUTH.is_file(), reason="no outside samples: set MINUTEBOOK_SAMPLES")


@needs_samples
@pytest.mark.parametrize("name", sorted(truths()))
def test_a_file_tells_its_true_events_and_no_others(name: str) -> None:
    missed, invented, _, _ = compare(name)
    assert (missed, [(row["time"], row["phase"], row["message"]) for row in invented]) == ([], [])


@needs_samples
def test_the_shares_that_were_reached() -> None:
    results = {name: compare(name) for name in truths()}
    whole = [name for name, (missed, invented, _, _) in results.items() if not missed and not invented]
    asked, found = (sum(result[place] for result in results.values()) for place in (2, 3))
    assert len(whole) / len(results) >= FILES_REACHED
    assert found / asked >= FACTS_REACHED
