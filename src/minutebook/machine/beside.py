"""a function of ours → called in a process beside this one, which got ready for it while this one did something else.

What takes long to import holds Python's lock meanwhile; another process does it on a core that has nothing to do yet.
Where that process can't be had, or fails, the function is called here: what it gives is the same.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from minutebook.machine.allocation import keep_freed_memory
from minutebook.machine.threads import start_threads

#: The arguments of a call → what waits for its result.
Call = Callable[..., Callable[[], Any]]


@contextmanager
def starts_beside(name: str, *before: str) -> Iterator[Call]:
    """While the block runs, a process waits to call ``"module:function"``; at the end it's gone, whatever happened.

    To get ready it calls what is named to come ``before``, then the function itself without arguments, which has to be
    harmless. A call begins when it's made; arguments and result are what pickle takes.
    """
    process = _start(*before, name)
    if process is None:
        yield lambda *what: lambda: _find(name)(*what)
        return
    with process, start_threads(1) as pool:

        def call(*what: Any) -> Callable[[], Any]:
            asked = pool.submit(_exchange, process, what)
            return lambda: _take(asked, name, what)

        try:
            yield call
        finally:
            process.kill()
            with suppress(OSError):  # it may hold a question that nobody reads any more
                process.stdin.close()  # type: ignore[union-attr]


def _start(*names: str) -> subprocess.Popen[bytes] | None:
    if not sys.executable or (os.cpu_count() or 1) < 2:
        return None
    with suppress(OSError):
        # -P: of what lies in the folder of the evidence nothing is imported.
        return subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, *names],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    return None


def _exchange(process: subprocess.Popen[bytes], what: tuple[Any, ...]) -> Any:
    assert process.stdin and process.stdout
    pickle.dump(what, process.stdin)
    process.stdin.flush()
    return pickle.load(process.stdout)


def _take(asked: Future[Any], name: str, what: tuple[Any, ...]) -> Any:
    try:
        return asked.result()
    except (OSError, EOFError, ValueError, pickle.PickleError):
        return _find(name)(*what)


def _find(name: str) -> Callable[..., Any]:
    module, function = name.split(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def _serve(names: Sequence[str]) -> None:
    for name in names:
        function = _find(name)
        function()
    with suppress(EOFError):  # whoever asks has ended
        while True:
            pickle.dump(function(*pickle.load(sys.stdin.buffer)), sys.stdout.buffer)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    keep_freed_memory()
    _serve(sys.argv[1:])
