"""trials on all layers → the one layer on which each service's requests are counted, so that each counts once."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from minutebook.columns.categories import find_names, pick_rows
from minutebook.errors import MinutebookError, suggest
from minutebook.events import LAYERS
from minutebook.sli.trials import Trials


class Layers(NamedTuple):
    """Where requests are counted."""

    main: str  #: cdn, balancer, proxy, app, or lines (no requests at all)
    added_from: str = ""  #: an outer layer whose own failures are added
    assumptions: tuple[str, ...] = ()  #: sentences for the ledger
    elsewhere: Mapping[str, str] = {}  #: services that the main layer doesn't log → the layer that does

    def find_own(self, rows: pd.DataFrame) -> np.ndarray:
        """Which rows (with ``layer, service``) are on their service's layer."""
        layer, service = (rows[name].astype("category") for name in ("layer", "service"))
        is_own = find_names(layer, self.main.__eq__)
        for name, other in self.elsewhere.items():
            is_own = np.where(find_names(service, name.__eq__), find_names(layer, other.__eq__), is_own)
        return is_own

    def without_added(self) -> Layers:
        """The same where the outer layer's ids are of another kind, and nothing tells which of its failures are its own."""
        note = (
            f"The SLI is the {self.main} layer, the outermost one that knows most users; its failures share no ids with"
            f" those of the {self.added_from} layer: what that one alone saw isn't counted."
        )
        return self._replace(added_from="", assumptions=(note, *self.assumptions[1:]))

    def pick(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows that are on their service's layer."""
        return pick_rows(rows, self.find_own(rows))

    def find_counted(self, groups: pd.DataFrame) -> np.ndarray:
        """Which groups of sources (with ``layer, service, requests``) logged requests that count."""
        if self.main == "lines":
            return np.ones(len(groups), bool)
        return self.find_own(groups) & (groups["requests"].to_numpy() > 0)


def choose_layers(trials: Trials, stated: str = "") -> Layers:
    """The layers on which trials are counted; ``stated`` is the layer that the settings name.

    Raises `MinutebookError` where the stated layer has no request.
    """
    counts = _count_requests(trials)
    main = _choose_main(_share_known(counts), stated)
    return main if stated else _find_others(counts, main)


def choose_outer(trials: Trials, layers: Layers) -> Layers:
    """The same where the outer layer, whose failures would be added, is the SLI itself: nothing joins it to the inner one."""
    note = (
        f"The SLI is the {layers.added_from} layer, the outermost one that logged requests: it saw more of them fail than the"
        f" {layers.main} layer, which knows most users, and no ids say which those are."
    )
    return _find_others(_count_requests(trials), Layers(layers.added_from, assumptions=(note,)))


def _find_others(counts: _Counts, main: Layers) -> Layers:
    """With the services that the main layer lacks, which are counted elsewhere."""
    elsewhere = _find_elsewhere(counts, main.main)
    notes = [
        f"{service} logged no request on the {main.main} layer: its SLI is the {layer} layer."
        for service, layer in sorted(elsewhere.items())
    ]
    return main._replace(elsewhere=elsewhere, assumptions=(*main.assumptions, *notes))


def _find_elsewhere(counts: _Counts, main: str) -> dict[str, str]:
    """Services that the main layer lacks → the outermost other layer that names them.

    Only where both layers name all of their services, and share some names: else they may be the same under other names.
    """
    named = {layer: frozenset(service for other, service in counts if other == layer) for layer in LAYERS}
    found: dict[str, str] = {}
    own = named.get(main, frozenset())
    for layer in LAYERS:
        others = named[layer] - {*own, *found}
        if layer != main and others and "" not in named[layer] | own and named[layer] & own:
            found |= dict.fromkeys(others, layer)
    return found


def _choose_main(share: Mapping[str, float], stated: str) -> Layers:
    present = [layer for layer in LAYERS if layer in share]
    if stated:
        known = sorted(share)
        if known and stated not in known:
            raise MinutebookError(f"no request of the layer {stated!r}", where="[sli] layer", do=suggest(stated, known))
        return Layers(stated, assumptions=(f"The SLI is the {stated} layer, as the settings say.",))
    if not present:
        if not share:
            return Layers("lines")
        note = "No requests with a status: log lines are the SLI, bad where level is error or worse."
        return Layers("lines", assumptions=(note,))
    outer = present[0]
    most = max(share[layer] for layer in present)
    inner = next(layer for layer in present if 2 * share[layer] >= most)
    if inner == outer:
        also = f"; the same requests in {', '.join(present[1:])} logs aren't counted again" if present[1:] else ""
        return Layers(
            outer, assumptions=(f"The SLI is the {outer} layer, the outermost one that logged requests{also}.",)
        )
    note = (
        f"The SLI is the {inner} layer, the outermost one that knows most users;"
        f" failures that the {outer} layer alone saw are added by their ids."
    )
    return Layers(inner, outer, (note,))


#: (layer, service, "" for unknown) → its requests, and those of them whose user is known
_Counts = Mapping[tuple[str, str], tuple[int, int]]


def _count_requests(trials: Trials) -> _Counts:
    total, known = collections.Counter[tuple[str, str]](), collections.Counter[tuple[str, str]]()
    for counts in trials.map(_count_in, "layer", "service", "user", "requests"):
        for name, count, named in counts:
            total[name] += count
            known[name] += named
    return {name: (count, known[name]) for name, count in total.items()}


def _count_in(rows: pd.DataFrame) -> list[tuple[tuple[str, str], int, int]]:
    layers, services = (["", *rows[name].cat.categories] for name in ("layer", "service"))
    layer, service = (rows[name].cat.codes.to_numpy().astype(np.int64) + 1 for name in ("layer", "service"))
    pair, requests = layer * len(services) + service, rows["requests"].to_numpy()
    total = np.bincount(pair, requests)
    named = np.bincount(pair, requests * (rows["user"].cat.codes.to_numpy() >= 0), len(total))
    return [
        ((layers[each // len(services)], services[each % len(services)]), int(total[each]), int(named[each]))
        for each in np.flatnonzero(total).tolist()
    ]


def _share_known(counts: _Counts) -> dict[str, float]:
    """Layer → the share of its requests whose user is known."""
    total, known = collections.Counter[str](), collections.Counter[str]()
    for (layer, _), (count, named) in counts.items():
        total[layer] += count
        known[layer] += named
    return {layer: known[layer] / count for layer, count in total.items() if layer}
