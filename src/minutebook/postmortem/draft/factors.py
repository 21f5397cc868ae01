"""a book → facts for the question what made it worse or made it last: how long, how often, in which order.

They are spans between rows, repeats and gaps, each with its rows. None is called a cause or a delay: whether 18 minutes
were long is for people to say.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from minutebook.ledger import find_shortfalls
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.holes import find_silent_minutes
from minutebook.outputs.inert import escape_markdown
from minutebook.outputs.instants import as_instant, format_clock, format_span
from minutebook.outputs.wording.counts import count_of
from minutebook.outputs.wording.windows import unit_of
from minutebook.postmortem.document.rows import Row
from minutebook.postmortem.draft.figures import measured_windows

_BEFORE = pd.Timedelta(minutes=60)
_UTC = datetime.UTC
_EDGE = re.compile(r"^(w\d+) (start|end)$")
_MOST = 6  # of one kind


def tell_factors(book: Bookish, rows: Sequence[Row]) -> list[str]:
    """The facts as sentences of Markdown, each with its rows in brackets."""
    impact = book.impact
    start, end = (as_instant((impact.get("total") or {}).get(edge)) for edge in ("start", "end"))
    told = []
    if start is not None and end is not None and measured_windows(impact):
        told += [
            *_tell_response(impact, rows, start, end),
            *_tell_changes(rows, start, end, _name_bad(impact)),
            *_tell_orders(impact),
        ]
    told += [*_tell_alerts(rows), *_tell_evidence(book)]
    return told


def _tell_response(
    impact: Mapping[str, Any], rows: Sequence[Row], start: pd.Timestamp, end: pd.Timestamp
) -> Iterator[str]:
    """How long it took until an alert fired, until somebody answered it, and until it was over."""
    what = _name_bad(impact)
    first = next((row for row in rows if row.is_of("impact", "started")), None)
    last = next((row for row in reversed(rows) if row.is_of("impact", "ended")), None)
    detected = as_instant((impact.get("milestones") or {}).get("detected"))
    page = None if detected is None else _find_page(rows, detected)
    if detected is None:
        yield "No alert of an affected service fired before the end: the evidence holds no detection."
    elif detected >= start:
        yield f"{_span(detected - start)} from the first {what}{_refer(first)} to the first alert that fired{_refer(page)}."
    else:
        yield f"The first alert{_refer(page)} fired {_span(start - detected)} before the first {what}{_refer(first)}."
    begun = [row for row in rows if row.is_of("deploy", "started") or row.is_of("change", "started")]
    if page is not None:
        yield from _tell_answer(page, rows, [row for row in begun if page.time <= row.time <= end])
    during = [row for row in begun if start < row.time <= end]
    if during:
        named = f"{_name(during[-1])}{_refer(during[-1], inner=True)}"
        yield f"{_span(end - during[-1].time)} from the start of the last change within the impact ({named}) to the last {what}{_refer(last)}."
    late = [row for row in rows if row.is_of("alert", "resolved") and row.time > end]
    if late:
        yield f"{_span(late[-1].time - end)} from the last {what}{_refer(last)} to the resolution of the last alert{_refer(late[-1])}."


def _tell_answer(page: Row, rows: Sequence[Row], changes: Sequence[Row]) -> Iterator[str]:
    """What came after the first alert: its acknowledgement, and the first of the ``changes``."""
    seen = next((row for row in rows if row.record["phase"] == "acknowledged"), None)
    if seen is None:
        yield "No acknowledgement of an alert is in the evidence."
    else:
        yield f"{_span(seen.time - page.time)} from the first alert{_refer(page)} to its acknowledgement{_refer(seen)}."
    for change in changes[:1]:
        yield f"{_span(change.time - page.time)} from the first alert{_refer(page)} to the next change: {_name(change)}{_refer(change)}."


def _name_bad(impact: Mapping[str, Any]) -> str:
    """``slow request`` where slowness is all that users met, ``bad line`` where no requests are logged."""
    windows = [window for _, window in measured_windows(impact)]
    unit = "line" if {unit_of(window) for window in windows} == {"line"} else "request"
    return f"slow {unit}" if {window["kind"] for window in windows} == {"slow"} else f"bad {unit}"


def _tell_changes(rows: Sequence[Row], start: pd.Timestamp, end: pd.Timestamp, what: str) -> Iterator[str]:
    starts = [
        row
        for row in rows
        if row.record["kind"] in ("deploy", "change") and row.record["phase"] in ("started", "succeeded", None)
    ]
    begun: dict[str, Row] = {}
    for row in starts:
        begun.setdefault(_name(row), row)
    before = [row for row in begun.values() if start - _BEFORE <= row.time < start]
    inside = [row for row in begun.values() if start <= row.time <= end]
    if before:
        told = "; ".join(f"{_name(row)}, {_span(start - row.time)} before{_refer(row)}" for row in before[:_MOST])
        yield f"{count_of(len(before), 'change')} began in the hour before the first {what}: {told}."
    else:
        yield f"No deploy or change in the evidence began in the hour before the first {what}."
    if inside:
        told = "; ".join(f"{_name(row)}, {_span(row.time - start)} in{_refer(row)}" for row in inside[:_MOST])
        yield f"{count_of(len(inside), 'change')} began while users were hit: {told}."


def _tell_orders(impact: Mapping[str, Any]) -> Iterator[str]:
    doubtful = [row for row in impact.get("orders") or () if row.get("verdict") == "undecidable"]
    for row in doubtful[:_MOST]:
        yield (
            f"Whether {_lower(row['first'])} came before {_lower(row['second'])} can't be told: {format_span(abs(float(row['by_s'])))}"
            f" apart, give or take {format_span(row['error_s'])}."
        )


def _tell_alerts(rows: Sequence[Row]) -> Iterator[str]:
    fired: dict[str, list[Row]] = {}
    pending: dict[str, Row] = {}
    for row in rows:
        if row.record["kind"] != "alert":
            continue
        name = str(row.record["summary"]).partition(": ")[0]
        if row.record["phase"] == "fired":
            fired.setdefault(name.removesuffix(" fired"), []).append(row)
        elif row.record["phase"] == "pending":
            pending.setdefault(name.removesuffix(" is pending"), row)
    for name, times in fired.items():
        if len(times) > 1:
            told = ", ".join(row.name for row in times[:_MOST]) + (" …" if times[_MOST:] else "")
            yield f"{_capital(escape_markdown(name))} fired {len(times)} times between {format_clock(times[0].time, _UTC)} and {format_clock(times[-1].time, _UTC)} ({told})."
        if name in pending and pending[name].time < times[0].time:
            yield f"{_capital(escape_markdown(name))} was pending for {_span(times[0].time - pending[name].time)} before it fired ({pending[name].name}, {times[0].name})."


def _tell_evidence(book: Bookish) -> Iterator[str]:
    silent = find_silent_minutes(book.minutes)
    if len(silent):
        all_of_them = book.minutes["minute"].nunique()
        yield f"No source that the impact is counted by has evidence for {count_of(len(silent), 'minute')} of {all_of_them:,}: what happened then is unknown."
    yield from (
        f"Evidence is damaged or missing: {escape_markdown(each)}." for each in find_shortfalls(book.ledger)[:_MOST]
    )


def _find_page(rows: Sequence[Row], time: pd.Timestamp) -> Row | None:
    """The alert that fired then; `impact.json` states its time in milliseconds."""
    fired = (row for row in rows if row.is_of("alert", "fired"))
    return next((row for row in fired if abs(row.time - time) <= pd.Timedelta(milliseconds=1)), None)


def _name(row: Row) -> str:
    """The name of a change: its summary without the phase."""
    text = str(row.record["summary"])
    for phase in (" started", " finished", " succeeded", " failed"):
        text = text.replace(phase, "")
    return escape_markdown(text)


def _refer(row: Row | None, *, inner: bool = False) -> str:
    return "" if row is None else f", {row.name}" if inner else f" ({row.name})"


def _span(span: pd.Timedelta) -> str:
    return format_span(span.total_seconds())


def _lower(text: object) -> str:
    told = escape_markdown(_EDGE.sub(r"\2 of window \1", str(text)))
    return told if told.startswith("alert") else f"the {told}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
