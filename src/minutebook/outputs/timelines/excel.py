"""a timeline → CSV that spreadsheets open by a double click: a byte order mark, CRLF, times that they recognise.

Cells that would be computed are inert as in every CSV; longer ones than a spreadsheet holds are cut, and say so.
"""

from __future__ import annotations

import csv
import io

import pandas as pd
import pyarrow as pa

from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.inertcells import quieten_formulas

_MOST_CHARACTERS = 32_767
_CUT = "… (cut)"


def write_excel_csv(book: Bookish, target: Target) -> None:
    """Write a book's timeline for spreadsheets; times are UTC, as their columns say."""
    timeline = book.timeline
    columns = [_cells(timeline[name]) for name in timeline]
    heads = [f"{name} (UTC)" if isinstance(timeline[name].dtype, pd.DatetimeTZDtype) else name for name in timeline]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(zip(*columns, strict=True))
    with open_target(target) as stream:
        stream.write(b"\xef\xbb\xbf" + text.getvalue().encode("utf-8"))


def _cells(values: pd.Series) -> list[str]:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        micros = values.dt.tz_convert("UTC").dt.strftime("%Y-%m-%d %H:%M:%S.%f").str[:-3]
        return list(micros.where(values.notna(), ""))
    if pd.api.types.is_numeric_dtype(values.dtype):
        return ["" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value) for value in values]
    texts = [escape_invisible(value) if isinstance(value, str) else "" for value in values]
    inert = quieten_formulas(pa.array(texts, pa.string())).to_pylist()
    return [t if len(t) <= _MOST_CHARACTERS else t[: _MOST_CHARACTERS - len(_CUT)] + _CUT for t in inert]
