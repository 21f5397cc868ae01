"""a small frame → aligned columns for a terminal, the last one wrapped."""

from __future__ import annotations

import textwrap

import pandas as pd

from minutebook.outputs.inert import escape_invisible, measure_width


def format_listing(frame: pd.DataFrame, width: int = 80) -> str:
    """The frame's cells as text under their names; text from evidence is inert."""
    names = [str(name) for name in frame.columns]
    rows = [
        [escape_invisible("" if pd.isna(cell) else str(cell)) for cell in row] for row in frame.itertuples(index=False)
    ]
    widths = [max(measure_width(row[i]) for row in [names, *rows]) for i in range(len(names) - 1)]
    indent = sum(widths) + 2 * len(widths)
    lines = []
    for row in [names, *rows]:
        head = "".join(cell + " " * (size - measure_width(cell) + 2) for cell, size in zip(row, widths, strict=False))
        wrapped = textwrap.wrap(row[-1], max(width - indent, 24)) or [""]
        lines += [(head + wrapped[0]).rstrip(), *(" " * indent + part for part in wrapped[1:])]
    return "\n".join(lines)
