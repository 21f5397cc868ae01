"""where the work is done: on threads of this machine or as tasks on Dask, with the same functions and the same book.

An engine reads sources, keeps their events where it likes, and applies functions to them, batch by batch. Only small
things come back: accounts, samples, summaries.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import pyarrow as pa

from minutebook.clocks import ClockSample
from minutebook.engines.local import open_local
from minutebook.engines.settling import Settle
from minutebook.errors import MinutebookError, suggest
from minutebook.reading import ReadingContext
from minutebook.reading.account import Account
from minutebook.settings.rules import Rules
from minutebook.sources import Source
from minutebook.summary import Summary

T = TypeVar("T")
#: What `open_engine` takes.
ENGINES = ("local", "dask")


class Engine(Protocol):
    """Reads sources, and keeps their events in batches."""

    sample: ClockSample  #: ids of all events that were read; may be empty for a single source
    has_ids: bool  #: whether any event that was read has an id; True where that isn't known

    def read(self, sources: Sequence[Source], context: ReadingContext) -> list[Account]:
        """Read sources and keep their events; their accounts, in the order of the sources."""

    def map(
        self, function: Callable[[str, pa.Table], T], among: Sequence[str] | None = None
    ) -> Iterator[tuple[str, T]]:
        """(source, ``function`` of its name and a batch) for each batch of all sources, or of some; in order."""

    def map_all(self, function: Callable[[pa.Table], T]) -> Iterator[T]:
        """``function`` of each table of events, whichever sources they are from."""

    def settle(self, settle: Settle) -> Iterator[pa.Table]:
        """All events after ``settle``; those of each source in order."""

    def drop(self, sources: Collection[str]) -> None:
        """Forget all events of some sources."""

    def drop_rows(self, source: str, rows: pa.Array) -> None:
        """Forget those of a source's events whose position among them is in ``rows``."""

    def summarise(self, settle: Settle, rules: Rules) -> Summary:
        """One Summary of all events after ``settle``."""


@contextmanager
def open_engine(name: str = "local", scheduler: str | None = None) -> Iterator[Engine]:
    """The engine of that name. ``scheduler`` is the address of Dask's; without it its active client is used.

    Raises `MinutebookError` where the name isn't known, Dask isn't installed or its scheduler doesn't answer.
    """
    if name not in ENGINES:
        raise MinutebookError(f"no such engine: {name}", where="engine", do=suggest(name, ENGINES))
    if name == "local" and scheduler is not None:
        raise MinutebookError("is Dask's", where="scheduler", do="say engine dask as well")
    if name == "local":
        with open_local() as engine:
            yield engine
    else:
        from minutebook.engines.cluster import open_cluster

        with open_cluster(scheduler) as engine:
            yield engine
