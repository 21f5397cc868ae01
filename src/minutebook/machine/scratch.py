"""tables that don't fit into memory → files in a temporary folder; a full or closed disk is told as that."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from minutebook.errors import MinutebookError


def make_folder() -> Path:
    """A new temporary folder; raises `MinutebookError` where none can be made."""
    with _telling():
        return Path(tempfile.mkdtemp(prefix="minutebook-"))


def write_table(table: pa.Table, path: Path) -> None:
    """The table as an Arrow file; raises `MinutebookError` where it can't be written."""
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with _telling(), pa.ipc.new_file(path, table.schema, options=options) as file:
        file.write_table(table)


def append_rows(rows: np.ndarray, path: Path) -> None:
    """The rows behind those that the file has already; raises `MinutebookError` where it can't be written."""
    with _telling(), path.open("ab") as file:
        file.write(rows.tobytes())


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MinutebookError(
            f"temporary files can't be written: {_name(error)}",
            where=_find_place(),
            do="make room there, or name another folder by the environment variable TMPDIR",
        ) from error


def _name(error: OSError) -> str:
    """The system's words, of which Arrow tells more."""
    return os.strerror(error.errno) if error.errno else str(error)


def _find_place() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:
        return "temporary folder"
