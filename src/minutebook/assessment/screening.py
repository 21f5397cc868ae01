"""traffic of many services → those that can hold a window or a hole; the others are passed over.

A service too small to reach the odds that are worth a line needn't be measured: the result is the same.
"""

from __future__ import annotations

import collections
from collections.abc import Mapping

import numpy as np
import pandas as pd

from minutebook.assessment.baseline import PRIOR
from minutebook.assessment.channels import Limits
from minutebook.assessment.scan import SURE, WEAK
from minutebook.assessment.sensitivity import LEAST_FACTOR
from minutebook.assessment.traffic import Traffic
from minutebook.columns.categories import look_up
from minutebook.sli.trials import Span, Trials
from minutebook.times.utc import MINUTE_US, count_us


def find_notable(traffic: Traffic, limits: Limits) -> list[str]:
    """The services, by name, in which anything could be found; ``limits`` say what is slow."""
    trials = Trials.of(traffic.trials)
    spans = trials.spans()
    # A loss scores no more than what is missing, which is at most what came in the minutes around it.
    quiet = frozenset(service for service, span in spans.items() if span.requests < SURE / 2)
    bad = _count_bad(trials.where("service", quiet.__contains__), limits) if quiet else {}
    silent = _find_silent(traffic.coverage, spans)
    return [
        service
        for service, span in spans.items()
        if service not in quiet or service in silent or _find_highest(bad[service], span.requests) >= WEAK
    ]


def _find_highest(bad: int, valid: int) -> float:
    """The most that ``bad`` trials of ``valid`` can score.

    C bad ones score C·ln(C/E) at the most (`scan.score`), and E, by the least usual rate that so few trials can have
    (`baseline.find_rates`), is at least C·PRIOR/2 / ((N + 1)·(N + PRIOR)).
    """
    return bad * float(np.log((valid + 1) * (valid + PRIOR) / (PRIOR / 2)))


def _count_bad(trials: Trials, limits: Limits) -> Mapping[str, int]:
    """By service the requests that may be bad."""
    counts = collections.Counter[str]()
    for rows in trials.rows("service", "operation", "requests", "bad", "longest_s"):
        over = look_up(rows, lambda pair: limits.get(pair, np.inf)) * LEAST_FACTOR
        may_be_bad = (rows["bad"].to_numpy() > 0) | (rows["longest_s"].to_numpy(float) > over)
        services = rows["service"].array
        sums = np.bincount(services.codes, np.where(may_be_bad, rows["requests"].to_numpy(), 0))
        counts.update({services.categories[code]: int(sums[code]) for code in np.flatnonzero(sums)})
    return counts


def _find_silent(coverage: pd.DataFrame, spans: Mapping[str, Span]) -> set[str]:
    """The services with a minute without evidence between their first and their last request."""
    silent = coverage[coverage["state"] == "none"]
    names = silent["service"].astype("str")
    at = count_us(silent["minute"]).to_numpy()
    first, last = (
        names.map({service: getattr(span, edge) for service, span in spans.items()}) for edge in ("first", "last")
    )
    return set(names[(at > first.to_numpy(float)) & (at + MINUTE_US <= last.to_numpy(float))])
