"""a frame → Parquet: types kept, times in microseconds UTC, zstd; same rows, same bytes."""

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
    plain = pd.DataFrame({name: _settle(frame.iloc[:, i]) for i, name in enumerate(frame.columns)}, copy=False)
    table = pa.Table.from_pandas(plain, preserve_index=False)
    with open_target(target) as stream:
        pq.write_table(table, stream, compression="zstd", row_group_size=_ROW_GROUP_ROWS)


def _settle(values: pd.Series) -> pd.Series:
    settled: pd.Series = values.reset_index(drop=True)
    if isinstance(settled.dtype, pd.DatetimeTZDtype):
        settled = settled.dt.tz_convert("UTC").dt.as_unit("us")
    elif pd.api.types.is_datetime64_dtype(settled.dtype):
        raise FrameError(f"the times of '{values.name}' have no zone", do="use .dt.tz_localize(…)")
    elif settled.dtype == object:
        # Mixed objects and lone surrogates would stop the writer half way.
        settled = pd.Series(as_arrow(settled).to_pylist())
        settled = settled.astype("str") if settled.dtype == object else settled
    return settled
