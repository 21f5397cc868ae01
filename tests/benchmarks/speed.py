"""Times whole processes on the same logs, in turn: minutebook, and peers that are asked for a part of what it tells.

    python tests/benchmarks/speed.py [LINES] [RUNS] [FILES]

It makes an access log and JSON lines of LINES (default a million) by `make_logs`, half an access log, the same access log
in FILES (2,000), and a log of LINES of each further kind, in a temporary folder. Peers: DuckDB with a query written for the very log (requests, errors
and distinct users a minute), lnav with the same in its SQL, GoAccess; those that aren't installed stay empty. Each
process is run once to warm up and then RUNS times (default 3), all in turn; printed are medians, and ratios to
DuckDB's and lnav's medians of the same table.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

MAKE = Path(__file__).with_name("make_logs.py")
#: Kinds that no peer is asked of.
FURTHER = ("logfmt", "csv", "cri", "syslog")
DUCKDB_ACCESS = r"""
SELECT date_trunc('minute', strptime(g.t, '%d/%b/%Y:%H:%M:%S %z')) AS m, count(*), count(*) FILTER (g.s >= '500'),
       count(DISTINCT g.c || g.a)
FROM (SELECT regexp_extract(line, '^(\S+) \S+ \S+ \[([^\]]+)\] "[^"]*" (\d{3}) \S+ "[^"]*" "([^"]*)"', ['c', 't', 's', 'a']) AS g
      FROM read_csv('FILE', columns = {'line': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = false,
                    auto_detect = false))
GROUP BY m ORDER BY m"""
DUCKDB_JSON = """
SELECT date_trunc('minute', "time") AS m, count(*), count(*) FILTER (status >= 500), count(DISTINCT user_id)
FROM read_json('FILE', format = 'newline_delimited',
               columns = {'time': 'TIMESTAMP', 'status': 'INTEGER', 'user_id': 'VARCHAR'})
GROUP BY m ORDER BY m"""
LNAV_ACCESS = (
    ";SELECT timeslice(log_time, '1m') AS m, count(*), sum(sc_status >= 500), count(DISTINCT c_ip || cs_user_agent)"
    " FROM access_log GROUP BY m"
)


class Task(NamedTuple):
    """One process to time."""

    log: str
    name: str
    command: tuple[str, ...]


class Figures(NamedTuple):
    """What one run took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def list_tasks(folder: Path) -> list[Task]:
    """What is timed, in the order of a round."""
    tasks = []
    for log in ("access", "half", "files", "json", *FURTHER):
        path = folder / log
        book = [sys.executable, "-m", "minutebook", "reconstruct", str(path), "-o", str(folder / f"{log}.book")]
        tasks.append(Task(log, "minutebook reconstruct", tuple(book)))
        if log in ("access", "json"):
            query = (DUCKDB_ACCESS if log == "access" else DUCKDB_JSON).replace("FILE", str(path))
            tasks.append(
                Task(
                    log,
                    "DuckDB, the query alone",
                    (sys.executable, "-c", f"import duckdb; duckdb.sql({query!r}).fetchall()"),
                )
            )
    if shutil.which("lnav"):
        tasks.append(Task("access", "lnav, the query alone", ("lnav", "-n", "-c", LNAV_ACCESS, str(folder / "access"))))
    if shutil.which("goaccess"):
        command = ("goaccess", str(folder / "access"), "--log-format=COMBINED", "-o", str(folder / "goaccess.json"))
        tasks.append(Task("access", "GoAccess", command))
    return tasks


def run(task: Task) -> Figures:
    """Time one run of a whole process."""
    # As installed programs have it, byte code is kept from one run to the next.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.monotonic()
    process = subprocess.Popen(task.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{task.name} on {task.log} ended with {process.returncode}")
    return Figures(time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def print_table(done: Mapping[Task, Sequence[Figures]], sizes: Mapping[str, float], files: int) -> None:
    """One row a process: medians, speed, and how many times the peers' medians they are."""
    medians = {task: Figures(*map(statistics.median, zip(*runs, strict=True))) for task, runs in done.items()}
    peers = {(task.log, task.name.split(",")[0]): figures for task, figures in medians.items()}
    print(
        f"{'log':8}{'MB':>6}  {'process':26}{'wall s':>8}{'CPU s':>8}{'MB/s':>7}{'peak MB':>9}{'× DuckDB':>10}{'× lnav':>8}"
    )
    for task, each in medians.items():
        ratios = ""
        for peer, width in (("DuckDB", 10), ("lnav", 8)):
            other = peers.get((task.log, peer))
            ratios += f"{each.wall_s / other.wall_s:{width}.2f}" if other else " " * width
        size = sizes[task.log]
        print(f"{task.log:8}{size:6.0f}  {task.name:26}{each.wall_s:8.2f}{each.cpu_s:8.2f}{size / each.wall_s:7.0f}"
              f"{each.peak_mb:9.0f}{ratios}")  # fmt: skip
    ours = {task.log: figures for task, figures in medians.items() if task.name.startswith("minutebook")}
    print(f"twice the input takes {ours['access'].wall_s / ours['half'].wall_s:.2f} times as long;"
          f" {files:,} files {ours['files'].wall_s / ours['access'].wall_s:.2f} times as long as one")  # fmt: skip


def main(lines: int = 1_000_000, runs: int = 3, files: int = 2000) -> None:
    """Make the logs, run all tasks in turn, print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, count, log, parts in (
            ("access", lines, "access", 1), ("access", lines // 2, "half", 1), ("access", lines, "files", files),
            ("json", lines, "json", 1), *((kind, lines, kind, 1) for kind in FURTHER),
        ):  # fmt: skip
            # In a process of its own: what this one has used is the least peak that its children's show.
            subprocess.run(
                [sys.executable, str(MAKE), kind, str(count), str(folder / log), "--files", str(parts)], check=True
            )
        logs = {log: folder / log for log in ("access", "half", "files", "json", *FURTHER)}
        paths = {log: list(path.iterdir()) if path.is_dir() else [path] for log, path in logs.items()}
        sizes = {log: sum(path.stat().st_size for path in files_of) / 1e6 for log, files_of in paths.items()}
        done: dict[Task, list[Figures]] = {task: [] for task in list_tasks(folder)}
        for number in range(runs + 1):
            for task, figures in done.items():
                found = run(task)
                if number:
                    figures.append(found)
        print_table(done, sizes, files)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
