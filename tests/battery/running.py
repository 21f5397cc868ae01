"""A case → its outcome: minutebook in a child of its own, with its time and its peak memory measured.

The child is forked from a parent that has imported everything, so that a case costs what minutebook does and not
what starting Python does; ``cold`` starts the command anew for each case, as a shell would.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from case import Case, Outcome, write
from holding import MOST_SECONDS, find_problems, fingerprint

_CUT_SECONDS = 3 * MOST_SECONDS  # a case is stopped then
_MOST_ADDRESS_SPACE = 16 << 30  # bytes; a runaway must not take the machine with it


def run_case(case: Case, folder: Path, *, cold: bool = False) -> tuple[Outcome, list[str]]:
    """Write the case's files into ``folder``, run minutebook on them, and say what is wrong."""
    evidence, book = folder / "evidence", folder / "book"
    evidence.mkdir()
    for name, content in case.files.items():
        write(evidence / name, content)
    before = {} if case.may_change else fingerprint(evidence)
    arguments = [word.format(evidence=evidence, book=book, folder=folder) for word in case.arguments]
    outcome = _run(case, arguments, folder, cold=cold)
    problems = list(_describe_errors(find_problems(case, outcome)))
    if before and fingerprint(evidence) != before:
        problems.append("the evidence was touched")
    return outcome, problems


def _describe_errors(problems: Iterator[str]) -> Iterator[str]:
    try:
        yield from problems
    except Exception as error:  # an output so broken that it can't be looked at
        yield f"{type(error).__name__} while looking at the outputs: {error}"


def _run(case: Case, arguments: list[str], folder: Path, *, cold: bool) -> Outcome:
    out_read, out_write = os.pipe()
    err_read, err_write = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            _child(case, arguments, (out_write, err_write), cold)
        os._exit(99)
    os.close(out_write)
    os.close(err_write)
    if case.beside is not None:
        threading.Thread(target=case.beside, args=(folder, pid), daemon=True).start()
    stdout, stderr = _read_all(out_read, err_read, start, pid)
    _, status, usage = os.wait4(pid, 0)
    # Of the processor: a machine that is busy otherwise makes no case slow, and one that hangs is stopped.
    seconds = usage.ru_utime + usage.ru_stime
    code = os.waitstatus_to_exitcode(status)
    text = [part.decode("utf-8", "surrogateescape") for part in (stdout, stderr)]
    ledger = folder / "book" / "ledger.json"
    return Outcome(
        code, text[0], text[1], seconds, usage.ru_maxrss / 1024, folder / "evidence", folder / "book",
        json.loads(ledger.read_text("utf-8")) if ledger.is_file() and code in (0, 3) else None,
    )  # fmt: skip


def _read_all(out: int, err: int, start: float, pid: int) -> tuple[bytes, bytes]:
    parts: dict[int, list[bytes]] = {out: [], err: []}
    left = {out, err}
    while left:
        remaining = start + _CUT_SECONDS - time.monotonic()
        ready, _, _ = select.select(left, [], [], max(remaining, 0))
        if not ready:
            os.kill(pid, signal.SIGKILL)
            parts[err].append(b"stopped by the battery")
            break
        for stream in ready:
            block = os.read(stream, 1 << 16)
            if block:
                parts[stream].append(block)
            else:
                left.discard(stream)
    for stream in (out, err):
        os.close(stream)
    return b"".join(parts[out]), b"".join(parts[err])


def _child(case: Case, arguments: list[str], streams: tuple[int, int], cold: bool) -> None:
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have those in the background ignore it
    os.environ.update(case.environment)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESS_SPACE, resource.getrlimit(resource.RLIMIT_AS)[1]))
    read, write_end = os.pipe()
    if case.stdin is not None:
        with contextlib.suppress(BlockingIOError):
            os.set_blocking(write_end, False)
            os.write(write_end, case.stdin)
    os.close(write_end)
    for stream, place in ((read, 0), (streams[0], 1), (streams[1], 2)):
        os.dup2(stream, place)
    os.closerange(3, 256)
    # Whoever tests may have put other streams into the place of these.
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    if case.before is not None:
        case.before()
    if cold:
        os.execv(sys.executable, [sys.executable, "-m", "minutebook", *arguments])
    os._exit(call_main(arguments))


def call_main(arguments: list[str]) -> int:
    """The command within this process; gives its exit code, flushing what it printed."""
    from minutebook.cli import main

    try:
        main.main(arguments, prog_name="minutebook")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    return code


def import_everything() -> None:
    """What a run of minutebook imports, so that forked children needn't."""
    import duckdb
    import matplotlib.backends.backend_svg
    import matplotlib.figure
    import pandas
    import pyarrow.parquet

    import minutebook.cli
    import minutebook.outputs.plots.overview
    import minutebook.outputs.terminal
    import minutebook.verbs

    _ = (duckdb, matplotlib, pandas, pyarrow, minutebook)


def without_rights() -> None:
    """Give up root's right to pass over permissions, so that they are felt; others haven't got it."""
    if os.getuid() == 0:
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the third version of Linux' capabilities, of this process
        nothing = (ctypes.c_uint32 * 6)()
        if ctypes.CDLL(None, use_errno=True).capset(header, nothing):
            raise OSError(ctypes.get_errno(), "capset")


def with_few_files(count: int) -> Callable[[], None]:
    """Lower how many files may be open at a time."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
