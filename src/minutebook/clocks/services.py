"""ids that sources share → the service of each source that names none, operation by operation; one name for each service."""

from __future__ import annotations

import re

import pandas as pd

from minutebook.events import LAYERS

_AGREED = 0.95  # of the shared ids
_FEWEST = 20
_WORD = re.compile(r"[a-z\d]+")


def find_names(sample: pd.DataFrame) -> dict[str, str]:
    """Service as what stands in front of it calls it → as it calls itself: shop-cart-8080 → cart, cart.internal → cart.

    The longer name must have all words of the service's own, and 95 % of its shared ids, at least 20, must be the
    service's.
    """
    named = sample.dropna(subset=["service", "layer"])[["trace", "service", "layer"]].drop_duplicates()
    is_own = named["layer"] == LAYERS[-1]
    outer, own = named.loc[~is_own, ["trace", "service"]].drop_duplicates(), named.loc[is_own, ["trace", "service"]]
    pairs = outer.merge(own, on="trace", suffixes=("", "_own"))
    if pairs.empty:
        return {}
    ids = pairs.groupby("service")["trace"].nunique()
    shared = pairs.groupby(["service", "service_own"])["trace"].nunique().reset_index(name="ids")
    is_same = (shared["ids"] >= _FEWEST) & (shared["ids"] >= _AGREED * shared["service"].map(ids))
    told = shared[is_same].sort_values(["ids", "service_own"], ascending=[True, False], kind="stable")
    return {
        name: inner
        for name, inner in zip(told["service"], told["service_own"], strict=True)
        if _split(inner) and _split(inner) < _split(name)
    }


def _split(name: str) -> set[str]:
    return set(_WORD.findall(name.lower()))


def find_services(sample: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Source without a service → operation → the service that ids shared with other sources prove.

    The operation ``""`` stands for the whole source, where 95 % of all its shared ids agree. Sources that learn
    their service pass it on, so that a second application host is reached through the proxy.
    """
    found: dict[str, dict[str, str]] = {}
    if not sample["service"].isna().any() or sample["service"].isna().all():
        return found
    known = sample.copy()
    for _ in range(2):
        is_silent = known["service"].isna()
        told = known.loc[~is_silent, ["trace", "service"]]
        silent = known[is_silent]
        joined = silent.drop(columns="service").merge(told, on="trace")
        found |= {source: found.get(source, {}) for source in sorted(joined["source"].unique())}
        for source, service in _vote(joined, ["source"]):
            found[source][""] = service
        for source, operation, service in _vote(joined, ["source", "operation"]):
            found[source][operation] = service
        fill = [
            found.get(s, {}).get(o if isinstance(o, str) else "", found.get(s, {}).get(""))
            for s, o in zip(silent["source"], silent["operation"], strict=True)
        ]
        known.loc[is_silent, "service"] = pd.Series(fill, index=silent.index, dtype="str")
    return found


def _vote(joined: pd.DataFrame, keys: list[str]) -> list[tuple[str, ...]]:
    """(key, service) for each key whose ids agree on one service."""
    counts = joined.groupby([*keys, "service"], sort=True).size().reset_index(name="ids")
    agreed = counts[counts["ids"] >= _AGREED * counts.groupby(keys)["ids"].transform("sum")]
    return list(agreed[[*keys, "service"]].itertuples(index=False, name=None))
