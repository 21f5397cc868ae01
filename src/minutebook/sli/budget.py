"""objectives and impact → how much of each error budget the incident spent, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minutebook.settings.objectives import Objective
from minutebook.sli import Sli


def spend_budget(objectives: Sequence[Objective], impact: Mapping[str, Any], sli: Sli) -> list[dict[str, Any]]:
    """An entry per objective: ``bad`` events of its windows, ``allowed`` ones in its period, ``spent`` (1 is all).

    ``allowed`` is (1 − target) × the valid events of a whole period at the rate seen; None without a rate.
    """
    return [_spend(objective, impact, sli) for objective in objectives]


def _spend(objective: Objective, impact: Mapping[str, Any], sli: Sli) -> dict[str, Any]:
    kind = "fail" if objective.over_s is None else "slow"
    counts = sli.counts[sli.counts["service"] == objective.service]
    minutes = sli.coverage[(sli.coverage["service"] == objective.service) & (sli.coverage["state"] != "none")]
    valid, span_s = int(counts[["good", "bad"]].to_numpy().sum()), 60.0 * minutes["minute"].nunique()
    known = bool(valid and span_s)
    own = [w for w in impact["windows"] if w["kind"] == kind and (w["service"] or "") == objective.service]
    bad = sum(window["bad"] for window in own)
    allowed = (1 - objective.target) * valid / span_s * objective.period_s if known else None
    days = objective.period_s / 86400
    if known:
        assumption = (
            f"the {valid / span_s:.3g} requests/s of the evidence's {span_s / 60:,.0f} min all through {days:g} days;"
            " only the windows' bad events are counted"
        )
    else:
        assumption = f"the evidence has no request of the service {objective.service!r}"
    return {
        "objective": objective.name, "service": objective.service or None, "kind": kind, "target": objective.target,
        "period_s": objective.period_s, "over_s": objective.over_s, "bad": bad if known else None,
        "allowed": None if allowed is None else round(allowed, 1),
        "spent": None if not allowed else round(bad / allowed, 4),
        "assumption": assumption, "where": objective.where, "notes": list(objective.notes),
    }  # fmt: skip
