"""globs (``*`` and ``?``) → whether a text fits one: as a whole, and with case."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable


def fits(text: str, globs: Iterable[str]) -> bool:
    """Whether the whole text fits one of the globs."""
    return any(fnmatch.fnmatchcase(text, glob) for glob in globs)
