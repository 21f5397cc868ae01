"""what an engine is handed to make the events of each source count: settled on one clock, by known services."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa


class Settle(Protocol):
    """(source, events as read) → events as they count."""

    def __call__(self, source: str, table: pa.Table) -> pa.Table:
        """A batch of a source's events, settled."""

    def how(self, source: str) -> object:
        """Equal for sources whose events are settled alike."""
