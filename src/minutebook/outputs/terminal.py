"""results → text for a terminal: the summary after a run, and tables that need no manual.

Text from evidence is inert: escape sequences and marks that turn text around are shown as their
escapes. Colour is used where the caller says so, and never carries a meaning alone.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

import pandas as pd

from minutebook.outputs.holes import find_silent_minutes
from minutebook.outputs.inert import inert_text, measure_width, shorten
from minutebook.outputs.instants import as_instant, find_zone, format_clock, format_days, format_range
from minutebook.outputs.wording.counts import as_whole, count_of, tell_counts
from minutebook.outputs.wording.incident import tell_budget, tell_milestones, tell_orders, tell_total
from minutebook.outputs.wording.sensitivity import tell_sensitivity
from minutebook.outputs.wording.sources import sum_sources, tell_source
from minutebook.outputs.wording.users import tell_users
from minutebook.outputs.wording.windows import (
    between,
    kind_of,
    lasted,
    pick_windows,
    scope_of,
    tell_rejected,
    tell_window,
)

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
#: what a source's status means to whoever reads the summary
_STATUSES = {
    "truncated": "it ends early; what stands before the cut was read",
    "damaged": "damaged; what stands before the damage was read",
    "changed": "it was written to while it was read",
    "unreadable": "it couldn't be read",
    "unknown": "not read",
    "empty": "it is empty",
}
_SEVERE = frozenset({"error", "fatal"})
_FIRST_REJECTS = 5
_MOST_SOURCES = 8  # that are told as not complete
_MOST_REJECTED = 5


def wants_colour(stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Whether colour belongs on ``stream``: a terminal, not ``dumb``, and no ``NO_COLOR``."""
    env = os.environ if environ is None else environ
    return not env.get("NO_COLOR") and env.get("TERM") != "dumb" and stream.isatty()


def format_summary(
    impact: Mapping[str, Any], ledger: Mapping[str, Any], minutes: pd.DataFrame | None = None, *,
    zone: str = "UTC", width: int = 80, colour: bool = False,
) -> str:  # fmt: skip
    """What a run read and found, in a few lines: sources, windows, users, what is missing."""
    tz, paint = find_zone(zone), _Paint(colour)
    lines = [*_tell_reading(ledger, tz, zone, width), *_tell_incomplete(ledger, width)]
    read = _span_of(ledger)
    many_days = read is not None and len({time.tz_convert(tz).date() for time in read}) > 1
    windows = pick_windows(impact)
    for window in windows:
        span = f"{between(window, tz, day=many_days)} {zone}, {lasted(window)}"
        lines += _entry("Impact", paint("bold", span), f"{span}", width)
        lines += _entry("", "", f"{kind_of(window)} of {scope_of(window)}", width)
        lines += _entry("", "", inert_text(window.get("evidence")), width)
        lines += _entry("Users", "", tell_users(window.get("users") or {}), width)
    if not windows:
        lines += _entry("Impact", "", "no window: nothing stands out from what is usual", width)
    lines += _tell_missing(ledger, minutes, tz, width)
    return "\n".join(lines) + "\n"


def format_rejects(rejects: pd.DataFrame, *, width: int = 80) -> str:
    """The first lines that became no event, two lines each: where and why, and how they begin; empty for none."""
    lines: list[str] = []
    for row in rejects.head(_FIRST_REJECTS).itertuples():
        place = f"{inert_text(row.source)}:{row.line}: {inert_text(row.reason)}"
        lines += _entry("" if lines else "Rejects", "", place, width)
        if row.excerpt:
            lines.append(" " * 10 + shorten(inert_text(row.excerpt), width - 10))
    if len(rejects) > _FIRST_REJECTS:
        lines += _entry("", "", "and more: see rejects.csv of the book, where `reconstruct` writes one", width)
    return "".join(f"{line}\n" for line in lines)


def format_impact(impact: Mapping[str, Any], *, zone: str = "UTC", width: int = 80, colour: bool = False) -> str:
    """Windows, milestones and durations as one table: what, how much, and what that means."""
    tz, paint = find_zone(zone), _Paint(colour)
    windows = list(impact.get("windows") or ())
    edges = [t for w in windows for edge in ("start", "end") if (t := as_instant(w.get(edge))) is not None]
    days = format_days(min(edges), max(edges), tz) if edges else ""
    many_days = "–" in days
    rows: list[tuple[str, str, str]] = []
    for window in windows:
        rows += tell_window(window, tz, day=many_days)
    if not windows:
        rows.append(("impact", "none", "no stretch of minutes stands out from what is usual"))
    rows += tell_milestones(impact, tz, day=many_days)
    rows += tell_orders(impact)
    rows += tell_budget(impact)
    if len(windows) > 1:
        rows += tell_total(impact.get("total") or {})
    rejected = [tell_rejected(each, tz, zone=inert_text(zone)) for each in impact.get("rejected") or ()]
    if rejected:
        more = f" And {len(rejected) - _MOST_REJECTED} more." if len(rejected) > _MOST_REJECTED else ""
        rows.append(("#", "Looked at, and no impact", ". ".join(rejected[:_MOST_REJECTED]) + "." + more))
    lines = [paint("dim", f"times in {inert_text(zone)}{days and f', {days}'}")]
    return "\n".join([*lines, *_three_columns(rows, width, paint)]) + "\n"


def format_sensitivity(impact: Mapping[str, Any], *, width: int = 80, colour: bool = False) -> str:
    """How each window's edges and users move with what was chosen: a line a choice and value."""
    paint, lines = _Paint(colour), []
    for window in impact.get("windows") or ():
        rows = list(tell_sensitivity(window))
        if not rows:
            continue
        head = f"If chosen otherwise, {inert_text(window.get('id'))}: {kind_of(window)} of {scope_of(window)}"
        lines += [paint("bold", line) for line in _wrap(head, width, "  ", first="")]
        rows.insert(0, ("choice", "value (* as it is)", "start", "end", "affected"))
        sizes = [max(measure_width(row[column]) for row in rows if row[3]) for column in range(5)]
        sizes[1] = max(measure_width(row[1]) for row in rows)
        last = ""
        for number, row in enumerate(rows):
            choice, last = ("" if row[0] == last else row[0]), row[0]
            cells = (choice, *row[1:])
            text = "  " + "  ".join(_pad(cell, size) for cell, size in zip(cells, sizes, strict=True)).rstrip()
            lines.append(paint("dim", text) if not number else text)
        lines.append("")
    return "\n".join(lines) if lines else "no window, so nothing moves\n"


def format_timeline(timeline: pd.DataFrame, *, zone: str = "UTC", width: int = 80, colour: bool = False) -> str:
    """The timeline, a line a row: time, kind and phase, summary, count and users where they fit."""
    tz, paint = find_zone(zone), _Paint(colour)
    if not len(timeline):
        return "the timeline has no rows\n"
    lines, day = [], ""
    for row in timeline.itertuples():
        time = as_instant(row.time)
        today = format_days(time, time, tz) if time is not None else ""
        if today != day:
            day = today
            lines.append(paint("dim", f"{today}, {inert_text(zone)}"))
        what = shorten(" ".join(filter(None, (inert_text(row.kind), inert_text(row.phase)))), 19)
        counts = tell_counts(row.count if not callable(row.count) else None, row.users)
        # Two lines a row at most: what a row says in full is in the files.
        room = max(width - 30 - (len(counts) + 1 if counts else 0), 10)
        told = _wrap(inert_text(row.summary), room, "") or [""]
        summary = told[0]
        shade = "red" if str(row.severity) in _SEVERE or row.kind == "impact" else ""
        text = f"{format_clock(time, tz)}  {_pad(what, 19)} {paint(shade, summary)}"
        gap = " " * (room - measure_width(summary) + 1)
        lines.append(f"{text}{gap}{counts}" if counts else text)
        if told[1:]:
            lines.append(" " * 30 + paint(shade, shorten(" ".join(told[1:]), max(width - 30, 10))))
    return "\n".join(lines) + "\n"


def format_check(
    sources: Sequence[Mapping[str, Any]], *, zone: str = "UTC", width: int = 80,
    colour: bool = False,
) -> str:  # fmt: skip
    """What each source was taken for: two lines a source, in the order given."""
    tz, paint = find_zone(zone), _Paint(colour)
    lines = []
    for source in sources:
        status = inert_text(source.get("status")) or "?"
        shade = "green" if status in ("ok", "read", "complete") else "yellow"
        room = max(width - measure_width(status) - 1, 10)
        name = shorten(inert_text(source.get("source")) or "?", room)
        gap = " " * max(width - measure_width(name) - measure_width(status), 1)
        lines.append(f"{paint('bold', name)}{gap}{paint(shade, status)}")
        lines += _wrap(", ".join(tell_source(source, tz)), width, "  ")
    lines.append(f"{len(sources):,} {'source' if len(sources) == 1 else 'sources'}")
    return "\n".join(lines) + "\n"


class _Paint:
    """Colours text, or leaves it as it is."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, name: str, text: str) -> str:
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.colour and name and text else text


# --- the summary


def _tell_reading(ledger: Mapping[str, Any], tz: datetime.tzinfo, zone: str, width: int) -> Iterator[str]:
    sources = list(ledger.get("sources") or ())
    total = sum_sources(sources)
    counts = (len(sources), "source"), (total["lines"], "line"), (total["events"], "event")
    yield from _entry("Read", "", ", ".join(count_of(*count) for count in counts), width)
    parts = [f"{total['lines_in_events']:,} in events"]
    parts += [f"{total[f'lines_{w}']:,} {w}" for w in ("skipped", "rejected") if total[f"lines_{w}"]]
    parts += [f"{total['copies']:,} copies counted once"] if total["copies"] else []
    lead = "every line accounted for: " if total["lines_told"] == total["lines"] else "lines: "
    yield from _entry("", "", lead + ", ".join(parts), width)
    read = _span_of(ledger)
    if read is not None:
        days, (first, last) = format_days(*read, tz), (format_clock(time, tz) for time in read)
        clocks = f"from {first} to {last}" if "–" in days else f"{first} – {last}"
        yield from _entry("", "", f"{days}, {clocks} {inert_text(zone)}", width)


def _tell_incomplete(ledger: Mapping[str, Any], width: int) -> Iterator[str]:
    """Sources of which something is missing, before anything that rests on them."""
    said = []
    for source in ledger.get("sources") or ():
        name, status = inert_text(source.get("source")), inert_text(source.get("status"))
        note, rejected = inert_text(source.get("note")), as_whole(source.get("lines_rejected"))
        parts = [] if not status or status == "complete" else [_STATUSES.get(status, status)]
        parts += [note] if note and (parts or "read by the first" in note or "can't be read" in note) else []
        parts += [f"{count_of(rejected, 'line')} rejected"] if rejected else []
        if parts:
            said.append(f"{name}: {'; '.join(parts)}")
    for number, sentence in enumerate(said[:_MOST_SOURCES]):
        yield from _entry("" if number else "Lacks", "", sentence, width, hang="  ")
    if len(said) > _MOST_SOURCES:
        yield from _entry("", "", f"and {len(said) - _MOST_SOURCES} more sources: see the ledger", width)


def _span_of(ledger: Mapping[str, Any]) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """First and last event of all sources."""
    sources = list(ledger.get("sources") or ())
    firsts = [t for s in sources if (t := as_instant(s.get("first"))) is not None]
    lasts = [t for s in sources if (t := as_instant(s.get("last"))) is not None]
    return (min(firsts), max(lasts)) if firsts and lasts else None


def _tell_missing(
    ledger: Mapping[str, Any], minutes: pd.DataFrame | None, tz: datetime.tzinfo, width: int
) -> list[str]:
    said = []
    silent = () if minutes is None else list(find_silent_minutes(minutes))
    if silent:
        where = f"within {format_range(silent[0], silent[-1] + pd.Timedelta(minutes=1), tz)}"
        said.append(f"{count_of(len(silent), 'minute')} without evidence, {where}: no data, which isn't health")
    said += [inert_text(sentence) for sentence in ledger.get("assumptions") or ()]
    lines: list[str] = []
    for number, sentence in enumerate(said[:8]):
        lines += _entry("" if number else "Mind", "", sentence, width, hang="  ")
    if len(said) > 8:
        lines += _entry("", "", f"and {len(said) - 8} more in the ledger", width)
    return lines


def _three_columns(rows: list[tuple[str, str, str]], width: int, paint: _Paint) -> Iterator[str]:
    table = [row for row in rows if row[0] != "#"]
    names = max((measure_width(row[0]) for row in table), default=0)
    values = max((measure_width(row[1]) for row in table), default=0)
    for name, value, meaning in rows:
        if name == "#":
            yield ""
            yield from (paint("bold", line) for line in _wrap(value, width, "  ", first=""))
            yield from _wrap(meaning, width, "  ")
            continue
        head = f"  {_pad(name, names)}  {_pad(value, values)}  "
        gap = " " * (values - measure_width(value) + 2)
        lead = f"  {_pad(name, names)}  {paint('bold', value)}{gap}"
        # The first line's text stands behind the head, so it is wrapped with that much room.
        lines = _wrap(meaning, width - measure_width(head), "", first="")
        yield (lead + (lines[0] if lines else "")).rstrip()
        yield from (" " * measure_width(head) + line for line in lines[1:])


# --- columns


def _pad(text: str, width: int) -> str:
    return text + " " * max(width - measure_width(text), 0)


def _entry(label: str, painted: str, text: str, width: int, *, hang: str = "") -> list[str]:
    lines = _wrap(text, width, " " * 8 + hang, first=_pad(label, 8))
    if painted and lines:
        lines[0] = lines[0].replace(text, painted)
    return lines


def _wrap(text: str, width: int, indent: str, *, first: str | None = None) -> list[str]:
    """Lines of at most ``width`` columns; a word that is longer than a line is cut over lines."""
    lines: list[str] = []
    line, is_empty = indent if first is None else first, True
    for word in text.split():
        while True:
            room = width - measure_width(line) - (0 if is_empty else 1)
            if measure_width(word) <= room:
                line, is_empty = line + ("" if is_empty else " ") + word, False
                break
            if not is_empty:
                lines.append(line)
                line, is_empty = indent, True
                continue
            head = max(room // 2 if not word.isascii() else room, 1)
            lines.append(line + word[:head])
            line, word = indent, word[head:]
    return [*lines, line] if not is_empty else lines
