"""a frame → JSON lines: one object per row, keys in the order of the columns, null where unknown.

Times are RFC 3339 in UTC with milliseconds. NaN and infinities, which JSON lacks, are null.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.errors import FrameError
from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.cells import Cells, join_cells, render_chunks
from minutebook.outputs.inert import escape_json
from minutebook.outputs.inertcells import replace_where

# What has to be escaped in JSON or could act somewhere; the pattern of `inert` for RE2.
_NEEDS_ESCAPE = (
    r'["\\\x00-\x1f\x7f-\x{9f}\x{61c}\x{200e}\x{200f}'
    r"\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}]"
)


def write_jsonlines(frame: pd.DataFrame, target: Target) -> None:
    """Write ``frame`` as JSON lines to a path (replaced in one step) or an open stream."""
    if not isinstance(frame, pd.DataFrame):
        raise FrameError(f"expected a DataFrame, got {type(frame).__name__}")
    with open_target(target) as stream:
        for columns in render_chunks(frame):
            parts: list[Any] = []
            for place, column in enumerate(columns):
                parts += [("," if place else "{") + json.dumps(column.name) + ":", _value(column)]
            stream.write(join_cells([*parts, "}\n"], ""))


def _value(column: Cells) -> pa.Array:
    texts = column.texts
    if column.kind == "text":
        odd = pc.match_substring_regex(texts, _NEEDS_ESCAPE)
        inner = replace_where(texts, odd, _quote)
        texts = pc.binary_join_element_wise('"', inner, '"', "")
    elif column.kind == "time":
        texts = pc.binary_join_element_wise('"', texts, '"', "")
    else:
        texts = pc.if_else(pc.is_in(texts, pa.array(["inf", "-inf"])), None, texts)
    return pc.fill_null(texts, "null")


def _quote(text: str) -> str:
    return escape_json(json.dumps(text, ensure_ascii=False))[1:-1]
