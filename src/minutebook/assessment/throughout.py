"""the traffic of a service in which no stretch stands out → what failed from beginning to end, if much did.

Where evidence is bad from beginning to end, nothing in it shows what is usual. That's no window, whose edges and excess
would be made up, nor is it health.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from minutebook.assessment.channels import Channel
from minutebook.assessment.facts import FEWEST_USERS
from minutebook.assessment.traffic import Traffic
from minutebook.times.utc import count_us, write_instant

_LEAST_SHARE = 0.1
_FEWEST_BAD = 20


def find_throughout(traffic: Traffic, service: str, trials: Channel) -> list[dict[str, Any]]:
    """At most one entry of ``throughout`` in `impact.json`: the operations of which a tenth or more fails.

    ``service, operations, valid, bad, bad_ratio`` (requests), ``affected`` users (None where none is named), the first
    and the last failure as ``start`` and ``end``, and a sentence of ``evidence``. None where only one or two users see
    it, or where little is left without the one who sees most of it.
    """
    valid = traffic.breakdown.groupby("operation", observed=True)["requests"].sum()
    bad = traffic.failures.groupby("operation", observed=True)["count"].sum().reindex(valid.index, fill_value=0)
    loudest = _find_loudest(traffic.failures).reindex(valid.index, fill_value=0) * trials.facts.is_told_apart
    is_bad = (bad - loudest >= _FEWEST_BAD) & (bad - loudest >= _LEAST_SHARE * (valid - loudest))
    operations = [str(name) for name in valid.index[is_bad]]
    who = trials.bad_by[0][trials.find_places(operations)[trials.bad.place]]
    hit = np.bincount(who[who >= 0])
    is_few = np.count_nonzero(hit) < FEWEST_USERS and (who >= 0).all()
    if traffic.is_lines or is_few or not operations:
        return []
    count, of = int(bad[is_bad].sum()), int(valid[is_bad].sum())
    failures = traffic.failures[traffic.failures["operation"].isin(operations)]
    at = count_us(failures["time"])
    users = int(failures["user"].nunique()) if trials.has_users(operations) else None
    who_was = "users aren't logged" if users is None else f"{users:,} user{'s' * (users != 1)} hit"
    return [
        {
            "service": service or None,
            "operations": operations,
            "valid": of,
            "bad": count,
            "bad_ratio": round(count / of, 6),
            "affected": users,
            "start": write_instant(at.min()),
            "end": write_instant(at.max()),
            "evidence": f"{count:,} of {of:,} requests failed; {who_was}. No better minutes tell what is usual: add"
            " evidence from before or after.",
        }
    ]


def _find_loudest(failures: pd.DataFrame) -> pd.Series:
    """By operation the failures of the one user, or client, who has most of them."""
    who = failures["user"].astype("str").fillna(failures["client"].astype("str"))
    by_user = failures.groupby([failures["operation"].astype("str"), who])["count"].sum()
    return by_user.groupby(level=0).max()
