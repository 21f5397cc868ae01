"""requests a minute → traffic that is missing, and stretches for which there's no evidence either way.

A silence counts as lost traffic only where something shows that logging went on: health checks, another source, or an
alert that fired. Else nothing is known of it, and it's never called an outage. Nor is one in the log of one of several
hosts, nor one that comes every day at that time. Behind a service's last request only its own logs show that: others
may just have been collected for longer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from minutebook.assessment.daily import count_alike_days
from minutebook.assessment.expected import expect_requests
from minutebook.assessment.scan import MERGE_MINUTES, SURE
from minutebook.assessment.writers import Ending, find_writers
from minutebook.times.utc import MINUTE_US

_FEWEST_EXPECTED = 5.0  # requests, in a hole
_ALIVE_SHARE = 0.1  # of a silence's minutes: other sources kept logging


class Hole(NamedTuple):
    """A stretch in which traffic is missing or unknown."""

    pieces: tuple[tuple[int, int], ...]  #: minutes [start, stop), from 1970; several where it soon came back
    span: tuple[int, int]  #: µs: the silence itself, where there's one; else its minutes
    expected: float  #: requests, in the pieces
    seen: float  #: in the pieces
    odds: float
    #: what shows that traffic was lost: ``requests, evidence, log, alert``; empty where nothing does
    signs: tuple[str, ...]
    gone: tuple[str, ...] = ()  #: sources that fell away, where the others logged as much as they usually do
    is_open: bool = False  #: whether it goes on up to the end of the evidence
    alike_days: int = 0  #: other days on which as few came at that time, if there are enough to call that usual

    @property
    def minutes(self) -> tuple[int, int]:
        """All of it: [start, stop)."""
        return self.pieces[0][0], self.pieces[-1][1]

    @property
    def is_known(self) -> bool:
        """Whether it's a loss of traffic, not just a lack of evidence."""
        return bool(self.signs)


def find_holes(
    requests: pd.Series, coverage: pd.DataFrame, find_times: Callable[[tuple[int, int]], np.ndarray], alerts: np.ndarray,
    writers: pd.DataFrame, find_end: Callable[[int], Ending | None] = lambda minute: None,
) -> list[Hole]:  # fmt: skip
    """Holes of one service: ``requests`` by minute (from 1970), ``coverage`` with minute_no, state, alive; ``writers``
    as in `writers.COLUMNS`; ``find_end`` tells how far its logs go on behind the minute of its last request.

    ``find_times`` gives µs of its requests about a span, enough of them to show silences; ``alerts`` are µs at which
    related ones fired. Expected is the centred 2 h median, but of `absences`; a loss is at least half gone and, scaled
    by the series' own noise, less than a one-in-a-million coincidence. Losses at most 5 minutes apart are one, in
    pieces.
    """
    minutes = expect_requests(requests, coverage, find_end)
    if minutes is None:
        return []
    noise, is_told = minutes.find_noise(), minutes.find_told()
    holes: list[Hole] = []
    for begin, stop in minutes.find_low():
        want, have, is_open = minutes.expected[begin:stop].sum(), minutes.seen[begin:stop].sum(), stop == minutes.cut
        if not want:
            continue  # nobody comes at that time
        odds = _score(want, have) / noise
        piece = int(minutes.number[begin]), int(minutes.number[stop - 1]) + 1
        own = find_writers(writers, *piece)
        gone = own.gone if have > 0.5 * own.usual * (stop - begin) else ()
        span, sign = (piece[0] * MINUTE_US, piece[1] * MINUTE_US), "requests"
        logged_until = minutes.logged_until if is_open else None
        silence = _longest_silence(find_times(span), logged_until, span)
        if (silence[1] - silence[0]) / MINUTE_US >= (want - have) / want / 2 * (stop - begin):
            span = silence
            sign = "log" if logged_until else _find_sign(silence, minutes.is_alive[begin:stop], alerts)
        is_sure = odds >= SURE and want >= _FEWEST_EXPECTED
        is_loss = is_sure and sign and not gone  # but for what other days say; without a sign, nothing is known of it
        days = count_alike_days(minutes.number, minutes.seen, is_told, (begin, stop), want) if is_loss else 0
        signs = (sign,) if sign and not gone and not days else ()
        if is_sure or (not signs and not gone and (minutes.state[begin:stop] == "none").any()):
            holes.append(Hole((piece,), span, want, have, odds, signs, gone, is_open, days))
    return _join_losses(holes)


def _score(expected: float, seen: float) -> float:
    """ln odds against coincidence that so few came, of a Poisson count."""
    return float(expected - seen + seen * np.log(max(seen, 1e-9) / expected)) if expected > seen else 0.0


def _find_sign(silence: tuple[int, int], is_alive: np.ndarray, alerts: np.ndarray) -> str:
    """What shows that the users fell silent, not the log; "" where nothing does."""
    if is_alive.mean() >= _ALIVE_SHARE:
        return "evidence"
    return "alert" if ((alerts >= silence[0]) & (alerts <= silence[1])).any() else ""


def _join_losses(holes: list[Hole]) -> list[Hole]:
    """Losses at most 5 minutes apart as one; the minutes in between are known, and count as nothing missing.

    Stretches without evidence are never joined: all they say is that nothing is known of their own minutes.
    """
    joined: list[Hole] = []
    for hole in holes:
        last = joined[-1] if joined else None
        if last and last.is_known and hole.is_known and hole.minutes[0] - last.minutes[1] <= MERGE_MINUTES:
            joined[-1] = Hole(
                last.pieces + hole.pieces, (last.span[0], hole.span[1]), last.expected + hole.expected,
                last.seen + hole.seen, last.odds + hole.odds, tuple(dict.fromkeys(last.signs + hole.signs)),
                is_open=hole.is_open,
            )  # fmt: skip
        else:
            joined.append(hole)
    return joined


def _longest_silence(times: np.ndarray, logged_until: int | None, span: tuple[int, int]) -> tuple[int, int]:
    """The longest stretch without a request that begins or ends within the span; one may last as long as its logs."""
    times = times if logged_until is None else np.append(times, logged_until)
    begin = max(int(np.searchsorted(times, span[0])) - 1, 0)
    near = times[begin : int(np.searchsorted(times, span[1], side="right")) + 1]
    if len(near) < 2:
        return span
    widest = int(np.diff(near).argmax())
    return int(near[widest]), int(near[widest + 1])
