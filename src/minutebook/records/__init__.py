"""lines → records: one row per entry, its parts still text.

Each shape has a file: `text` (patterns), `jsonlines`, `pairs` (logfmt and key=value tails), `table` (CSV, TSV, W3C, by
their `headers`), `windowsevents` (XML). `objects` joins and unfolds JSON that isn't one object per line. All give
`Records`; `folding` says which lines belong to which record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from minutebook.columns.texts import plain_texts


@dataclass(frozen=True)
class Records:
    """Some records of a source: their parts, and the lines they begin at.

    ``rows`` are the indices of the first lines within the batch of lines, in order; ``pattern`` is the
    index of the format's pattern that each fits (0 where a shape has none); ``stop`` is the index behind the
    last line, where the shape itself knows it.
    """

    parts: Mapping[str, pa.Array]
    rows: np.ndarray
    pattern: np.ndarray
    stop: np.ndarray | None = None

    def plain(self) -> Records:
        """The same, with a text in each row of each part."""
        return replace(self, parts={name: plain_texts(values) for name, values in self.parts.items()})


def no_records() -> Records:
    """No records: nothing was recognised."""
    return Records({}, np.empty(0, np.int64), np.empty(0, np.int64))
