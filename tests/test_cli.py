"""The command and the library are one thing under one name; refusals are one line and the right exit code."""

from __future__ import annotations

import gzip
import inspect
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import minutebook as mb
from minutebook.cli import main

LINES = [
    f'192.0.2.{i % 9} - u{i % 50} [23/Nov/2026:09:{i // 60 % 60:02}:{i % 60:02} +0000] "GET /a HTTP/1.1" 200 1 "-" "x" rt=0.01 rid=r{i}\n'
    for i in range(1200)
]


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "edge-1.access.log"
    path.write_text("".join(LINES))
    return path


@pytest.mark.parametrize("name", sorted(main.commands))
def test_each_command_has_help_with_an_example_and_a_function_of_its_name(name: str) -> None:
    command = main.commands[name]
    assert command.help
    assert name in ("formats", "schema") or "Example: minutebook" in command.help
    function = getattr(mb, {"events": "read"}.get(name, name))
    assert inspect.getdoc(function)


def test_each_parameter_is_explained() -> None:
    for command in main.commands.values():
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or parameter.help, (command.name, parameter.name)  # type: ignore[attr-defined]


def test_a_timeline_goes_to_stdout_and_the_summary_to_stderr(log: Path) -> None:
    result = run("timeline", log)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == (
        "minute,time,last_time,time_error_s,kind,phase,service,severity,summary,count,users,evidence"
    )
    assert "1,200 lines" in result.stderr


def test_the_suffix_picks_the_writer(log: Path, tmp_path: Path) -> None:
    for suffix in ("csv", "parquet", "jsonl"):
        assert run("minutes", log, "-o", tmp_path / f"m.{suffix}").exit_code == 0
    frame = pd.read_parquet(tmp_path / "m.parquet")
    assert list(frame.columns)[:5] == ["minute", "service", "operation", "requests", "failed"]
    assert frame["requests"].sum() == 1200
    assert len((tmp_path / "m.jsonl").read_text().splitlines()) == len(frame)


def test_a_book_is_written_and_read_again(log: Path, tmp_path: Path) -> None:
    assert run("reconstruct", log, "-o", tmp_path / "book").exit_code == 0
    names = {path.name for path in (tmp_path / "book").iterdir()}
    assert {"timeline.csv", "minutes.csv", "impact.json", "ledger.json", "impact.svg", "minutes.parquet"} <= names
    assert "is a saved book, which holds no events" in run("events", tmp_path / "book").stderr
    fresh, saved = run("minutes", log), run("minutes", tmp_path / "book")
    assert fresh.stdout == saved.stdout
    ledger = json.loads((tmp_path / "book" / "ledger.json").read_text())
    keys = [
        "source", "sha256", "format", "runner_up", "stream", "zone", "zone_basis", "clock_offset_s", "clock_pairs",
        "lines", "lines_in_events", "lines_skipped", "lines_rejected", "events", "copies", "first", "last", "status",
    ]  # fmt: skip
    assert list(ledger["sources"][0])[: len(keys)] == keys


def test_a_report_of_a_saved_book_shows_raw_lines_where_the_evidence_is_named(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(
        "".join(f"2026-11-23T09:{n:02}:00Z {'ERROR disk full' if n == 20 else 'INFO ok'}\n" for n in range(40))
    )
    assert run("reconstruct", log, "-o", tmp_path / "book").exit_code == 0
    direct, bare, shown = (tmp_path / f"{name}.html" for name in ("direct", "bare", "shown"))
    assert run("report", log, "-o", direct).exit_code == 0
    assert run("report", tmp_path / "book", "-o", bare).exit_code == 0
    assert run("report", tmp_path / "book", "--evidence", log, "-o", shown).exit_code == 0
    assert direct.read_bytes() == shown.read_bytes()
    line = "<code>2026-11-23T09:20:00Z ERROR disk full</code>"
    assert line in shown.read_text("utf-8") and line not in bare.read_text("utf-8")


def test_impact_prints_a_table_or_writes_json(log: Path) -> None:
    assert "no window" in run("impact", log).stderr
    assert json.loads(run("impact", log, "-o", "-").stdout)["windows"] == []


@pytest.mark.parametrize(
    ("make", "said", "code"),
    [
        (lambda folder: folder / "nowhere.log", "nowhere.log: no such file or folder; check the path", 2),
        (lambda folder: folder, "the folder holds no files", 2),
        (lambda folder: write(folder / "a.log", b"what\nis this\n"), "unknown format", 2),
        (lambda folder: write(folder / "a.log", b""), "every file is empty", 2),
        (lambda folder: write(folder / "a.json", b'{"error": "unauthorised"}'), "a.json: ", 2),
    ],
)
def test_a_refusal_is_one_line_and_nothing_is_written(tmp_path: Path, make, said: str, code: int) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "evidence"
    folder.mkdir()
    result = run("timeline", make(folder), "-o", tmp_path / "t.csv")
    assert result.exit_code == code
    assert result.stderr.startswith("minutebook: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "t.csv").exists()


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_cut_gzip_is_read_to_its_cut_said_so_and_exit_code_3(tmp_path: Path) -> None:
    # Lines that don't compress, so that a cut leaves some of them.
    whole = gzip.compress("".join(LINES).encode(), compresslevel=1)
    path = write(tmp_path / "a.log.gz", whole[: len(whole) // 2])
    result = run("timeline", path)
    assert result.exit_code == 3
    assert "a.log.gz: it ends early" in result.stderr
    assert len(result.stdout.splitlines()) > 1


def test_more_than_a_twentieth_rejected_is_exit_code_3(tmp_path: Path) -> None:
    lines = list(LINES)
    for i in range(0, 1200, 10):
        lines[i] = "rubbish\n"
    result = run("check", write(tmp_path / "a.log", "".join(lines).encode()))
    assert result.exit_code == 3
    assert "120 rejected" in result.stdout


def test_settings_by_flag(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", b"2026-11-23 09:00:00,100 INFO [MainThread] a.b: hello\n" * 3)
    frame = mb.read(path, zone="Europe/Berlin")
    assert frame["time"].iloc[0] == pd.Timestamp("2026-11-23T08:00:00.1Z")
    assert set(frame["time_quality"]) == {"zone_given"}
    result = run("events", path, "--zone", "*.log=+05:30")
    assert "2026-11-23T03:30:00.100Z" in result.stdout
    assert run("events", path, "--zone", "Mars/Base").exit_code == 2
    assert "no format is called 'nosuch'" in run("events", path, "--format", "nosuch").stderr


def test_the_raw_lines_behind_a_reference(log: Path) -> None:
    result = run("show", "edge-1.access.log:3", log)
    assert result.stdout == f"edge-1.access.log:3: {LINES[2]}"
    assert run("show", "edge-1.access.log:99999", log).exit_code == 2
    assert run("show", "what", log).exit_code == 2


def test_a_mistyped_name_is_met_with_the_nearest_one(log: Path) -> None:
    assert "Did you mean timeline?" in run("timelin", "x").stderr
    assert "Did you mean '--output'?" in run("timeline", log, "--outptu", "x").stderr
    for mistyped, near in (
        (("timeline", log, "--to", "timesketh"), "timesketch"),
        (("timeline", log, "-o", "x.parqet"), ".parquet"),
        (("plot", log, "--view", "erors"), "errors"),
        (("events", log, "--format", "nginx_eror"), "nginx_error"),
        (("events", log, "--engine", "daks"), "dask"),
        (("show", "edge-1.acces.log:1", log), "edge-1.access.log"),
    ):
        assert f"; did you mean {near}?" in run(*mistyped).stderr
    assert "`minutebook formats` lists them" in run("events", log, "--format", "zzz").stderr


def test_help_tells_all_of_each_commands_first_sentence() -> None:
    told = run("--help").stdout
    assert "..." not in told.partition("Commands:")[2]
    assert max(map(len, told.splitlines())) <= 80


def test_an_own_format_can_be_tried(tmp_path: Path) -> None:
    text = (
        'title = "own"\n[[pattern]]\ntime = "iso"\npieces = [\'(?P<time>\\S+) (?P<message>.*)$\']\n'
        '[[sample]]\ntext = "2026-11-23T09:00:00Z hello"\n[[sample.event]]\nmessage = "hello"\n'
    )
    path = write(tmp_path / "own.toml", text.encode())
    assert run("formats", path).exit_code == 0
    path.write_text(text.replace('message = "hello"', 'message = "other"'))
    result = run("formats", path)
    assert result.exit_code == 2
    assert "message is 'hello', not 'other'" in " ".join(result.stdout.split())


def test_times_are_shown_in_the_zone_asked_for_and_written_in_utc(log: Path, tmp_path: Path) -> None:
    result = run("timeline", log, "-o", tmp_path / "t.csv", "--show-zone", "Asia/Tokyo")
    assert "18:00:00 – 18:19:59 Asia/Tokyo" in result.stderr
    assert "2026-11-23T09:00:00.000Z" in (tmp_path / "t.csv").read_text()
    refused = run("impact", log, "--show-zone", "Asia/Tokio")
    assert refused.exit_code == 2 and refused.stderr.count("\n") == 1 and "no time zone" in refused.stderr
