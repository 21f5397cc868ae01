"""where the work is done: an engine reads sources and applies functions to their events; the same functions on each.

It keeps the events wherever it likes, in batches. What comes back is small: accounts, samples, summaries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import pyarrow as pa

from minutebook.account import Account
from minutebook.clocks import ClockSample
from minutebook.engines.local import open_local
from minutebook.reading import Settings
from minutebook.rules import Rules
from minutebook.sources import Source
from minutebook.summary import Summary

T = TypeVar("T")


class Engine(Protocol):
    """Sources read, and their events kept in batches."""

    sample: ClockSample  #: ids of all events that were read

    def read(self, sources: Sequence[Source], settings: Settings) -> list[Account]:
        """Read sources and keep their events; their accounts, in the order of the sources."""

    def map(
        self, function: Callable[[str, pa.Table], T], among: Sequence[str] | None = None
    ) -> Iterator[tuple[str, T]]:
        """(source, what ``function`` makes of its name and a batch), of all sources or of some; batches in order."""

    def drop(self, source: str, rows: pa.Array | None = None) -> None:
        """Forget a source's events, or those whose position among its events is in ``rows``."""

    def summarise(self, settle: Callable[[str, pa.Table], pa.Table], rules: Rules) -> Summary:
        """One Summary of all events, each batch as ``settle`` makes it."""


@contextmanager
def open_engine() -> Iterator[Engine]:
    """The engine of this machine."""
    with open_local() as engine:
        yield engine
