"""a user's own format files → log formats and exports, before the built-in ones.

One folder may hold both: a file whose ``kind`` is deploy, change, alert, incident or note is an export format, any other
one a log format.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from minutebook.errors import FormatError
from minutebook.exports import ExportFormat, load_exports
from minutebook.logformats import LogFormat, load_formats
from minutebook.machine.namedfiles import read_named

_EXPORTS = ("deploy", "change", "alert", "incident", "note")


class Formats(NamedTuple):
    """All formats by which evidence may be read, the user's own first."""

    logs: tuple[LogFormat, ...]
    exports: Sequence[ExportFormat]


def load_all(paths: Iterable[str | Path] = ()) -> Formats:
    """The formats of files and of folders with them, then the built-in ones; raises `FormatError`."""
    logs: list[Path] = []
    exports: list[Path] = []
    for file in (file for path in paths for file in list_files(Path(path))):
        (exports if is_export(file) else logs).append(file)
    return Formats(load_formats(logs), load_exports(exports))


def list_files(path: Path) -> list[Path]:
    """The TOML files of a folder in the order of their names, or the one file."""
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.toml"))
    if not found:
        raise FormatError("holds no .toml file", where=str(path), do="name a format's file or a folder of them")
    return found


def is_export(path: Path) -> bool:
    """Whether a format file is an export's; raises `FormatError` where it can't be read."""
    try:
        raw = tomllib.loads(read_named(path).decode("utf-8"))
    except OSError as error:
        raise FormatError(f"can't be read: {error.strerror}", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"not TOML: {error}", where=str(path)) from error
    return raw.get("kind") in _EXPORTS or "phase" in raw
