"""lines → records: one row per entry, its parts still text.

Each shape has a file: `text` (patterns), `jsonlines`, `pairs` (logfmt and key=value tails). All
give `Records`; `folding` says which lines belong to which record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Records:
    """Some records of a source: their parts, and the lines that each one takes up.

    ``rows`` are the indices of the first lines of the records within the batch of lines, in order;
    ``pattern`` is the index of the format's pattern that each one fits (0 where a shape has none).
    """

    parts: Mapping[str, pa.Array]
    rows: np.ndarray
    pattern: np.ndarray
    invalid: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))  #: lines of a broken record


def no_records() -> Records:
    """Nothing was recognised."""
    return Records({}, np.empty(0, np.int64), np.empty(0, np.int64))
