"""the head of a source → how to read it: the exports and formats that may fit, and the recipe of a log."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from minutebook.detection import Detection, detect_format
from minutebook.detection.likelyusers import find_likely_user
from minutebook.errors import EvidenceError, suggest
from minutebook.exports import ExportFormat, name_text
from minutebook.logformats import LogFormat
from minutebook.plans import Plan
from minutebook.reading.account import Account
from minutebook.reading.context import DEFERRED, ReadingContext
from minutebook.reading.days import find_day, is_dayless, without_dayless
from minutebook.reading.filezones import find_zone_beside
from minutebook.reading.heads import sample_lines
from minutebook.reading.recipes import Recipe
from minutebook.reading.years import find_stated_year, find_year, is_yearless
from minutebook.sources import Source
from minutebook.sources.lines import strip_escapes

#: 11/05/2026, 5/11/26: either of the first two numbers may be the month, which only the log itself can show.
_OPEN_DATE = re.compile(r"\W{0,2}(?:0?[1-9]|1[0-2])/(?:0?[1-9]|1[0-2])/(?:\d{4}|\d\d)\b")


def choose_exports(name: str | None, context: ReadingContext) -> Sequence[ExportFormat]:
    """All exports, or the one that the caller named for the source; none where the caller named a log format."""
    return context.exports if name is None else [each for each in context.exports if each.name == name]


def choose_formats(source: Source, context: ReadingContext) -> Sequence[LogFormat]:
    """All formats, or the one that the caller named for the source."""
    name = context.config.of(source.name).get("format")
    if name is None:
        return context.formats
    named = [each for each in context.formats if each.name == name]
    if not named:
        if any(each.name == name for each in context.exports):
            raise EvidenceError(
                f"is no {name}, as stated", where=source.name, do="let the content tell, or see `minutebook check`"
            )
        known = [*(each.name for each in context.formats), *(each.name for each in context.exports)]
        raise EvidenceError(
            f"no format is called {name!r}", where=source.name, do=suggest(name, known, listed_by="minutebook formats")
        )
    return named


def find_recipe(
    head: Sequence[bytes], source: Source, context: ReadingContext, account: Account, found: Detection | None = None
) -> Recipe | None:
    """How to read the log that begins with ``head``; None where its format is unknown or its year has to wait, as the
    account then says.

    ``found`` is its format, where that has been detected already.
    """
    said = context.config.of(source.name)
    formats = choose_formats(source, context)
    lines = sample_lines(head)
    found = found or detect_format(lines, formats)
    account.format, account.score, account.runner_up = found.nearest, found.score, found.runner_up
    if not found.plans:
        _refuse(account, _tell_unknown(found, head))
        return None
    account.units = {k: unit for plan in found.plans for p in (plan, *plan.inner) for k, unit in p.guesses.items()}
    rules = context.config.sli
    if not rules.user:
        account.likely_user = find_likely_user(strip_escapes(pa.array(lines, pa.string())), found.plans)
    plans = tuple(plan.asking(rules.keys) for plan in found.plans)
    recipe = Recipe(
        source, plans, formats, rules,
        zone=str(said["zone"]) if "zone" in said else None,
        year=int(said["year"]) if "year" in said else None,
        limits=context.config.limits,
    )  # fmt: skip
    dated = _with_day(recipe, lines, found.plans, account, str(said.get("day", "")))
    dated = dated and _with_year(dated, lines, found.plans, account, context)
    return dated and _with_zone(dated, lines, account)


def _with_day(
    recipe: Recipe, lines: Sequence[str], plans: Sequence[Plan], account: Account, stated: str
) -> Recipe | None:
    """The recipe with the first day of stamps that have none; None where nothing tells it, and all stamps need it."""
    if not is_dayless(plans):
        return recipe
    day = find_day(lines, plans, recipe.source.name, stated)
    if day.day is not None:
        account.day_guess = f"{np.datetime64(day.day, 'D')} at first, {day.why}"
        return replace(recipe, day=day.day)
    if others := without_dayless(recipe.plans):
        return replace(recipe, plans=others)
    _refuse(account, _tell_dayless(recipe.source.name, day.why))
    return None


def _with_year(
    recipe: Recipe, lines: Sequence[str], plans: Sequence[Plan], account: Account, context: ReadingContext
) -> Recipe | None:
    """The recipe with the year of stamps that have none; None where that has to wait for the other sources."""
    if not is_yearless(lines, plans):
        return replace(recipe, year=recipe.year or find_stated_year(lines, plans))
    if recipe.year is not None:
        return replace(recipe, carries_year=True)
    if not context.is_last_call:
        account.status = DEFERRED
        return None
    guess = find_year(lines, plans, recipe.source, context.around)
    if guess is None:
        return recipe
    account.year_guess = f"{guess.year} at first, {guess.why}"
    return replace(recipe, year=guess.year, carries_year=True)


def _with_zone(recipe: Recipe, lines: Sequence[str], account: Account) -> Recipe:
    """The recipe with the zone of stamps that lack it, where others beside them state one and nobody said."""
    account.zone_beside = find_zone_beside(lines, recipe) if recipe.zone is None else ""
    return replace(recipe, zone_beside=account.zone_beside)


def _refuse(account: Account, why: str) -> None:
    """Put into the account why there's no recipe."""
    account.format = account.status = "unknown"
    account.note = why


def _tell_dayless(name: str, why: str) -> str:
    return (
        f"its stamps have no day, {why}: put it into the name (app-2026-11-23.log), or state it in a settings file"
        f' ([sources.{json.dumps(name)}] day = "2026-11-23")'
    )


def _tell_unknown(found: Detection, head: Sequence[bytes]) -> str:
    if shape := name_text(b"".join(head).decode("utf-8", "replace")):
        return f"not an export that is known, nor a log: {shape}"
    nearest = f"nearest is {found.nearest}, which fits {found.score:.0%} of the lines"
    note = f"unknown format: {nearest if found.nearest else 'no format fits any line'}"
    note += f"; the first that doesn't: {found.misfit[:120]!r}" if found.misfit else ""
    if _OPEN_DATE.match(found.misfit):
        note += "; no stamp proves which number is the month: collect a day past the twelfth too, or write a format that says it"
    return note
