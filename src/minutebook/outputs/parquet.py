"""a frame → Parquet: the types kept, times as microseconds in UTC, zstd, the same bytes for the same rows."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from minutebook.errors import FrameError
from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.cells import as_arrow

_ROW_GROUP_ROWS = 131_072


def write_parquet(frame: pd.DataFrame, target: Target) -> None:
    """Write ``frame`` as Parquet to a path (replaced in one step) or an open stream.

    pandas reads it back with the same dtypes. Raises `FrameError` for times without a zone.
    """
    import pyarrow.parquet as pq  # paid only where used

    if not isinstance(frame, pd.DataFrame):
        raise FrameError(f"expected a DataFrame, got {type(frame).__name__}")
    plain = pd.DataFrame({name: _settle(frame.iloc[:, i]) for i, name in enumerate(frame.columns)})
    table = pa.Table.from_pandas(plain, preserve_index=False)
    with open_target(target) as stream:
        pq.write_table(table, stream, compression="zstd", row_group_size=_ROW_GROUP_ROWS)


def _settle(values: pd.Series) -> pd.Series:
    values = values.reset_index(drop=True)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.tz_convert("UTC").dt.as_unit("us")
    if pd.api.types.is_datetime64_dtype(values.dtype):
        raise FrameError(f"the times of '{values.name}' have no zone", do="use .dt.tz_localize(…)")
    if values.dtype == object:
        # Mixed objects and lone surrogates would stop the writer half way.
        return as_arrow(values).to_pandas(
            types_mapper={pa.string(): pd.StringDtype(na_value=float("nan"))}.get
        )
    return values
