"""ids that sources share → which source logged the same requests as another, in front of it.

JSON lines don't say where in a request's path they were written, so a proxy's and an application's would be on one layer
and count each request twice. Of two sources on one layer that logged the same requests, one is moved a layer outward: the
one that names no service, else the one that knows fewer users. Two that name the same service are two logs of it, neither
in front of the other; `gathering.doubles` decides which of them counts a request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from minutebook.clocks.clock import MAX_SPREAD_S, Clock
from minutebook.events import LAYERS

_LEAST_PAIRS = 20
_AGREED = 0.95  # of the shared ids
_MOST_SOURCES = 8  # that may log one request; an id in more of them is a session's or a batch's


class Layered(NamedTuple):
    """What shared ids prove about sources whose formats are of one layer."""

    layers: dict[str, str]  #: source → the layer that it is put on
    alike: list[tuple[str, str]]  #: pairs that name the same service, in order


def find_layers(sample: pd.DataFrame, clocks: Mapping[str, Clock], copies: Collection[tuple[str, str]] = ()) -> Layered:
    """The sources that logged the same requests as another one of their layer, by ids.

    ``sample`` is what `find_records` gives. The same request has the same id, operation and status, at about the same
    time. Two sources that name two services, or one service's two hosts, logged requests of their own; ``copies`` are
    pairs of sources that hold the same events, which aren't counted again anyway.
    """
    requests = sample.dropna(subset=["operation", "status", "layer"])
    if requests.empty:
        return Layered({}, [])
    shifts = {source: clock.shift_us for source, clock in clocks.items()}
    requests = requests.assign(time=requests["time"] + requests["source"].map(shifts).fillna(0))
    requests = requests[requests["trace"].map(requests["trace"].value_counts()) <= _MOST_SOURCES]
    pairs = requests.merge(requests, on=["trace", "layer"], suffixes=("", "_inner"))
    rank = {source: place for place, source in enumerate(_order(requests))}
    pairs = pairs[pairs["source"].map(rank) < pairs["source_inner"].map(rank)]
    is_named, is_hosted = (pairs[name].notna() & pairs[f"{name}_inner"].notna() for name in ("service", "host"))
    is_one_host = ~is_hosted | pairs["host"].eq(pairs["host_inner"])
    pairs = pairs.assign(is_named=is_named)[~is_named | pairs["service"].eq(pairs["service_inner"]) & is_one_host]
    keys = [pairs["source"], pairs["source_inner"], pairs["layer"], pairs["is_named"]]
    is_same = pairs["operation"].eq(pairs["operation_inner"]) & pairs["status"].eq(pairs["status_inner"])
    is_same &= (pairs["time"] - pairs["time_inner"]).abs() <= MAX_SPREAD_S * 1e6
    told = is_same.groupby(keys).agg(["size", "mean"])
    apart = {*copies, *((other, source) for source, other in copies)}
    proven = [
        each for each in told.index[(told["size"] >= _LEAST_PAIRS) & (told["mean"] >= _AGREED)] if each[:2] not in apart
    ]
    in_front = [each[:3] for each in proven if not each[3]]
    return Layered(
        _step_outward(in_front, rank), sorted({(min(each[:2]), max(each[:2])) for each in proven if each[3]})
    )


def _step_outward(in_front: Collection[tuple[str, str, str]], rank: Mapping[str, int]) -> dict[str, str]:
    """The layer of each source that stands in front of another one of its layer: (it, the other, that layer)."""
    steps: dict[str, int] = {}
    for source, inner, _ in sorted(in_front, key=lambda each: -rank[each[0]]):
        steps[source] = max(steps.get(source, 0), steps.get(inner, 0) + 1)
    own = {source: LAYERS.index(layer) for source, _, layer in in_front}
    return {source: LAYERS[own[source] - steps[source]] for source in steps if own[source] >= steps[source]}


def _order(requests: pd.DataFrame) -> Iterable[str]:
    """The sources, those that know least of their requests first."""
    known = requests.groupby("source").agg(
        services=("service", "count"), users=("user", "count"), rows=("trace", "size")
    )
    known["users"] /= known["rows"]
    return known.assign(services=known["services"] > 0).sort_values(["services", "users"], kind="stable").index
