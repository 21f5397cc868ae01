"""Summary → minutes: the dense grid, a row a minute and service/operation, with counts and coverage.

A minute without evidence reads "no data" (null), never zero and never healthy.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from minutebook.assessment.latency import bucket_floor_s
from minutebook.coverage import find_grid
from minutebook.grouping import group_rows
from minutebook.sli import Sli
from minutebook.trials import NAMES, Trials, find_who

#: Operations beyond these many of a service, by requests, are told together.
MOST_OPERATIONS = 50
OTHERS = "(others)"

COLUMNS = (
    "minute", "service", "operation", "requests", "failed", "slow", "users", "failed_users", "p50_s", "p95_s",
    "alerts_firing", "coverage",
)  # fmt: skip


def make_minutes(
    sli: Sli, happenings: pd.DataFrame, slow_over_s: Mapping[tuple[str, str], float] | None = None
) -> pd.DataFrame:
    """The minutes of an SLI: columns as in `COLUMNS`, dense over minutes × (service, operation).

    ``slow_over_s`` is (service, operation) → the duration above which a good request is slow; absent:
    none is. Latencies are of all requests, to 2 %. ``happenings`` are merged (`merging`).
    """
    grid = find_grid(sli.coverage["minute"])
    pairs = sli.counts.groupby(["service", "operation"], as_index=False)[["good", "bad"]].sum()
    if not len(pairs) or not len(grid):
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    names = _name_operations(pairs)
    counts = _rename(sli.counts, names)
    shown = counts[["service", "operation"]].drop_duplicates().sort_values(["service", "operation"])
    dense = pd.DataFrame({"minute": grid}).merge(shown, how="cross")
    keys = ["minute", "service", "operation"]
    for part in (
        _count_requests(counts),
        _count_slow(counts, slow_over_s or {}),
        _count_users(sli.trials, names),
        _latency(counts),
    ):
        dense = dense.merge(part, on=keys, how="left")
    dense = dense.merge(sli.coverage[["minute", "service", "state"]], on=["minute", "service"], how="left")
    dense["coverage"] = dense["state"].fillna("none")
    has_data = (dense["coverage"] != "none") | dense["requests"].notna()
    for name in ("requests", "failed", "slow", "users", "failed_users"):
        dense[name] = dense[name].astype("Int64").where(dense[name].notna(), 0).where(has_data, pd.NA)
    dense["alerts_firing"] = _count_alerts(dense, happenings)
    return _typed(dense[list(COLUMNS)])


def _name_operations(pairs: pd.DataFrame) -> pd.DataFrame:
    """(service, operation) → the operation it's told under."""
    total = pairs["good"] + pairs["bad"]
    order = pairs.assign(total=total).sort_values(["service", "total", "operation"], ascending=[True, False, True])
    rank = order.groupby("service").cumcount()
    shown = order["operation"].where(rank < MOST_OPERATIONS, OTHERS)
    return order[["service", "operation"]].assign(shown=shown)


def _rename(frame: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    if not (names["shown"] == OTHERS).any():
        return frame
    joined = frame.merge(names, on=["service", "operation"], how="left")
    return joined.assign(operation=joined["shown"]).drop(columns="shown")


def _count_requests(counts: pd.DataFrame) -> pd.DataFrame:
    sums = counts.groupby(["minute", "service", "operation"], as_index=False)[["good", "bad"]].sum()
    return sums.assign(requests=sums["good"] + sums["bad"], failed=sums["bad"]).drop(columns=["good", "bad"])


def _count_slow(counts: pd.DataFrame, slow_over_s: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    over = [slow_over_s.get(pair, np.inf) for pair in zip(counts["service"], counts["operation"], strict=True)]
    is_slow = (counts["bucket"] >= 0) & (bucket_floor_s(counts["bucket"].to_numpy()) >= np.asarray(over))
    slow = counts.assign(slow=np.where(is_slow, counts["good"], 0))
    return slow.groupby(["minute", "service", "operation"], as_index=False)["slow"].sum()


def _count_users(trials: Trials, names: pd.DataFrame) -> pd.DataFrame:
    """Distinct users (of unknown ones: clients), all and failed ones, by minute, service and shown operation."""
    shown = {(row.service, row.operation): row.shown for row in names.itertuples()}
    frames = [pd.DataFrame(columns=["minute", "service", "operation", "users", "failed_users"])]
    frames += [_count_users_of(rows, shown) for rows in trials.rows("minute", *NAMES, "bad")]
    return pd.concat([frame for frame in frames if len(frame)] or frames, ignore_index=True)


def _count_users_of(rows: pd.DataFrame, shown: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    who = find_who(rows)
    known, who = rows[who >= 0], who[who >= 0]
    services, operations = known["service"].cat, known["operation"].cat
    code = services.codes.to_numpy().astype(np.int64) * len(operations.categories) + operations.codes.to_numpy()
    pairs, pair = np.unique(code, return_inverse=True)
    told = [divmod(int(each), len(operations.categories)) for each in pairs]
    words = [(services.categories[s], shown[services.categories[s], operations.categories[o]]) for s, o in told]
    order = {word: place for place, word in enumerate(sorted(set(words)))}
    cell = np.array([order[word] for word in words], np.int64)[pair]
    minute = known["minute"].to_numpy()
    first = int(minute[0]) if len(minute) else 0
    by_user, starts = group_rows([minute - first, cell, who])
    has_failed = np.logical_or.reduceat(known["bad"].to_numpy()[by_user] > 0, starts) if len(starts) else starts
    one = by_user[starts]  # a row a user
    by_cell, begins = group_rows([minute[one] - first, cell[one]])
    failed = np.add.reduceat(has_failed[by_cell].astype(np.int64), begins) if len(begins) else begins
    top = one[by_cell[begins]]
    service, operation = zip(*[sorted(order)[place] for place in cell[top]], strict=True) if len(top) else ((), ())
    return pd.DataFrame(
        {"minute": minute[top], "service": service, "operation": operation,
         "users": np.diff(begins, append=len(by_cell)), "failed_users": failed}
    )  # fmt: skip


def _latency(counts: pd.DataFrame) -> pd.DataFrame:
    """Median and 95th percentile, from the middle of their buckets."""
    keys = ["minute", "service", "operation"]
    timed = counts[counts["bucket"] >= 0].assign(n=counts["good"] + counts["bad"])
    timed = timed.groupby([*keys, "bucket"], as_index=False)["n"].sum().sort_values([*keys, "bucket"])
    grouped = timed.groupby(keys, sort=False)["n"]
    reached, total = grouped.cumsum(), grouped.transform("sum")
    middle = np.sqrt(bucket_floor_s(timed["bucket"].to_numpy()) * bucket_floor_s(timed["bucket"].to_numpy() + 1))
    timed = timed.assign(middle=middle)
    found = []
    for share, name in ((0.5, "p50_s"), (0.95, "p95_s")):
        first = timed[reached >= share * total].drop_duplicates(keys)
        found.append(first.set_index(keys)["middle"].rename(name))
    return pd.concat(found, axis=1).round(6).reset_index()


def firing_intervals(happenings: pd.DataFrame) -> pd.DataFrame:
    """Alerts as intervals: ``entity, service, message, start, end`` (``end`` null: not known to have ended)."""
    alerts = happenings[happenings["kind"].astype("str") == "alert"]
    fired = alerts[alerts["phase"].astype("str") == "fired"]
    resolved = alerts[alerts["phase"].astype("str") == "resolved"]
    rows = []
    for row in fired.itertuples():
        ends = resolved.loc[(resolved["entity"] == row.entity) & (resolved["time"] >= row.time), "time"]
        end = ends.min() if len(ends) else row.end
        rows.append((row.entity, row.service, row.message, row.time, end))
    frame = pd.DataFrame(rows, columns=["entity", "service", "message", "start", "end"])
    for name in ("start", "end"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.as_unit("us")
    return frame


def _count_alerts(dense: pd.DataFrame, happenings: pd.DataFrame) -> pd.Series:
    """Alerts that fired in the minute, of its service or of none in particular."""
    counts = pd.Series(0, index=dense.index, dtype="Int64")
    for row in firing_intervals(happenings).itertuples():
        start = int(row.start.timestamp() // 60)
        stop = int(row.end.timestamp() // 60) if pd.notna(row.end) else int(dense["minute"].max())
        is_own = (dense["service"] == row.service) if isinstance(row.service, str) else True
        counts += (dense["minute"].between(start, stop) & is_own).astype("Int64")
    return counts


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    counts = dict.fromkeys(("requests", "failed", "slow", "users", "failed_users", "alerts_firing"), "Int64")
    frame = frame.astype({**counts, "p50_s": "float64", "p95_s": "float64"})
    minute = frame["minute"].astype("int64").to_numpy() * 60_000_000
    times = pd.Series(minute.view("datetime64[us]")).dt.tz_localize("UTC")
    for name in ("service", "operation", "coverage"):
        frame[name] = frame[name].astype("str")
    return frame.assign(minute=times.to_numpy() if not len(frame) else times.array).reset_index(drop=True)
