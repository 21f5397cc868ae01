"""Summary → episodes: where a message is new, surges or stops, instead of each time that it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from minutebook.chronology.bursts import FEW_GAPS, find_loud, find_usual
from minutebook.chronology.layers import count_once
from minutebook.chronology.words import find_failures, find_phases
from minutebook.sources.places import name_place
from minutebook.summary import Summary
from minutebook.times.utc import MINUTE_US

_MOST_MESSAGES = 1000  # only the most frequent are looked at: nobody has time for more
_LOUD_BURST = 5  # times its median burst, for a message that comes and goes
_MOST_RETURNS = 5  # of a new message: one that returns more often comes and goes
_RELIABLE = 10  # of a message, for its gaps to have a usual length
_LONG_GAP = 10.0  # times the usual gap, which chance hardly makes


@dataclass(frozen=True)
class Episode:
    """One stretch of one message; times are µs since 1970 (UTC)."""

    phase: str  #: new, again, surge; started, stopped, crashed for processes
    template: str
    message: str  #: its first one, as logged
    level: str
    service: str
    host: str
    first: int
    last: int
    count: int
    evidence: tuple[str, ...]  #: where it begins
    ending: str  #: where it ends
    has_ended: bool  #: whether it stopped well before the evidence did
    usual: float  #: a minute, outside the episode


def find_episodes(summary: Summary, grid: np.ndarray) -> tuple[list[Episode], int]:
    """(episodes of warnings, errors and processes that start, stop or crash; how many rarer messages are left out).

    A message without a level counts as a warning if its words are words of trouble, and one of information is told if
    it says in so many words what went wrong. An episode is *new* when the message wasn't seen before, although there
    was time for it (over three of its usual gaps), *again* when it comes back after a silence that chance hardly makes,
    and a *surge* when it's written at over 4 × its usual rate.
    """
    rows = summary.frame("templates")
    if not len(rows) or not len(grid):
        return [], 0
    rows = rows.fillna({"service": "", "host": "", "level": "", "message": ""})
    is_failure = find_failures(rows)
    is_bare = is_failure & (rows["level"] == "") & rows["status"].isna()
    rows = rows.assign(level=rows["level"].mask(is_bare, "warn"))
    found: list[Episode] = []
    messages, left_out = _most_frequent(count_once(rows[is_failure]))
    for message in messages:
        found += _split(message, grid)
    for row in _leave_usual(_find_processes(rows[~is_failure]), grid).itertuples():
        found.append(
            Episode(row.phase, row.template, row.message, row.level, row.service, row.host, row.first, row.last,
                    row.count, (name_place(row.source, row.line),), "", False, 0.0)
        )  # fmt: skip
    return sorted(found, key=lambda e: (e.first, e.template, e.service, e.host)), left_out


class _Message(NamedTuple):
    """A message of a service: its rows, ordered by minute and source, as columns."""

    template: str
    service: str
    rows: Mapping[str, np.ndarray]

    @property
    def total(self) -> int:
        """How often it was written."""
        return int(self.rows["count"].sum())


def _most_frequent(rows: pd.DataFrame) -> tuple[list[_Message], int]:
    """The most frequent messages, by template and service, and how many others there are."""
    if not len(rows):
        return [], 0
    ordered = rows.sort_values(["template", "service", "minute", "source"])
    columns = {name: ordered[name].to_numpy() for name in ordered.columns}
    columns["source_rank"] = pd.factorize(ordered["source"], sort=True)[0]
    is_next = [columns[name][1:] != columns[name][:-1] for name in ("template", "service")]
    starts = np.concatenate(([0], np.flatnonzero(is_next[0] | is_next[1]) + 1))
    stops = np.append(starts[1:], len(ordered))
    loudest = np.argsort(-np.add.reduceat(columns["count"], starts), kind="stable")[:_MOST_MESSAGES]
    messages = [
        _Message(columns["template"][start], columns["service"][start], {k: v[start:stop] for k, v in columns.items()})
        for start, stop in zip(starts[np.sort(loudest)], stops[np.sort(loudest)], strict=True)
    ]
    return messages, len(starts) - len(messages)


def _find_processes(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of messages in which a process starts, stops or crashes."""
    phase = find_phases(rows["message"])
    return rows.assign(phase=phase)[phase != ""]


def _leave_usual(rows: pd.DataFrame, grid: np.ndarray) -> pd.DataFrame:
    """The rows of processes without those that start or stop all the time, as a timer's do."""
    if not len(rows):
        return rows
    minute = rows.groupby(["phase", "template", "service"])["minute"]
    count, first, last = minute.transform("nunique"), minute.transform("min"), minute.transform("max")
    is_old = first - grid[0] <= FEW_GAPS * (last - first) / (count - 1).clip(lower=1)
    return rows[(rows["phase"] == "crashed") | ~(is_old & (count > _MOST_RETURNS))]


def _split(message: _Message, grid: np.ndarray) -> list[Episode]:
    """The episodes of a message, those that aren't how it usually is."""
    rows = message.rows
    dense = np.bincount(np.searchsorted(grid, rows["minute"]), rows["count"], len(grid)).astype(np.int64)
    usual, gap = find_usual(dense), _usual_gap(message)
    start, end = int(grid[0]) * MINUTE_US, (int(grid[-1]) + 1) * MINUTE_US
    # It may well have been written before the evidence begins.
    is_old = int(rows["first"].min()) - start <= FEW_GAPS * gap
    is_regular = is_old and message.total >= _RELIABLE
    runs = find_loud(dense, usual)
    # A message that comes and goes all the time is usual too: only bursts that stand out are episodes.
    bursts = [int(dense[begin:stop].sum()) for begin, stop in runs]
    is_usual = usual > 0 or is_old or len(bursts) > _MOST_RETURNS
    ordinary = float(np.median(bursts)) if is_usual and len(bursts) >= 3 else 0.0
    episodes = []
    for index, (begin, stop) in enumerate(runs):
        if ordinary and bursts[index] < max(_LOUD_BURST, _LOUD_BURST * ordinary):
            continue
        own = slice(*np.searchsorted(rows["minute"], (grid[begin], grid[stop - 1] + 1)))
        part = {name: values[own] for name, values in rows.items()}
        since, until = int(part["first"].min()), int(part["last"].max())
        if usual > 0:
            phase = "surge"
        elif index == 0:
            phase = "" if is_old else "new"
        else:
            phase = "" if is_regular and since - _last_before(rows, since) < _LONG_GAP * gap else "again"
        if phase:
            has_ended = end - until > max(2 * MINUTE_US, FEW_GAPS * gap)
            episodes.append(_make_episode(phase, message._replace(rows=part), usual, has_ended))
    return episodes


def _make_episode(phase: str, message: _Message, usual: float, has_ended: bool) -> Episode:
    """The episode that a message's rows are."""
    rows = message.rows
    order = np.lexsort((rows["line"], rows["source_rank"], rows["first"]))
    hosts = set(rows["host"]) - {""}
    return Episode(
        phase,
        message.template,
        str(rows["message"][order[0]]),
        rows["level"][order[0]] or "error",
        message.service,
        hosts.pop() if len(hosts) == 1 else "",
        int(rows["first"].min()),
        int(rows["last"].max()),
        message.total,
        _refer(rows, order),
        _refer_last(rows),
        has_ended,
        usual,
    )


def _last_before(rows: Mapping[str, np.ndarray], time: int) -> int:
    """When it was last written before a time (µs), at which an episode begins."""
    return int(rows["last"][rows["first"] < time].max())


def _usual_gap(message: _Message) -> float:
    """Mean time (µs) between two of them; 0 for a single one."""
    first, last = int(message.rows["first"].min()), int(message.rows["last"].max())
    return (last - first) / (message.total - 1) if message.total > 1 else 0.0


def _refer(rows: Mapping[str, np.ndarray], order: np.ndarray) -> tuple[str, ...]:
    """Where each source first wrote it, for at most three sources."""
    firsts: dict[str, int] = {}
    for row in order.tolist():
        firsts.setdefault(rows["source"][row], row)
    return tuple(name_place(source, rows["line"][row]) for source, row in firsts.items())[:3]


def _refer_last(rows: Mapping[str, np.ndarray]) -> str:
    """Where it was last written."""
    row = np.lexsort((rows["source_rank"], rows["last"]))[-1]
    return name_place(rows["source"][row], rows["last_line"][row])
