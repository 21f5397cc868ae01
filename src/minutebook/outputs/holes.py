"""the minutes of a book → those of which nothing is known, since no service has evidence in them."""

from __future__ import annotations

import pandas as pd


def find_silent_minutes(minutes: pd.DataFrame) -> pd.Series:
    """The minutes without evidence, in order, of a grid with the columns ``minute`` and ``coverage``."""
    is_none = minutes["coverage"].astype("str").eq("none").groupby(minutes["minute"]).all()
    return is_none.index[is_none.to_numpy(bool)].to_series()
