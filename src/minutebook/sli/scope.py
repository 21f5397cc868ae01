"""tables of the SLI → the rows in the scope that the rules set by services and operations."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from minutebook.errors import MinutebookError, suggest
from minutebook.settings.rules import Rules
from minutebook.settings.rules.globs import fits
from minutebook.sli.tables import Tables
from minutebook.sli.trials import Trials


def scope_tables(tables: Tables, rules: Rules) -> Tables:
    """The rows whose service and operation are in scope."""
    return Tables(
        _scope(tables.counts, rules),
        _scope(tables.breakdown, rules),
        _scope_trials(tables.trials, rules),
        _scope(tables.failures, rules),
    )


def scope_services(frame: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """The rows whose service is in scope."""
    return frame[_fits(frame["service"], rules.has_service)].reset_index(drop=True)


def check_scope(trials: Trials, rules: Rules) -> list[str]:
    """Sentences on globs that fit nothing; raises `MinutebookError` where the scope leaves nothing."""
    told = []
    for key, column, globs in (
        ("services", "service", rules.services),
        ("operations", "operation", rules.operations),
        ("except_operations", "operation", rules.except_operations),
    ):
        known = trials.names(column) if globs else []
        loose = [glob for glob in globs if not any(fits(name, (glob,)) for name in known)]
        told += [f"The settings' {key} {glob!r} fits none of the evidence." for glob in loose]
    if _is_limited(rules) and len(trials) and not len(_scope_trials(trials, rules)):
        known = sorted({*trials.names("service"), *trials.names("operation")} - {""})
        word = (*rules.services, *rules.operations, "")[0]
        raise MinutebookError("the scope leaves no request", where="[sli]", do=suggest(word, known[:20]))
    return told


def _is_limited(rules: Rules) -> bool:
    return bool(rules.services or rules.operations or rules.except_operations)


def _scope(frame: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    if not _is_limited(rules):
        return frame
    is_in = _fits(frame["service"], rules.has_service) & _fits(frame["operation"], rules.has_operation)
    return frame[is_in].reset_index(drop=True)


def _scope_trials(trials: Trials, rules: Rules) -> Trials:
    if not _is_limited(rules):
        return trials
    return trials.where("service", rules.has_service).where("operation", rules.has_operation)


def _fits(values: pd.Series, is_in: Callable[[str], bool]) -> pd.Series:
    known = {value: is_in(value) for value in values.unique()}
    return values.map(known).astype(bool)
