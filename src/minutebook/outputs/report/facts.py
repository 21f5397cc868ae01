"""a book → what its report says, in plain text and in order: one model for every medium.

Nothing is computed here that the book doesn't hold; text from evidence is still as it was, each medium escapes it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from minutebook.ledger import find_shortfalls
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.instants import as_instant, format_clock, format_days, format_span
from minutebook.outputs.wording import (
    as_whole,
    between,
    count_of,
    kind_of,
    lasted,
    percent_of,
    tell_milestones,
    tell_rejected,
    tell_total,
    tell_users,
    tell_window,
)
from minutebook.places import name_place
from minutebook.raw import MORE, parse_references

#: (source, line) → the raw lines of the record there; None where they may name people.
Lines: TypeAlias = Mapping[tuple[str, int], Sequence[str] | None]
_UTC = datetime.UTC

#: Caps, each said in the report where it cuts.
MOST_ROWS = 1_000
MOST_RECORDS = 3  # of a row
MOST_LINES = 6  # of a record
MOST_CHARACTERS = 400  # of a line
MOST_MINUTES = 240
MOST_MERGES = 50


@dataclass(frozen=True)
class Fact:
    """One thing known: its name, its value, what that means; ``time`` where the value is an instant."""

    name: str
    value: str
    meaning: str = ""
    time: pd.Timestamp | None = None


@dataclass(frozen=True)
class Hole:
    """Minutes in a row in which no service has any evidence."""

    start: pd.Timestamp
    minutes: str


@dataclass(frozen=True)
class Completeness:
    """What the report rests on, told before anything else."""

    is_whole: bool
    figures: list[Fact]
    shortfalls: list[str]
    holes: list[Hole]


@dataclass(frozen=True)
class Window:
    """One impact window: its heading, where and when, its sentences of evidence, its figures with bounds."""

    heading: str
    scope: str
    sentences: list[str]
    facts: list[Fact]


@dataclass(frozen=True)
class Record:
    """A reference to evidence and, where they were read, its raw lines; ``cut`` says what isn't shown."""

    reference: str
    lines: tuple[str, ...] | None
    cut: str = ""


@dataclass(frozen=True)
class Entry:
    """One row of the timeline."""

    time: pd.Timestamp
    last: pd.Timestamp | None
    error_s: float | None
    kind: str
    phase: str
    service: str
    severity: str
    text: str
    count: int | None
    users: int | None
    references: tuple[str, ...]
    records: tuple[Record, ...]
    more: str  #: what of the evidence isn't shown
    place: str  #: "impact" inside a window, "hole" where nothing is known, else empty


@dataclass(frozen=True)
class Facts:
    """Everything a report says."""

    title: str
    span: str
    completeness: Completeness
    figures: list[Fact]
    windows: list[Window]
    milestones: list[Fact]
    total: list[Fact]
    rejected: list[str]
    entries: list[Entry]
    rows_left: int
    minutes: pd.DataFrame
    minutes_note: str
    sources: list[dict[str, Any]]
    assumptions: list[str]
    merges: list[dict[str, Any]]
    merges_left: int
    definitions: list[Fact]
    has_lines: bool
    plotted: Bookish


def find_facts(book: Bookish, lines: Lines | None, title: str = "") -> Facts:
    """What the report of a book says; without ``lines`` its rows name their evidence and don't show it."""
    impact, ledger = book.impact, book.ledger
    windows = [w for w in impact.get("windows") or () if w.get("kind") != "no_evidence"]
    minutes, note = _pick_minutes(book.minutes, windows)
    merges = list(ledger.get("merges") or ())
    return Facts(
        title=title or _title(book, windows),
        span=_span(book),
        completeness=_find_completeness(book),
        figures=list(_find_figures(impact, windows)),
        windows=[_tell_window(window) for window in windows],
        milestones=_tell_stones(impact),
        total=[Fact(*row) for row in tell_total(impact.get("total") or {})[1:]] if len(windows) > 1 else [],
        rejected=[tell_rejected(each, _UTC) for each in impact.get("rejected") or ()],
        entries=list(_find_entries(book.timeline.head(MOST_ROWS), impact, lines)),
        rows_left=max(len(book.timeline) - MOST_ROWS, 0),
        minutes=minutes,
        minutes_note=note,
        sources=list(ledger.get("sources") or ()),
        assumptions=list(ledger.get("assumptions") or ()),
        merges=merges[:MOST_MERGES],
        merges_left=max(len(merges) - MOST_MERGES, 0),
        definitions=[*_DEFINITIONS, *(Fact(k.replace("_", " "), v) for k, v in (impact.get("definitions") or {}).items())],
        has_lines=lines is not None,
        plotted=book,
    )  # fmt: skip


def pick_references(timeline: pd.DataFrame) -> list[tuple[str, int]]:
    """The (source, line) of all the evidence that a report of this timeline shows."""
    rows = (parse_references(row) for row in timeline["evidence"].head(MOST_ROWS).dropna())
    return [reference for row in rows for reference in row[:MOST_RECORDS]]


def _title(book: Bookish, windows: Sequence[Mapping[str, Any]]) -> str:
    start = as_instant(windows[0].get("start")) if windows else next(iter(book.timeline["time"]), None)
    services = list(dict.fromkeys(w["service"] for w in windows if w.get("service")))
    of = f": {', '.join(services[:3])}" if services else ""
    return f"Incident of {format_days(start, start, _UTC)}{of}" if start is not None else "Incident"


def _span(book: Bookish) -> str:
    """From the first to the last minute of the grid, else of the timeline."""
    times = book.minutes["minute"] if len(book.minutes) else book.timeline["time"]
    if not len(times):
        return "no evidence"
    first, last = times.min(), times.max() + pd.Timedelta(minutes=1 if len(book.minutes) else 0)
    return f"{format_days(first, last, _UTC)}, {format_clock(first, _UTC)[:5]} – {format_clock(last, _UTC)[:5]} UTC"


# --- what it rests on


def _find_completeness(book: Bookish) -> Completeness:
    sources = book.ledger.get("sources") or ()
    names = ("lines", "lines_in_events", "lines_skipped", "lines_rejected", "events", "copies")
    total = {name: sum(as_whole(source.get(name)) for source in sources) for name in names}
    told = total["lines_in_events"] + total["lines_skipped"] + total["lines_rejected"]
    holes = _find_holes(book.minutes)
    shortfalls = find_shortfalls(book.ledger) if sources else ["The book holds no account of sources."]
    adds_up = f"of {total['lines']:,}: " + ("every line" if told == total["lines"] else "the account doesn't add up")
    kept = f"from {total['lines_in_events']:,} lines; {count_of(total['lines_skipped'], 'line')} skipped"
    gone, grid = len(_find_silent(book.minutes)), book.minutes["minute"].nunique()
    return Completeness(
        is_whole=not shortfalls and not holes and told == total["lines"] and not total["lines_rejected"],
        figures=[
            Fact("sources", f"{len(sources):,}", f"{sum(s['status'] == 'complete' for s in sources):,} read to the end"),
            Fact("lines accounted for", f"{told:,}", adds_up),
            Fact("events", f"{total['events']:,}", kept),
            Fact("lines rejected", f"{total['lines_rejected']:,}", "reasons in the ledger" if total["lines_rejected"] else "none was unreadable"),
            Fact("copies", f"{total['copies']:,}", "events read twice, counted once" if total["copies"] else "no event was read twice"),
            Fact("minutes without data", f"{gone:,}", f"of {grid:,}" + ("; no data isn't health" if gone else "")),
        ],
        shortfalls=shortfalls,
        holes=holes,
    )  # fmt: skip


def _find_holes(minutes: pd.DataFrame) -> list[Hole]:
    silent = _find_silent(minutes)
    stretches = silent.groupby((silent.diff() != pd.Timedelta(minutes=1)).cumsum())
    return [Hole(run.iloc[0], count_of(len(run), "minute")) for _, run in stretches]


def _find_silent(minutes: pd.DataFrame) -> pd.Series:
    is_none = minutes["coverage"].astype("str").eq("none").groupby(minutes["minute"]).all()
    return is_none.index[is_none.to_numpy(bool)].to_series()


# --- impact


def _find_figures(impact: Mapping[str, Any], windows: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    total, stones = impact.get("total") or {}, impact.get("milestones") or {}
    if not windows:
        yield Fact("impact windows", "none", "nothing stands out from what is usual")
        return
    start, end = as_instant(total.get("start")), as_instant(total.get("end"))
    span = f"{format_clock(start, _UTC)} – {format_clock(end, _UTC)} UTC"
    count = f"; {len(windows)} windows, no time twice" if len(windows) > 1 else ""
    yield Fact("impact", format_span(total.get("impact_seconds")), span + count)
    users = windows[0].get("users") or {} if len(windows) == 1 else total
    if users.get("affected") is None:
        yield Fact("users affected", "unknown", "the evidence has no user ids")
    else:
        exposed = f"of {as_whole(users['exposed']):,} who came: " if users.get("exposed") is not None else ""
        state = f"{as_whole(users.get('failed')):,} failed, {as_whole(users.get('degraded')):,} degraded"
        yield Fact("users affected", f"{as_whole(users['affected']):,}", exposed + state)
    for window in [w for w in windows if w["kind"] in ("fail", "slow")][:2]:
        word = "requests slow" if window["kind"] == "slow" else "requests failed"
        of = f"of {as_whole(window.get('valid')):,}: {percent_of(window.get('bad_ratio'))}"
        yield Fact(word, f"{as_whole(window.get('bad')):,}", of)
    spans = (
        ("detected", "ttd", "detected {}"), ("acknowledged", "tta", "acknowledged {}"),
        ("mitigated", "ttm", "mitigated {}"),
    )  # fmt: skip
    for stone, span_name, label in spans:
        time, seconds = as_instant(stones.get(stone)), (impact.get("durations") or {}).get(span_name)
        if time is None or seconds is None:
            yield Fact(label.format("").strip(), "no record", "not in the evidence, so not known")
            continue
        since = "detection" if stone == "acknowledged" else "the start"
        way = "before" if seconds < 0 else "after"
        yield Fact(label.format(f"{way} {since}"), format_span(abs(seconds)), f"at {format_clock(time, _UTC)} UTC")


def _tell_window(window: Mapping[str, Any]) -> Window:
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
            if isinstance(each, Mapping) and each["bad"]
        ]
        if counted:
            yield f"{lead}: {', '.join(counted)}."


def _tell_stones(impact: Mapping[str, Any]) -> list[Fact]:
    stones = impact.get("milestones") or {}
    rows = tell_milestones(impact, _UTC)[1:]
    return [Fact(*row, time=as_instant(stones.get(row[0].replace(" ", "_")))) for row in rows]


# --- the timeline


def _find_entries(timeline: pd.DataFrame, impact: Mapping[str, Any], lines: Lines | None) -> Iterator[Entry]:
    spans = [
        ("hole" if w.get("kind") == "no_evidence" else "impact", as_instant(w.get("start")), as_instant(w.get("end")))
        for w in impact.get("windows") or ()
    ]
    for row in timeline.to_dict("records"):
        time, last = row["time"], as_instant(row["last_time"])
        within = {kind for kind, start, end in spans if start and end and start.floor("min") <= time <= end}
        references, more = _split_references(row["evidence"])
        shown = references[:MOST_RECORDS]
        records = tuple(_find_record(each, lines) for each in shown)
        left = len(references) - len(shown)
        yield Entry(
            time=time, last=last, error_s=None if pd.isna(row["time_error_s"]) else float(row["time_error_s"]),
            kind=_text(row["kind"]), phase=_text(row["phase"]), service=_text(row["service"]),
            severity=_text(row["severity"]), text=_text(row["summary"]), count=_whole(row["count"]),
            users=_whole(row["users"]), references=tuple(name_place(*each) for each in references),
            records=records, more="; ".join(filter(None, [f"{left:,} more of the row's references" if left else "", more])),
            place="impact" if "impact" in within else "hole" if within else "",
        )  # fmt: skip


def _split_references(evidence: object) -> tuple[list[tuple[str, int]], str]:
    if not isinstance(evidence, str) or not evidence:
        return [], ""
    tail = evidence.rpartition("; ")[2]
    return parse_references(evidence), tail.removeprefix("… ") if tail.startswith(MORE) else ""


def _find_record(place: tuple[str, int], lines: Lines | None) -> Record:
    reference = f"{place[0]}:{place[1]}"
    if lines is None:
        return Record(reference, None)
    text = lines.get(place)
    if text is None:
        return Record(
            reference, None, "not shown: may name people" if place in lines else "not found in the evidence given"
        )
    shown = tuple(line if len(line) <= MOST_CHARACTERS else line[:MOST_CHARACTERS] + "…" for line in text[:MOST_LINES])
    cut = [
        f"{len(line) - MOST_CHARACTERS:,} further characters"
        for line in text[:MOST_LINES]
        if len(line) > MOST_CHARACTERS
    ]
    cut += [f"{len(text) - MOST_LINES:,} further lines"] if len(text) > MOST_LINES else []
    return Record(reference, shown, " and ".join(cut[-2:]))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]


# --- the minutes


def _pick_minutes(minutes: pd.DataFrame, windows: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, str]:
    """Minutes by service, all operations together: all of them if they're few, else those about the windows."""
    if not len(minutes):
        return pd.DataFrame(columns=["minute", *_MINUTE_SUMS]), ""
    counts = minutes.groupby(["minute", "service"], sort=True, dropna=False)
    table = counts[["requests", "failed", "slow"]].sum(min_count=1)
    table["p95_s"] = counts["p95_s"].max()
    table["alerts_firing"] = counts["alerts_firing"].max()
    table["coverage"] = counts["coverage"].agg(lambda states: max(states.astype("str"), key=_STATES.index))
    table = table.reset_index()
    if len(table) <= MOST_MINUTES:
        return table, ""
    beside = pd.Timedelta(minutes=5)
    edges = [(as_instant(w.get("start")), as_instant(w.get("end"))) for w in windows]
    near = table["minute"].map(lambda m: any(a and b and a - beside <= m <= b + beside for a, b in edges))
    kept = table[near & table["service"].isin([w.get("service") for w in windows])].head(MOST_MINUTES)
    note = f"{len(kept):,} of {len(table):,} rows: about the impact windows. All of them are in minutes.csv."
    return kept, note


_STATES = ("covered", "partly", "none")
_MINUTE_SUMS = ("service", "requests", "failed", "slow", "p95_s", "alerts_firing", "coverage")

_DEFINITIONS = (
    Fact("impact window", "the stretch of minutes in which so many users hit failures that, at this service's own usual "
         "rate, it would be less than a one-in-a-million coincidence; its edges are the first and the last bad request"),
    Fact("bounds", "all places of an edge nearly as likely as the best one (within 3 nats), wider by the resolution of "
         "the stamps"),
    Fact("exposed", "distinct users with a request in the window's operations and minutes"),
    Fact("affected", "distinct users with a bad request there: failed or degraded"),
    Fact("failed", "affected, with a failure that no success followed within 60 s"),
    Fact("degraded", "affected, with a success within 60 s of each failure, or only slow"),
    Fact("user-minutes", "pairs of a user and a minute with a bad request"),
    Fact("usual", "the same count over the same number of minutes, outside of all windows"),
    Fact("slow", "over 4 × the operation's own median duration and over its usual 99.5th percentile"),
    Fact("coverage", "covered: there's evidence; partly: it begins, ends or breaks off in that minute; none: no data"),
    Fact("time error", "how far off an instant can be: the resolution of its stamp, or half of its bounds"),
)  # fmt: skip
