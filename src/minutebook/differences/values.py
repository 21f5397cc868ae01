"""values of two books → texts to compare and to show; references to evidence → their sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from minutebook.reading.raw import MORE


def show(value: Any) -> str:
    """The value as text; equal values give equal texts."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):
        return "none"
    if isinstance(value, pd.Timestamp):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def text_of(value: object) -> str:
    """The text; "" for null."""
    return value if isinstance(value, str) else ""


def list_sources(evidence: object) -> Iterator[str]:
    """The sources that a row's evidence names, in its order."""
    for part in text_of(evidence).split("; "):
        if not part.startswith(MORE) and ":" in part:
            yield part.rpartition(":")[0]
