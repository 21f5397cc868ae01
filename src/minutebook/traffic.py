"""Sli and happenings → the input of the impact method, with times in place of integers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from minutebook.assessment import Traffic
from minutebook.columns.categories import pick_rows
from minutebook.exports import why_routine
from minutebook.sli import Sli
from minutebook.sources.places import name_places
from minutebook.times.utc import MINUTE_US, to_times


def make_traffic(
    sli: Sli,
    happenings: pd.DataFrame,
    resolutions: Mapping[str, float],
    clock_error_s: Mapping[str, float] | None = None,
    unknown_clock_s: float = 1.0,
    zoneless: Collection[str] = (),
) -> Traffic:
    """What `assessment.measure_impact` takes; by source, ``resolutions`` of its stamps and ``clock_error_s``, both in s.

    Happenings that are routine stay out. ``zoneless`` are sources whose zone is assumed.
    """
    failures = sli.failures.rename(columns={"line": "number"})
    failures["evidence"] = name_places(failures["source"], failures["number"])
    seen = set(failures["source"]) or set(resolutions)
    is_timed = sli.counts["bucket"].to_numpy() >= 0
    is_routine = np.array([bool(why_routine(each)) for each in happenings["fields"]], bool)
    return Traffic(
        trials=sli.trials,
        latency=_with_times(pick_rows(sli.counts, is_timed).rename(columns={"good": "requests"}).drop(columns="bad")),
        failures=_with_times(failures.drop(columns=["number", "source"])),
        breakdown=_with_times(sli.breakdown),
        coverage=_with_times(sli.coverage),
        happenings=happenings[~is_routine],
        writers=sli.writers,
        clock_error_s=dict(clock_error_s or {}),
        unknown_clock_s=unknown_clock_s,
        zoneless=frozenset(zoneless),
        is_lines=sli.layer == "lines",
        time_error_s=max((resolutions.get(source, 0.0) for source in seen), default=0.0),
    )


def _with_times(frame: pd.DataFrame) -> pd.DataFrame:
    if "minute" in frame:
        frame = frame.assign(minute=to_times(frame["minute"].astype("int64") * MINUTE_US))
    if "time" in frame:
        frame = frame.assign(time=to_times(frame["time"]))
    return frame.reset_index(drop=True)
