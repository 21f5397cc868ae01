"""The three standard streams, any of which may be closed when the command starts; and documents read from one."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from minutebook.errors import MinutebookError


def open_missing_streams() -> None:
    """Open closed streams on the null device, so that no later file gets their number, and with it what is printed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 as long as the process lives


def check_output(output: str | None) -> None:
    """Raise `MinutebookError` where a result would go nowhere, or to a closed standard output."""
    if output == "":
        raise MinutebookError("no place is named for the result", do="name one with -o, or leave -o out")
    if output == "-" and getattr(sys.stdout, "name", "") == os.devnull:
        raise MinutebookError("is closed", where="standard output", do="name a file with -o")


@contextlib.contextmanager
def may_be_unread() -> Iterator[None]:
    """Messages on stderr are no result: that nobody reads them is no failure."""
    try:
        yield
    except OSError:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 as long as the process lives


def read_text(path: str) -> str:
    """A document's text, from stdin for ``-``; raises `MinutebookError` where it can't be read."""
    try:
        return sys.stdin.buffer.read().decode("utf-8") if path == "-" else Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise MinutebookError(f"can't be read: {error.strerror}", where=path, do="name a document") from error
    except UnicodeDecodeError as error:
        raise MinutebookError("isn't UTF-8 text", where=path, do="save it as UTF-8") from error
