"""What is told again and again is one row with a count; what is routine is counted, and no row of the timeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import minutebook as mb


def event(
    uid: str, name: str, reason: str, minute: int, *, type: str = "Normal", count: int | None = 1
) -> dict[str, Any]:
    stamp = f"2026-11-23T{9 + minute // 60:02}:{minute % 60:02}:00Z"
    return {
        "kind": "Event", "metadata": {"name": f"{name}.{uid}", "namespace": "post", "uid": uid, "creationTimestamp": stamp},
        "involvedObject": {"kind": "Pod" if "-" in name else "Deployment", "name": name, "namespace": "post"},
        "reason": reason, "message": f"{reason} of {name}", "type": type, "count": count, "firstTimestamp": stamp,
        "lastTimestamp": stamp, "source": {"component": "kubelet"},
    }  # fmt: skip


def reconstruct(folder: Path, *events: dict[str, Any]) -> mb.Book:
    (folder / "events.json").write_text(json.dumps({"kind": "List", "items": list(events)}))
    return mb.reconstruct(folder / "events.json")


def test_one_object_and_reason_is_one_row_with_count_first_and_last(tmp_path: Path) -> None:
    told = [event(f"u{n}", "mail-1", "BackOff", n, type="Warning", count=1 + n % 3) for n in range(20)]
    book = reconstruct(tmp_path, *told, event("other", "mail-2", "BackOff", 3, type="Warning"))
    rows = book.timeline[book.timeline["kind"] == "change"]
    assert rows["count"].tolist() == [sum(1 + n % 3 for n in range(20)), 1]
    first = rows.iloc[0]
    assert f"{first['time']:%H:%M} {first['last_time']:%H:%M}" == "09:00 09:19"
    assert first["summary"] == "Pod mail-1: BackOff: BackOff of mail-1 (seen 39 times until 09:19:00)"
    assert "×39" not in mb.draft(book)  # which the words say already
    assert any(merge["count"] == 20 and "seen 39 times" in merge["why"] for merge in book.ledger["merges"])


@pytest.mark.parametrize(("ago_min", "begins"), [(17, "09:03"), (4000, "09:20")])
def test_of_one_record_that_counts_the_row_is_where_it_began_unless_days_ago(
    tmp_path: Path, ago_min: int, begins: str
) -> None:
    told = event("u1", "mail-1", "Unhealthy", 20, type="Warning", count=14)
    told["firstTimestamp"] = f"{pd.Timestamp(told['lastTimestamp']) - pd.Timedelta(minutes=ago_min):%Y-%m-%dT%H:%M:%SZ}"
    (row,) = reconstruct(tmp_path, told).timeline.query("kind == 'change'").itertuples()
    assert (f"{row.time:%H:%M}", "14 times" in row.summary) == (begins, True)
    assert ago_min > 1000 or (f"{row.last_time:%H:%M}", row.summary[-30:]) == (
        "09:20",
        "(seen 14 times until 09:20:00)",
    )


def test_to_scale_up_and_to_scale_down_are_two_things(tmp_path: Path) -> None:
    told = [event(f"u{n}", "mail", "ScalingReplicaSet", n) for n in range(4)]
    for each, words in zip(
        told, ("up mail-2 to 2", "down mail-1 to 0", "up mail-1 to 2", "down mail-2 to 0"), strict=True
    ):
        each["message"] = f"Scaled {words}"
    rows = reconstruct(tmp_path, *told).timeline.query("kind == 'change'")
    assert rows["summary"].str.rpartition(": ")[2].tolist() == [each["message"] for each in told]
    assert rows["count"].tolist() == [1, 1, 1, 1]


def test_trouble_whose_words_differ_in_numbers_is_the_same_again(tmp_path: Path) -> None:
    told = [event(f"u{n}", "node", "OOMKilling", n, type="Warning") for n in range(6)]
    for number, each in enumerate(told):
        each["message"] = f"Memory cgroup out of memory: Killed process {4711 * number} (cart)"
    (row,) = reconstruct(tmp_path, *told).timeline.query("kind == 'change'").itertuples()
    assert (row.count, row.summary) == (
        6,
        "Deployment node: OOMKilling: Memory cgroup out of memory: Killed process 0 (cart) (seen 6 times until 09:05:00)",
    )


def test_a_record_told_again_with_a_higher_count_is_counted_once(tmp_path: Path) -> None:
    book = reconstruct(tmp_path, *(event("u1", "mail-1", "BackOff", n, type="Warning", count=n) for n in (1, 4, 9)))
    assert book.happenings["count"].tolist() == [9]


def test_after_a_pause_it_is_another_row(tmp_path: Path) -> None:
    book = reconstruct(tmp_path, *(event(f"u{n}", "mail-1", "BackOff", n, type="Warning") for n in (0, 5, 100)))
    assert book.happenings["count"].tolist() == [2, 1]


def test_what_is_routine_is_counted_and_no_row_of_the_timeline(tmp_path: Path) -> None:
    told = [
        event(f"u{n}", f"mail-{n % 5}", reason, n % 7) for n, reason in enumerate(["Pulled", "Created", "Started"] * 40)
    ]
    book = reconstruct(
        tmp_path, *told, event("s", "mail", "ScalingReplicaSet", 1), event("w", "mail-1", "Failed", 2, type="Warning")
    )
    rows = book.timeline[book.timeline["kind"] == "change"]
    assert [text.split(": ")[1] for text in rows["summary"]] == ["ScalingReplicaSet", "Failed"]
    assert book.happenings["count"].sum() == 122
    assert "120 happenings of type Normal, of 15 kinds, are no rows of the timeline; all are in happenings, and --all shows them." in book.ledger["assumptions"]  # fmt: skip
    every = mb.reconstruct(tmp_path / "events.json", every=True).timeline
    assert len(every[every["kind"] == "change"]) == 17


def test_notes_of_people_are_never_folded(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text(
        "time,note\n" + "".join(f"2026-11-23T09:0{n}:00Z,still down\n" for n in range(5))
    )
    assert len(mb.reconstruct(tmp_path / "notes.csv").happenings) == 5
