"""Summary → what users did, on the layer that is the SLI.

A request seen at the edge and again in the app is one request, so only one layer is counted: the outermost that logged
requests with statuses (`layers`). If that one knows no users and an inner one does, the inner one is counted, and
failures that only the outer one saw are added by their ids.

Read in order: `trials` (who did what in which minute), `stretches`, `silences` and `coverage` (which minutes there is
evidence for), `layers`, `tables`, `scope` and `operations` (what counts, and under which name), `evenness` (what may
count twice), `budget` (objectives).
"""

from __future__ import annotations

import collections
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from minutebook.columns.categories import find_pairs
from minutebook.settings.rules import Rules
from minutebook.sli.coverage import cover_services, find_coverage
from minutebook.sli.evenness import tell_even_logs
from minutebook.sli.layers import Layers, choose_layers
from minutebook.sli.operations import OTHERS, name_operations, rename, rename_trials
from minutebook.sli.scope import check_scope, scope_services, scope_tables
from minutebook.sli.stretches import tell_stretches
from minutebook.sli.tables import drop_layer, pick_tables
from minutebook.sli.trials import Trials
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
    tables, layers = pick_tables(summary, trials, choose_layers(trials, rules.layer))
    logged = summary.frame("coverage", ["source", "layer", "service", "host", "minute", "events", "requests", "last"])
    groups = find_coverage(summary)
    notes = [
        *tell_stretches(summary.coverage.column("minute").to_numpy()),
        *check_scope(tables.trials, rules),
        *_tell_errors_that_count_as_good(summary, layers, rules),
        *tell_even_logs(logged, layers),
    ]
    sli = Sli(
        layers.main,
        *scope_tables(tables, rules),
        scope_services(cover_services(groups, layers.find_counted), rules),
        drop_layer(logged if layers.main == "lines" else layers.pick(logged), ("service", "host")),
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


def _tell_errors_that_count_as_good(summary: Summary, layers: Layers, rules: Rules) -> list[str]:
    """Sentences, by service, on requests with a success code that were logged as errors, as GraphQL does."""
    if rules.outcome:
        return []
    rows = summary.frame("templates", ["layer", "service", "level", "status", "count"])
    rows = rows[rows["level"].isin(list(rules.bad_levels)) & (rows["status"] < 400)]
    counts = drop_layer(layers.pick(rows), ("service",)).groupby("service")["count"].sum()
    return [
        f"{count:,} requests{f' of {service}' * bool(service)} were answered with a code below 400 but logged as errors: they"
        " count as good. Where they failed, [sli] outcome and bad_outcomes name the key that says so, such as their level,"
        " and its words."
        for service, count in counts.items()
        if rules.has_service(service)
    ]
