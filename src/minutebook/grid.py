"""Summary → minutes: the dense grid, a row a minute and service/operation, with counts and coverage.

A minute without evidence reads "no data" (null), never zero and never healthy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

import numpy as np
import pandas as pd

from minutebook.columns.categories import find_pairs, pick_rows
from minutebook.columns.grouping import group_rows
from minutebook.sli import Sli
from minutebook.sli.operations import OTHERS, name_operations
from minutebook.sli.trials import NAMES, Trials, find_who
from minutebook.summary.latency import bucket_floor_s
from minutebook.times.utc import MINUTE_US, to_times

#: So many operations of a service, those with most requests, have rows of their own; the others share one.
MOST_OPERATIONS = 50
#: Where a dense grid would have more rows, only those with requests are made.
MOST_ROWS = 500_000
_MOST_TOGETHER = 500_000  # rows of counts

COLUMNS = (
    "minute", "service", "operation", "requests", "failed", "slow", "users", "failed_users", "p50_s", "p95_s",
    "alerts_firing", "coverage",
)  # fmt: skip


def make_minutes(
    sli: Sli, happenings: pd.DataFrame, slow_over_s: Mapping[tuple[str, str], float] | None = None
) -> pd.DataFrame:
    """The minutes of an SLI: columns as in `COLUMNS`, dense over minutes × (service, operation).

    Beyond `MOST_ROWS`, only rows with requests. ``slow_over_s`` is (service, operation) → the duration above which a good
    request is slow (absent: never). Latencies are of all requests, to 2 %. ``happenings`` are merged (`merging`).
    """
    grid = np.unique(sli.coverage["minute"].to_numpy(np.int64))
    shown = name_operations(sli.requests, MOST_OPERATIONS)
    if not shown or not len(grid):
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    cells = _Cells(grid, shown)
    if len(cells) > MOST_ROWS:
        cells = cells.keep(cells.find(sli.counts["minute"], *sli.placed))
    counts = {name: np.zeros(len(cells), np.int64) for name in ("is_told", "requests", "failed", "slow")}
    latency = {name: np.full(len(cells), np.nan) for name in ("p50_s", "p95_s")}
    place, pairs = sli.placed
    first_slow = _find_first_slow(sli.counts["bucket"], [(slow_over_s or {}).get(pair, np.inf) for pair in pairs])
    for part in _cut_minutes(sli.counts["minute"].to_numpy()):
        rows = sli.counts.iloc[part]
        cell = cells.find(rows["minute"], place[part], pairs)
        for name, values in _count_requests(rows, first_slow[place[part]], cell, cells).items():
            counts[name] += values
        for name, values in _find_latency(rows, cell, len(cells)).items():
            latency[name] = np.where(np.isnan(values), latency[name], values)
    counts |= _count_users(sli.trials, cells)
    coverage = _find_coverage(sli.coverage, cells)
    has_data = (coverage != "none") | (counts.pop("is_told") > 0)
    is_known = {name: has_data & ~nameless for name, nameless in _find_nameless(counts).items()}
    service, operation = (pd.array(names, "str").take(cells.pair) for names in zip(*cells.pairs, strict=True))
    dense = pd.DataFrame(
        {
            "minute": cells.minute, "service": service, "operation": operation, "coverage": coverage,
            **{name: pd.arrays.IntegerArray(values, ~is_known.get(name, has_data)) for name, values in counts.items()},
            **latency,
        }
    )  # fmt: skip
    dense["alerts_firing"] = _count_alerts(cells, happenings)
    return _typed(dense[list(COLUMNS)])


def tell_grid(sli: Sli) -> list[str]:
    """A sentence for the ledger where the minutes aren't dense."""
    pairs = {(service, shown) for (service, _), shown in name_operations(sli.requests, MOST_OPERATIONS).items()}
    cells = sli.coverage["minute"].nunique() * len(pairs)
    if cells <= MOST_ROWS:
        return []
    return [f"All minutes of {len(pairs):,} operations would be {cells:,} rows: those without a request are left out."]


class _Cells:
    """The rows of the minutes: each shown (service, operation) in each minute of the grid, in order."""

    def __init__(self, grid: np.ndarray, shown: Mapping[tuple[str, str], str], kept: np.ndarray | None = None) -> None:
        self.grid = grid
        self.pairs = sorted({(service, operation) for (service, _), operation in shown.items()})
        self._kept = kept  #: which of all cells there are; None: all
        self._shown = shown
        places = {pair: place for place, pair in enumerate(self.pairs)}
        self._places = {pair: places[pair[0], operation] for pair, operation in shown.items()}

    def __len__(self) -> int:
        return len(self.grid) * len(self.pairs) if self._kept is None else len(self._kept)

    def keep(self, cell: np.ndarray) -> _Cells:
        """Only these cells."""
        return _Cells(self.grid, self._shown, np.unique(cell))

    @cached_property
    def _all(self) -> np.ndarray:
        return np.arange(len(self)) if self._kept is None else self._kept

    @cached_property
    def minute(self) -> np.ndarray:
        """The minute of each cell."""
        return np.asarray(self.grid[self._all // max(len(self.pairs), 1)])

    @cached_property
    def pair(self) -> np.ndarray:
        """The place of each cell in ``pairs``."""
        return self._all % max(len(self.pairs), 1)

    @cached_property
    def is_shared(self) -> np.ndarray:
        """Whether a cell may stand for more than one operation."""
        return np.array([operation == OTHERS for _, operation in self.pairs], bool)[self.pair]

    def find(self, minute: pd.Series, place: np.ndarray, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """The cell of each row, by its minute and its place among the (service, operation) ``pairs``."""
        own = np.array([self._places[pair] for pair in pairs], np.int64)[place]
        cell = np.searchsorted(self.grid, minute.to_numpy()) * len(self.pairs) + own
        return cell if self._kept is None else np.searchsorted(self._kept, cell)

    def add_up(self, cell: np.ndarray, values: np.ndarray) -> np.ndarray:
        """The sum of each cell's values."""
        return np.bincount(cell, values, len(self)).astype(np.int64)


def _cut_minutes(minute: np.ndarray) -> Iterator[slice]:
    """The rows in parts, each with whole minutes: those of weeks may be too many for memory at once."""
    if not (minute[1:] >= minute[:-1]).all():
        yield slice(0, len(minute))
        return
    start = 0
    while start < len(minute):
        last = minute[min(start + _MOST_TOGETHER, len(minute)) - 1]
        stop = int(np.searchsorted(minute, last, side="right"))
        yield slice(start, stop)
        start = stop


def _find_first_slow(bucket: pd.Series, over_s: Sequence[float]) -> np.ndarray:
    """The first bucket that is over each duration (s)."""
    return np.searchsorted(bucket_floor_s(np.arange(bucket.max() + 1)) if len(bucket) else [], over_s)


def _count_requests(
    rows: pd.DataFrame, first_slow: np.ndarray, cell: np.ndarray, cells: _Cells
) -> dict[str, np.ndarray]:
    """By cell: rows, requests, failed and slow ones; a row is slow from its ``first_slow`` bucket on."""
    good, bad, bucket = (rows[name].to_numpy() for name in ("good", "bad", "bucket"))
    is_slow = bucket >= first_slow
    return {
        "is_told": np.bincount(cell, minlength=len(cells)), "requests": cells.add_up(cell, good + bad),
        "failed": cells.add_up(cell, bad), "slow": cells.add_up(cell, np.where(is_slow, good, 0)),
    }  # fmt: skip


def _count_users(trials: Trials, cells: _Cells) -> dict[str, np.ndarray]:
    """Distinct users (clients, where the user isn't known) of each cell: all, and those who saw a failure."""
    parts = trials.map(partial(_count_users_in, cells=cells), "minute", *NAMES, "bad")
    users, failed_users = (np.add.reduce(counts) for counts in zip(*parts, strict=True))
    return {"users": users, "failed_users": failed_users}


def _count_users_in(rows: pd.DataFrame, cells: _Cells) -> tuple[np.ndarray, np.ndarray]:
    known = pick_rows(rows, find_who(rows) >= 0)
    cell, has_failed = cells.find(known["minute"], *find_pairs(known)), known["bad"].to_numpy() > 0
    if cells.is_shared[cell].any():  # whoever used several of its operations is one user
        by_user, starts = group_rows([cell, find_who(known)])
        cell, has_failed = cell[by_user[starts]], np.logical_or.reduceat(has_failed[by_user], starts)
    return np.bincount(cell, minlength=len(cells)), np.bincount(cell[has_failed], minlength=len(cells))


def _find_nameless(counts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Cells whose requests, or whose failures, name nobody: how many users there were is unknown, not zero."""
    return {
        "users": (counts["users"] == 0) & (counts["requests"] > 0),
        "failed_users": (counts["failed_users"] == 0) & (counts["failed"] > 0),
    }


def _find_latency(counts: pd.DataFrame, cell: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """Median and 95th percentile of each cell, as the middle of a bucket; nan where nothing was timed."""
    bucket, requests = counts["bucket"].to_numpy(), counts["good"].to_numpy() + counts["bad"].to_numpy()
    if (bucket < 0).any():
        is_timed = bucket >= 0
        cell, bucket, requests = cell[is_timed], bucket[is_timed], requests[is_timed]
    order, starts = group_rows([cell, bucket])
    requests = np.add.reduceat(requests[order], starts) if len(starts) else requests
    cell, bucket = cell[order[starts]], bucket[order[starts]]
    total = np.bincount(cell, requests, size).astype(np.int64)
    reached = np.cumsum(requests) - (np.cumsum(total) - total)[cell]
    middle = np.round(np.sqrt(bucket_floor_s(bucket) * bucket_floor_s(bucket + 1)), 6)
    found = {}
    for share, name in ((0.5, "p50_s"), (0.95, "p95_s")):
        at = np.flatnonzero(reached >= share * total[cell])[::-1]
        found[name] = np.full(size, np.nan)
        found[name][cell[at]] = middle[at]  # written in reverse, so that the first of a cell stays
    return found


def _find_coverage(coverage: pd.DataFrame, cells: _Cells) -> np.ndarray:
    """The coverage of each cell's service in its minute; where its log went on without it, it's known to have had nothing."""
    is_quiet = (coverage["state"] == "none") & coverage["goes_on"]
    coverage = coverage.assign(state=coverage["state"].astype(object).mask(is_quiet, "covered"))
    names, states = (coverage[name].astype("category").cat for name in ("service", "state"))
    known = {service: place for place, service in enumerate(names.categories)}
    # A row of minutes for each service; a service without its own coverage has that of all, under "".
    service = np.array([known.get(name, known.get("", -1)) for name, _ in cells.pairs])[cells.pair]
    laid = np.full((len(known) + 1, len(cells.grid)), -1, np.int8)
    laid[names.codes.to_numpy(), np.searchsorted(cells.grid, coverage["minute"].to_numpy())] = states.codes.to_numpy()
    return np.array([*states.categories, "none"], object)[laid[service, np.searchsorted(cells.grid, cells.minute)]]


def firing_intervals(happenings: pd.DataFrame) -> pd.DataFrame:
    """Alerts as intervals: ``entity, service, message, start, end`` (``end`` null: not known to have ended)."""
    alerts = happenings[happenings["kind"].astype("str") == "alert"]
    fired = alerts[alerts["phase"].astype("str") == "fired"]
    resolved = alerts[alerts["phase"].astype("str") == "resolved"].sort_values("time")
    ends_of = dict(list(resolved.groupby("entity", observed=True)["time"]))
    rows = []
    for row in fired.itertuples():
        ends = ends_of.get(row.entity)
        at = ends.searchsorted(row.time) if ends is not None else 0
        end = ends.iloc[at] if ends is not None and at < len(ends) else row.end
        rows.append((row.entity, row.service, row.message, row.time, end))
    frame = pd.DataFrame(rows, columns=["entity", "service", "message", "start", "end"])
    for name in ("start", "end"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.as_unit("us")
    return frame


def _count_alerts(cells: _Cells, happenings: pd.DataFrame) -> np.ndarray:
    """Alerts that were firing in each cell's minute, for its service or for none in particular; any, if it isn't known."""
    alerts = firing_intervals(happenings)
    start, end = (alerts[name].astype("int64").to_numpy() // MINUTE_US for name in ("start", "end"))
    end = np.where(alerts["end"].isna(), cells.grid[-1], end)
    counts = np.zeros(len(cells), np.int64)
    by_service: dict[str | None, list[int]] = {}
    for place in np.flatnonzero(start <= end).tolist():
        name = alerts["service"].iloc[place]
        by_service.setdefault(name if isinstance(name, str) else None, []).append(place)
    place_of = {service: place for place, service in enumerate(dict.fromkeys(service for service, _ in cells.pairs))}
    service = np.array([place_of[name] for name, _ in cells.pairs])[cells.pair]
    rows, begins = np.argsort(service, kind="stable"), np.searchsorted(np.sort(service), np.arange(len(place_of) + 1))
    for name, places in by_service.items():
        hit = [place_of[each] for each in {name, ""} if each in place_of]
        own = (
            slice(None) if name is None else np.concatenate([rows[:0], *(rows[begins[p] : begins[p + 1]] for p in hit)])
        )
        minute = cells.minute[own]
        have_begun = np.searchsorted(np.sort(start[places]), minute, side="right")
        counts[own] += have_begun - np.searchsorted(np.sort(end[places]), minute)
    return counts


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    counts = dict.fromkeys(("requests", "failed", "slow", "users", "failed_users", "alerts_firing"), "Int64")
    frame = frame.astype({**counts, "p50_s": "float64", "p95_s": "float64"})
    times = to_times(frame["minute"].astype("int64").reset_index(drop=True) * MINUTE_US)
    for name in ("service", "operation", "coverage"):
        frame[name] = frame[name].astype("str")
    return frame.assign(minute=times.to_numpy() if not len(frame) else times.array).reset_index(drop=True)
