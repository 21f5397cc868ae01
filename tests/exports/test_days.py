"""Exports of a day each, which are named like the parts of one log and read together: exports all the same."""

from __future__ import annotations

import json
from pathlib import Path

import minutebook as mb


def _write(path: Path, *texts: str, first: dict[str, str] | None = None) -> None:
    said = [{"client_msg_id": f"m{n}", "type": "message", "user": "U1", "text": text} for n, text in enumerate(texts)]
    messages = [*([first] if first else []), *said]
    # Slack's own layout: a key a line, so that a day has far more lines than messages.
    path.write_text(
        json.dumps([each | {"ts": f"{1795424400 + n}.000100"} for n, each in enumerate(messages)], indent=4)
    )


def test_the_days_of_a_channel_are_notes_whoever_joined_first(tmp_path: Path) -> None:
    channel = tmp_path / "incident-42"
    channel.mkdir()
    joined = {"subtype": "channel_join", "type": "message", "user": "U2", "text": "<@U2> has joined the channel"}
    _write(channel / "2026-11-23.json", "checkout fails", "rolling back", "it's the pool", "back", first=joined)
    _write(channel / "2026-11-24.json", "all quiet", "closing", "thanks", "bye")
    (tmp_path / "users.json").write_text(
        '[{"id": "U1", "team_id": "T1", "name": "kim", "profile": {"real_name": "Kim"}}]'
    )
    (tmp_path / "channels.json").write_text(
        '[{"id": "C1", "name": "incident-42", "created": 1795424400, "creator": "U1", "members": ["U1"]}]'
    )
    book = mb.reconstruct(tmp_path)
    assert {each["format"] for each in book.ledger["sources"]} == {"slack_export", "slack_people"}
    assert {each["status"] for each in book.ledger["sources"]} == {"complete"}
    notes = book.timeline[book.timeline["kind"] == "note"]
    assert len(notes) == len(book.timeline) == 8
    assert "rolling back" in notes["summary"].to_list()
