"""a book → what it knows, by what a postmortem would be talking of: instants, spans, counts and shares, with bounds.

Each is something that a sentence can be about ("the first alert", "users affected"), its value or values as evidence
bounds them, and where they're from. What no evidence tells isn't among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from minutebook.outputs.bookish import Bookish
from minutebook.outputs.instants import as_instant
from minutebook.postmortem.figures import measured_windows
from minutebook.postmortem.rows import Row


@dataclass(frozen=True)
class Known:
    """One value that evidence gives: seconds since 1970 for instants, seconds, shares, counts."""

    kind: str  #: time, duration, ratio or count, as in `quantities`
    about: str
    value: float
    low: float
    high: float
    source: str  #: a row, or a place in impact.json
    text: str = ""  #: what it is, in words


def find_known(book: Bookish, rows: Sequence[Row]) -> list[Known]:
    """Everything that a claim can be held against."""
    impact = book.impact
    return [
        *_find_instants(impact, rows), *_find_spans(impact, rows), *_find_counts(book, impact), *_find_shares(impact),
        *_find_peaks(rows),
    ]  # fmt: skip


# --- instants


def _find_instants(impact: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[Known]:
    for row in rows:
        error = row.record["time_error_s"]
        slack = 0.0 if pd.isna(error) else float(error)
        at = row.time.timestamp()
        for about in _name_row(row):
            yield Known("time", about, at, at - slack, at + slack, row.name, str(row.record["summary"]))
    for at, window in measured_windows(impact):
        for edge, about in (("start", "impact_start"), ("end", "impact_end")):
            times = [as_instant(window.get(key)) for key in (edge, f"{edge}_earliest", f"{edge}_latest")]
            seconds = [time.timestamp() for time in times if time is not None]
            if seconds:
                yield Known(
                    "time",
                    about,
                    seconds[0],
                    min(seconds),
                    max(seconds),
                    f"impact.json#/windows/{at}/{edge}",
                    f"{edge} of the impact",
                )
        peak = as_instant(window.get("peak_minute"))
        if peak is not None:
            yield Known(
                "time",
                "peak",
                peak.timestamp(),
                peak.timestamp(),
                peak.timestamp() + 60,
                f"impact.json#/windows/{at}/peak_minute",
                "the worst minute",
            )
    for name, value in (impact.get("milestones") or {}).items():
        time = as_instant(value)
        if time is not None:
            # Mitigation is told by the minute.
            slack = 60.0 if name == "mitigated" else 0.5
            yield Known(
                "time",
                name,
                time.timestamp(),
                time.timestamp() - 0.5,
                time.timestamp() + slack,
                f"impact.json#/milestones/{name}",
                name.replace("_", " "),
            )


def _name_row(row: Row) -> Iterator[str]:
    """What a sentence may call a row."""
    kind, phase, text = row.record["kind"], row.record["phase"], str(row.record["summary"])
    if kind in ("deploy", "change"):
        noun = "rollback" if "rollback" in text or phase == "rolled_back" else "deploy"
        yield noun
        if kind == "change":
            yield "change"
        if phase == "started":
            yield f"{noun}_start"
        elif phase in ("succeeded", "failed", "rolled_back", "superseded"):
            yield f"{noun}_end"
    elif kind in ("alert", "incident"):
        yield {
            "fired": "alert",
            "triggered": "alert",
            "acknowledged": "acknowledged",
            "resolved": "alert_resolved",
            "pending": "alert_pending",
        }.get(str(phase), "alert")
    elif kind == "process":
        yield "restart"
    elif kind == "impact":
        name = {"started": "impact_start", "ended": "impact_end", "peak": "peak"}.get(str(phase))
        if name:
            yield name


# --- spans


def _find_spans(impact: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[Known]:
    for name, about in (("ttd", "detect"), ("tta", "acknowledge"), ("ttm", "mitigate"), ("ttr", "resolve")):
        value = (impact.get("durations") or {}).get(name)
        if value is not None:
            slack = 60.0 if name == "ttm" else 1.0
            yield Known(
                "duration",
                about,
                float(value),
                float(value) - slack,
                float(value) + slack,
                f"impact.json#/durations/{name}",
                name,
            )
    total = impact.get("total") or {}
    if total.get("impact_seconds") is not None and measured_windows(impact):
        seconds = float(total["impact_seconds"])
        yield Known(
            "duration",
            "impact",
            seconds,
            seconds - 1,
            seconds + 1,
            "impact.json#/total/impact_seconds",
            "impact, no time twice",
        )
        start, end = as_instant(total.get("start")), as_instant(total.get("end"))
        if start is not None and end is not None:
            whole = (end - start).total_seconds()
            yield Known(
                "duration",
                "impact",
                whole,
                whole - 1,
                whole + 1,
                "impact.json#/total",
                "from the first start to the last end",
            )
    for at, window in measured_windows(impact):
        start, end = as_instant(window.get("start")), as_instant(window.get("end"))
        if start is not None and end is not None:
            edges = [
                as_instant(window.get(f"{edge}_{side}")) or (start if edge == "start" else end)
                for edge in ("start", "end")
                for side in ("earliest", "latest")
            ]
            spans = [
                (end - start).total_seconds(),
                (edges[2] - edges[1]).total_seconds(),
                (edges[3] - edges[0]).total_seconds(),
            ]
            yield Known(
                "duration",
                "impact",
                spans[0],
                min(spans),
                max(spans),
                f"impact.json#/windows/{at}",
                f"window {window['id']}",
            )


def find_span_between(rows: Sequence[Row], seconds_low: float, seconds_high: float) -> tuple[Row, Row] | None:
    """Two telling rows that are so far apart: what a wrong duration may have been counted between."""
    telling = [row for row in rows if row.record["kind"] in ("deploy", "change", "alert", "incident", "impact")]
    pairs = [
        (a, b)
        for i, a in enumerate(telling)
        for b in telling[i + 1 :]
        if seconds_low <= (b.time - a.time).total_seconds() <= seconds_high
    ]
    return min(
        pairs,
        key=lambda pair: (pair[0].record["kind"] not in ("deploy", "change"), pair[0].number, -pair[1].number),
        default=None,
    )


# --- counts and shares

_OF_USERS = {
    "affected": "users_affected",
    "failed": "users_failed",
    "degraded": "users_degraded",
    "exposed": "users_exposed",
    "anonymous_clients": "clients_affected",
}


def _find_counts(book: Bookish, impact: Mapping[str, Any]) -> Iterator[Known]:
    for at, window in measured_windows(impact):
        place = f"impact.json#/windows/{at}"
        for key, about in _OF_USERS.items():
            yield from _count((window.get("users") or {}).get(key), about, f"{place}/users/{key}")
        yield from _count(window.get("bad"), "requests_bad", f"{place}/bad")
        yield from _count(window.get("valid"), "requests_all", f"{place}/valid")
        yield from _count(window.get("user_minutes"), "user_minutes", f"{place}/user_minutes")
        for group in ("operations", "statuses", "hosts", "versions", "templates"):
            for nth, each in enumerate((window.get("top") or {}).get(group) or ()):
                yield from _count(
                    each.get("bad"), "requests_part", f"{place}/top/{group}/{nth}", str(each.get("value"))
                )
    total = impact.get("total") or {}
    for key, about in (*_OF_USERS.items(), ("user_minutes", "user_minutes")):
        yield from _count(total.get(key), about, f"impact.json#/total/{key}")
    if len(measured_windows(impact)) > 1:
        yield from _count(
            sum(w.get("bad") or 0 for _, w in measured_windows(impact)), "requests_bad", "impact.json#/windows (sum)"
        )
    yield from _count(len(measured_windows(impact)), "windows", "impact.json#/windows")
    told = book.timeline
    fired = told[told["kind"].eq("alert") & told["phase"].eq("fired")]
    yield from _count(len(fired), "alerts", "timeline.csv", "alerts that fired")
    yield from _count(fired["summary"].nunique(), "alerts", "timeline.csv", "alerts that fired")
    started = told[told["kind"].isin(["deploy", "change"]) & told["phase"].isin(["started", "succeeded"])]
    is_back = started["summary"].str.contains("rollback", na=False)
    for about, part in (("rollbacks", started[is_back]), ("deploys", started[~is_back])):
        for phase in ("started", "succeeded"):
            yield from _count(int(part["phase"].eq(phase).sum()), about, "timeline.csv", f"{about} {phase}")
        # One version brought to several hosts is one deploy to most people.
        yield from _count(
            part["summary"].str.replace(r" (?:started|finished).*", "", regex=True).nunique(),
            about,
            "timeline.csv",
            about,
        )
    sources = book.ledger.get("sources") or ()
    yield from _count(len(sources), "sources", "ledger.json#/sources")
    yield from _count(sum(each.get("lines") or 0 for each in sources), "lines", "ledger.json#/totals/lines")


def _count(value: Any, about: str, source: str, text: str = "") -> Iterator[Known]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield Known("count", about, float(value), float(value), float(value), source, text or about.replace("_", " "))


def _find_shares(impact: Mapping[str, Any]) -> Iterator[Known]:
    for at, window in measured_windows(impact):
        place = f"impact.json#/windows/{at}"
        bad, valid, users = window.get("bad"), window.get("valid"), window.get("users") or {}
        if bad is not None and valid:
            yield _share("bad_ratio", bad / valid, f"{place}/bad_ratio", "requests failed")
            yield _share("good_ratio", 1 - bad / valid, f"{place}/bad_ratio", "requests that succeeded")
        if window.get("usual_ratio") is not None:
            yield _share("usual_ratio", float(window["usual_ratio"]), f"{place}/usual_ratio", "usual share of failures")
        if users.get("exposed") and users.get("affected") is not None:
            yield _share("users_ratio", users["affected"] / users["exposed"], f"{place}/users", "users affected")


def _share(about: str, value: float, source: str, text: str) -> Known:
    return Known("ratio", about, value, value, value, source, text)


def _find_peaks(rows: Sequence[Row]) -> Iterator[Known]:
    """The share and count of the worst minute, as its row tells them."""
    for row in rows:
        told = re.match(r"peak: ([\d,]+) of ([\d,]+) requests", str(row.record["summary"]))
        if told:
            bad, valid = (int(number.replace(",", "")) for number in told.groups())
            yield _share("peak_ratio", bad / valid, row.name, "the worst minute")
            yield from _count(bad, "requests_bad", row.name, "the worst minute")
