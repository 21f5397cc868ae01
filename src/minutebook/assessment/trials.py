"""what users did a minute → trials: who tried what when, and which of them are bad in a channel.

A trial is bad once a minute, user and operation, however often a client tries again.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from minutebook.assessment.windows import FEWEST_USERS

#: (service, operation) → the duration (s) over which a request is slow
Limits = Mapping[tuple[str, str], float]


def lay_out(trials: pd.DataFrame) -> pd.DataFrame:
    """One service's `Traffic.trials` in order of minute, times as µs since 1970 (nan for null).

    Adds ``minute_no``, ``place`` (of the operation among all by name), ``who`` (the user, else the client, else null),
    ``weight`` (1, or each request where nobody is known), ``first_us`` and ``last_us`` of any event.
    """
    who = trials["user"].fillna(trials["client"])
    if who.nunique() < FEWEST_USERS and not trials["user"].notna().any():
        who = who.where(who.isna(), None)  # one address before all of them tells nobody apart
    times = {name: us_of(trials[name]) for name in ("first_bad", "last_bad", "first_good", "last_good", "longest_at")}
    requests = trials["requests"].to_numpy(float)
    operations = np.array(sorted(trials["operation"].unique()), dtype=object)
    codes, names = pd.factorize(trials["operation"])
    laid = pd.DataFrame(
        {
            "minute_no": minute_of(trials["minute"]), "operation": trials["operation"], "user": trials["user"],
            "client": trials["client"], "place": np.searchsorted(operations, np.asarray(names, dtype=object))[codes],
            "who": who, "requests": requests, "bad": trials["bad"].to_numpy(float),
            "weight": np.where(who.notna(), 1.0, requests), "longest_s": trials["longest_s"].to_numpy(float), **times,
            "good_at": times["first_good"].fillna(times["first_bad"]), "good_until": times["last_good"],
            "first_us": np.fmin(times["first_bad"], times["first_good"]),
            "last_us": np.fmax(times["last_bad"], times["last_good"]),
        }
    )  # fmt: skip
    return laid.sort_values(["minute_no", "place", "user", "client"], ignore_index=True)


def judge_trials(laid: pd.DataFrame, service: str, channel: str, limits: Limits) -> pd.DataFrame:
    """The trials with what is bad in the channel (fail, slow or both): ``weight_bad``, ``bad_at``, ``bad_until`` (µs)."""
    is_bad = laid["bad"].to_numpy() > 0
    bad_at, bad_until = laid["first_bad"].to_numpy(), laid["last_bad"].to_numpy()
    weight_bad = np.where(laid["who"].notna(), is_bad, laid["bad"])
    if channel != "fail":
        operations = sorted(laid["operation"].unique())
        over = np.array([limits.get((service, name), np.inf) for name in operations])
        is_slow = laid["longest_s"].to_numpy() > over[laid["place"].to_numpy()]
        slow_at = np.where(is_slow, laid["longest_at"], np.nan)
        if channel == "slow":
            is_bad, bad_at, bad_until, weight_bad = is_slow, slow_at, slow_at, is_slow.astype(float)
        else:
            bad_at, bad_until = np.fmin(bad_at, slow_at), np.fmax(bad_until, slow_at)
            is_bad, weight_bad = is_bad | is_slow, np.maximum(weight_bad, is_slow)
    return laid.assign(
        weight_bad=weight_bad.astype(float),
        bad_at=np.where(is_bad, bad_at, np.nan),
        bad_until=np.where(is_bad, bad_until, np.nan),
    )


def minute_of(times: pd.Series) -> pd.Series:
    """Minutes since 1970."""
    return times.dt.as_unit("us").astype("int64") // 60_000_000


def us_of(times: pd.Series) -> pd.Series:
    """µs since 1970 as floats, nan for null (below 2^53 until the year 2255)."""
    values = times.dt.as_unit("us").astype("int64").astype("float64")
    return values.where(times.notna(), np.nan)
