"""DuckDB in memory, opened once in a process: to open one takes longer than to ask it of most batches."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def open_database() -> duckdb.DuckDBPyConnection:
    """A connection of the caller's own, for one thread and without further ones; to be closed."""
    return _open().cursor()


@cache
def _open() -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(config={"threads": 1})
