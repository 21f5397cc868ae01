"""Summary → the tables of requests on the layer that is the SLI.

Where an inner layer is the SLI, failures that only the one in front of it saw are added, as rows in each table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from minutebook.columns.categories import fill_names, join_rows, to_rows
from minutebook.sli.layers import Layers, choose_outer
from minutebook.sli.trials import NAMES, Trials
from minutebook.summary import Summary
from minutebook.times.utc import MINUTE_US

_ENOUGH_FAILURES = 20  # of the same operations on two layers, of which one would share its id if any ids were the same
_MUCH_MORE = 0.2  # of the inner layer's failures


class Tables(NamedTuple):
    """Requests of one layer; the columns are those of `Sli`'s tables."""

    counts: pd.DataFrame
    breakdown: pd.DataFrame
    trials: Trials
    failures: pd.DataFrame


def pick_tables(summary: Summary, trials: Trials, layers: Layers) -> tuple[Tables, Layers]:
    """The tables of a summary, whose ``trials`` are of all layers; an unknown service or operation is ``""``.

    With them the layers: where ids prove nothing of the one whose failures would be added, either without it or, if it saw
    many more of them, by it alone.
    """
    failures = summary.frame("failures")
    tables = _pick(summary, failures, trials, layers)
    if layers.added_from:
        outer = _find_outer_failures(failures, tables.failures, layers)
        if outer is not None:
            tables = _add_failures(tables, outer)
        elif _sees_more(failures, layers):
            layers = choose_outer(trials, layers)
            tables = _pick(summary, failures, trials, layers)
        else:
            layers = layers.without_added()
    return tables._replace(failures=tables.failures.sort_values(["time", "source", "line"], ignore_index=True)), layers


def _pick(summary: Summary, failures: pd.DataFrame, trials: Trials, layers: Layers) -> Tables:
    return Tables(
        _name_unknown(layers.pick(to_rows(summary.counts))).reset_index(drop=True),
        drop_layer(layers.pick(summary.frame("breakdown"))),
        trials.change(layers.pick, ("layer", "service")).change(_name_unknown, ("service", "operation")),
        drop_layer(layers.pick(failures)),
    )


def _sees_more(failures: pd.DataFrame, layers: Layers) -> bool:
    """Whether so many requests failed on the outer layer alone that they can't be left out."""
    counts = failures.groupby("layer")["count"].sum()
    outer, inner = (int(counts.get(layer, 0)) for layer in (layers.added_from, layers.main))
    return outer - inner >= max(_ENOUGH_FAILURES, _MUCH_MORE * inner)


def drop_layer(frame: pd.DataFrame, names: Sequence[str] = ("service", "operation")) -> pd.DataFrame:
    """The rows of a plain frame without their layer, an unknown service or operation as ``""``."""
    own = frame.drop(columns="layer").reset_index(drop=True)
    return own.assign(**{name: own[name].fillna("") for name in names})


def _name_unknown(rows: pd.DataFrame) -> pd.DataFrame:
    """The same of rows whose names are categories: trials and counts."""
    named = {name: fill_names(rows[name], "") for name in ("service", "operation")}
    return rows.drop(columns="layer", errors="ignore").assign(**named)


def _find_outer_failures(failures: pd.DataFrame, inner: pd.DataFrame, layers: Layers) -> pd.DataFrame | None:
    """Failures of the outer layer that is added, with an id that no failure of the inner layer has.

    None where it has none, or others than those of the inner layer: what failed inside failed at the edge, too, and has
    an id in common with it, or a user whom the inner layer knows by the id.
    """
    is_outer = (failures["layer"] == layers.added_from) & ~failures["service"].isin(list(layers.elsewhere))
    outer = drop_layer(failures[is_outer])
    if len(outer) and outer["trace"].isna().all():
        return None
    is_shared = outer["trace"].isin(inner["trace"].dropna())
    is_proven = is_shared.any() or outer["user"].notna().any()
    if not is_proven and inner["operation"].isin(outer["operation"]).sum() >= _ENOUGH_FAILURES:
        return None
    return outer[outer["trace"].notna() & ~is_shared]


def _add_failures(tables: Tables, outer: pd.DataFrame) -> Tables:
    """The tables with failures that the inner layer has as successes, if it gave their user, by the id; else not at all."""
    added = outer.assign(minute=outer["time"] // MINUTE_US)
    unseen = added[added["user"].isna()]
    return Tables(
        join_rows([tables.counts, _as_counts(added)]),
        pd.concat([tables.breakdown, _as_breakdown(unseen)], ignore_index=True),
        tables.trials.add(_as_trials(added)),
        pd.concat([tables.failures, outer], ignore_index=True),
    )


def _as_counts(failures: pd.DataFrame) -> pd.DataFrame:
    # What the inner layer counted as a success, but wasn't one, is subtracted.
    rows = failures.assign(good=-failures["count"].where(failures["user"].notna(), 0))
    grouped = rows.groupby(["minute", "service", "operation"])
    counts = grouped.agg(good=("good", "sum"), bad=("count", "sum")).reset_index().assign(bucket=-1)
    return counts.astype(dict.fromkeys(("service", "operation"), "category"))


def _as_breakdown(failures: pd.DataFrame) -> pd.DataFrame:
    keys = ["minute", "service", "operation", "status", "host", "version"]
    return failures.groupby(keys, dropna=False).agg(requests=("count", "sum")).reset_index()


def _as_trials(failures: pd.DataFrame) -> pd.DataFrame:
    is_unseen = failures["user"].isna()
    rows = failures.assign(
        unseen=failures["count"].where(is_unseen, 0), client=failures["client"].where(is_unseen, None)
    )
    grouped = rows.groupby(["minute", *NAMES], dropna=False)
    return grouped.agg(
        requests=("unseen", "sum"), bad=("count", "sum"), first_bad=("time", "min"), last_bad=("time", "max")
    ).reset_index()
