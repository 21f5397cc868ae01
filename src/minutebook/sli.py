"""Summary → what users did, on the layer that is the SLI.

A request seen at the edge and again in the app is one request, so one layer is counted: the outermost
one that logged requests with statuses. Only where that one knows no users and an inner one does, the
inner one counts, and failures that the outer one alone saw are added to it by their ids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from minutebook.coverage import find_coverage
from minutebook.errors import MinutebookError
from minutebook.events import LAYERS
from minutebook.rules import Rules, fits, suggest
from minutebook.summary import Summary

_TRIAL_KEYS = ["minute", "service", "operation", "user", "client"]


@dataclass(frozen=True)
class Sli:
    """The SLI's tables; ``minute`` counts minutes from 1970, ``""`` is an unknown service or operation."""

    layer: str  #: cdn, balancer, proxy, app, or lines (no requests at all: log lines by level)
    counts: pd.DataFrame  #: minute, service, operation, bucket, good, bad
    breakdown: pd.DataFrame  #: minute, service, operation, status, host, version, requests
    trials: pd.DataFrame  #: minute, service, operation, user, client, requests, bad, first_bad …
    failures: pd.DataFrame  #: each bad event
    coverage: pd.DataFrame  #: minute, service, state, alive
    assumptions: tuple[str, ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(service, operation) of all requests."""
        return sorted(set(zip(self.counts["service"], self.counts["operation"], strict=True)))

    def has_minutes(self, start_us: int, end_us: int) -> bool:
        """Whether there's a request, or a minute without any, between two times (µs since 1970)."""
        minute = self.coverage["minute"]
        return bool(((minute >= start_us // 60_000_000) & (minute * 60_000_000 < end_us)).any())

    @property
    def services(self) -> list[str]:
        """Services that have requests, by name."""
        return sorted(self.counts["service"].unique())


def find_sli(summary: Summary, rules: Rules | None = None) -> Sli:
    """The SLI of a Summary in the scope of the rules, and in ``assumptions`` which layer it is and why.

    Raises `MinutebookError` where the rules leave nothing of the requests that there are.
    """
    rules = rules or Rules()
    trials = _read_trials(summary)
    layer, added_from, assumptions = _choose_layer(trials, rules.layer)
    failures = summary.frame("failures")
    kept = {name: _of_layer(summary.frame(name), layer) for name in ("counts", "breakdown")}
    own_trials, own_failures = _of_layer(trials, layer), _of_layer(failures, layer)
    if added_from:
        extra = _only_outside(_of_layer(failures, added_from), own_failures)
        own_failures = pd.concat([own_failures, extra], ignore_index=True)
        # Whose user the inner layer told by the id, it saw itself, as a success.
        unseen = extra[extra["user"].isna()]
        own_trials = _add_up(own_trials, _as_trials(extra))
        kept["counts"] = pd.concat([kept["counts"], _as_counts(extra)], ignore_index=True)
        kept["breakdown"] = pd.concat([kept["breakdown"], _as_breakdown(unseen)], ignore_index=True)
    own_failures = own_failures.sort_values(["time", "source", "line"], ignore_index=True)
    coverage = _cover_services(summary, layer)
    notes = _check_scope(own_trials, rules)
    return Sli(
        layer,
        _in_scope(kept["counts"], rules),
        _in_scope(kept["breakdown"], rules),
        _in_scope(own_trials, rules),
        _in_scope(own_failures, rules),
        coverage[_fits(coverage["service"], rules.has_service)].reset_index(drop=True),
        (*assumptions, *rules.sentences(), *notes),
    )


def _in_scope(frame: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    if not (rules.services or rules.operations or rules.except_operations):
        return frame
    is_in = _fits(frame["service"], rules.has_service) & _fits(frame["operation"], rules.has_operation)
    return frame[is_in].reset_index(drop=True)


def _fits(values: pd.Series, is_in: Callable[[str], bool]) -> pd.Series:
    known = {value: is_in(value) for value in values.unique()}
    return values.map(known).astype(bool)


def _check_scope(trials: pd.DataFrame, rules: Rules) -> list[str]:
    """Sentences on globs that fit nothing; an error where the scope leaves nothing."""
    told = []
    for key, column, globs in (
        ("services", "service", rules.services),
        ("operations", "operation", rules.operations),
        ("except_operations", "operation", rules.except_operations),
    ):
        known = sorted(trials[column].unique())
        loose = [glob for glob in globs if not any(fits(name, (glob,)) for name in known)]
        told += [f"The settings' {key} {glob!r} fits none of the evidence." for glob in loose]
    if len(trials) and not len(_in_scope(trials, rules)):
        known = sorted({*trials["service"], *trials["operation"]} - {""})
        word = (*rules.services, *rules.operations, "")[0]
        raise MinutebookError("the scope leaves no request", where="[sli]", do=suggest(word, known[:20]))
    return told


def _choose_layer(trials: pd.DataFrame, stated: str) -> tuple[str, str, tuple[str, ...]]:
    """(the SLI's layer, an outer layer whose own failures are added, sentences for the ledger)."""
    present = [layer for layer in LAYERS if (trials["layer"] == layer).any()]
    if stated:
        known = sorted(trials["layer"].dropna().unique())
        if known and stated not in known:
            raise MinutebookError(f"no request of the layer {stated!r}", where="[sli] layer", do=suggest(stated, known))
        return stated, "", (f"The SLI is the {stated} layer, as the settings say.",)
    if not present:
        if not len(trials):
            return "lines", "", ()
        return (
            "lines",
            "",
            ("No requests with a status: log lines are the SLI, bad where level is error or worse.",),
        )
    share = {layer: _share_known(trials[trials["layer"] == layer]) for layer in present}
    outer = present[0]
    inner = next(layer for layer in present if 2 * share[layer] >= max(share.values()))
    if inner == outer:
        also = f"; the same requests in {', '.join(present[1:])} logs aren't counted again" if present[1:] else ""
        return (
            outer,
            "",
            (f"The SLI is the {outer} layer, the outermost one that logged requests{also}.",),
        )
    return (
        inner,
        outer,
        (
            f"The SLI is the {inner} layer, the outermost one that knows most users;"
            f" failures that the {outer} layer alone saw are added by their ids.",
        ),
    )


def _of_layer(frame: pd.DataFrame, layer: str) -> pd.DataFrame:
    own = frame[frame["layer"] == layer].drop(columns="layer").reset_index(drop=True)
    return own.assign(service=own["service"].fillna(""), operation=own["operation"].fillna(""))


def _only_outside(outer: pd.DataFrame, inner: pd.DataFrame) -> pd.DataFrame:
    """Failures with an id that no failure of the inner layer has."""
    return outer[outer["trace"].notna() & ~outer["trace"].isin(inner["trace"].dropna())]


def _as_trials(failures: pd.DataFrame) -> pd.DataFrame:
    unseen = failures["count"].where(failures["user"].isna(), 0)
    rows = failures.assign(minute=failures["time"] // 60_000_000, unseen=unseen)
    rows["client"] = rows["client"].where(rows["user"].isna(), None)
    return (
        rows.groupby(_TRIAL_KEYS, dropna=False)
        .agg(requests=("unseen", "sum"), bad=("count", "sum"), first_bad=("time", "min"), last_bad=("time", "max"))
        .reset_index()
    )


def _share_known(trials: pd.DataFrame) -> float:
    """The share of the requests whose user is known."""
    return float(trials.loc[trials["user"].notna(), "requests"].sum() / trials["requests"].sum())


def _add_up(trials: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """The trials with further bad events, those of the same key in one row."""
    first, last = ("first_bad", "first_good"), ("last_bad", "last_good")
    how = {"requests": "sum", "bad": "sum", **dict.fromkeys(first, "min"), **dict.fromkeys((*last, "longest_s"), "max")}
    whole = pd.concat([trials, more], ignore_index=True).sort_values("longest_s", ascending=False, kind="stable")
    grouped = whole.groupby(_TRIAL_KEYS, dropna=False, sort=True)
    return grouped.agg({**how, "longest_at": "first"}).reset_index()


def _as_breakdown(failures: pd.DataFrame) -> pd.DataFrame:
    keys = ["minute", "service", "operation", "status", "host", "version"]
    grouped = failures.assign(minute=failures["time"] // 60_000_000).groupby(keys, dropna=False)
    return grouped.agg(requests=("count", "sum")).reset_index()


def _as_counts(failures: pd.DataFrame) -> pd.DataFrame:
    # A success that the inner layer counted, and that was none, is taken back.
    rows = failures.assign(
        minute=failures["time"] // 60_000_000, good=-failures["count"].where(failures["user"].notna(), 0)
    )
    grouped = rows.groupby(["minute", "service", "operation"])
    return grouped.agg(good=("good", "sum"), bad=("count", "sum")).reset_index().assign(bucket=-1)


def _read_trials(summary: Summary) -> pd.DataFrame:
    """The trials of a Summary, ``longest_s`` in seconds."""
    frame = summary.frame("trials")
    return frame.assign(longest_s=frame["longest_us"] / 1e6).drop(columns="longest_us")


def _cover_services(summary: Summary, layer: str) -> pd.DataFrame:
    """Per service of the SLI and minute: state over its groups, and whether anything else kept logging."""
    whole = find_coverage(summary)
    is_sli = (whole["layer"] == layer) & (whole.groupby(["layer", "service", "host"])["requests"].transform("sum") > 0)
    if layer == "lines":
        is_sli = pd.Series(True, index=whole.index)
    frames = []
    for service, group in whole[is_sli].groupby("service", sort=True):
        states = group.groupby("minute")["state"].agg(_combine)
        probes = group.groupby("minute")["probes"].sum()
        others = whole[~((whole["service"] == service) & is_sli)].groupby("minute")["events"].sum()
        alive = (probes > 0) | (others.reindex(states.index, fill_value=0) > 0)
        frames.append(pd.DataFrame({"minute": states.index, "service": service, "state": states.to_numpy(),
                                    "alive": alive.to_numpy()}))  # fmt: skip
    columns = ["minute", "service", "state", "alive"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _combine(states: pd.Series) -> str:
    distinct = set(states)
    return distinct.pop() if len(distinct) == 1 else "partly"
