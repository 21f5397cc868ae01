"""a window → who was exposed, affected, failed or degraded; and how many are hit in quiet times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from minutebook.assessment.channels import Channel
from minutebook.times.utc import MINUTE_US

_SOON_US = MINUTE_US  # a good event this soon after a bad one: degraded, not failed
_QUIET_STRETCHES = 8


def count_users(
    trials: Channel, operations: Sequence[str], events: pd.DataFrame, states: pd.DataFrame, span: tuple[int, int]
) -> dict[str, Any]:
    """The counts of a window over ``span`` (µs, inclusive), all of them of distinct ids.

    ``operations`` are in scope; ``events`` the bad ones in scope and span: ``at`` (µs), operation, user, client, count;
    ``states`` what `find_states` says of them. Users and anonymous clients are two numbers, never summed. Where no trial
    names a user, or what is bad names nobody at all, users are unknown (None), not zero; where only failures name users,
    nobody knows who else came, or who had a success.
    """
    counts: dict[str, Any] = dict.fromkeys(("exposed", "affected", "failed", "degraded", "usual", "silent"))
    nameless = _count_nameless(events)
    if trials.has_users(operations):
        # Where no success names its user, what is bad and names nobody may have been anybody's.
        is_nobody = not nameless["unknown_events"] and (trials.facts.names_good or not nameless["anonymous_clients"])
        is_told = len(states) > 0 or is_nobody
        counts["affected"] = len(states) if is_told else None
        if trials.facts.names_good:
            counts["exposed"] = trials.count_users(span, operations)
            if is_told:
                counts |= {fate: int((states["state"] == fate).sum()) for fate in ("failed", "degraded")}
    return counts | nameless


def _count_nameless(events: pd.DataFrame) -> dict[str, int]:
    nameless = events[events["user"].isna()]
    return {
        "anonymous_clients": int(nameless["client"].nunique()),
        "unknown_events": int(nameless.loc[nameless["client"].isna(), "count"].sum()),
    }


def find_states(trials: Channel, events: pd.DataFrame) -> pd.DataFrame:
    """``user, state`` of each affected user: degraded where every bad event was followed within 60 s by a good
    one of the same user and operation, or was only slow; else failed; null where no success names its user."""
    known = events[events["user"].notna()]
    is_slow = trials.name == "slow"
    if is_slow or not len(known) or not trials.facts.names_good:
        users = sorted(known["user"].unique())
        return pd.DataFrame({"user": users, "state": ["degraded" if is_slow else None] * len(users)}, dtype="str")
    at, minute = known["at"].to_numpy(), known["at"].to_numpy() // MINUTE_US
    user, users = pd.factorize(known["user"], sort=True)
    near = trials.of_users(users, set(known["operation"]), int(minute.min()), int(minute.max()) + 1)
    operation = pd.Index(trials.operations, dtype="str").get_indexer(known["operation"])
    shape = len(users), len(trials.operations), int(minute.max() - minute.min()) + 2
    code = near.user.categories.get_indexer(users)
    number_of = np.full(len(near.user.categories) + 1, -1)
    number_of[code[code >= 0]] = np.flatnonzero(code >= 0)
    number = number_of[near.user.codes]  # of each trial's user among those
    good = np.flatnonzero(~np.isnan(near.good_until))
    key = np.ravel_multi_index((number[good], near.place[good], near.minute[good] - minute.min()), shape)
    until, begins = (pd.Series(times[good]).groupby(key) for times in (near.good_until, near.good_at))
    here = np.ravel_multi_index((user, operation, minute - minute.min()), shape)
    is_soon = until.max().reindex(here).to_numpy() > at
    is_next = begins.min().reindex(here + 1).to_numpy() - at <= _SOON_US
    has_failed = np.bincount(user, ~(is_soon | is_next)) > 0
    return pd.DataFrame({"user": users, "state": np.where(has_failed, "failed", "degraded")})


def count_user_minutes(events: pd.DataFrame) -> int:
    """Distinct (user, minute) pairs with a bad event (Meaningful Availability, NSDI 2020)."""
    known = events[events["user"].notna()]
    return int(known.assign(minute=known["at"] // MINUTE_US)[["user", "minute"]].drop_duplicates().shape[0])


def count_by_minute(events: pd.DataFrame) -> list[dict[str, int]]:
    """``minute`` (since 1970), distinct ``users`` hit in it, and ``so_far`` in all; of minutes with a bad event."""
    known = events[events["user"].notna()]
    minute = known["at"] // MINUTE_US
    hit = known["user"].groupby(minute).nunique()
    new = minute.groupby(known["user"]).min().value_counts()
    so_far = new.reindex(hit.index, fill_value=0).sort_index().cumsum()
    return [
        {"minute": int(at), "users": int(users), "so_far": int(so_far[at])} for at, users in hit.sort_index().items()
    ]


def count_usual(
    trials: Channel, operations: Sequence[str], windows: list[tuple[int, int]], window: tuple[int, int]
) -> int | None:
    """Users hit in quiet stretches as long as the window (minutes, inclusive): the median of up to eight."""
    length = window[1] - window[0] + 1
    first, last = trials.find_span(operations)
    taken = [(a - 1, b + 1) for a, b in windows]
    found = []
    # Nearest first, before the window and then behind it.
    starts = [*range(window[0] - length, first - 1, -length), *range(window[1] + 1, last - length + 2, length)]
    bad = trials.bad.pick(trials.find_places(operations)[trials.bad.place])
    for start in starts:
        if all(start + length - 1 < a or start > b for a, b in taken):
            found.append(bad.pick((bad.minute >= start) & (bad.minute < start + length)).count_users())
        if len(found) == _QUIET_STRETCHES:
            break
    return int(np.median(found)) if found else None


def estimate_silent(trials: Channel, span: tuple[int, int]) -> dict[str, int] | None:
    """Users who would have come within ``span`` (µs) but couldn't be seen: low, mid, high.

    Distinct users of stretches of the same length beside it, less those who were seen inside; None where
    there are no such stretches.
    """
    length = span[1] - span[0]
    first, last = trials.facts.span_us
    starts = [span[0] - k * length for k in range(1, 5)] + [span[1] + k * length for k in range(4)]
    counts = [
        trials.count_users((start, start + length - 1))
        for start in starts
        if start >= first - length * 0.02 and start + length <= last + length * 0.02
    ]
    if not counts:
        return None
    # A user on a stretch's edge was seen within a second of it, not inside.
    seen = trials.count_users((span[0] + 1_000_000, span[1] - 1_000_000))
    mid = float(np.median(counts))
    spread = 2 * max(np.sqrt(mid), float(np.std(counts)))
    return {
        "low": max(round(mid - spread) - seen, 0),
        "mid": max(round(mid) - seen, 0),
        "high": max(round(mid + spread) - seen, 0),
    }
