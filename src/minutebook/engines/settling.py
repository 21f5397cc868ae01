"""the function that an engine applies to events as read: it puts them on one clock and fills in services and users."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa


class Settle(Protocol):
    """(source, events as read) → events as they count."""

    def __call__(self, source: str, table: pa.Table) -> pa.Table:
        """A batch of a source's events, settled."""

    def how(self, source: str) -> object:
        """A value that is equal for sources whose events are settled alike."""
