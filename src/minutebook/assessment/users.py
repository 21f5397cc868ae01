"""a window → who was exposed, affected, failed or degraded; and how many are hit in quiet times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from minutebook.assessment.channels import Channel

_SOON_US = 60_000_000
_QUIET_STRETCHES = 8


def count_users(
    trials: Channel, operations: Sequence[str], events: pd.DataFrame, span: tuple[int, int]
) -> dict[str, Any]:
    """The counts of a window over ``span`` (µs, inclusive), all of them of distinct ids.

    ``operations`` are in scope; ``events`` the bad ones in scope and span: ``at`` (µs), operation, user,
    client, count. Users and anonymous clients are two numbers, never summed; where no trial names a user, users
    are unknown (None), not zero.
    """
    if not trials.has_users(operations):
        return {
            **dict.fromkeys(("exposed", "affected", "failed", "degraded", "usual", "silent")),
            **_count_nameless(events),
        }
    inside = trials.within(span, operations)
    states = find_states(trials, events)
    return {
        "exposed": int(inside["user"].nunique()),
        "affected": len(states),
        "failed": int((states["state"] == "failed").sum()),
        "degraded": int((states["state"] == "degraded").sum()),
        "usual": None,
        "silent": None,
        **_count_nameless(events),
    }


def _count_nameless(events: pd.DataFrame) -> dict[str, int]:
    nameless = events[events["user"].isna()]
    return {
        "anonymous_clients": int(nameless["client"].nunique()),
        "unknown_events": int(nameless.loc[nameless["client"].isna(), "count"].sum()),
    }


def find_states(trials: Channel, events: pd.DataFrame) -> pd.DataFrame:
    """``user, state`` of each affected user: degraded where every bad event was followed within 60 s by a good
    one of the same user and operation, or was only slow; else failed."""
    known = events[events["user"].notna()]
    if trials.name == "slow" or not len(known):
        users = sorted(known["user"].unique())
        return pd.DataFrame({"user": users, "state": ["degraded"] * len(users)}, dtype="str")
    near = trials.between(int(known["at"].min()) // 60_000_000, int(known["at"].max()) // 60_000_000 + 1)
    good = near[near["user"].isin(set(known["user"])) & near["good_until"].notna()]
    good = good[["user", "operation", "minute_no", "good_at", "good_until"]]
    bad = known.assign(minute_no=known["at"] // 60_000_000, place=np.arange(len(known)))
    keys = ["user", "operation", "minute_no"]
    same = bad.merge(good, on=keys, how="left")
    is_soon = (same["good_until"] > same["at"]).groupby(same["place"]).any()
    following = bad.merge(good.assign(minute_no=good["minute_no"] - 1), on=keys, how="left")
    is_next = ((following["good_at"] - following["at"]) <= _SOON_US).groupby(following["place"]).any()
    recovered = (is_soon | is_next).to_numpy()
    by_user = pd.Series(recovered).groupby(bad["user"].to_numpy()).all()
    return pd.DataFrame(
        {"user": by_user.index.astype("str"), "state": np.where(by_user, "degraded", "failed")}
    ).reset_index(drop=True)


def count_user_minutes(events: pd.DataFrame) -> int:
    """Distinct (user, minute) pairs with a bad event (Meaningful Availability, NSDI 2020)."""
    known = events[events["user"].notna()]
    return int(known.assign(minute=known["at"] // 60_000_000)[["user", "minute"]].drop_duplicates().shape[0])


def count_by_minute(events: pd.DataFrame) -> list[dict[str, int]]:
    """``minute`` (since 1970), distinct ``users`` hit in it, and ``so_far`` in all; of minutes with a bad event."""
    known = events[events["user"].notna()]
    minute = known["at"] // 60_000_000
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
    starts = [
        *range(window[0] - length, first - 1, -length),
        *range(window[1] + 1, last - length + 2, length),
    ]
    bad = trials.bad[trials.bad["operation"].isin(operations) & trials.bad["user"].notna()]
    for start in starts:
        if all(start + length - 1 < a or start > b for a, b in taken):
            inside = bad["minute_no"].between(start, start + length - 1)
            found.append(bad.loc[inside, "user"].nunique())
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
        trials.within((start, start + length - 1))["user"].nunique()
        for start in starts
        if start >= first - length * 0.02 and start + length <= last + length * 0.02
    ]
    if not counts:
        return None
    # A user on a stretch's edge was seen within a second of it, not inside.
    seen = trials.within((span[0] + 1_000_000, span[1] - 1_000_000))["user"].nunique()
    mid = float(np.median(counts))
    spread = 2 * max(np.sqrt(mid), float(np.std(counts)))
    return {
        "low": max(round(mid - spread) - seen, 0),
        "mid": max(round(mid) - seen, 0),
        "high": max(round(mid + spread) - seen, 0),
    }
