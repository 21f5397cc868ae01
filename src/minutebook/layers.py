"""trials of all layers → the layer of each service on which its requests are counted, so that each counts once."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from minutebook.errors import MinutebookError
from minutebook.events import LAYERS
from minutebook.rules import suggest
from minutebook.trials import Trials, seen_names


class Layers(NamedTuple):
    """Where requests are counted."""

    main: str  #: cdn, balancer, proxy, app, or lines (no requests at all)
    added_from: str = ""  #: an outer layer whose own failures are added
    assumptions: tuple[str, ...] = ()  #: sentences for the ledger
    elsewhere: Mapping[str, str] = {}  #: services that the main layer doesn't log → the layer that does

    def find_own(self, rows: pd.DataFrame) -> pd.Series:
        """Which rows (``layer, service``) are of their service's layer."""
        layer, service = rows["layer"].astype("object"), rows["service"]
        is_own = layer == self.main
        for name, other in self.elsewhere.items():
            is_own = is_own.where(service != name, layer == other)
        return is_own

    def pick(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows that are of their service's layer."""
        return rows[self.find_own(rows).to_numpy(bool)]


def choose_layers(trials: Trials, stated: str = "") -> Layers:
    """The layers that a Summary's trials are counted on; ``stated`` is what the settings say.

    Raises `MinutebookError` where that layer has no request.
    """
    main = _choose_main(trials, stated)
    elsewhere = {} if stated else _find_elsewhere(trials, main.main)
    notes = [
        f"{service} logged no request on the {main.main} layer: its SLI is the {layer} layer."
        for service, layer in sorted(elsewhere.items())
    ]
    return main._replace(elsewhere=elsewhere, assumptions=(*main.assumptions, *notes))


def _find_elsewhere(trials: Trials, main: str) -> dict[str, str]:
    """Services that only another layer names, and which, the outermost one first.

    Only where both layers name all of their services, and some alike: else they may be the same by other names.
    """
    named = {layer: _find_services(trials, layer) for layer in LAYERS}
    found: dict[str, str] = {}
    own = named.get(main, frozenset())
    for layer in LAYERS:
        others = named[layer] - {*own, *found}
        if layer != main and others and "" not in named[layer] | own and named[layer] & own:
            found |= dict.fromkeys(others, layer)
    return found


def _find_services(trials: Trials, layer: str) -> frozenset[str]:
    found: set[str] = set()
    for rows in trials:
        own = rows.loc[(rows["layer"] == layer).to_numpy(), "service"]
        found |= seen_names(own) | ({""} if own.isna().any() else set())
    return frozenset(found)


def _choose_main(trials: Trials, stated: str) -> Layers:
    share = _share_known(trials)
    present = [layer for layer in LAYERS if layer in share]
    if stated:
        known = sorted(share)
        if known and stated not in known:
            raise MinutebookError(f"no request of the layer {stated!r}", where="[sli] layer", do=suggest(stated, known))
        return Layers(stated, "", (f"The SLI is the {stated} layer, as the settings say.",))
    if not present:
        if not len(trials):
            return Layers("lines")
        return Layers(
            "lines",
            "",
            ("No requests with a status: log lines are the SLI, bad where level is error or worse.",),
        )
    outer = present[0]
    most = max(share[layer] for layer in present)
    inner = next(layer for layer in present if 2 * share[layer] >= most)
    if inner == outer:
        also = f"; the same requests in {', '.join(present[1:])} logs aren't counted again" if present[1:] else ""
        return Layers(
            outer,
            "",
            (f"The SLI is the {outer} layer, the outermost one that logged requests{also}.",),
        )
    return Layers(
        inner,
        outer,
        (
            f"The SLI is the {inner} layer, the outermost one that knows most users;"
            f" failures that the {outer} layer alone saw are added by their ids.",
        ),
    )


def _share_known(trials: Trials) -> dict[str, float]:
    """Layer → the share of its requests whose user is known."""
    known, total = collections.Counter[str](), collections.Counter[str]()
    for rows in trials:
        requests, layers = rows["requests"].to_numpy(), rows["layer"].cat
        is_known = rows["user"].cat.codes.to_numpy() >= 0
        for code, layer in enumerate(layers.categories):
            is_own = layers.codes.to_numpy() == code
            known[layer] += int(requests[is_own & is_known].sum())
            total[layer] += int(requests[is_own].sum())
    return {layer: known[layer] / count for layer, count in total.items() if count}
