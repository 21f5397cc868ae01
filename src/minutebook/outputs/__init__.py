"""frames and results → files, streams and figures: one medium a file, chosen by suffix.

Every medium takes finished values and adds nothing to them. Text from evidence is made inert on the way out, files are
replaced in one step, and the same values give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePath

from minutebook.errors import MinutebookError, suggest

#: Suffixes that `plots.figures.save_figure` writes.
FIGURE_FORMATS: Mapping[str, str] = {".svg": "svg", ".png": "png", ".pdf": "pdf"}


def pick_suffix(path: str | os.PathLike[str], known: Mapping[str, object]) -> str:
    """The path's suffix in lower case, if it's ``known``; else an error that lists the choice."""
    suffix = PurePath(path).suffix.lower()
    if suffix in known:
        return suffix
    raise MinutebookError(
        f"nothing writes {suffix!r}" if suffix else "no suffix to choose a writer by",
        where=str(path),
        do=suggest(suffix, known),
    )
