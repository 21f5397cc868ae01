"""sources by minute → which of them have no line in a stretch, and how much the others usually log.

Where one of two logs ends, half of the requests are missing from the evidence, whether or not they were made.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

_BESIDE = 60  # minutes on either side that show what is usual
#: −ln of the chance below which a source's silence is no coincidence.
_SURE = 9.2
COLUMNS = ("minute", "service", "source", "events", "requests")


class Writers(NamedTuple):
    """What is known of a service's sources in a stretch."""

    usual: float  #: requests a minute that the sources which went on usually log; inf where one of them is new
    gone: tuple[str, ...]  #: sources without a line in it, though at their usual rate there would be some


def find_writers(rows: pd.DataFrame, first: int, stop: int) -> Writers:
    """The writers in the minutes from ``first`` to ``stop`` (excluded).

    ``rows`` are one service's, as in `COLUMNS`, ``minute`` from 1970: a row for each minute in which a source has events.
    """
    near = rows[rows["minute"].between(first - _BESIDE, stop + _BESIDE - 1)]
    is_inside = near["minute"].between(first, stop - 1)
    present = set(near.loc[is_inside & (near["events"] > 0), "source"])
    usual = near[~is_inside].groupby("source")["requests"].median()
    before = near[near["minute"] < first].groupby("source")["requests"].median()
    gone = before.index[~before.index.isin(present) & (before * (stop - first) > _SURE).to_numpy()]
    rate = float(np.sum([usual.get(source, np.inf) for source in sorted(present)])) if present else np.inf
    return Writers(rate, tuple(sorted(gone)))
