"""a format → how its samples fare: each states a text and the events it becomes.

That is the format's test and its documentation. A failing sample shows how far each pattern got.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from minutebook.detection import detect_format
from minutebook.events import ARROW_SCHEMA, to_frame
from minutebook.exports import ExportFormat, parse_documents, pick_export, read_export
from minutebook.logformats import LogFormat, load_formats
from minutebook.reading.recipes import Recipe, parse_lines
from minutebook.records.text import count_pieces, match_lines
from minutebook.sources import Source
from minutebook.sources.lines import split_lines

#: The year that year-less samples are read with.
SAMPLE_YEAR = 2026
#: The day (since 1970) that samples of a clock alone are read with: 23 November 2026.
SAMPLE_DAY = 20_780


def try_samples(log_format: LogFormat) -> pd.DataFrame:
    """A row a sample: ``sample`` (its number), ``text``, ``as_stated``, ``problem`` ("" when it's as stated)."""
    return _try_all(log_format.samples, partial(find_problem, log_format))


def try_export_samples(export: ExportFormat) -> pd.DataFrame:
    """The same of an export's samples."""
    return _try_all(export.samples, partial(find_export_problem, export))


def _try_all(samples: Iterable[Mapping[str, Any]], find: Callable[[Mapping[str, Any]], str]) -> pd.DataFrame:
    rows = []
    for number, sample in enumerate(samples, 1):
        problem = find(sample)
        rows.append((number, str(sample.get("text", "")), not problem, problem))
    return pd.DataFrame(rows, columns=["sample", "text", "as_stated", "problem"])


def find_export_problem(export: ExportFormat, sample: Mapping[str, Any]) -> str:
    """What is wrong with an export's sample, in a sentence; "" when it becomes what it states."""
    documents = parse_documents(str(sample.get("text", "")).encode())
    match = pick_export([document.value for document in documents], [export])
    if match.format is not export:
        return f"isn't known by its keys: {match.seen}"
    reading = read_export(documents, export)
    if export.timeless:
        return "" if len(reading.rejects) == len(documents) else "isn't rejected, though it states no instant"
    if reading.rejects:
        return f"line {reading.rejects[0][0]} {reading.rejects[0][1]}"
    return _compare(reading.rows, sample.get("event", []))


def read_sample(log_format: LogFormat, text: str) -> pd.DataFrame:
    """The event frame of a sample's text; empty where the format doesn't fit it."""
    lines = split_lines(text.strip("\n").encode())
    found = detect_format(lines.text.to_pylist(), [log_format])
    if log_format.wraps:
        found = detect_format(lines.text.to_pylist(), load_formats())
    if not found.plans:
        return to_frame(ARROW_SCHEMA.empty_table())
    return to_frame(
        parse_lines(lines, Recipe(Source("sample", None), found.plans, year=SAMPLE_YEAR, day=SAMPLE_DAY))[0]
    )


def find_problem(log_format: LogFormat, sample: Mapping[str, Any]) -> str:
    """What is wrong with a sample, in a sentence; "" when it becomes what it states."""
    text = str(sample.get("text", ""))
    stated = sample.get("event", [])
    made = read_sample(log_format, text)
    if len(made) != len(stated):
        return f"{len(made)} events, not {len(stated)}; {_tell_progress(log_format, text)}"
    return _compare(made.to_dict("records"), stated)


def _compare(made: Sequence[Mapping[Any, Any]], stated: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with a sample's events."""
    if len(made) != len(stated):
        return f"{len(made)} events, not {len(stated)}"
    for number, (row, event) in enumerate(zip(made, stated, strict=True), 1):
        for column, wanted in event.items():
            if column not in row:
                return f"event {number}: there is no column {column!r}"
            if not _is_same(row[column], wanted):
                return f"event {number}: {column} is {row[column]!r}, not {wanted!r}"
    return ""


def _is_same(found: Any, wanted: Any) -> bool:
    if found is None or found is pd.NA or (isinstance(found, float) and np.isnan(found)):
        return wanted == ""
    if isinstance(found, datetime):  # a pandas Timestamp too
        return found == pd.Timestamp(wanted)
    if isinstance(wanted, float):
        return bool(np.isclose(float(found), wanted, rtol=1e-9))
    return bool(found == wanted)


def _tell_progress(log_format: LogFormat, text: str) -> str:
    """How far the lines got through the pieces of each pattern."""
    if log_format.shape != "text":
        return f"its lines are not {log_format.shape} with a usual name for the time"
    lines = split_lines(text.strip("\n").encode()).text
    told = []
    for number, pattern in enumerate(log_format.patterns, 1):
        counts = count_pieces(lines, pattern)
        stopped = next((i for i, n in enumerate(counts, 1) if n == 0), None)
        told.append(f"pattern {number} " + (f"stops at piece {stopped} of {len(counts)}" if stopped else "fits"))
    fitting = len(match_lines(lines, log_format).rows)
    return "; ".join(told) + ("; its time can't be read" if fitting else "")
