"""On Dask, with real processes: the same bytes as on this machine, also where a worker is lost in mid-run."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster

import minutebook as mb
from minutebook.book import make_book, save_book
from minutebook.cli import main
from minutebook.engines import cluster, open_engine
from minutebook.gathering import gather
from minutebook.settings.config import Config

HOUR = range(2000)
TRACE = '  File "shop/pay.py", line 7, in pay\n    raise Refused("no card")\nRefused: no card\n'


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as workers, Client(workers) as client:
        yield client


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PART_BYTES", 25_000)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of every kind that is read differently: in parts, with tracebacks, mixed, packed, without a year, copied."""
    folder = tmp_path_factory.mktemp("evidence")
    clock = [f"{9 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}" for i in HOUR]
    edge = [
        f'192.0.2.{i % 99} - u{i % 50} [23/Nov/2026:{clock[i]} +0000] "GET /a HTTP/1.1" {500 if 900 < i < 1200 and i % 3 else 200} 1 "-" "x" rt=0.01 rid=r{i:06}\n'
        for i in HOUR
    ]
    app = [
        f"2026-11-23 {clock[i]},120 {'ERROR no card' if i % 40 == 0 else 'INFO paid'} trace_id=r{i:06}\n{TRACE if i % 40 == 0 else ''}"
        for i in HOUR
    ]
    # In mid-file another program writes: which formats that may be is looked for in all that is read at once.
    mixed = [*edge[:1000], *(f"nobody knows line {i} either\n" for i in range(60)), *edge[1000:]]
    (folder / "edge-1.access.log").write_text("".join(edge))
    (folder / "edge-1.access.log.1.gz").write_bytes(gzip.compress("".join(edge[:900]).encode()))
    (folder / "app-1.log").write_text("nobody knows this line\n" + "".join(app))
    (folder / "job-1.log").write_text("".join(mixed))
    (folder / "sys-1.log").write_text("".join(f"Nov 23 {clock[i]} db-1 cron[7]: run {i}\n" for i in HOUR))
    (folder / "deploys.csv").write_text("time,service,version,status\n2026-11-23T09:14:00Z,shop,7,success\n")
    return folder


@pytest.fixture(scope="module")
def here(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The book as it's made on this machine."""
    return save(mb.reconstruct(evidence), tmp_path_factory.mktemp("here"))


def save(book: Any, folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in save_book(book, folder)}


def test_the_book_has_the_same_bytes(client: Client, evidence: Path, here: dict[str, bytes], tmp_path: Path) -> None:
    assert save(mb.reconstruct(evidence, engine="dask"), tmp_path) == here


def test_the_events_are_the_same(client: Client, evidence: Path) -> None:
    pd.testing.assert_frame_equal(mb.read(evidence, engine="dask"), mb.read(evidence))


def test_what_a_killed_worker_held_is_made_again(
    client: Client, evidence: Path, here: dict[str, bytes], tmp_path: Path
) -> None:
    config = Config()
    with open_engine("dask") as engine:
        gathered = gather([evidence], config, engine)
        pieces = Counter(source for piece in engine._pieces for source in piece.rows)  # type: ignore[attr-defined]
        workers = client.run(os.getpid)
        held = client.has_what()
        lost = max(workers, key=lambda worker: len(held.get(worker, ())))
        assert held[lost]
        os.kill(workers[lost], signal.SIGKILL)
        summary = gathered.summarise(config)
        book = make_book(summary, gathered.resolutions, config, gathered.clock_errors, gathered=gathered)
    assert save(book, tmp_path) == here
    # Large logs in parts; those that change in mid-file, lack the year or are packed whole.
    assert pieces["edge-1.access.log"] > 5 and pieces["app-1.log"] > 3
    assert pieces["job-1.log"] == pieces["sys-1.log"] == pieces["edge-1.access.log.1.gz"] == 1


def test_the_command_takes_a_scheduler_and_a_span(client: Client, evidence: Path) -> None:
    log = str(evidence / "edge-1.access.log")
    far = ["--engine", "dask", "--scheduler", client.scheduler.address]
    said = [CliRunner().invoke(main, ["minutes", log, "--since", "-10m", *more]) for more in (far, [])]
    assert [each.exit_code for each in said] == [0, 0]
    assert said[0].stdout == said[1].stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--engine", "spark"], "no such engine: spark; use one of local, dask"),
        (["--scheduler", "tcp://127.0.0.1:1"], "say engine dask as well"),
        (["--engine", "dask", "--scheduler", "nonsense://x"], "nonsense://x: no scheduler answers there"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(evidence: Path, words: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["minutes", str(evidence), *words])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert said in result.stderr


def test_without_the_extra_one_line_says_how_to_install_it(evidence: Path) -> None:
    code = "import sys; sys.modules['distributed'] = None; from minutebook.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "minutes", str(evidence), "--engine", "dask"],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "minutebook: engine dask: Dask isn't installed; install it: pip install 'minutebook[dask]'\n"


def test_the_local_engine_imports_no_dask(evidence: Path) -> None:
    code = "import sys, minutebook as mb; mb.minutes(sys.argv[1] + '/deploys.csv'); print(*{'dask', 'distributed'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(evidence)],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "\n")
