"""numbers → how people write them: ``2,000 lines``, ``4.33 %``, ``×12``; anything else is unknown."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
import pandas as pd


def as_whole(value: object) -> int:
    """The number, or 0 where none is given."""
    return int(value) if isinstance(value, int | float | np.integer) and value == value else 0


def number_of(value: object) -> str:
    """``14,505``, or ``unknown`` where none is given."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or value != value:
        return "unknown"
    return f"{float(value):,.0f}"


def percent_of(ratio: object) -> str:
    """``4.33 %``."""
    if not isinstance(ratio, numbers.Real) or ratio != ratio:
        return "unknown"
    share = float(ratio) * 100
    return f"{share:.2f} %" if share < 10 else f"{share:.1f} %"


def count_of(number: int, what: str) -> str:
    """``1 line``, ``2,000 lines``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def tell_counts(count: Any, users: Any, text: str = "") -> str:
    """How often, unless the ``text`` beside it says so, and how many users."""
    parts = []
    if count is not None and not pd.isna(count) and count > 1 and f" {int(count):,} times" not in text:
        parts.append(f"×{int(count):,}")
    if users is not None and not pd.isna(users):
        parts.append(f"{int(users):,} users" if users != 1 else "1 user")
    return " ".join(parts)
