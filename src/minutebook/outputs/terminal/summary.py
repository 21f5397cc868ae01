"""impact, ledger, minutes → what a run read and found, in a few lines; and the first lines that became no event."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pandas as pd

from minutebook.outputs.holes import find_silent_minutes
from minutebook.outputs.inert import inert_text, shorten
from minutebook.outputs.instants import as_instant, find_zone, format_clock, format_days, format_range
from minutebook.outputs.terminal.colour import Paint
from minutebook.outputs.terminal.columns import write_entry
from minutebook.outputs.wording.assumptions import tell_assumptions
from minutebook.outputs.wording.counts import as_whole, count_of
from minutebook.outputs.wording.incident import tell_throughout
from minutebook.outputs.wording.sources import sum_sources
from minutebook.outputs.wording.users import tell_users
from minutebook.outputs.wording.windows import between, kind_of, lasted, pick_windows, scope_of

#: What a source's status means, for readers of the summary.
_STATUSES = {
    "truncated": "it ends early; what stands before the cut was read",
    "damaged": "damaged; what stands before the damage was read",
    "changed": "it was written to while it was read",
    "unreadable": "it couldn't be read",
    "unknown": "not read",
    "empty": "it is empty",
}
_FIRST_REJECTS = 5
_MOST_SENTENCES = 8


def format_summary(
    impact: Mapping[str, Any], ledger: Mapping[str, Any], minutes: pd.DataFrame | None = None, *,
    zone: str = "UTC", width: int = 80, colour: bool = False,
) -> str:  # fmt: skip
    """What a run read and found, in a few lines: sources, windows, users, what is missing."""
    tz, paint = find_zone(zone), Paint(colour)
    lines = [*_tell_reading(ledger, tz, zone, width), *_tell_incomplete(ledger, width)]
    read = _span_of(ledger)
    many_days = read is not None and len({time.tz_convert(tz).date() for time in read}) > 1
    windows = pick_windows(impact)
    for window in windows:
        span = f"{between(window, tz, day=many_days)} {zone}, {lasted(window)}"
        lines += write_entry("Impact", span, width, painted=paint("bold", span))
        lines += write_entry("", f"{kind_of(window)} of {scope_of(window)}", width)
        lines += write_entry("", inert_text(window.get("evidence")), width)
        lines += write_entry("Users", tell_users(window.get("users") or {}), width)
    throughout = tell_throughout(impact, tz, zone=zone)
    if not windows and not throughout:
        lines += write_entry("Impact", "no window: nothing stands out from what is usual", width)
    for each in throughout:
        lines += write_entry("Impact", f"no window. {each}", width)
    lines += _tell_missing(ledger, minutes, tz, width)
    return "\n".join(lines) + "\n"


def format_rejects(rejects: pd.DataFrame, *, width: int = 80) -> str:
    """The first lines that became no event, two lines for each: where and why, and how it begins; empty if there are none."""
    lines: list[str] = []
    for row in rejects.head(_FIRST_REJECTS).itertuples():
        place = f"{inert_text(row.source)}:{row.line}: {inert_text(row.reason)}"
        lines += write_entry("" if lines else "Rejects", place, width)
        if row.excerpt:
            lines.append(" " * 10 + shorten(inert_text(row.excerpt), width - 10))
    if len(rejects) > _FIRST_REJECTS:
        lines += write_entry("", "and more: see rejects.csv of the book, where `reconstruct` writes one", width)
    return "".join(f"{line}\n" for line in lines)


def _tell_reading(ledger: Mapping[str, Any], tz: datetime.tzinfo, zone: str, width: int) -> Iterator[str]:
    sources = list(ledger.get("sources") or ())
    total = sum_sources(sources)
    counts = (len(sources), "source"), (total["lines"], "line"), (total["events"], "event")
    yield from write_entry("Read", ", ".join(count_of(*count) for count in counts), width)
    parts = [f"{total['lines_in_events']:,} in events"]
    parts += [f"{total[f'lines_{w}']:,} {w}" for w in ("skipped", "rejected") if total[f"lines_{w}"]]
    parts += [f"{total['copies']:,} copies counted once"] if total["copies"] else []
    lead = "every line accounted for: " if total["lines_told"] == total["lines"] else "lines: "
    yield from write_entry("", lead + ", ".join(parts), width)
    read = _span_of(ledger)
    if read is not None:
        days, (first, last) = format_days(*read, tz), (format_clock(time, tz) for time in read)
        clocks = f"from {first} to {last}" if "–" in days else f"{first} – {last}"
        yield from write_entry("", f"{days}, {clocks} {inert_text(zone)}", width)


def _tell_incomplete(ledger: Mapping[str, Any], width: int) -> list[str]:
    """The incomplete sources, ahead of anything that rests on them."""
    said = []
    for source in ledger.get("sources") or ():
        name, status = inert_text(source.get("source")), inert_text(source.get("status"))
        note, rejected = inert_text(source.get("note")), as_whole(source.get("lines_rejected"))
        parts = [] if not status or status == "complete" else [_STATUSES.get(status, status)]
        parts += [note] if note and (parts or "read by the first" in note or "can't be read" in note) else []
        parts += [f"{count_of(rejected, 'line')} rejected"] if rejected else []
        if parts:
            said.append(f"{name}: {'; '.join(parts)}")
    return _list_sentences("Lacks", said, width, "and {} more sources: see the ledger")


def _tell_missing(
    ledger: Mapping[str, Any], minutes: pd.DataFrame | None, tz: datetime.tzinfo, width: int
) -> list[str]:
    said = []
    silent = () if minutes is None else list(find_silent_minutes(minutes))
    if silent:
        where = f"within {format_range(silent[0], silent[-1] + pd.Timedelta(minutes=1), tz)}"
        said.append(f"{count_of(len(silent), 'minute')} without evidence, {where}: no data, which isn't health")
    said += [inert_text(sentence) for sentence in tell_assumptions(ledger)]
    return _list_sentences("Mind", said, width, "and {} more in the ledger")


def _list_sentences(label: str, sentences: Sequence[str], width: int, left: str) -> list[str]:
    """The first sentences, in a line or more each; ``left`` says how many aren't shown, and where they are."""
    lines = []
    for number, sentence in enumerate(sentences[:_MOST_SENTENCES]):
        lines += write_entry("" if number else label, sentence, width, hang="  ")
    if len(sentences) > _MOST_SENTENCES:
        lines += write_entry("", left.format(len(sentences) - _MOST_SENTENCES), width)
    return lines


def _span_of(ledger: Mapping[str, Any]) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """First and last event of all sources."""
    sources = list(ledger.get("sources") or ())
    # A ledger's instants are all spelt alike, so that of thousands only two have to be read.
    firsts, lasts = ([str(s[edge]) for s in sources if s.get(edge)] for edge in ("first", "last"))
    span = as_instant(min(firsts, default=None)), as_instant(max(lasts, default=None))
    return None if None in span else cast(tuple[pd.Timestamp, pd.Timestamp], span)
