"""records → events: the schema of the event frame, and its only constructors.

One row is one entry of a log, one phase of a deploy or an alert, or one note: all of them share
these columns. Below this module evidence travels as Arrow tables of `ARROW_SCHEMA`; above it, as
pandas frames. `minutebook schema` and the table in the documentation are printed from `COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.errors import FrameError, suggest


class Column(NamedTuple):
    """One column of the event frame: its name, its pandas and Arrow types, what it means."""

    name: str
    dtype: str
    arrow: pa.DataType
    meaning: str


_WORD = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("us", tz="UTC")

#: OpenTelemetry's severities, lowest first.
LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")
KINDS = ("log", "request", "probe", "deploy", "change", "alert", "incident", "note")
#: Where in a request's path a source sits, outermost first.
LAYERS = ("cdn", "balancer", "proxy", "app")
PHASES = (
    "started", "succeeded", "failed", "rolled_back", "superseded", "cancelled",
    "pending", "fired", "acknowledged", "resolved", "noted",
)  # fmt: skip

COLUMNS: tuple[Column, ...] = (
    Column("time", "datetime64[us, UTC]", _TIME, "when it happened, on the corrected clock; never null"),
    Column("end", "datetime64[us, UTC]", _TIME, "when it ended, if the record says so"),
    Column("time_quality", "category", _WORD, "how the instant is known: stated, zone_assumed, zone_inferred, zone_given, year_assumed, day_assumed, aligned, censored"),
    Column("kind", "category", _WORD, "what it is: " + ", ".join(KINDS)),
    Column("phase", "category", _WORD, "where in a lifecycle: " + ", ".join(PHASES)),
    Column("level", "category", _WORD, "OpenTelemetry's severity: " + " < ".join(LEVELS)),
    Column("service", "str", _WORD, "the service it belongs to"),
    Column("host", "str", _WORD, "the machine, pod or instance"),
    Column("environment", "str", _WORD, "production, staging …"),
    Column("version", "str", _WORD, "the version that ran or was deployed"),
    Column("actor", "str", _WORD, "who or what did it, as the record names them"),
    Column("layer", "category", _WORD, "where in a request's path the source sits: " + " > ".join(LAYERS) + "; none of a request that another log of its service counts"),
    Column("operation", "str", _WORD, "a request's route or endpoint, ids templated"),
    Column("status", "Int16", pa.int16(), "a request's response code"),
    Column("duration", "float64", pa.float64(), "how long it took, in seconds"),
    Column("user", "str", _WORD, "user id, as logged"),
    Column("client", "str", _WORD, "client address (and agent)"),
    Column("trace", "str", pa.string(), "request or trace id"),
    Column("message", "str", pa.string(), "what happened, in one line"),
    Column("count", "Int64", pa.int32(), "how many equal happenings the record stands for; null: one"),
    Column("entity", "str", pa.string(), "groups one lifecycle: the phases of one deploy or alert"),
    Column("source", "category", _WORD, "the source it was read from"),
    Column("line", "Int64", pa.int64(), "its first line there, counted from 1; null where reading began in mid-file"),
    Column("offset", "Int64", pa.int64(), "its first byte there, decompressed"),
    Column("length", "Int64", pa.int64(), "its length in bytes"),
    Column("fields", "str", pa.string(), "whatever else the record held, as JSON"),
)  # fmt: skip

NAMES = tuple(column.name for column in COLUMNS)
ARROW_SCHEMA = pa.schema([(column.name, column.arrow) for column in COLUMNS])


def make_table(columns: Mapping[str, object], rows: int) -> pa.Table:
    """An Arrow table of `ARROW_SCHEMA` from some of its columns; the others are null.

    Values may be Arrow arrays, chunked arrays, Python lists, or one scalar for all ``rows``.
    """
    unknown = sorted(set(columns) - set(NAMES))
    if unknown:
        raise FrameError(f"no such column of the event frame: {', '.join(unknown)}")
    same = _Same(rows)
    return pa.table(
        [_as_arrow(columns.get(column.name), column.arrow, same) for column in COLUMNS],
        schema=ARROW_SCHEMA,
    )


class _Same:
    """Columns with one value in all rows, as half of all columns are; those of nulls or of words share their memory."""

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def repeat(self, value: object, kind: pa.DataType) -> pa.Array:
        """The value, or null, in every row."""
        if not pa.types.is_dictionary(kind):
            return self._repeat_null(kind) if value is None else pa.repeat(pa.scalar(value, kind), self._rows)
        indices = self._repeat_null(kind.index_type) if value is None else self._first_word
        return pa.DictionaryArray.from_arrays(indices, pa.array([] if value is None else [value], kind.value_type))

    def _repeat_null(self, kind: pa.DataType) -> pa.Array:
        buffers = [self._zeros] * (3 if pa.types.is_string(kind) else 2)  # which are valid, (offsets,) values
        return pa.Array.from_buffers(kind, self._rows, buffers, null_count=self._rows)

    @cached_property
    def _zeros(self) -> pa.Buffer:
        return pa.py_buffer(bytes(8 * (self._rows + 1)))

    @cached_property
    def _first_word(self) -> pa.Array:
        return pa.repeat(pa.scalar(0, _WORD.index_type), self._rows)


def _as_arrow(values: object, kind: pa.DataType, same: _Same) -> pa.Array | pa.ChunkedArray:
    if values is None or isinstance(values, str | int | float):
        return same.repeat(values, kind)
    if isinstance(values, pa.Array | pa.ChunkedArray):
        if values.type == kind:
            return values
        if pa.types.is_dictionary(kind) and not pa.types.is_dictionary(values.type):
            return values.cast(kind.value_type).dictionary_encode()
        return values.cast(kind)
    if pa.types.is_dictionary(kind):
        return pa.array(values, kind.value_type).dictionary_encode()
    return pa.array(values, kind)


def fill_columns(table: pa.Table, values: Mapping[str, str]) -> pa.Table:
    """The table, with nulls in some text columns filled: column → value."""
    for name, value in values.items():
        place = table.schema.get_field_index(name)
        whole = pc.fill_null(table.column(name).cast(pa.string()), value)
        table = table.set_column(place, table.schema.field(name), whole.dictionary_encode())
    return table


def to_frame(table: pa.Table) -> pd.DataFrame:
    """The event frame (pandas) of an Arrow table of `ARROW_SCHEMA`, columns and types as in `COLUMNS`."""
    columns = {column.name: _to_series(table.column(column.name), column) for column in COLUMNS}
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False)


def _to_series(values: pa.ChunkedArray, column: Column) -> pd.Series:
    if column.dtype.startswith("Int"):
        return pd.Series(pd.array(values.to_pandas(types_mapper=pd.ArrowDtype), dtype=column.dtype))
    if pa.types.is_dictionary(values.type):
        values = values.cast(pa.string())
    if column.dtype == "category":
        return _as_category(column.name, values.cast(pa.string()).to_pandas())
    return values.to_pandas().astype(column.dtype)


def _as_category(name: str, values: pd.Series) -> pd.Series:
    # Sorted or fixed categories, so that the same evidence gives the same frame in any order.
    if name == "level":
        return values.astype(pd.CategoricalDtype(list(LEVELS), ordered=True))
    if name == "layer":
        return values.astype(pd.CategoricalDtype(list(LAYERS), ordered=True))
    return values.astype(pd.CategoricalDtype(sorted(values.dropna().unique())))


def check_events(events: pd.DataFrame) -> pd.DataFrame:
    """The frame as an event frame, or `FrameError`: ``time`` is required, other columns may be absent.

    Gives a new frame with every column of `COLUMNS` in order (absent ones null). Times with an
    offset become UTC; naive times are refused, since they could mean any zone. Where no
    request has a layer, all get the application's.
    """
    if not isinstance(events, pd.DataFrame):
        raise FrameError(f"expected a DataFrame, got {type(events).__name__}")
    if "time" not in events:
        raise FrameError("an event frame needs a column 'time'", do="see `minutebook schema`")
    nothing, index = pd.Series([None] * len(events), dtype=object), pd.RangeIndex(len(events))
    columns = {
        column.name: events[column.name].set_axis(index) if column.name in events else nothing for column in COLUMNS
    }
    typed = {column.name: _as_type(columns[column.name], column) for column in COLUMNS}
    frame = pd.DataFrame(typed, index=index, copy=False)
    if frame["time"].isna().any():
        first = int(frame["time"].isna().to_numpy().argmax())
        raise FrameError(f"'time' is null in row {first}", do="drop such rows, or say when they were")
    if frame["layer"].isna().all():
        frame["layer"] = frame["layer"].mask(frame["kind"] == "request", "app")
    return frame


def _as_type(values: pd.Series, column: Column) -> pd.Series:
    try:
        if column.dtype.startswith("datetime64"):
            if values.isna().all():
                return pd.Series(pd.NaT, index=values.index, dtype=column.dtype)
            if values.dtype == object:
                values = pd.to_datetime(values)
            if values.dt.tz is None:
                raise FrameError(
                    f"'{column.name}' has no zone",
                    do=f"use frame['{column.name}'].dt.tz_localize(…)",
                )
            return values.dt.tz_convert("UTC").dt.as_unit("us")
        if column.dtype == "category":
            words = values.astype("str").where(values.notna(), None)
            known = {"level": LEVELS, "layer": LAYERS, "kind": KINDS}.get(column.name)
            odd = sorted(set(words.dropna()) - set(known)) if known else []
            if odd:
                raise FrameError(f"'{column.name}' has no {odd[0]!r}", do=suggest(odd[0], known or ()))
            return _as_category(column.name, words)
        return values.astype(column.dtype)
    except (TypeError, ValueError, AttributeError) as error:
        raise FrameError(f"column '{column.name}' can't be read as {column.dtype}: {error}") from error


def to_table(events: pd.DataFrame) -> pa.Table:
    """The Arrow table of an event frame: the inverse of `to_frame`; raises as `check_events`."""
    frame = check_events(events)
    columns: dict[str, object] = {}
    for column in COLUMNS:
        values = frame[column.name]
        if column.dtype == "category":
            values = values.astype("str")
        columns[column.name] = pa.Array.from_pandas(values)
    return make_table(columns, len(frame))
