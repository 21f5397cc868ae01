"""traffic of many services → those that can hold a window or a hole: the others are passed over.

What can't reach the odds that are worth a line, whatever its trials are, needn't be looked at; the answer is the same.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from minutebook.assessment.baseline import PRIOR
from minutebook.assessment.channels import Limits
from minutebook.assessment.scan import SURE, WEAK
from minutebook.assessment.sensitivity import LEAST_FACTOR
from minutebook.assessment.traffic import Traffic
from minutebook.trials import Trials, add_up_by, look_up


def find_notable(traffic: Traffic, limits: Limits) -> list[str]:
    """The services, by name, of which anything could be told; ``limits`` say what is slow."""
    counts = _count(Trials.of(traffic.trials), limits)
    valid, bad = counts["valid"].to_numpy(float), counts["bad"].to_numpy(float)
    # C bad ones score C·ln(C/E) at the most (`scan.score`), and E, by the least usual rate that so few trials can
    # have (`baseline.find_rates`), is at least C·PRIOR/2 / ((N + 1)·(N + PRIOR)).
    highest = bad * np.log((valid + 1) * (valid + PRIOR) / (PRIOR / 2))
    # A loss scores no more than what is missing, and that's at most as much as came in the minutes around it.
    may_be = (highest >= WEAK) | (valid >= SURE / 2) | counts.index.isin(_find_silent(traffic.coverage, counts))
    return [str(name) for name in counts.index[may_be]]


def _count(trials: Trials, limits: Limits) -> pd.DataFrame:
    """By service: ``valid`` and possibly ``bad`` requests, and the ``first`` and ``last`` minute of any."""
    how = {"valid": "sum", "bad": "sum", "first": "min", "last": "max"}
    parts = []
    for rows in trials.rows("minute", "service", "operation", "requests", "bad", "longest_s"):
        over = look_up(rows, lambda pair: limits.get(pair, np.inf)) * LEAST_FACTOR
        may_be_bad = (rows["bad"].to_numpy() > 0) | (rows["longest_s"].to_numpy(float) > over)
        requests, minute = rows["requests"].to_numpy(), rows["minute"].to_numpy()
        columns = {"valid": requests, "bad": np.where(may_be_bad, requests, 0), "first": minute, "last": minute}
        parts.append(add_up_by(rows["service"], columns, how))
    return pd.concat(parts, ignore_index=True).groupby("service", sort=True).agg(how)


def _find_silent(coverage: pd.DataFrame, counts: pd.DataFrame) -> set[str]:
    """The services with a minute without evidence between their first and their last request."""
    silent = coverage[coverage["state"] == "none"]
    names = silent["service"].astype("str")
    minute = silent["minute"].dt.as_unit("us").astype("int64").to_numpy() // 60_000_000
    first, last = (names.map(counts[name]).to_numpy(float) for name in ("first", "last"))
    return set(names[(minute > first) & (minute < last)])
