"""Summary → episodes: when a message is new, surges and stops, instead of each time it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from minutebook.places import name_place
from minutebook.summary import Summary

_LEVELS = ("warn", "error", "fatal")
_GAP_MINUTES = 5  # quiet minutes that don't end an episode
_SURGE = 4.0  # times the message's usual rate
_FEWEST = 3  # in a minute, for a surge
_MOST_MESSAGES = 1000  # the most frequent ones are looked at: no room has time for more
_LOUD_BURST = 5  # times its median burst, where a message comes and goes

_STARTS = re.compile(
    r"^(?:re)?start(?:ing|ed)\b|\b(?:server|service|worker|process|application|app|daemon) (?:re)?start(?:ed|ing)\b"
    r"|^(?:booting|listening (?:on|at)|ready to accept|now listening|launching)\b|\bstartup complete\b|^Started \w+ in ",
    re.I,
)
_STOPS = re.compile(
    r"^(?:stopping|stopped|shutting down|shutdown|exiting|terminating|received sig\w+)\b|\bgraceful(?:ly)? (?:stop|shut)"
    r"|\bshutdown complete\b|\b(?:server|service|worker|process|application) (?:is )?(?:stopp|shutting|exit|terminat)",
    re.I,
)
_CRASHES = re.compile(
    r"\bsegfault\b|\bout of memory\b|\boom-?kill|\bkilled process\b|\bpanic:|\bcore dumped\b|\bexited (?:with|on) "
    r"(?:code|signal|status) [1-9]|\bworker (?:process )?\S* ?(?:died|was terminated|timeout)|\bfatal signal\b",
    re.I,
)
# Of messages that state no level: the words of those that tell of trouble.
_TROUBLE = re.compile(
    r"\b(?:error|exception|traceback|fail(?:ed|ure|ing|s)?|fatal|critical|panic|abort(?:ed|ing)?|denied|refused|rejected|"
    r"unreachable|time[d]?[ -]?out|no (?:space|room|route)|cannot|can't|could not|unable to|out of memory|corrupt(?:ed)?|"
    r"lost|unavailable|overflow|deadlock)\b",
    re.I,
)


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
    """Episodes of warnings and errors, and what processes said of their starting and ending; and how many
    messages were too rare to be looked at.

    A message without a level counts as a warning where its words tell of trouble.

    An episode is *new* when the message wasn't seen before although it had the time to be (over three of
    its usual gaps), *again* when it comes back, and a *surge* when it's written at over 4 × its usual rate.
    """
    rows = summary.frame("templates")
    if not len(rows) or not len(grid):
        return [], 0
    rows = rows.fillna({"service": "", "host": "", "level": ""})
    is_failure = rows["level"].isin(_LEVELS) | (rows["status"] >= 500)
    is_trouble = (rows["level"] == "") & rows["status"].isna() & rows["message"].fillna("").str.contains(_TROUBLE)
    rows = rows.assign(level=rows["level"].mask(is_trouble & ~is_failure, "warn"))
    is_failure |= is_trouble
    found: list[Episode] = []
    failures, left_out = _most_frequent(rows[is_failure])
    for (template, service), group in failures.groupby(["template", "service"], sort=True):
        found += _split(str(template), str(service), group.sort_values(["minute", "source"]), grid)
    for row in _processes(rows[~is_failure]).itertuples():
        found.append(
            Episode(row.phase, row.template, row.message, row.level, row.service, row.host, row.first, row.last,
                    row.count, (name_place(row.source, row.line),), "", False, 0.0)
        )  # fmt: skip
    return sorted(found, key=lambda e: (e.first, e.template, e.service, e.host)), left_out


def _most_frequent(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Rows of the most frequent messages, and how many others there are."""
    keys = ["template", "service"]
    totals = rows.groupby(keys, as_index=False)["count"].sum()
    if len(totals) <= _MOST_MESSAGES:
        return rows, 0
    kept = totals.sort_values(["count", *keys], ascending=[False, True, True]).head(_MOST_MESSAGES)
    return rows.merge(kept[keys], on=keys), len(totals) - _MOST_MESSAGES


def _processes(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of messages in which a process starts, stops or crashes."""
    words = rows["message"].fillna("")
    phase = np.select(
        [words.str.contains(p).to_numpy(bool) for p in (_CRASHES, _STARTS, _STOPS)],
        ["crashed", "started", "stopped"],
        "",
    )
    return rows.assign(phase=phase)[phase != ""]


def _split(template: str, service: str, group: pd.DataFrame, grid: np.ndarray) -> list[Episode]:
    counts = group.groupby("minute")["count"].sum()
    dense = counts.reindex(grid, fill_value=0).to_numpy()
    usual = _usual_rate(dense)
    is_loud = dense >= max(_FEWEST, _SURGE * usual) if usual > 0 else dense > 0
    first, last = int(group["first"].min()), int(group["last"].max())
    start, end = int(grid[0]) * 60_000_000, (int(grid[-1]) + 1) * 60_000_000
    gap = _usual_gap(group, first, last)
    episodes = []
    runs = _join_runs(is_loud)
    # What comes and goes all the time is usual too: then only what stands out of its own bursts is told.
    bursts = [int(dense[begin:stop].sum()) for begin, stop in runs]
    ordinary = float(np.median(bursts)) if len(bursts) >= 3 else 0.0
    for index, (begin, stop) in enumerate(runs):
        if ordinary and bursts[index] < max(_LOUD_BURST, _LOUD_BURST * ordinary):
            continue
        part = group[group["minute"].between(grid[begin], grid[stop - 1])]
        since, until = int(part["first"].min()), int(part["last"].max())
        if usual > 0:
            phase = "surge"
        elif index == 0:
            if since - start <= 3 * gap:
                continue  # it may well have been written before the evidence begins
            phase = "new"
        else:
            phase = "again"
        top = part.sort_values(["first", "source", "line"])
        level = top["level"].iloc[0] or "error"
        hosts = set(part["host"]) - {""}
        episodes.append(
            Episode(phase, template, str(top["message"].iloc[0]), level, service, hosts.pop() if len(hosts) == 1 else "",
                    since, until, int(part["count"].sum()), _refer(top), _refer_last(part), end - until > max(2 * 60_000_000, 3 * gap),
                    usual)
        )  # fmt: skip
    return episodes


def _usual_rate(dense: np.ndarray) -> float:
    """Median a minute; a message that most minutes lack has no usual rate."""
    return float(np.median(dense))


def _usual_gap(group: pd.DataFrame, first: int, last: int) -> float:
    """Mean time between two of it (µs) while it was written; 0 for a single one."""
    total = int(group["count"].sum())
    return (last - first) / (total - 1) if total > 1 else 0.0


def _join_runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """[begin, stop) of the runs of True, those few minutes apart as one."""
    at = np.flatnonzero(mask)
    if not len(at):
        return []
    cuts = np.flatnonzero(np.diff(at) > _GAP_MINUTES) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(at, cuts)]


def _refer(rows: pd.DataFrame) -> tuple[str, ...]:
    """Where each source first wrote it, three sources at the most."""
    firsts = rows.drop_duplicates("source")
    return tuple(name_place(source, line) for source, line in zip(firsts["source"], firsts["line"], strict=True))[:3]


def _refer_last(rows: pd.DataFrame) -> str:
    """Where it was last written."""
    last = rows.sort_values(["last", "source"]).iloc[-1]
    return name_place(last["source"], last["last_line"])
