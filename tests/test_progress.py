"""Progress: bytes, rate and time left on a terminal, for whoever waits; nothing in a pipe; every byte is told once."""

from __future__ import annotations

import fcntl
import gzip
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

import minutebook as mb
from minutebook import gathering
from minutebook.machine.progress import Tell, show_progress
from minutebook.reading import parts

LINES = [
    f'192.0.2.1 - u{i % 9} [23/Nov/2026:{9 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02} +0000] "GET /a HTTP/1.1" 200 1 "-" "x"\n'
    for i in range(7200)
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_bytes_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with show_progress(50_000_000, delay_s=1e-9) as tell:
        for _ in range(4):
            tell(10_000_000)
        shown = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert "reading" in shown and "50.0M" in shown and "B/s" in shown
    assert shown.split("<")[1].strip()  # what's left


def test_a_notebook_shows_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with show_progress(100, delay_s=1e-9) as tell:
        tell(50)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
    shell = SimpleNamespace(kernel=object(), config={})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    with show_progress(100, delay_s=1e-9) as tell:
        tell(50)
    assert "reading:  50%" in sys.stderr.getvalue()  # type: ignore[attr-defined]


def test_a_run_that_is_over_at_once_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with show_progress(100) as tell:
        tell(100)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def test_a_pipe_gets_nothing_and_tqdm_is_not_even_imported(tmp_path: Path) -> None:
    (tmp_path / "edge-1.access.log").write_text("".join(LINES))
    code = (
        "import sys, minutebook.machine.progress as p; p._DELAY_S = 0; from minutebook.cli import main;"
        "main(standalone_mode=False); print('tqdm' in sys.modules, file=sys.stderr)"
    )
    run = [sys.executable, "-c", code, "minutes", str(tmp_path), "-o", str(tmp_path / "m.csv")]
    done = subprocess.run(
        run, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ":".join(sys.path)}, check=True
    )
    assert done.stderr.endswith("False\n")
    assert "\r" not in done.stderr and "reading" not in done.stderr


def test_a_real_terminal_is_left_clean(tmp_path: Path) -> None:
    (tmp_path / "edge-1.access.log").write_text("".join(LINES))
    code = (
        "import minutebook.machine.progress as p; show = p.show_progress; "
        "import minutebook.gathering as g; g.show_progress = lambda total: show(total, delay_s=1e-9); "
        "from minutebook.cli import main; main()"
    )
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    run = subprocess.Popen(
        [sys.executable, "-c", code, "minutes", str(tmp_path), "-o", str(tmp_path / "m.csv")],
        stderr=theirs, env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    os.close(theirs)
    shown = b"".join(iter(lambda: read_terminal(ours), b"")).decode()
    os.close(ours)
    assert run.wait() == 0
    assert "\rreading: 100%" in shown
    assert "reading" not in shown.rpartition("\r")[2]


def read_terminal(handle: int) -> bytes:
    try:
        return os.read(handle, 4096)
    except OSError:  # its other end is closed
        return b""


@pytest.mark.parametrize("since", [None, "-10m"])
def test_every_byte_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, since: str | None) -> None:
    (tmp_path / "edge-1.access.log").write_text("".join(LINES))
    (tmp_path / "edge-2.access.log.gz").write_bytes(gzip.compress("".join(LINES).encode()))
    (tmp_path / "sys-1.log").write_text(
        "".join(f"Nov 23 09:{i // 60:02}:{i % 60:02} db-1 cron[7]: run {i}\n" for i in range(900))
    )
    monkeypatch.setattr(parts, "SMALLEST", 64 << 10)
    monkeypatch.setattr(parts, "_WINDOWS", (2 << 10, 64 << 10))
    monkeypatch.setattr(parts, "_NEAR", 16 << 10)
    monkeypatch.setattr(parts, "_PLACES", 8)
    told: list[int] = []
    totals: list[int | None] = []

    @contextmanager
    def listen(total: int | None) -> Iterator[Tell]:
        totals.append(total)
        yield told.append

    monkeypatch.setattr(gathering, "show_progress", listen)
    book = mb.reconstruct(tmp_path, since=since)
    assert any(source["read"] for source in book.ledger["sources"]) == (since is not None)
    assert totals == [sum(told)] == [sum(path.stat().st_size for path in tmp_path.iterdir())]
