"""JSON objects in an array over lines, with commas behind or run together: each is an event or a told reject."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import minutebook as mb

RECORDS = [
    {
        "ts": f"2026-11-23T09:00:{i:02}Z",
        "level": "error",
        "msg": "no ] stock, [ {",
        "tags": ["a", "b"],
        "ctx": {"a": {"b": []}},
    }
    for i in range(60)
]
LINES = [json.dumps(record) for record in RECORDS]
WAYS = {
    "an array, an object a line": "[\n" + ",\n".join(LINES) + "\n]\n",
    "the same, commas in front": "[" + "\n,".join(LINES) + "]",
    "lines with commas": "".join(line + ",\r\n" for line in LINES),
    "a pretty array": json.dumps(RECORDS, indent=4),
    "pretty objects with commas": ",\n".join(json.dumps(record, indent=1) for record in RECORDS),
    "run together": "".join(LINES),
    "run together, some a line": "\n".join("".join(LINES[i : i + 7]) for i in range(0, 60, 7)),
}


def read(path: Path, text: str) -> tuple[list[tuple[str, str]], dict[str, object]]:
    path.write_text(text)
    events = mb.read(path)
    (source,) = events.attrs["ledger"]["sources"]
    return list(zip(events["time"].astype("str"), events["message"], strict=True)), source


@pytest.mark.parametrize("way", WAYS)
def test_however_objects_are_put_together_they_are_the_same_events(tmp_path: Path, way: str) -> None:
    plain, _ = read(tmp_path / "plain.json", "\n".join(LINES))
    found, source = read(tmp_path / "a.json", WAYS[way])
    assert found == plain
    assert source["lines_rejected"] == 0


@pytest.mark.parametrize("way", WAYS)
def test_what_is_cut_is_told(tmp_path: Path, way: str) -> None:
    found, source = read(tmp_path / "a.json", WAYS[way][:-30])
    assert len(found) == 59
    assert source["rejects"]
