"""ids that sources share → which source logged in front of another what that one logged too.

JSON lines don't say where in a request's path they were written, so that a proxy's and an application's are of one
layer, and each of their requests would count twice. Of two sources of a layer that logged the same requests, one is put
one layer further out: the one that names no service, else the one that knows fewer users.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from minutebook.clocks.clock import MAX_SPREAD_S, Clock
from minutebook.events import LAYERS

_LEAST_PAIRS = 20
_AGREED = 0.95  # of the shared ids
_MOST_SOURCES = 8  # that one request may be logged by; an id of more is a session's, or a batch's


def find_layers(
    sample: pd.DataFrame, clocks: Mapping[str, Clock], copies: Collection[tuple[str, str]] = ()
) -> dict[str, str]:
    """Source → the layer that it is put on, where the ids of requests prove that it isn't its format's.

    ``sample`` is what `find_records` gives. The same request has the same id, operation and status, at about the same
    time. Of two sources that both name a service each is right about its layer; ``copies`` are pairs of sources that
    hold the same events, which aren't counted again anyway.
    """
    requests = sample.dropna(subset=["operation", "status", "layer"])
    if requests.empty:
        return {}
    shifts = {source: clock.shift_us for source, clock in clocks.items()}
    requests = requests.assign(time=requests["time"] + requests["source"].map(shifts).fillna(0))
    requests = requests[requests["trace"].map(requests["trace"].value_counts()) <= _MOST_SOURCES]
    pairs = requests.merge(requests, on=["trace", "layer"], suffixes=("", "_inner"))
    rank = {source: place for place, source in enumerate(_order(requests))}
    is_front = pairs["source"].map(rank) < pairs["source_inner"].map(rank)
    pairs = pairs[is_front & (pairs["service"].isna() | pairs["service_inner"].isna())]
    keys = [pairs["source"], pairs["source_inner"], pairs["layer"]]
    is_same = pairs["operation"].eq(pairs["operation_inner"]) & pairs["status"].eq(pairs["status_inner"])
    is_same &= (pairs["time"] - pairs["time_inner"]).abs() <= MAX_SPREAD_S * 1e6
    told = is_same.groupby(keys).agg(["size", "mean"])
    apart = {*copies, *((other, source) for source, other in copies)}
    proven = [
        each for each in told.index[(told["size"] >= _LEAST_PAIRS) & (told["mean"] >= _AGREED)] if each[:2] not in apart
    ]
    steps: dict[str, int] = {}
    for source, inner, _ in sorted(proven, key=lambda each: -rank[each[0]]):
        steps[source] = max(steps.get(source, 0), steps.get(inner, 0) + 1)
    own = {source: LAYERS.index(layer) for source, _, layer in proven}
    return {source: LAYERS[own[source] - steps[source]] for source in steps if own[source] >= steps[source]}


def _order(requests: pd.DataFrame) -> Iterable[str]:
    """The sources, those first that know less of their requests."""
    known = requests.groupby("source").agg(
        services=("service", "count"), users=("user", "count"), rows=("trace", "size")
    )
    known["users"] /= known["rows"]
    return known.assign(services=known["services"] > 0).sort_values(["services", "users"], kind="stable").index
