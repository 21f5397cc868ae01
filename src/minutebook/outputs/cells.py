"""a frame → the cells of each column as Arrow text: spelled the same in every text format.

Times are RFC 3339 in UTC with milliseconds and ``Z``, whole numbers have no decimals, floats are the shortest text that
reads back as the same number, and what is unknown is null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.errors import FrameError
from minutebook.outputs.inert import escape_controls, name_surrogates
from minutebook.times.utc import MINUTE_US

#: Rows rendered at a time: bounds memory, and keeps a chunk's text far below Arrow's 2 GiB.
CHUNK_ROWS = 65_536


class Cells(NamedTuple):
    """One column as text: its name, the cells (null where unknown), and the values they were made from."""

    name: str
    texts: pa.Array
    kind: Literal["text", "time", "number"]


def render_chunks(frame: pd.DataFrame) -> Iterator[list[Cells]]:
    """The frame's columns as text, `CHUNK_ROWS` rows at a time; `FrameError` if it's no frame."""
    if not isinstance(frame, pd.DataFrame):
        raise FrameError(f"expected a DataFrame, got {type(frame).__name__}")
    for start in range(0, len(frame), CHUNK_ROWS):
        chunk = frame.iloc[start : start + CHUNK_ROWS]
        names = enumerate(column_names(frame))
        yield [_render(name, chunk.iloc[:, place]) for place, name in names]


def column_names(frame: pd.DataFrame) -> list[str]:
    """The frame's column names as harmless text."""
    return [escape_controls(str(name)) for name in frame.columns]


def join_cells(parts: list[Any], separator: str) -> bytes:
    """The parts of all rows (arrays without nulls, or texts), joined into one buffer of bytes."""
    rows = pc.binary_join_element_wise(*parts, separator)
    buffer = rows.buffers()[2]
    return bytes(buffer) if buffer is not None else b""


def _render(name: str, values: pd.Series) -> Cells:
    array = as_arrow(values)
    kind = array.type
    if pa.types.is_timestamp(kind):
        return Cells(name, render_times(array), "time")
    if pa.types.is_floating(kind):
        array = array.cast(pa.float64())
        return Cells(name, pc.if_else(pc.is_nan(array), None, array.cast(pa.string())), "number")
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return Cells(name, array.cast(pa.string()), "number")
    return Cells(name, array.cast(pa.string()), "text")


def as_arrow(values: pd.Series) -> pa.Array:
    """One Arrow array of a column; odd objects by ``str``, lone surrogates escaped."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if values.dtype == object:
        plain = (bool, int, float, np.generic, pd.Timestamp)
        texts = [
            value if value is None or isinstance(value, plain) else name_surrogates(str(value))
            for value in values.where(values.notna(), None)
        ]
        try:
            array = pa.array(texts, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            array = pa.array([None if v is None else str(v) for v in texts], pa.string())
    else:
        array = pa.Array.from_pandas(values)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array


def render_times(times: pa.Array) -> pa.Array:
    """RFC 3339 texts of an Arrow array of instants, cut off at milliseconds.

    A naive column is refused, since its text could mean any zone.
    """
    if times.type.tz is None:
        raise FrameError("a column of times has no zone", do="use .dt.tz_localize(…)")
    micros = times.cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.int64())
    # Minutes repeat, and so do milliseconds of a minute: two small tables instead of formatting every row.
    known = pc.fill_null(micros, 0).to_numpy(zero_copy_only=False)
    minutes, place = np.unique(known // MINUTE_US, return_inverse=True)
    heads = [f"{text}:" for text in np.datetime_as_string(minutes.astype("datetime64[m]"), unit="m")]
    parts, part = np.unique(known % MINUTE_US // 1000, return_inverse=True)
    tails = [f"{ms // 1000:02d}.{ms % 1000:03d}Z" for ms in parts.tolist()]
    texts = pc.binary_join_element_wise(
        *(pa.array(known, pa.string()).take(pa.array(at)) for known, at in ((heads, place), (tails, part))), ""
    )
    return pc.if_else(pc.is_valid(micros), texts, None)
