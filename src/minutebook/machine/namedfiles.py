"""files that the caller names (settings, formats, keys) → their bytes: they are small, and a device may never end."""

from __future__ import annotations

import os
from pathlib import Path

from minutebook.errors import MinutebookError

_MOST_BYTES = 16 << 20


def read_named(path: str | os.PathLike[str]) -> bytes:
    """The file's content; raises `OSError` as any file does, and `MinutebookError` where it's no such file."""
    with Path(path).open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise MinutebookError(
            f"is longer than {_MOST_BYTES >> 20} MiB", where=str(path), do="name the file that was meant"
        )
    return content
