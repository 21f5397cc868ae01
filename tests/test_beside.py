"""A process beside this one calls what it's told; where it can't be had, the result is the same."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from minutebook.book import reconstruct, save_book
from minutebook.cli import main
from minutebook.machine.beside import starts_beside
from minutebook.outputs.plots import pictures
from minutebook.outputs.plots.overview.scene import Look
from minutebook.outputs.plots.pictures import draws_beside
from minutebook.settings.config import Config

LOG = '203.0.113.9 - - [23/Nov/2026:09:{:02d}:04 +0000] "GET /items HTTP/1.1" {} 157 "-" "curl/8.5.0"\n'


def test_a_call_is_made_in_another_process_which_is_gone_at_the_end() -> None:
    with starts_beside("os:getpid") as call:
        first, second = call(), call()
        assert first() == second() != os.getpid()
        pid = first()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_interrupt_ends_the_process_amid_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    with pytest.raises(KeyboardInterrupt), starts_beside("collections:deque") as call:
        call(itertools.repeat(None, 2_000_000_000), 0)  # many seconds of work
        raise KeyboardInterrupt
    (process,) = started
    assert process.returncode == -signal.SIGKILL  # it didn't finish first, and is no zombie


def test_nothing_is_left_of_it_where_the_block_fails_or_nothing_is_asked() -> None:
    before = threading.active_count()
    with pytest.raises(KeyError), starts_beside("os:getpid"):
        raise KeyError
    with starts_beside("os:getpid"):
        pass
    assert threading.active_count() == before


@pytest.mark.parametrize("program", ["", "/no/such/program", "false"])
def test_where_no_process_can_be_had_it_is_called_here(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which(program) or program)
    with starts_beside("os:getpid") as call:
        assert call()() == os.getpid()


def test_an_error_is_raised_to_whoever_asked() -> None:
    with starts_beside("builtins:int") as call, pytest.raises(ValueError, match="'nine'"):
        call("nine")()


def test_what_lies_in_the_folder_of_the_evidence_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pickle", "subprocess", "pandas", "matplotlib", "numpy", "minutebook"):
        (tmp_path / f"{name}.py").write_text("open('executed', 'w')")
    monkeypatch.chdir(tmp_path)
    with starts_beside("os:getpid") as call:
        assert call()() != os.getpid()
    assert not (tmp_path / "executed").exists()


def test_a_book_drawn_beside_has_the_bytes_of_one_drawn_here(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text("".join(LOG.format(n // 5, 500 if 100 < n < 140 else 200) for n in range(290)))
    here, beside = tmp_path / "here", tmp_path / "beside"
    save_book(reconstruct([log], Config()), here)
    with draws_beside() as draw_in:
        save_book(reconstruct([log], Config(), draw=draw_in(Look())), beside)
    assert [p.name for p in sorted(here.iterdir())] == [p.name for p in sorted(beside.iterdir())]
    assert all(p.read_bytes() == (beside / p.name).read_bytes() for p in here.iterdir())


@pytest.mark.parametrize(("name", "drawn"), [("report.md", 0), ("report.html", 1)])
def test_a_report_without_pictures_has_none_drawn(
    name: str, drawn: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []
    starts = pictures.starts_beside
    monkeypatch.setattr(pictures, "starts_beside", lambda *wanted: begun.append(wanted) or starts(*wanted))
    (tmp_path / "a.log").write_text("2026-11-23T09:08:04Z ERROR no stock\n" * 9)
    result = CliRunner().invoke(main, ["report", str(tmp_path / "a.log"), "-o", str(tmp_path / name)])
    assert (result.exit_code, len(begun)) == (0, drawn)
