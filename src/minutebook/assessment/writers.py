"""sources by minute → which of them have no line in a stretch, how much the others usually log, and which go on.

Where one of two logs ends, or before it begins, half of the requests are missing from the evidence, whether or not they
were made. Where logs go on behind the last request that they had, none was made, or none got so far.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

_BESIDE = 60  # minutes on either side that show what is usual
#: −ln of the chance below which a source's silence is no coincidence.
_SURE = 9.2
#: Of the minutes behind the last request: those with a line of its logs.
_ALIVE_SHARE = 0.1
COLUMNS = ("minute", "service", "source", "host", "events", "requests", "last")


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
    gone = usual.index[~usual.index.isin(present) & (usual * (stop - first) > _SURE).to_numpy()]
    rate = float(np.sum([usual.get(source, np.inf) for source in sorted(present)])) if present else np.inf
    return Writers(rate, tuple(sorted(gone)))


class Ending(NamedTuple):
    """How far the logs of a service's last requests go on behind these."""

    minute: int  #: the first one without them
    at: int  #: µs: their last line


class Sources:
    """The minutes of each source, whichever services its lines are of."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = rows

    @cached_property
    def _by_name(self) -> dict[str, pd.DataFrame]:
        return {str(name): own for name, own in self._rows.groupby("source", observed=True)[["minute", "last"]]}

    def behind(self, source: str, minute: int) -> pd.DataFrame:
        """``minute, last`` (µs) of the source's lines in later minutes."""
        own = self._by_name[source]
        return own[own["minute"] > minute]


def find_ending(rows: pd.DataFrame, sources: Sources, last: int) -> Ending | None:
    """How far the logs go on behind a service's last request, in the minute ``last``; None where they don't.

    ``rows`` are the service's, as in `COLUMNS`. A log goes on with any line of its source, also of other services, or
    of the service on that host, as its next file has them. Logs with half of the requests of the hour before have to.
    """
    near = rows[rows["minute"].between(last - _BESIDE, last) & (rows["requests"] > 0)]
    parts = near.groupby(["source", "host"], observed=True)["requests"].sum()
    later = rows[rows["minute"] > last]
    told = [
        pd.concat([sources.behind(str(source), last), later.loc[later["host"] == host, ["minute", "last"]]])
        .groupby("minute", as_index=False)["last"].max().assign(share=part / parts.sum())
        for (source, host), part in parts.items()
    ]  # fmt: skip
    if not told:
        return None
    minutes = pd.concat(told).groupby("minute").agg(share=("share", "sum"), last=("last", "max"))
    alive = minutes[minutes["share"] >= 0.5]
    if not len(alive) or len(alive) < _ALIVE_SHARE * (alive.index[-1] - last):
        return None
    return Ending(int(alive.index[-1]) + 1, int(alive["last"].iloc[-1]))
