"""frames and results → files, streams and figures: one medium a file, chosen by suffix.

Every medium takes finished values and adds nothing to them. Text that came from evidence is made
inert on the way out, files are replaced in one step, and the same values give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import PurePath

import pandas as pd

from minutebook.errors import MinutebookError, suggest
from minutebook.outputs.atomic import Target
from minutebook.outputs.csv import write_csv
from minutebook.outputs.json import write_json
from minutebook.outputs.jsonlines import write_jsonlines
from minutebook.outputs.parquet import write_parquet

#: What writes a frame, by suffix.
TABLE_WRITERS: Mapping[str, Callable[[pd.DataFrame, Target], None]] = {
    ".csv": write_csv,
    ".parquet": write_parquet,
    ".jsonl": write_jsonlines,
    ".ndjson": write_jsonlines,
    ".json": write_json,
}
#: What `plots.figures.save_figure` writes, by suffix.
FIGURE_FORMATS: Mapping[str, str] = {".svg": "svg", ".png": "png", ".pdf": "pdf"}


def write_table(frame: pd.DataFrame, target: Target, *, suffix: str | None = None) -> None:
    """Write a frame by the suffix of its path; a stream needs ``suffix``, such as ``".csv"``.

    Raises `MinutebookError`, before anything is written, for a suffix that no writer has.
    """
    if suffix is None:
        suffix = pick_suffix(target, TABLE_WRITERS) if isinstance(target, str | os.PathLike) else ".csv"
    TABLE_WRITERS[pick_suffix(f"x{suffix}", TABLE_WRITERS)](frame, target)


def pick_suffix(path: str | os.PathLike[str], known: Mapping[str, object]) -> str:
    """The path's suffix in lower case, if ``known`` has it; else an error that names the choice."""
    suffix = PurePath(path).suffix.lower()
    if suffix in known:
        return suffix
    raise MinutebookError(
        f"nothing writes {suffix!r}" if suffix else "no suffix to choose a writer by",
        where=str(path),
        do=suggest(suffix, known),
    )


__all__ = [
    "FIGURE_FORMATS",
    "TABLE_WRITERS",
    "Target",
    "pick_suffix",
    "write_csv",
    "write_json",
    "write_jsonlines",
    "write_parquet",
    "write_table",
]
