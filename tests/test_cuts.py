"""Batches are cut where records begin, however the blocks fall that they come in."""

from __future__ import annotations

import pytest

from minutebook.detection import detect_format
from minutebook.logformats import load_formats
from minutebook.reading.cuts import cut_at_records
from minutebook.sources.lines import cut_lines

PYTHON = [
    line
    for number in range(120)
    for line in (
        f"2026-11-23 09:{number // 60:02}:{number % 60:02},000 ERROR no stock of {number}",
        *(["Traceback (most recent call last):", '  File "shop.py", line 3, in f', "ValueError: none"] * (number % 3)),
    )
]
PRETTY = [
    line
    for number in range(120)
    for line in (
        ['{"time": "2026-11-23T09:00:00Z", "level": "info", "msg": "a"}']
        if number % 3
        else ["{", '  "time": "2026-11-23T09:00:00Z",', '  "level": "info",', '  "msg": "b"', "}"]
    )
]

EVENTS = [
    line
    for number in range(120)
    for line in (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>", " <System>", "  <Level>2</Level>",
        f"  <TimeCreated SystemTime='2026-11-23T09:00:00.{number:03}Z'/>", " </System>", "</Event>",
    )
]  # fmt: skip


@pytest.mark.parametrize("size", [333, 500, 1000, 100_000])
@pytest.mark.parametrize(("lines", "begins"), [(PYTHON, "2026-"), (PRETTY, "{"), (EVENTS, "<Event ")])
def test_a_batch_begins_with_a_record(lines: list[str], begins: str, size: int) -> None:
    plans = detect_format(lines, load_formats()).plans
    data = "\n".join(lines).encode() + b"\n"
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    batches = [batch for batch, _ in cut_at_records(cut_lines(blocks, size), plans)]
    assert [text for batch in batches for text in batch.text.to_pylist()] == lines
    assert [batch.first for batch in batches] == [1 + sum(map(len, batches[:at])) for at in range(len(batches))]
    assert len(batches) > 1 or size > len(data) // 2
    assert all(batch.text[0].as_py().startswith(begins) for batch in batches)
