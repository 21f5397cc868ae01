"""Summary → minutes: the dense grid, a row a minute and service/operation, with counts and coverage.

A minute without evidence reads "no data" (null), never zero and never healthy.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from minutebook.assessment.latency import bucket_floor_s
from minutebook.grouping import group_rows
from minutebook.sli import Sli
from minutebook.trials import NAMES, Trials, find_who, look_up, pick_rows

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
    grid = np.unique(sli.coverage["minute"].to_numpy(np.int64))
    shown = _name_operations(sli.counts)
    if not shown or not len(grid):
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    cells = _Cells(grid, shown)
    counts = _count_requests(sli.counts, cells, slow_over_s or {}) | _count_users(sli.trials, cells)
    coverage = _find_coverage(sli.coverage, cells)
    has_data = (coverage != "none") | counts.pop("is_told")
    service, operation = (list(names) for names in zip(*cells.pairs, strict=True))
    dense = pd.DataFrame(
        {
            "minute": np.repeat(grid, len(cells.pairs)), "service": service * len(grid),
            "operation": operation * len(grid), "coverage": coverage,
            **{name: pd.arrays.IntegerArray(values, ~has_data) for name, values in counts.items()},
            **_find_latency(sli.counts, cells),
        }
    )  # fmt: skip
    dense["alerts_firing"] = _count_alerts(dense, happenings)
    return _typed(dense[list(COLUMNS)])


class _Cells:
    """The rows of the minutes: for each minute of the grid each (service, operation) that is told, in order."""

    def __init__(self, grid: np.ndarray, shown: Mapping[tuple[str, str], str]) -> None:
        self.grid = grid
        self.pairs = sorted({(service, operation) for (service, _), operation in shown.items()})
        places = {pair: place for place, pair in enumerate(self.pairs)}
        self._places = {pair: places[pair[0], operation] for pair, operation in shown.items()}

    def __len__(self) -> int:
        return len(self.grid) * len(self.pairs)

    def find(self, rows: pd.DataFrame) -> np.ndarray:
        """The cell of each row (``minute``, and ``service`` and ``operation`` as categories)."""
        place = look_up(rows, lambda pair: self._places[pair]).astype(np.int64)
        return np.searchsorted(self.grid, rows["minute"].to_numpy()) * len(self.pairs) + place

    def add_up(self, cell: np.ndarray, values: np.ndarray) -> np.ndarray:
        """The sum of each cell's values."""
        return np.bincount(cell, values, len(self)).astype(np.int64)


def _name_operations(counts: pd.DataFrame) -> dict[tuple[str, str], str]:
    """(service, operation) → the operation it's told under."""
    pairs = counts.groupby(["service", "operation"], as_index=False, observed=True)[["good", "bad"]].sum()
    total = pairs["good"] + pairs["bad"]
    order = pairs.assign(total=total).sort_values(["service", "total", "operation"], ascending=[True, False, True])
    is_shown = order.groupby("service", observed=True).cumcount() < MOST_OPERATIONS
    return {
        (service, operation): operation if is_own else OTHERS
        for service, operation, is_own in zip(order["service"], order["operation"], is_shown, strict=True)
    }


def _count_requests(
    counts: pd.DataFrame, cells: _Cells, slow_over_s: Mapping[tuple[str, str], float]
) -> dict[str, np.ndarray]:
    """Requests, failed and slow ones of each cell, and whether there's any request."""
    cell, good, bad = cells.find(counts), counts["good"].to_numpy(), counts["bad"].to_numpy()
    bucket = counts["bucket"].to_numpy()
    over = look_up(counts, lambda pair: slow_over_s.get(pair, np.inf))
    is_slow = (bucket >= 0) & (bucket_floor_s(bucket) >= over)
    return {
        "is_told": np.bincount(cell, minlength=len(cells)) > 0, "requests": cells.add_up(cell, good + bad),
        "failed": cells.add_up(cell, bad), "slow": cells.add_up(cell, np.where(is_slow, good, 0)),
    }  # fmt: skip


def _count_users(trials: Trials, cells: _Cells) -> dict[str, np.ndarray]:
    """Distinct users (of unknown ones: clients) of each cell, all and failed ones."""
    users, failed_users = (np.zeros(len(cells), np.int64) for _ in range(2))
    for rows in trials.rows("minute", *NAMES, "bad"):
        who = find_who(rows)
        known = pick_rows(rows, who >= 0)
        cell, who = cells.find(known), who[who >= 0]
        by_user, starts = group_rows([cell, who])
        one = cell[by_user[starts]]  # a row a user
        has_failed = np.logical_or.reduceat(known["bad"].to_numpy()[by_user] > 0, starts) if len(starts) else starts
        users += cells.add_up(one, np.ones(len(one)))
        failed_users += cells.add_up(one, has_failed)
    return {"users": users, "failed_users": failed_users}


def _find_latency(counts: pd.DataFrame, cells: _Cells) -> dict[str, np.ndarray]:
    """Median and 95th percentile of each cell, from the middle of their buckets; nan where nothing was timed."""
    timed = counts[counts["bucket"].to_numpy() >= 0]
    cell, bucket = cells.find(timed), timed["bucket"].to_numpy()
    order, starts = group_rows([cell, bucket])
    requests = (timed["good"] + timed["bad"]).to_numpy()[order]
    requests = np.add.reduceat(requests, starts) if len(starts) else requests
    cell, bucket = cell[order[starts]], bucket[order[starts]]
    total = cells.add_up(cell, requests)
    reached = np.cumsum(requests) - (np.cumsum(total) - total)[cell]
    middle = np.round(np.sqrt(bucket_floor_s(bucket) * bucket_floor_s(bucket + 1)), 6)
    found = {}
    for share, name in ((0.5, "p50_s"), (0.95, "p95_s")):
        at = np.flatnonzero(reached >= share * total[cell])[::-1]
        found[name] = np.full(len(cells), np.nan)
        found[name][cell[at]] = middle[at]  # the first of a cell is the last to be put there
    return found


def _find_coverage(coverage: pd.DataFrame, cells: _Cells) -> np.ndarray:
    """The state of each cell's minute and service."""
    services = {service: place for place, service in enumerate(dict.fromkeys(service for service, _ in cells.pairs))}
    state = np.full((len(cells.grid), len(services)), "none", object)
    own = coverage[coverage["service"].isin(list(services))]
    state[np.searchsorted(cells.grid, own["minute"].to_numpy()), own["service"].map(services)] = own["state"]
    return state[:, [services[service] for service, _ in cells.pairs]].ravel()


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
