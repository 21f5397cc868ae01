"""The threads that work is handed to: as many as help, and where one thing fails the rest isn't begun."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module

THREADS = 2


@contextmanager
def start_threads(count: int = THREADS) -> Iterator[ThreadPoolExecutor]:
    """A pool; at the end, after an error or Ctrl-C, what still waits in it is dropped."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def import_ahead(*names: str) -> None:
    """Import modules that are only needed in the end, while other work goes on; whoever needs them waits for them."""
    threading.Thread(target=lambda: [import_module(name) for name in names], daemon=True).start()
