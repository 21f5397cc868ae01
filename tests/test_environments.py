"""The same evidence gives the same bytes in whole processes of other zones, languages, machines, folders and days."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MIXED = "a mixed folder"
#: Read first, these would change numbers, colours and sizes.
SETTINGS = {
    "minutebook.toml": '[sli]\nbad_statuses = ["4xx"]\n',
    "matplotlibrc": "lines.linewidth: 9\naxes.grid: True\nfont.size: 30\nfigure.dpi: 33\ntimezone: Asia/Tokyo\n"
    "text.usetex: True\naxes.prop_cycle: cycler('color', ['red'])\ndate.epoch: 0000-12-31T00:00:00\n",
}
#: Runs minutebook on another day: whoever asks Python for the time is told it.
OTHER_DAY = """
import datetime, sys, time

THEN = 4_000_000_000.25  # in the year 2096
real = datetime.datetime, datetime.date

class Kind(type):
    def __instancecheck__(cls, value):
        return isinstance(value, cls.__mro__[1])

class Date(real[1], metaclass=Kind):
    @classmethod
    def today(cls):
        return real[1].fromtimestamp(THEN)

class DateTime(real[0], metaclass=Kind):
    @classmethod
    def now(cls, tz=None):
        return real[0].fromtimestamp(THEN, tz)
    today = now
    @classmethod
    def utcnow(cls):
        return real[0].fromtimestamp(THEN, datetime.UTC).replace(tzinfo=None)

time.time, time.time_ns = (lambda: THEN), (lambda: int(THEN * 10**9))
import pandas, pyarrow.parquet  # compiled against the real classes
datetime.datetime, datetime.date = DateTime, Date
from minutebook.cli import main
main()
"""


def write_mixed(folder: Path) -> Path:
    """An access log, JSON lines in gzip, zone-less and year-less logs, deploys and alerts of twenty minutes."""
    folder.mkdir()
    clock = [f"09:{i // 30:02}:{i * 2 % 60:02}" for i in range(600)]
    statuses = [503 if 240 <= i < 330 and i % 2 else 200 for i in range(600)]
    access = [
        f'192.0.2.{i % 9} - u{i % 60} [23/Nov/2026:{at} +0000] "GET /cart/{i} HTTP/1.1" {status} 1 "-" "x" rt=0.0{i % 7} rid=r{i}\n'
        for i, (at, status) in enumerate(zip(clock, statuses, strict=True))
    ]  # fmt: skip
    application = [
        json.dumps({"ts": f"2026-11-23T{at}.{i:03}Z", "level": "error" if status > 500 else "info", "msg": f"item İ{i} ß",
                    "user": {"id": f"u{i % 60}"}, "trace_id": f"r{i}", "status": status, "path": "/cart", "ms": i / 7}) + "\n"
        for i, (at, status) in enumerate(zip(clock, statuses, strict=True))
    ]  # fmt: skip
    plain = [
        f"2026-11-23 10{at[2:]},{i:03} {'ERROR' if status > 500 else 'INFO'} [MainThread] shop.Pay: charge request_id=r{i}\n"
        for i, (at, status) in enumerate(zip(clock, statuses, strict=True))
    ]
    syslog = [f"Nov 23 {at} db-1 postgres[7]: checkpoint {i} took {i / 3:.3f} s\n" for i, at in enumerate(clock[::20])]
    alert = {
        "labels": {"alertname": "Errors", "service": "shop"}, "startsAt": "2026-11-23T09:09:00Z", "fingerprint": "f",
        "endsAt": "2026-11-23T09:12:00Z", "annotations": {"summary": "many"}, "status": {"state": "active"},
    }  # fmt: skip
    deploy = {"service": "shop", "version": "2", "deployed_at": "2026-11-23T09:07:50Z", "deployed_by": "Ada"}
    (folder / "access.log").write_text("".join(access))
    (folder / "app.jsonl.gz").write_bytes(gzip.compress("".join(application).encode()))
    (folder / "pay.log").write_text("".join(plain))
    (folder / "syslog").write_text("".join(syslog))
    (folder / "alerts.json").write_text(json.dumps([alert]))
    (folder / "deploys.json").write_text(json.dumps([deploy]))
    return folder


def use_one_processor() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


#: Name → variables, and what the process does before it begins; {home} is a folder full of others' settings.
ENVIRONMENTS: dict[str, tuple[dict[str, str], Callable[[], object] | None]] = {
    "New York, C": ({"TZ": "America/New_York", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "7"}, None),
    "Chatham, Turkish, no UTF-8": (
        {"TZ": "Pacific/Chatham", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, None,
    ),
    "one processor": ({"OMP_NUM_THREADS": "1", "ARROW_NUM_THREADS": "1", "PYTHONHASHSEED": "1"}, use_one_processor),
    "many threads": ({"OMP_NUM_THREADS": "16", "ARROW_NUM_THREADS": "16", "PYTHONHASHSEED": "2"}, None),
    "an old processor": (
        {"ARROW_USER_SIMD_LEVEL": "NONE", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX2 FMA3", "ARROW_DEFAULT_MEMORY_POOL": "system"}, None,
    ),
    "another folder, home and umask": (
        {"HOME": "{home}", "XDG_CONFIG_HOME": "{home}", "TMPDIR": "{home}", "MATPLOTLIBRC": "{home}/matplotlibrc"}, lambda: os.umask(0o077),
    ),
    "a narrow terminal with colours": ({"COLUMNS": "40", "FORCE_COLOR": "1", "TERM": "xterm", "PYTHONOPTIMIZE": "2", "MPLBACKEND": "svg"}, None),
    "another day": ({"SOURCE_DATE_EPOCH": "86400", "PYTHONHASHSEED": "random"}, None),
}  # fmt: skip


def make_book(place: Path, evidence: Path, name: str = "") -> dict[str, bytes]:
    """The files of a book that a process of its own writes in an environment; "" is the one the tests run in."""
    variables, before = ENVIRONMENTS[name] if name else ({}, None)
    home = place / "home"
    home.mkdir()
    for file, text in SETTINGS.items() if "{home}" in str(variables) else ():
        (home / file).write_text(text)
    command = [sys.executable, *(["-c", OTHER_DAY] if name == "another day" else ["-m", "minutebook"])]
    command += ["reconstruct", str(evidence), "-o", str(place / "book")]
    said = {key: value.format(home=home) for key, value in variables.items()}
    done = subprocess.run(command, env={**os.environ, **said}, cwd=home, capture_output=True, preexec_fn=before)
    assert done.returncode == 0, done.stderr.decode()
    return {path.name: path.read_bytes() for path in (place / "book").iterdir()}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mixed(tmp_path_factory.mktemp("evidence") / "mixed")


@pytest.fixture(scope="module")
def wanted(mixed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return make_book(tmp_path_factory.mktemp("usual"), mixed)


def test_the_mixed_folder_has_something_to_differ_in(wanted: dict[str, bytes]) -> None:
    impact = json.loads(wanted["impact.json"])
    assert impact["windows"] and impact["windows"][0]["users"]["affected"]
    zones = {source["source"]: source["zone"] for source in json.loads(wanted["ledger.json"])["sources"]}
    assert zones["pay.log"] == "+01:00" and len(zones) == 6
    assert "item İ".encode() in wanted["timeline.csv"] and b"charge" in wanted["timeline.csv"]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_environment_changes_a_byte(mixed: Path, wanted: dict[str, bytes], tmp_path: Path, name: str) -> None:
    for path in mixed.iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))  # when a file was copied says nothing
    assert make_book(tmp_path, mixed, name) == wanted


def test_nor_of_a_sample_incident(sample_logs: Path, tmp_path: Path) -> None:
    evidence = sample_logs / "slow-payments" / "evidence"
    books = []
    for name in ("one processor", "another day"):
        (tmp_path / name).mkdir()
        books.append(make_book(tmp_path / name, evidence, name))
    assert books[0] == books[1]
