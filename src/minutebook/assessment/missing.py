"""missing traffic → its entries in `impact.json`: a loss, no evidence, or a candidate that is none of both."""

from __future__ import annotations

from typing import Any

import pandas as pd

from minutebook.assessment.channels import Channel
from minutebook.assessment.loss import Hole
from minutebook.assessment.milestones import find_nearby
from minutebook.assessment.telling import with_instants
from minutebook.assessment.users import estimate_silent
from minutebook.times.utc import MINUTE_US, to_time, write_instant

#: What tells that a silence is the users', in words.
_SIGNS = {
    "requests": "spread over the time",
    "evidence": "while other evidence goes on",
    "log": "while its log goes on",
    "alert": "and an alert fired within",
}


def tell_hole(hole: Hole, service: str, trials: Channel, happenings: pd.DataFrame) -> dict[str, Any]:
    """A window in which traffic is missing, or in which nothing is known."""
    start, end = (minute * MINUTE_US for minute in hole.minutes)
    begin, finish = hole.span
    if hole.is_known:
        kind, missing = "traffic_loss", round(hole.expected - hole.seen)
        evidence = _tell_loss(hole)
    else:
        kind, missing = "no_evidence", None
        length = (finish - begin) / MINUTE_US
        told = f"{length:.0f} min" if length >= 2 else f"{length * 60:.0f} s"
        evidence = f"No request and no other line for {told}: nothing is known of it, neither good nor bad."
    users: dict[str, Any] = dict.fromkeys(
        ("exposed", "affected", "failed", "degraded", "usual", "anonymous_clients", "silent", "unknown_events")
    )
    if hole.is_known and trials.has_users(trials.operations):
        users |= {**dict.fromkeys(("affected", "failed", "degraded"), 0), "silent": estimate_silent(trials, hole.span)}
    return {
        "id": "", "kind": kind, "service": service or None, "operations": trials.operations,
        "start": write_instant(begin), "start_earliest": write_instant(min(begin, start)),
        "start_latest": write_instant(max(begin, start)), "end": write_instant(finish),
        "end_earliest": write_instant(min(finish, end)), "end_latest": write_instant(max(finish, end)),
        "open_start": False, "open_end": hole.is_open,
        "pieces": [[write_instant(minute * MINUTE_US) for minute in piece] for piece in hole.pieces],
        "onset": "sudden", "recovery": "sudden", "evidence": evidence, "odds": round(hole.odds, 1),
        "valid": round(hole.seen) if hole.is_known else None, "bad": 0 if hole.is_known else None, "bad_ratio": None,
        "usual_ratio": None, "peak_minute": None, "lost_requests": missing, "users": users, "user_minutes": 0,
        "users_by_minute": [],
        "cannot_tell": [] if hole.is_known else ["Whether anything failed: nothing was logged."],
        "top": {"operations": [], "statuses": [], "hosts": [], "versions": [], "templates": []},
        "nearby": with_instants(find_nearby(happenings, to_time(begin), to_time(finish))),
        "coverage": 1.0 if hole.is_known else 0.0,
    }  # fmt: skip


def _tell_loss(hole: Hole) -> str:
    """``12 requests where 720 are usual, in 2 pieces, while other evidence goes on.``"""
    parts = [f"{hole.seen:,.0f} requests where {hole.expected:,.0f} are usual"]
    if hole.pieces[1:]:
        parts.append(f"in {len(hole.pieces)} pieces")
    is_mixed = len(hole.signs) > 1
    parts += [
        f"in part {text}" if is_mixed and sign != "alert" else text
        for sign, text in _SIGNS.items()
        if sign in hole.signs
    ]
    parts += ["until the evidence ends"] if hole.is_open else []
    return ", ".join(parts) + "."


def tell_gone(holes: list[Hole], service: str, trials: Channel) -> list[dict[str, Any]]:
    """Stretches in which some sources have no line while the others log as usual: candidates that are no loss."""
    told = []
    for gone in dict.fromkeys(hole.gone for hole in holes):
        own = [hole for hole in holes if hole.gone == gone]
        names = ", ".join(gone[:3]) + (f" and {len(gone) - 3} more" if gone[3:] else "")
        rest = "the evidence lacks the requests, whether or not they came; other sources log as many as usual"
        told.append({
            "kind": "traffic_loss", "service": service or None, "operations": trials.operations,
            "start": write_instant(min(hole.minutes[0] for hole in own) * MINUTE_US),
            "end": write_instant(max(hole.minutes[1] for hole in own) * MINUTE_US),
            "odds": round(max(hole.odds for hole in own), 1), "reason": f"there is no line of {names}: {rest}",
        })  # fmt: skip
    return told


def tell_daily(hole: Hole, service: str, trials: Channel) -> dict[str, Any]:
    """A stretch in which as few requests came as at that time of the other days: a candidate that is no loss."""
    return {
        "kind": "traffic_loss", "service": service or None, "operations": trials.operations,
        "start": write_instant(hole.minutes[0] * MINUTE_US), "end": write_instant(hole.minutes[1] * MINUTE_US),
        "odds": round(hole.odds, 1), "reason": f"as few came at that time of the {hole.alike_days} other days: it's usual",
    }  # fmt: skip
