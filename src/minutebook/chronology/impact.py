"""impact windows → rows: start, peak and end, and in between what each minute was like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from minutebook.assessment.operations import choose_operations
from minutebook.assessment.slow import read_slow_limits
from minutebook.chronology.rows import Row, make_row
from minutebook.columns.categories import count_names, find_name, look_up
from minutebook.sli import Sli
from minutebook.sources.places import name_place
from minutebook.times.utc import MINUTE_US, count_minutes, to_us

_MOST_MINUTES = 60  # rows of one window, a minute each where it's shorter


def tell_impact(impact: Mapping[str, Any], minutes: pd.DataFrame, sli: Sli) -> list[Row]:
    """Rows of each window; ``minutes`` as in `grid`."""
    rows: list[Row] = []
    limits = read_slow_limits(impact)
    for rank, window in enumerate(impact.get("windows", [])):
        if window["kind"] == "no_evidence":
            continue
        rows += [{**row, "rank": rank} for row in _tell_window(window, minutes, sli, limits)]
    rows += [_tell_throughout(each) for each in impact.get("throughout", [])]
    return rows


def _tell_throughout(each: Mapping[str, Any]) -> Row:
    """One row over the whole evidence, for what failed from beginning to end and so has no edges."""
    start, end = _read_edges(each)
    where = _name_operations(each)
    return make_row(start, "impact", "noted", f"{where}: {each['evidence']}", last_time=end, time_error_s=0.0,
                    count=each["bad"], users=each["affected"], service=each["service"] or "", severity="error")  # fmt: skip


def _tell_window(
    window: Mapping[str, Any], minutes: pd.DataFrame, sli: Sli, limits: Mapping[tuple[str, str], float]
) -> list[Row]:
    start, end = (pd.Timestamp(window[key]) for key in ("start", "end"))
    if window["kind"] == "traffic_loss":
        # In the minutes of its edges there was traffic: up to where it broke off, and from where it was back.
        stop = end if window["open_end"] else end.floor("min")
        inside = minutes[minutes["minute"].between(start.ceil("min"), stop, inclusive="left")]
    else:
        inside = minutes[minutes["minute"].between(start.floor("min"), end)]
    if window["service"]:
        inside = inside[inside["service"] == window["service"]]
    count_users = partial(_count_users, sli=sli, window=window, limits=limits)
    rows = [
        *_tell_edges(window, sli.failures),
        *_tell_peak(window, inside),
        *_tell_minutes(window, inside, count_users),
    ]
    return [{**row, "service": window["service"] or "", "severity": "error"} for row in rows]


def _tell_edges(window: Mapping[str, Any], failures: pd.DataFrame) -> list[Row]:
    """Where it starts, with the first failure as evidence, and where it ends, with what came of it."""
    start, end = _read_edges(window)
    inside = failures[failures["time"].between(start, end)]
    where = _name_operations(window) or "all operations"
    if window["kind"] == "traffic_loss":
        told, counts = _tell_loss(window), {}
    else:
        told, counts = _tell_bad(window), {"count": window["bad"], "users": window["users"]["affected"]}
    return [
        make_row(start, "impact", "started", f"{_name_edge(window, 'start')}: {_name_kind(window)} ({where})",
                 last_time=end, time_error_s=_half_width(window, "start"), evidence=_first_of(inside)),
        make_row(end, "impact", "ended", f"{_name_edge(window, 'end')}: {told}",
                 time_error_s=_half_width(window, "end"), evidence=_first_of(inside.iloc[::-1]), **counts),
    ]  # fmt: skip


def _tell_peak(window: Mapping[str, Any], minutes: pd.DataFrame) -> list[Row]:
    if not window.get("peak_minute"):
        return []
    start, peak = _read_edges(window)[0], to_us(pd.Timestamp(window["peak_minute"]))
    at = minutes[count_minutes(minutes["minute"]) == peak // MINUTE_US]
    like = next(iter(_add_up(at, np.zeros(len(at), np.int64), window["kind"])), _Like(None, None, 0))
    told = f"peak: {like.describe(window)}"
    return [make_row(max(peak, start), "impact", "peak", told, count=like.bad, time_error_s=60.0)]


def _tell_minutes(
    window: Mapping[str, Any], minutes: pd.DataFrame, count_users: Callable[[int, int], int | None]
) -> list[Row]:
    """What each minute was like, or of a long window each few of them."""
    if not len(minutes):
        return []
    start, end = _read_edges(window)
    step = max(1, int(np.ceil((end - start) / MINUTE_US / _MOST_MINUTES)))
    number = count_minutes(minutes["minute"]).to_numpy()
    begin, stop = int(number.min()), int(number.max()) + 1
    places, group = np.unique((number - begin) // step, return_inverse=True)
    rows: list[Row] = []
    for first, like in zip((begin + places * step).tolist(), _add_up(minutes, group, window["kind"]), strict=True):
        told, last_time = like.describe(window), min(first + step, stop) * MINUTE_US
        if rows and rows[-1]["summary"] == told and not like.requests:  # hours in which nothing comes are told once
            rows[-1]["last_time"] = last_time
            continue
        rows.append(make_row(first * MINUTE_US, "impact", "ongoing", told, last_time=last_time, count=like.bad,
                             users=count_users(first, first + step - 1), time_error_s=0.0))  # fmt: skip
    return rows


def _read_edges(window: Mapping[str, Any]) -> tuple[int, int]:
    """Start and end in µs since 1970."""
    return to_us(pd.Timestamp(window["start"])), to_us(pd.Timestamp(window["end"]))


def _name_operations(window: Mapping[str, Any]) -> str:
    shown, more = choose_operations(window)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _name_edge(window: Mapping[str, Any], edge: str) -> str:
    if not window.get(f"open_{edge}"):
        return f"impact {edge}s"
    return (
        "impact goes on where the evidence ends" if edge == "end" else "impact is under way where the evidence begins"
    )


def _tell_bad(window: Mapping[str, Any]) -> str:
    return f"{window['bad']:,} of {window['valid']:,} {window['unit']}, {_tell_users(window['users'])}"


def _tell_loss(window: Mapping[str, Any]) -> str:
    return f"{window['valid']:,} requests where {window['valid'] + window['lost_requests']:,} are usual"


def _tell_users(users: Mapping[str, Any]) -> str:
    clients = users["anonymous_clients"]
    if users["affected"] is not None:
        return f"{users['affected']:,} users{f' and {clients:,} clients without a user id' * bool(clients)} affected"
    return f"{clients:,} clients affected, no user ids" if clients else "no user ids"


def _half_width(window: Mapping[str, Any], edge: str) -> float:
    """Half of the edge's interval: how far off it can be."""
    earliest, latest = window.get(f"{edge}_earliest"), window.get(f"{edge}_latest")
    if not earliest or not latest:
        return 0.0
    return round((pd.Timestamp(latest) - pd.Timestamp(earliest)).total_seconds() / 2, 3)


def _first_of(failures: pd.DataFrame) -> str:
    if not len(failures):
        return ""
    first = failures.iloc[0]
    return name_place(first["source"], first["line"])


class _Like(NamedTuple):
    """What some minutes were like; None where it isn't known."""

    requests: int | None
    bad: int | None  #: failed or slow ones, by the kind of window; all in a loss of traffic
    firing: int  #: alerts, at most

    def describe(self, window: Mapping[str, Any]) -> str:
        """The same in words, as the kind of window asks for."""
        if self.requests is None or self.bad is None:
            return "no data"
        is_lines = window.get("unit") == "lines"
        what = {"fail": "are bad" if is_lines else "failed", "slow": "were slow"}.get(window["kind"])
        alerts = f"; {self.firing} alert{'s' * (self.firing != 1)} firing" if self.firing else ""
        if what is None:
            return f"{self.requests:,} requests{alerts}"
        return f"{self.bad:,} of {self.requests:,} {'lines' if is_lines else 'requests'} {what} ({self.bad / max(self.requests, 1):.1%}){alerts}"


def _add_up(minutes: pd.DataFrame, group: np.ndarray, kind: str) -> list[_Like]:
    """What the minutes of each group (numbered from 0) were like together."""
    size = int(group.max(initial=-1)) + 1
    columns = []
    for name in ("requests", {"fail": "failed", "slow": "slow"}.get(kind, "requests")):
        values = minutes[name].to_numpy(float, na_value=np.nan)
        is_known = ~np.isnan(values)
        sums = np.bincount(group[is_known], values[is_known], size).astype(np.int64).tolist()
        seen = np.bincount(group[is_known], minlength=size)
        columns.append([total if count else None for total, count in zip(sums, seen, strict=True)])
    firing = np.zeros(size, np.int64)
    np.maximum.at(firing, group, minutes["alerts_firing"].to_numpy(np.int64, na_value=0))
    return [_Like(*each) for each in zip(*columns, firing.tolist(), strict=True)]


def _name_kind(window: Mapping[str, Any]) -> str:
    if window["kind"] == "traffic_loss":
        return "loss of traffic"
    is_lines, is_slow = window["unit"] == "lines", window["kind"] == "slow"
    return f"{'slow' if is_slow else 'bad' if is_lines else 'failing'} {window['unit']}"


def _count_users(
    first: int, last: int, *, sli: Sli, window: Mapping[str, Any], limits: Mapping[tuple[str, str], float]
) -> int | None:
    """Users with a failure in the minutes ``first`` to ``last``, or of slowness with a slow request."""
    trials = sli.trials.between(first, last)
    if window["kind"] == "slow":
        over = look_up(trials, lambda pair: limits.get(pair, np.inf))
        is_in = trials["longest_s"].to_numpy() > over
    else:
        is_in = trials["bad"].to_numpy() > 0
    if window["service"]:
        is_in &= find_name(trials["service"], window["service"])
    return count_names(trials["user"].array[is_in]) or None
