"""a book's impact → its figures at a glance, its windows with their evidence, its milestones.

Sentences and rows come from `wording`, the same as in the terminal; times are UTC.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minutebook.outputs.instants import as_instant, format_clock, format_span
from minutebook.outputs.report.facts.fact import Fact
from minutebook.outputs.wording.counts import as_whole, percent_of
from minutebook.outputs.wording.incident import tell_milestones, tell_throughout
from minutebook.outputs.wording.users import tell_unknown, tell_users
from minutebook.outputs.wording.windows import between, kind_of, lasted, name_bad, tell_window

_UTC = datetime.UTC


@dataclass(frozen=True)
class Window:
    """One impact window: its heading, where and when, its sentences of evidence, its figures with bounds."""

    heading: str
    scope: str
    sentences: list[str]
    facts: list[Fact]


def find_figures(impact: Mapping[str, Any], windows: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    """What to know at a glance: how long, how many users and requests, how soon it was detected and mitigated."""
    total = impact.get("total") or {}
    if not windows:
        yield Fact(
            "impact windows", "none", " ".join(tell_throughout(impact, _UTC)) or "nothing stands out from what is usual"
        )
        return
    start, end = as_instant(total.get("start")), as_instant(total.get("end"))
    span = f"{format_clock(start, _UTC)} – {format_clock(end, _UTC)} UTC"
    count = f"; {len(windows)} windows, no time twice" if len(windows) > 1 else ""
    yield Fact("impact", format_span(total.get("impact_seconds")), span + count)
    yield _count_users(windows[0].get("users") or {} if len(windows) == 1 else total)
    for window in [w for w in windows if w["kind"] in ("fail", "slow")][:2]:
        of = f"of {as_whole(window.get('valid')):,}: {percent_of(window.get('bad_ratio'))}"
        yield Fact(name_bad(window), f"{as_whole(window.get('bad')):,}", of)
    yield from _find_delays(impact)


def _count_users(users: Mapping[str, Any]) -> Fact:
    if users.get("affected") is None:
        return Fact("users affected", "unknown", tell_unknown(users))
    if users.get("failed") is None:
        return Fact("users affected", f"{as_whole(users['affected']):,}", "only failures say whose they are")
    exposed = f"of {as_whole(users['exposed']):,} who came: " if users.get("exposed") is not None else ""
    state = f"{as_whole(users.get('failed')):,} failed, {as_whole(users.get('degraded')):,} degraded"
    return Fact("users affected", f"{as_whole(users['affected']):,}", exposed + state)


def _find_delays(impact: Mapping[str, Any]) -> Iterator[Fact]:
    stones, durations = impact.get("milestones") or {}, impact.get("durations") or {}
    for stone, duration, since in (
        ("detected", "ttd", "the start"),
        ("acknowledged", "tta", "detection"),
        ("mitigated", "ttm", "the start"),
    ):
        time, seconds = as_instant(stones.get(stone)), durations.get(duration)
        if time is None or seconds is None:
            yield Fact(stone, "no record", "not in the evidence, so not known")
            continue
        way = "before" if seconds < 0 else "after"
        yield Fact(f"{stone} {way} {since}", format_span(abs(seconds)), f"at {format_clock(time, _UTC)} UTC")


def find_window(window: Mapping[str, Any]) -> Window:
    """What the report says of one window of `impact.json`."""
    instants = {"start": "start", "end": "end", "worst minute": "peak_minute"}
    _, *rows = tell_window(window, _UTC)
    sentences = [str(window.get("evidence") or "")]
    if window.get("kind") != "traffic_loss":
        sentences.append(f"Users: {tell_users(window.get('users') or {})}.")
    sentences.append(" ".join(_tell_top(window)))
    operations = list(window.get("operations") or ())
    named = ", ".join(operations[:4]) + (f" and {len(operations) - 4} more" if operations[4:] else "")
    return Window(
        f"{kind_of(window).capitalize()} of {window.get('service') or 'all services'}",
        ", ".join(filter(None, [named, f"{between(window, _UTC)} UTC", lasted(window)])),
        [sentence for sentence in sentences if sentence],
        [Fact(*row, time=as_instant(window.get(instants.get(row[0], "")))) for row in rows],
    )


def _tell_top(window: Mapping[str, Any]) -> Iterator[str]:
    """What most of the bad requests were, as counts."""
    top = window.get("top") or {}
    for key, lead in (("operations", "By operation"), ("statuses", "By status"), ("hosts", "By host"),
                      ("versions", "By version")):  # fmt: skip
        counted = [
            f"{each['bad']:,} × {each['value']}"
            for each in top.get(key) or ()
            if isinstance(each, Mapping) and each["bad"] and each["value"] != ""
        ]
        if counted:
            yield f"{lead}: {', '.join(counted)}."


def find_milestones(impact: Mapping[str, Any]) -> list[Fact]:
    """The milestones that are known, each with its instant; none where nothing is."""
    stones = impact.get("milestones") or {}
    rows = tell_milestones(impact, _UTC)[1:]
    return [Fact(*row, time=as_instant(stones.get(row[0].replace(" ", "_")))) for row in rows]
