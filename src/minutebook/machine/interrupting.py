"""Ctrl-C, or being told to terminate → the command ends within a second, and nothing half made stays behind.

Python raises `KeyboardInterrupt` between two of its own steps; a long step of Arrow or DuckDB would have to end
first. So a thread hears of the signal as well: where the command hasn't ended by itself soon after, it removes
what is unfinished and ends the process.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: As shells tell that Ctrl-C ended a command, or SIGTERM.
INTERRUPTED, TERMINATED = 130, 143
_GRACE_S = 0.3
_unfinished: set[Path] = set()


class _Ending:
    """What the command and the thread tell each other."""

    def __init__(self) -> None:
        self.has_come = threading.Event()
        self.code = INTERRUPTED
        self._lock, self._is_told = threading.Lock(), False

    def tell(self) -> None:
        """One line of error, once, whoever is first."""
        with self._lock, suppress(OSError, ValueError):
            if not self._is_told:
                over_bar = "\r\x1b[K" if sys.stderr.isatty() else ""
                print(f"{over_bar}minutebook: interrupted", file=sys.stderr, flush=True)
            self._is_told = True


def begin(path: Path) -> None:
    """From now on ``path`` (a file or a folder) is removed should Ctrl-C end the process."""
    _unfinished.add(path)


def finish(path: Path) -> None:
    """``path`` is whole, or gone."""
    _unfinished.discard(path)


def end_before_beginning() -> None:
    """From now on, until `ends_on_interrupt`, Ctrl-C ends the process as quietly: nothing is begun yet."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end_unbegun)


def _end_unbegun(number: int, frame: object) -> None:
    _Ending().tell()
    os._exit(INTERRUPTED)


@contextmanager
def ends_on_interrupt() -> Iterator[None]:
    """While the block runs, Ctrl-C and SIGTERM end the process with code 130 or 143 and one line of error, whatever it's doing."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears of signals
        return
    if signal.getsignal(signal.SIGINT) is _end_unbegun:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    is_ours = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    hears, tells = socket.socketpair()
    tells.setblocking(False)
    ending = _Ending()

    def terminate(number: int, frame: object) -> None:
        ending.code = TERMINATED
        raise KeyboardInterrupt

    if is_ours:
        signal.signal(signal.SIGTERM, terminate)
    before = signal.set_wakeup_fd(tells.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(hears, ending), daemon=True).start()
    try:
        yield
        ending.has_come.set()
    except KeyboardInterrupt:
        # The thread goes on waiting: what Python does at its end, such as joining threads, may take long too.
        ending.tell()
        raise SystemExit(ending.code) from None
    except BaseException:
        ending.has_come.set()
        raise
    finally:
        signal.set_wakeup_fd(before)
        if is_ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        tells.close()


def _wait(hears: socket.socket, ending: _Ending) -> None:
    with hears:
        while heard := hears.recv(64):
            if signal.SIGTERM in heard:
                ending.code = TERMINATED
            if signal.SIGINT in heard or signal.SIGTERM in heard:
                ending.tell()
                if not ending.has_come.wait(_GRACE_S):
                    _leave(ending.code)


def _leave(code: int) -> None:
    for path in list(_unfinished):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    os._exit(code)
