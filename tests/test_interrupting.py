"""Ctrl-C: the command ends with code 130 and one line, and leaves nothing behind; whatever it is doing."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LINE = b'192.0.2.1 - u1 [23/Nov/2026:09:00:00 +0000] "GET /a HTTP/1.1" 200 1 "-" "x" rt=0.01\n'
COMMAND = [sys.executable, "-m", "minutebook"]
#: A step of C that takes for ever and lets Python's signal handlers wait. It says "ready" when it's in it: the other
#: thread can't run before the step gives up the interpreter's lock.
STUCK = """
import sys, threading
from hashlib import pbkdf2_hmac
from pathlib import Path
from minutebook.machine.interrupting import begin, ends_on_interrupt
for name in sys.argv[1:]:
    begin(Path(name))
sys.setswitchinterval(1000)
gate = threading.Event()
threading.Thread(target=lambda: (gate.wait(), print("ready", flush=True))).start()
with ends_on_interrupt():
    gate.set()
    pbkdf2_hmac("sha256", b"", b"", (1 << 31) - 1)
"""


@pytest.fixture(autouse=True)
def interrupts_come_through() -> Iterator[None]:
    """Shells have what runs in the background ignore Ctrl-C, which every program inherits that the tests start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_that_reads_stops_and_leaves_nothing(number: signal.Signals, code: int, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    run = subprocess.Popen(
        [*COMMAND, "timeline", "-", "-o", tmp_path / "timeline.csv"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path), "TMPDIR": str(tmp_path / "temporary")},
    )  # fmt: skip
    assert run.stdin
    run.stdin.write(LINE * 40_000)  # more than a pipe holds: when it's written, it's being read
    run.stdin.flush()
    run.send_signal(number)
    out, err = run.communicate(timeout=60)
    assert (run.returncode, out, err) == (code, b"", b"minutebook: interrupted\n")
    assert [path for path in tmp_path.rglob("*") if path.name != "temporary"] == []


def test_a_step_that_python_cannot_interrupt_is_ended_and_what_is_unfinished_removed(tmp_path: Path) -> None:
    half, folder = tmp_path / ".half.tmp", tmp_path / "spilled"
    half.write_text("half of it")
    folder.mkdir()
    (folder / "0.arrow").write_text("")
    run = subprocess.Popen(
        [sys.executable, "-c", STUCK, half, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert run.stdout and run.stdout.readline() == b"ready\n"
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (130, b"minutebook: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_it_ends_as_quietly_while_the_command_is_still_imported() -> None:
    told = (
        "import os, signal; from minutebook.machine.interrupting import end_before_beginning; end_before_beginning(); "
    )
    run = subprocess.run(
        [sys.executable, "-c", told + "os.kill(os.getpid(), signal.SIGINT); print('goes on')"],
        capture_output=True, text=True, env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "minutebook: interrupted\n")
