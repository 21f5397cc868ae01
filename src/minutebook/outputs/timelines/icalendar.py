"""impact windows and milestones → an iCalendar file (RFC 5545), to lay over the on-call calendar."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pandas as pd

from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.inert import escape_invisible
from minutebook.outputs.timelines.spans import Span, find_spans

_LONGEST_LINE = 75  # bytes, without the line end


def write_icalendar(book: Bookish, target: Target) -> None:
    """Write windows as events and milestones as instants, in UTC; the same book gives the same bytes."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//minutebook//minutebook//EN", "CALSCALE:GREGORIAN"]
    lines += [line for span in find_spans(book.impact) for line in _event(span)]
    with open_target(target) as stream:
        for line in [*lines, "END:VCALENDAR"]:
            stream.write(_fold(line))


def _event(span: Span) -> Iterator[str]:
    identity = hashlib.sha256(f"{span.key}\n{span.name}\n{span.start}".encode("utf-8", "backslashreplace")).hexdigest()
    yield "BEGIN:VEVENT"
    yield f"UID:{identity[:32]}@minutebook"
    # When it was made must be stated; the day of writing would make each run's bytes differ.
    yield f"DTSTAMP:{_instant(span.end or span.start)}"
    yield f"DTSTART:{_instant(span.start)}"
    if span.end is not None:
        # To the second, and never shorter than one.
        yield f"DTEND:{_instant(max(span.end, span.start + pd.Timedelta(seconds=1)))}"
    yield f"SUMMARY:{_text(span.name)}"
    if span.text:
        yield f"DESCRIPTION:{_text(span.text)}"
    yield f"CATEGORIES:{','.join(map(_text, span.tags))}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _instant(time: pd.Timestamp) -> str:
    return time.tz_convert("UTC").strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    shown = escape_invisible(text)
    return shown.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _fold(line: str) -> bytes:
    """Lines of at most 75 bytes, cut between characters; continuation lines begin with a space."""
    folded, used = b"", 0
    for character in line:
        encoded = character.encode("utf-8")
        if used + len(encoded) > _LONGEST_LINE:
            folded, used = folded + b"\r\n ", 1
        folded, used = folded + encoded, used + len(encoded)
    return folded + b"\r\n"
