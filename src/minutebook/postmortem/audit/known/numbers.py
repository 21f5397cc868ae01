"""windows, totals, the timeline and the ledger → counts and shares of users, requests, alerts, deploys, sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from minutebook.outputs.bookish import Bookish
from minutebook.postmortem.audit.known.value import Known, know_count, know_share
from minutebook.postmortem.document.rows import Row
from minutebook.postmortem.draft.figures import measured_windows

_OF_USERS = {
    "affected": "users_affected",
    "failed": "users_failed",
    "degraded": "users_degraded",
    "exposed": "users_exposed",
    "anonymous_clients": "clients_affected",
}


def find_counts(book: Bookish) -> Iterator[Known]:
    """Counts from the impact, of rows in the timeline, and of what was read."""
    yield from _count_impact(book.impact)
    yield from _count_happenings(book.timeline)
    sources = book.ledger.get("sources") or ()
    yield know_count("sources", len(sources), "ledger.json#/sources")
    yield know_count("lines", sum(each.get("lines") or 0 for each in sources), "ledger.json#/totals/lines")


def find_shares(impact: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[Known]:
    """Shares of the requests and users of each window, and of the worst minute."""
    for number, window in measured_windows(impact):
        place = f"impact.json#/windows/{number}"
        bad, valid, users = window.get("bad"), window.get("valid"), window.get("users") or {}
        if bad is not None and valid:
            yield know_share("bad_ratio", bad / valid, f"{place}/bad_ratio", "requests failed")
            yield know_share("good_ratio", 1 - bad / valid, f"{place}/bad_ratio", "requests that succeeded")
        if window.get("usual_ratio") is not None:
            usual = float(window["usual_ratio"])
            yield know_share("usual_ratio", usual, f"{place}/usual_ratio", "usual share of failures")
        if users.get("exposed") and users.get("affected") is not None:
            yield know_share("users_ratio", users["affected"] / users["exposed"], f"{place}/users", "users affected")
    for row in rows:
        # The worst minute, as its row tells it.
        told = re.match(r"peak: ([\d,]+) of ([\d,]+) requests", str(row.record["summary"]))
        if told:
            bad, valid = (int(number.replace(",", "")) for number in told.groups())
            yield know_share("peak_ratio", bad / valid, row.name, "the worst minute")
            yield know_count("requests_bad", bad, row.name, "the worst minute")


def _count_impact(impact: Mapping[str, Any]) -> Iterator[Known]:
    windows, total = measured_windows(impact), impact.get("total") or {}
    for number, window in windows:
        place = f"impact.json#/windows/{number}"
        for key, about in _OF_USERS.items():
            yield from _count((window.get("users") or {}).get(key), about, f"{place}/users/{key}")
        yield from _count(window.get("bad"), "requests_bad", f"{place}/bad")
        yield from _count(window.get("valid"), "requests_all", f"{place}/valid")
        yield from _count(window.get("user_minutes"), "user_minutes", f"{place}/user_minutes")
        for group in ("operations", "statuses", "hosts", "versions", "templates"):
            for nth, each in enumerate((window.get("top") or {}).get(group) or ()):
                part = f"{place}/top/{group}/{nth}"
                yield from _count(each.get("bad"), "requests_part", part, str(each.get("value")))
    for key, about in (*_OF_USERS.items(), ("user_minutes", "user_minutes")):
        yield from _count(total.get(key), about, f"impact.json#/total/{key}")
    if len(windows) > 1:
        bad = sum(window.get("bad") or 0 for _, window in windows)
        yield know_count("requests_bad", bad, "impact.json#/windows (sum)")
    yield know_count("windows", len(windows), "impact.json#/windows")


def _count_happenings(timeline: pd.DataFrame) -> Iterator[Known]:
    fired = timeline[timeline["kind"].eq("alert") & timeline["phase"].eq("fired")]
    yield know_count("alerts", len(fired), "timeline.csv", "alerts that fired")
    yield know_count("alerts", fired["summary"].nunique(), "timeline.csv", "alerts that fired")
    is_rollout = timeline["kind"].isin(["deploy", "change"]) & timeline["phase"].isin(["started", "succeeded"])
    rollouts = timeline[is_rollout]
    is_back = rollouts["summary"].str.contains("rollback", na=False)
    for about, part in (("rollbacks", rollouts[is_back]), ("deploys", rollouts[~is_back])):
        for phase in ("started", "succeeded"):
            yield know_count(about, int(part["phase"].eq(phase).sum()), "timeline.csv", f"{about} {phase}")
        # One version brought to several hosts is one deploy to most people.
        brought = part["summary"].str.replace(r" (?:started|finished).*", "", regex=True)
        yield know_count(about, brought.nunique(), "timeline.csv")


def _count(value: Any, about: str, source: str, text: str = "") -> Iterator[Known]:
    """The count, where there is one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield know_count(about, value, source, text)
