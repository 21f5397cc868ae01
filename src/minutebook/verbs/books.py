"""evidence, an event frame or a book → a book, or one part of it: timeline, minutes, impact, users."""

from __future__ import annotations

from typing import Any

import pandas as pd

from minutebook.assessment import make_orders, make_rows
from minutebook.book import Book
from minutebook.gathering import Evidence
from minutebook.verbs.given import Given, Said, When, find_book, make_settings, read_book


def reconstruct(
    *evidence: Evidence,
    zone: str | None = None,
    since: When | None = None,
    until: When | None = None,
    engine: str | None = None,
    config: Said = None,
    every: bool = False,
) -> Book:
    """The `Book` made from files and folders, or loaded from a saved book's: timeline, minutes, impact and ledger.

    ``zone``, ``since``, ``until``, ``engine`` and ``config`` as in `read`; with ``every`` the timeline has every minute
    of every message.
    """
    return read_book(evidence, make_settings(zone, config, since, until, engine), every=every)


def timeline(what: Given, *, every: bool = False, **said: Any) -> pd.DataFrame:
    """What changed, in order, each row with its evidence; of an event frame, a book or evidence.

    Columns: ``minute, time, last_time, time_error_s, kind, phase, service, severity, summary, count, users, evidence``.
    The first three are datetime64[us, UTC], ``time_error_s`` is seconds, ``count`` events and ``users`` distinct users
    (null: unknown), ``evidence`` is ``source:line; …``. ``every`` and the other arguments are those of `reconstruct`.
    """
    return find_book(what, every=every, **said).timeline


def minutes(what: Given, **said: Any) -> pd.DataFrame:
    """The dense grid, one row per minute, service and operation.

    Columns: ``minute, service, operation, requests, failed, slow, users, failed_users, p50_s, p95_s, alerts_firing,
    coverage``. Counts are null where there is no evidence, those of users where nobody is named. ``minute`` is
    datetime64[us, UTC]; ``p50_s`` and ``p95_s`` are seconds, to 2 %; ``coverage`` is covered, partly or none.
    """
    return find_book(what, **said).minutes


def impact(what: Given, **said: Any) -> dict[str, Any]:
    """Impact windows, affected users, milestones and durations, as a JSON-able dict.

    Keys: ``windows, throughout, rejected, milestones, durations, orders, definitions, total, slow_over_s, budget,
    sli``. Times are RFC 3339 in UTC, durations and keys in ``_s`` or ``_seconds`` seconds; None is unknown. What each
    milestone and duration means stands under ``definitions``.

    An impact window is the stretch of minutes in which so many users hit failures that, at the service's own
    usual rate, it would be less than a one-in-a-million coincidence (Kulldorff's scan statistic, 1997).
    """
    return find_book(what, **said).impact


def users(what: Given, **said: Any) -> pd.DataFrame:
    """Affected users of each window: ``window, user, state`` (failed, degraded).

    Ids are as logged, so that they can be joined with your own tables; `Book.shown_users` has pseudonyms, as has every
    file that minutebook writes, unless redaction is switched off.
    """
    return find_book(what, **said).users


def sensitivity(what: Given, **said: Any) -> pd.DataFrame:
    """How each window's start, end and affected users move with each choice of the method, one row per choice and value.

    Choices: the odds asked for, the span that counts as usual, the channel (fail, slow, both), the latency limit.
    Columns: ``window, kind, choice, value, is_chosen, start, end, start_shift_s, end_shift_s, affected,
    anonymous_clients, why``; null where no window is found, and ``why`` says so.
    """
    return make_rows(find_book(what, **said).impact)


def orders(what: Given, **said: Any) -> pd.DataFrame:
    """Whether deploys, changes and alerts near each window came before or after its edges, one row per question.

    Columns: ``window, first, second, verdict, by_s, error_s, clock_error_s, assumed, evidence``. ``first`` before
    ``second`` is ``proven``, ``contradicted`` or ``undecidable``, ``by_s`` seconds, give or take ``error_s``: stamps'
    resolutions, the edge's interval, and ``clock_error_s``, in part ``assumed`` where a clock shares no ids with
    others.
    """
    return make_orders(find_book(what, **said).impact)
