"""Lines that are parts of one record, or stand for several: what the samples of the formats can't show."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import minutebook as mb
from minutebook.settings.config import Config


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def docker_line(log: str, stream: str, second: float) -> str:
    return json.dumps({"log": log, "stream": stream, "time": f"2026-11-23T09:00:{second:04.1f}Z"})


def test_docker_s_parts_of_a_long_line_are_one_event(tmp_path: Path) -> None:
    lines = [
        docker_line("x" * 16384, "stdout", 0.1),
        docker_line("elsewhere\n", "stderr", 0.2),
        docker_line("y\n", "stdout", 0.3),
        docker_line("next\n", "stdout", 0.4),
    ]
    events = mb.read(write(tmp_path, "container.log", "\n".join(lines) + "\n"))
    assert events["message"].str.strip().tolist() == ["x" * 16384 + "y", "elsewhere", "next"]
    assert events["time"].dt.strftime("%S.%f").tolist() == ["00.100000", "00.200000", "00.400000"]


def test_a_part_whose_rest_is_missing_is_an_event(tmp_path: Path) -> None:
    text = "2026-11-23T09:00:00.1Z stdout P begun\n2026-11-23T10:00:00.1Z stdout F another\n"
    events = mb.read(write(tmp_path, "pod.log", text))
    assert events["message"].tolist() == ["begun", "another"]


def test_a_json_line_without_a_time_is_read_inside_of_a_container_s(tmp_path: Path) -> None:
    text = "".join(
        f'2026-11-23T09:00:0{i}.1Z stdout F {{"level":"error","msg":"no room","user_id":"u{i}"}}\n' for i in range(5)
    )
    events = mb.read(write(tmp_path, "pod.log", text))
    assert set(events["level"].astype(str)) == {"error"}
    assert events["user"].tolist() == [f"u{i}" for i in range(5)]


def test_repeats_count_in_the_minutes_and_the_timeline(tmp_path: Path) -> None:
    quiet = "".join(f"Nov 23 09:{m:02d}:00 db-1 app[7]: tick {m}\n" for m in range(10))
    text = (
        quiet
        + "Nov 23 09:10:00 db-1 app[7]: no room left\nNov 23 09:10:30 db-1 last message repeated 41 times\n"
        + "".join(f"Nov 23 09:{m:02d}:00 db-1 app[7]: tick {m}\n" for m in range(11, 20))
    )
    path = write(tmp_path, "messages", text)
    events = mb.read(path, config=Config({"*": {"year": 2026}}))
    assert events["count"].dropna().tolist() == [41]
    row = mb.timeline(path, config=Config({"*": {"year": 2026}})).query("summary.str.contains('no room left')").iloc[0]
    assert row["count"] == 42


def test_a_binary_field_of_the_journal_is_read(tmp_path: Path) -> None:
    said = b"first line\nsecond line"
    entry = b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795424400250000\n_HOSTNAME=a\nMESSAGE\n"
    data = (entry + struct.pack("<Q", len(said)) + said + b"\n\n") * 2
    events = mb.read(write(tmp_path, "journal.export", data))
    assert events["message"].tolist() == ["first line", "first line"]
    assert events["line"].tolist() == [1, 8]


def test_messages_that_success_and_failure_share_are_counted_where_they_fail(tmp_path: Path) -> None:
    lines = [
        {"time": f"2026-11-23T09:{n // 60:02}:{n % 60:02}Z", "level": "error" if 1200 <= n < 1260 else "info",
         "message": "request completed", "service": "shop"}
        for n in range(2400)
    ]  # fmt: skip
    (tmp_path / "app.log").write_text("".join(json.dumps(line) + "\n" for line in lines))
    messages = mb.reconstruct(tmp_path).messages
    assert (messages["level"].unique().tolist(), messages["count"].sum()) == (["error"], 60)
