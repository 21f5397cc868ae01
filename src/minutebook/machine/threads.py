"""The threads that work is handed to: as many as help, and where one thing fails the rest isn't begun."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
THREADS = 2


@contextmanager
def start_threads(count: int = THREADS) -> Iterator[ThreadPoolExecutor]:
    """A pool; at the end, after an error or Ctrl-C, what still waits in it is dropped."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def map_ahead(
    pool: Executor, function: Callable[[Item], Result], items: Iterable[Item], ahead: int = THREADS
) -> Iterator[Result]:
    """What the function makes of each item, in order; so many more are worked at while one is waited for."""
    waiting: collections.deque[Future[Result]] = collections.deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def begin_ahead(pool: Executor, items: Iterator[Item], count: int = THREADS) -> Iterator[Item]:
    """The same items, of which a thread makes the first ones at once, before anybody waits for them."""
    begun = pool.submit(list, islice(items, count))

    def go_on() -> Iterator[Item]:
        yield from begun.result()
        yield from items

    return go_on()


def import_ahead(*names: str) -> None:
    """Import modules that are only needed in the end, while other work goes on; whoever needs them waits for them."""
    threading.Thread(target=lambda: [import_module(name) for name in names], daemon=True).start()
