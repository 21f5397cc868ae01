"""a frame → a file of rows, by its suffix."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import pandas as pd

from minutebook.outputs import pick_suffix
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


def write_table(frame: pd.DataFrame, target: Target, *, suffix: str | None = None) -> None:
    """Write a frame by the suffix of its path; a stream needs ``suffix``, such as ``".csv"``.

    Raises `MinutebookError`, before anything is written, for a suffix that no writer has.
    """
    if suffix is None:
        suffix = pick_suffix(target, TABLE_WRITERS) if isinstance(target, str | os.PathLike) else ".csv"
    TABLE_WRITERS[pick_suffix(f"x{suffix}", TABLE_WRITERS)](frame, target)
