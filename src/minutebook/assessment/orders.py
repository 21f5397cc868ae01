"""marks in time → which came first: proven, contradicted or undecidable, with how far off both may be.

A mark has its own bounds (a stamp's resolution, a sampled alert's interval, an edge's interval), and two marks of
different sources also the errors of both clocks. A verdict holds only if the bounds don't overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from minutebook.assessment.traffic import Traffic

_BEFORE = pd.Timedelta(minutes=30)
_AFTER = pd.Timedelta(minutes=30)  # an alert that resolves later says nothing about the end
_WORD = re.compile(r"[a-z\d]+")
_MOST = 20  # verdicts of one window
_LONGEST_NAME = 80
_LONGEST_NOTE = 120
_ANY_ZONE_S = 14 * 3600.0
COLUMNS = ("window", "first", "second", "verdict", "by_s", "error_s", "clock_error_s", "assumed", "evidence")


class Mark(NamedTuple):
    """Something that happened at about ``time``, between ``earliest`` and ``latest`` on the clocks of its sources."""

    name: str
    time: pd.Timestamp
    earliest: pd.Timestamp
    latest: pd.Timestamp
    sources: frozenset[str]
    evidence: str
    is_edge: bool = False  #: of a window


def find_orders(windows: Sequence[Mapping[str, Any]], traffic: Traffic) -> list[dict[str, Any]]:
    """Verdicts on deploys, changes and alerts near each impact window against its edges, in the order of time.

    Each says ``first`` before ``second``: ``verdict``, ``by_s`` (second less first), ``error_s`` (towards no time at
    all), ``clock_error_s`` (the clocks' part of it) and ``assumed`` (a clock's error isn't known, but assumed).
    """
    impact = [window for window in windows if window["kind"] != "no_evidence"]
    told = []
    for window in impact:
        lead = f"{window['id']} " if len(impact) > 1 else "impact "
        start, end = (_edge(window, edge, lead + edge, traffic) for edge in ("start", "end"))
        pairs = sorted(
            _pairs(window, start, end, traffic.happenings), key=lambda pair: (pair[0], pair[1].name, pair[2].name)
        )
        for _, first, second in pairs[:_MOST]:
            verdict = _judge(first, second, traffic)
            if second is start and verdict["verdict"] == "contradicted":
                verdict = _judge(first, end, traffic)  # it came inside the window: was it before its end?
            told.append({"window": window["id"], **verdict})
    return told


def tell_bounds(traffic: Traffic) -> str:
    """What the verdicts rest on, in a sentence."""
    return (
        "first before second is proven or contradicted where the bounds of both (stamps' resolution, the edge's interval,"
        " three standard errors of both clocks) don't overlap; a clock that shares no ids with others is taken to be at"
        f" most {traffic.unknown_clock_s:g} s off (clock_error_s), stamps without a zone in any, unless the window's lack theirs, too"
    )


def _pairs(
    window: Mapping[str, Any], start: Mark, end: Mark, happenings: pd.DataFrame
) -> Iterator[tuple[pd.Timestamp, Mark, Mark]]:
    """(when, first, second) of each order that can be asked about a window."""
    if not len(happenings):
        return
    near = happenings[(happenings["time"] >= start.time - _BEFORE) & (happenings["time"] <= end.time + _AFTER)]
    for row in near.itertuples():
        if not _is_of(row, window["service"]):
            continue
        mark = _mark(row)
        if str(row.kind) in ("deploy", "change"):
            yield mark.time, mark, start
        elif str(row.kind) == "alert" and str(row.phase) in ("fired", "acknowledged") and mark.time <= end.time:
            yield mark.time, start, mark
        elif str(row.kind) == "alert" and str(row.phase) == "resolved" and mark.time >= start.time:
            yield mark.time, end, mark


def _is_of(row: Any, service: str | None) -> bool:
    """Whether a happening is of a window's service, or of none in particular; what was deployed also of a part of it.

    Shop.Api.Config is a part of Shop.Api, by its name.
    """
    if not isinstance(row.service, str) or not service or row.service == service:
        return True
    own, other = (set(_WORD.findall(name.lower())) for name in (row.service, service))
    return str(row.kind) in ("deploy", "change") and bool(own and other) and (own <= other or other <= own)


def _mark(row: Any) -> Mark:
    error_s = 0.0 if pd.isna(row.time_error_s) else float(row.time_error_s)
    error = pd.Timedelta(seconds=error_s)
    return Mark(
        _name(row), row.time, row.time - error, row.time + error, frozenset((str(row.source),)), str(row.evidence)
    )


def _name(row: Any) -> str:
    """``deploy of shop 2.0.0 started``: the message up to a colon, with kind and phase where it lacks them.

    Of a mere note the whole message: ``Deployment shop: Scaled down …``.
    """
    message = row.message if isinstance(row.message, str) else str(row.entity)
    if row.phase == "noted":
        return message if len(message) <= _LONGEST_NOTE else message[: _LONGEST_NOTE - 1] + "…"
    head = message.split(": ")[0][:_LONGEST_NAME]
    kind, phase = str(row.kind), row.phase if isinstance(row.phase, str) else ""
    # "Flag x turned on", "run finished": a sentence needs neither the kind before it nor "succeeded" behind it.
    says_phase = phase in head or (phase == "succeeded" and ("finished" in head or kind == "change"))
    says_kind = kind in head.lower() or "rollback" in head or " " in head
    return " ".join(filter(None, ("" if says_kind else kind, head, "" if says_phase else phase)))


def _edge(window: Mapping[str, Any], edge: str, name: str, traffic: Traffic) -> Mark:
    at, earliest, latest = (pd.Timestamp(window[key]) for key in (edge, f"{edge}_earliest", f"{edge}_latest"))
    failures = traffic.failures
    is_in = failures["time"].between(earliest, latest) & (failures["service"] == (window["service"] or ""))
    near = failures[is_in].reindex(columns=["evidence"])["evidence"].dropna().astype("str")
    sources = (
        frozenset(place.rpartition(":")[0] for place in near) or frozenset(traffic.clock_error_s) or frozenset(("",))
    )
    return Mark(name, at, earliest, latest, sources, near.iloc[0] if len(near) else "", is_edge=True)


def _judge(first: Mark, second: Mark, traffic: Traffic) -> dict[str, Any]:
    happened, edge = (second, first) if first.is_edge else (first, second)
    clock_s, is_assumed = _clock_error(happened.sources, edge.sources, traffic)
    by_s = (second.time - first.time).total_seconds()
    low = (second.earliest - first.latest).total_seconds() - clock_s
    high = (second.latest - first.earliest).total_seconds() + clock_s
    verdict = "proven" if low > 0 else "contradicted" if high < 0 else "undecidable"
    return {
        "first": first.name, "second": second.name, "verdict": verdict, "by_s": round(by_s, 3),
        "error_s": round(by_s - low if by_s >= 0 else high - by_s, 3), "clock_error_s": round(clock_s, 3), "assumed": is_assumed,
        "evidence": "; ".join(filter(None, (first.evidence, second.evidence))),
    }  # fmt: skip


def _clock_error(first: frozenset[str], second: frozenset[str], traffic: Traffic) -> tuple[float, bool]:
    """How far two marks' clocks may be apart (s), and whether a part of that is assumed."""
    if first == second and len(first) == 1:
        return 0.0, False
    if first <= traffic.zoneless and not second & traffic.zoneless:  # a list of deploys may be hours off
        return _ANY_ZONE_S, True
    known = [[traffic.clock_error_s.get(source) for source in sorted(sources)] for sources in (first, second)]
    errors = [max(traffic.unknown_clock_s if error is None else error for error in side) for side in known]
    return sum(errors), any(error is None for side in known for error in side)


def make_orders(impact: Mapping[str, Any]) -> pd.DataFrame:
    """The verdicts of an impact as a frame, columns as in `COLUMNS`."""
    frame = pd.DataFrame(impact.get("orders") or [], columns=list(COLUMNS))
    numbers = dict.fromkeys(("by_s", "error_s", "clock_error_s"), "float64")
    return frame.astype({**dict.fromkeys(("window", "first", "second", "verdict", "evidence"), "str"), **numbers,
                         "assumed": "bool"})  # fmt: skip
