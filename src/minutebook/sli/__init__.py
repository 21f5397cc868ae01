"""Summary → what users did, on the layer that is the SLI.

A request seen at the edge and again in the app is one request, so only one layer is counted: the outermost that logged
requests with statuses (`layers`). If that one knows no users and an inner one does, the inner one is counted, and
failures that only the outer one saw are added by their ids.

Read in order: `trials` (who did what in which minute), `stretches`, `silences` and `coverage` (which minutes there is
evidence for), `layers` and `operations` (what counts, and under which name), `evenness` (what may count twice), `budget`
(objectives).
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from minutebook.columns.categories import fill_names, find_pairs, join_rows, to_rows
from minutebook.errors import MinutebookError, suggest
from minutebook.settings.rules import Rules
from minutebook.settings.rules.globs import fits
from minutebook.sli.coverage import cover_services, find_coverage
from minutebook.sli.evenness import tell_even_logs
from minutebook.sli.layers import Layers, choose_layers
from minutebook.sli.operations import OTHERS, name_operations, rename, rename_trials
from minutebook.sli.stretches import tell_stretches
from minutebook.sli.trials import NAMES, Trials
from minutebook.summary import Summary
from minutebook.times.utc import MINUTE_US

_MOST_CELLS = 3_000_000  # a service's minutes × operations
_FEWEST_OPERATIONS = 50  # that have their own names at any rate


@dataclass(frozen=True)
class Sli:
    """The SLI's tables; ``minute`` counts minutes from 1970, ``""`` is an unknown service or operation."""

    layer: str  #: cdn, balancer, proxy, app, or lines (no requests at all: log lines by level)
    counts: pd.DataFrame  #: minute, service, operation (both as categories), bucket, good, bad
    breakdown: pd.DataFrame  #: minute, service, operation, status, host, version, requests
    trials: Trials
    failures: pd.DataFrame  #: each bad event
    coverage: pd.DataFrame  #: minute, service, state, alive
    #: minute, service, source, host, events, requests, last (µs): of the SLI's sources, where they have any
    writers: pd.DataFrame
    groups: pd.DataFrame  #: the coverage of each layer, service and host, in scope or not, as `coverage` finds it
    assumptions: tuple[str, ...]

    @cached_property
    def placed(self) -> tuple[np.ndarray, list[tuple[str, str]]]:
        """The place of each row of ``counts`` among the distinct (service, operation), and these pairs."""
        return find_pairs(self.counts)

    @cached_property
    def requests(self) -> dict[tuple[str, str], int]:
        """(service, operation) → how many requests, in the order of the names."""
        place, pairs = self.placed
        sums = np.bincount(place, self.counts["good"].to_numpy() + self.counts["bad"].to_numpy(), len(pairs))
        return dict(sorted(zip(pairs, sums.astype(np.int64).tolist(), strict=True)))

    def has_minutes(self, start_us: int, end_us: int) -> bool:
        """Whether any minute that is looked at lies between two times (µs since 1970)."""
        minute = self.coverage["minute"]
        return bool(((minute >= start_us // MINUTE_US) & (minute * MINUTE_US < end_us)).any())

    @property
    def services(self) -> list[str]:
        """Services that have requests, by name."""
        return sorted({service for service, _ in self.requests})


def find_sli(summary: Summary, rules: Rules | None = None) -> Sli:
    """The SLI of a Summary in the scope of the rules; its ``assumptions`` say which layer it is and why.

    Raises `MinutebookError` where there are requests, but none in scope.
    """
    rules = rules or Rules()
    trials = Trials.of_summary(summary)
    layers = choose_layers(trials, rules.layer)
    failures = summary.frame("failures")
    counts = _name_unknown(layers.pick(to_rows(summary.counts))).reset_index(drop=True)
    breakdown = _name(layers.pick(summary.frame("breakdown")))
    own_trials = trials.change(layers.pick, ("layer", "service")).change(_name_unknown, ("service", "operation"))
    own_failures = _name(layers.pick(failures))
    if layers.added_from:
        extra = _find_outer_failures(failures, own_failures, layers)
        own_failures = pd.concat([own_failures, extra], ignore_index=True)
        own_trials = own_trials.add(_as_trials(extra))
        counts = join_rows([counts, _as_counts(extra)])
        # If the inner layer gave the user, by the id, it has the request itself, as a success.
        breakdown = pd.concat([breakdown, _as_breakdown(extra[extra["user"].isna()])], ignore_index=True)
    own_failures = own_failures.sort_values(["time", "source", "line"], ignore_index=True)
    logged = summary.frame("coverage", ["source", "layer", "service", "host", "minute", "events", "requests", "last"])
    groups = find_coverage(summary)
    coverage = cover_services(groups, partial(_find_counted, layers=layers))
    notes = [
        *tell_stretches(summary.coverage.column("minute").to_numpy()),
        *_check_scope(own_trials, rules),
        *_tell_errors_that_count_as_good(summary, layers, rules),
        *tell_even_logs(logged, layers),
    ]
    sli = Sli(
        layers.main,
        _in_scope(counts, rules),
        _in_scope(breakdown, rules),
        _scope_trials(own_trials, rules),
        _in_scope(own_failures, rules),
        coverage[_fits(coverage["service"], rules.has_service)].reset_index(drop=True),
        _name(logged if layers.main == "lines" else layers.pick(logged), ("service", "host")),
        groups,
        (*layers.assumptions, *rules.sentences(), *notes),
    )
    return _tell_rare_together(sli)


def _tell_rare_together(sli: Sli) -> Sli:
    """The SLI, with the rarest operations of a service as one, if they are too many to look at minute by minute."""
    most = max(_MOST_CELLS // max(sli.groups["minute"].nunique(), 1), _FEWEST_OPERATIONS)
    if max(collections.Counter(service for service, _ in sli.requests).values(), default=0) > most:
        shown = name_operations(sli.requests, most)
        left = sum(name != operation for (_, operation), name in shown.items())
        note = f"{left:,} operations with few requests are told together, as {OTHERS}."
        return replace(
            sli,
            **{name: rename(getattr(sli, name), shown) for name in ("counts", "breakdown", "failures")},
            trials=rename_trials(sli.trials, shown),
            assumptions=(*sli.assumptions, note),
        )
    return sli


def _in_scope(frame: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    if not (rules.services or rules.operations or rules.except_operations):
        return frame
    is_in = _fits(frame["service"], rules.has_service) & _fits(frame["operation"], rules.has_operation)
    return frame[is_in].reset_index(drop=True)


def _scope_trials(trials: Trials, rules: Rules) -> Trials:
    if not (rules.services or rules.operations or rules.except_operations):
        return trials
    return trials.where("service", rules.has_service).where("operation", rules.has_operation)


def _fits(values: pd.Series, is_in: Callable[[str], bool]) -> pd.Series:
    known = {value: is_in(value) for value in values.unique()}
    return values.map(known).astype(bool)


def _check_scope(trials: Trials, rules: Rules) -> list[str]:
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
    scoped = _scope_trials(trials, rules)
    if scoped is not trials and len(trials) and not len(scoped):
        known = sorted({*trials.names("service"), *trials.names("operation")} - {""})
        word = (*rules.services, *rules.operations, "")[0]
        raise MinutebookError("the scope leaves no request", where="[sli]", do=suggest(word, known[:20]))
    return told


def _name(frame: pd.DataFrame, names: Sequence[str] = ("service", "operation")) -> pd.DataFrame:
    """The rows of a plain frame without their layer, an unknown service or operation as ``""``."""
    own = frame.drop(columns="layer").reset_index(drop=True)
    return own.assign(**{name: own[name].fillna("") for name in names})


def _find_outer_failures(failures: pd.DataFrame, inner: pd.DataFrame, layers: Layers) -> pd.DataFrame:
    """Failures of the outer layer that is added, with an id that no failure of the inner layer has."""
    is_outer = (failures["layer"] == layers.added_from) & ~failures["service"].isin(list(layers.elsewhere))
    outer = _name(failures[is_outer])
    return outer[outer["trace"].notna() & ~outer["trace"].isin(inner["trace"].dropna())]


def _as_trials(failures: pd.DataFrame) -> pd.DataFrame:
    unseen = failures["count"].where(failures["user"].isna(), 0)
    rows = failures.assign(minute=failures["time"] // MINUTE_US, unseen=unseen)
    rows["client"] = rows["client"].where(rows["user"].isna(), None)
    return (
        rows.groupby(["minute", *NAMES], dropna=False)
        .agg(requests=("unseen", "sum"), bad=("count", "sum"), first_bad=("time", "min"), last_bad=("time", "max"))
        .reset_index()
    )


def _name_unknown(rows: pd.DataFrame) -> pd.DataFrame:
    """The same of rows whose names are categories: trials and counts."""
    named = {name: fill_names(rows[name], "") for name in ("service", "operation")}
    return rows.drop(columns="layer", errors="ignore").assign(**named)


def _as_breakdown(failures: pd.DataFrame) -> pd.DataFrame:
    keys = ["minute", "service", "operation", "status", "host", "version"]
    grouped = failures.assign(minute=failures["time"] // MINUTE_US).groupby(keys, dropna=False)
    return grouped.agg(requests=("count", "sum")).reset_index()


def _as_counts(failures: pd.DataFrame) -> pd.DataFrame:
    # What the inner layer counted as a success, but wasn't one, is subtracted.
    rows = failures.assign(
        minute=failures["time"] // MINUTE_US, good=-failures["count"].where(failures["user"].notna(), 0)
    )
    grouped = rows.groupby(["minute", "service", "operation"])
    counts = grouped.agg(good=("good", "sum"), bad=("count", "sum")).reset_index().assign(bucket=-1)
    return counts.astype(dict.fromkeys(("service", "operation"), "category"))


def _tell_errors_that_count_as_good(summary: Summary, layers: Layers, rules: Rules) -> list[str]:
    """Sentences, by service, on requests with a success code that were logged as errors, as GraphQL does."""
    if rules.outcome:
        return []
    rows = summary.frame("templates", ["layer", "service", "level", "status", "count"])
    rows = rows[rows["level"].isin(list(rules.bad_levels)) & (rows["status"] < 400)]
    counts = _name(layers.pick(rows), ("service",)).groupby("service")["count"].sum()
    return [
        f"{count:,} requests{f' of {service}' * bool(service)} were answered with a code below 400 but logged as errors: they"
        " count as good. Where they failed, [sli] outcome and bad_outcomes name the key that says so, such as their level,"
        " and its words."
        for service, count in counts.items()
        if rules.has_service(service)
    ]


def _find_counted(groups: pd.DataFrame, layers: Layers) -> np.ndarray:
    """Which groups of sources logged requests of the SLI."""
    if layers.main == "lines":
        return np.ones(len(groups), bool)
    return layers.find_own(groups) & (groups["requests"].to_numpy() > 0)
