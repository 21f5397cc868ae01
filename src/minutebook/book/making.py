"""evidence → Book: the chain, called in order; on threads, with bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from minutebook import __version__
from minutebook.assessment import Traffic, affected_users, make_traffic, measure_impact
from minutebook.assessment.slow import read_slow_limits
from minutebook.book.hiding import hide_figures, hide_texts, prepare_redaction
from minutebook.book.whole import Book
from minutebook.chronology import make_timeline
from minutebook.engines import open_engine
from minutebook.errors import MinutebookError
from minutebook.events import to_frame
from minutebook.gathering import Evidence, Gathered, gather
from minutebook.grid import make_minutes, tell_grid
from minutebook.ledger import make_ledger, make_rejects
from minutebook.machine.allocation import give_freed_memory_back
from minutebook.machine.threads import start_threads
from minutebook.merging import merge_happenings, word_rollbacks
from minutebook.outputs.plots.pictures import Draw
from minutebook.redaction.roles import find_roles, name_roles
from minutebook.settings.config import Config
from minutebook.settings.objectives import read_objectives
from minutebook.sli import Sli, find_sli
from minutebook.sli.budget import spend_budget
from minutebook.sli.coverage import tell_coverage
from minutebook.summary import Summary, pack
from minutebook.summary.versions import find_versions


class Measured(NamedTuple):
    """What the requests say, before it's told in words."""

    happenings: pd.DataFrame
    merges: list[dict[str, Any]]
    names: Mapping[str, str]  #: of people, without case → their roles
    traffic: Traffic
    impact: dict[str, Any]
    minutes: pd.DataFrame
    notes: list[str]


def reconstruct(evidence: Sequence[Evidence], config: Config, *, every: bool = False, draw: Draw | None = None) -> Book:
    """The book of some evidence: the whole chain. ``draw`` begins to draw it as soon as its figures are known."""
    with open_engine(config.engine, config.scheduler) as engine:
        gathered = gather(evidence, config, engine)
        give_freed_memory_back()
        summary = pack(gathered.summarise(config))
    give_freed_memory_back()
    return make_book(
        summary, gathered.resolutions, config, gathered.clock_errors, gathered=gathered, every=every, draw=draw
    )


def make_book(
    summary: Summary,
    resolutions: Mapping[str, float],
    config: Config | None = None,
    clock_errors: Mapping[str, float] | None = None,
    *,
    gathered: Gathered | None = None,
    key: bytes | None = None,
    every: bool = False,
    draw: Draw | None = None,
) -> Book:
    """Minutes, timeline, impact and ledger: functions of a Summary alone.

    ``key`` makes pseudonyms of users' ids where nothing was gathered and ``config`` names none.
    """
    settings = config or Config()
    sli = find_sli(summary, settings.sli)
    with start_threads(1) as pool:
        # Arrow finds all users while Python measures what hit them.
        hides = pool.submit(prepare_redaction, summary, settings, gathered.key if gathered else key)
        measured = _measure(summary, sli, resolutions, settings, clock_errors or {}, _find_zoneless(gathered))
        hide = hides.result()
    minutes, impact, happenings = hide_figures(measured.minutes, measured.impact, measured.happenings, hide)
    picture = draw(minutes, impact, happenings) if draw else None
    book = _tell(summary, sli, measured, resolutions, settings, gathered, every=every)
    return replace(hide_texts(book, hide), minutes=minutes, impact=impact, happenings=happenings, picture=picture)


def _find_zoneless(gathered: Gathered | None) -> Collection[str]:
    """The sources whose stamps lack a zone that nothing tells."""
    clocks = gathered.clocks if gathered else {}
    return [source for source, clock in clocks.items() if clock.zone_basis == "assumed"]


def _measure(
    summary: Summary,
    sli: Sli,
    resolutions: Mapping[str, float],
    settings: Config,
    clock_errors: Mapping[str, float],
    zoneless: Collection[str],
) -> Measured:
    rules = settings.sli
    observed = to_frame(summary.happenings)
    merged, merges = merge_happenings(observed)
    happenings = name_roles(word_rollbacks(merged, find_versions(summary)), observed)
    traffic = make_traffic(sli, happenings, resolutions, clock_errors, settings.clock_error_s, zoneless)
    objectives = read_objectives(rules.objectives)
    slow_of = {each.service: each.over_s for each in objectives if each.over_s is not None}
    limits = {
        (service, operation): over
        for service, operation in sli.requests
        if (over := rules.slow_limit_s(operation) or slow_of.get(service)) is not None
    }
    if isinstance(rules.baseline, tuple) and not sli.has_minutes(*rules.baseline):
        raise MinutebookError("no evidence lies within it", where="[sli] baseline")
    impact = measure_impact(traffic, slow_over_s=limits, baseline=rules.baseline)
    impact["budget"] = spend_budget(objectives, impact, sli)
    impact["sli"] = {**rules.tell(), "layer": sli.layer}
    slow = read_slow_limits(impact)
    minutes = make_minutes(sli, happenings, slow)
    notes = [f"{o.where}: {o.name}: {note}." for o in objectives for note in o.notes]
    return Measured(happenings, merges, find_roles(observed), traffic, impact, minutes, notes)


def _tell(
    summary: Summary, sli: Sli, measured: Measured, resolutions: Mapping[str, float], settings: Config,
    gathered: Gathered | None, *, every: bool,
) -> Book:  # fmt: skip
    """The book, nothing hidden in it yet."""
    happenings, merges, names, traffic, impact, minutes, apart = measured
    within = "the span that was asked for" if gathered and gathered.settled.span else "the evidence"
    told = make_timeline(summary, sli, happenings, impact, minutes, resolutions, every=every, within=within)
    notes = [*sli.assumptions, *tell_grid(sli), *told.notes, *apart]
    ledger = make_ledger(gathered, merges, notes, summary.count_events() if gathered else None)
    ledger["coverage"] = tell_coverage(sli.groups)
    ledger["made_by"] = {"minutebook": __version__, "settings": {**settings.tell(), "every": every}}
    users = affected_users(traffic, impact)
    rejects = make_rejects(gathered.accounts if gathered else [])
    return Book(told.timeline, minutes, impact, ledger, happenings, told.messages, users, rejects, names)
