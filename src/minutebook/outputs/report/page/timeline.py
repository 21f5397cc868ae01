"""rows of the timeline → a table by day, whose rows open to their raw lines, and the fields that filter it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import groupby

from minutebook.outputs.instants import format_clock, format_days, format_span
from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.facts.entries import MOST_CHARACTERS, MOST_LINES, MOST_RECORDS, Entry, Record
from minutebook.outputs.report.markup import Html, element, join, time_of
from minutebook.outputs.report.page.blocks import NUMBERS
from minutebook.outputs.wording.counts import count_of

_UTC = datetime.UTC
#: The shapes that mark kinds in the plot too; each is followed by the word.
_SHAPES = {"deploy": "◆", "change": "▲", "incident": "■", "alert": "▬", "note": "●", "impact": "▌", "coverage": "▨"}
_SEVERE = frozenset({"error", "fatal"})


def show_timeline(facts: Facts) -> Iterator[Html]:
    """The fields that filter, the table, and what isn't in it."""
    shown = count_of(len(facts.entries), "row")
    yield _filter(sorted({entry.kind for entry in facts.entries}), shown)
    evidence = "A row with evidence opens to its lines" if facts.has_lines else "A row names its evidence"
    caption = f"{shown}, times in UTC. {evidence}; a solid bar on its left marks impact, a dotted one no data."
    heads = (
        element("th", name, scope="col", role="columnheader", class_="number" if name in NUMBERS else "")
        for name in ("time", "kind", "what", "count", "users")
    )
    days = groupby(facts.entries, key=lambda entry: entry.time.date())
    yield element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *heads, role="row"), role="rowgroup"),
        *(_day(list(entries)) for _, entries in days),
        id="rows", role="table",
    )  # fmt: skip
    yield from (element("p", note, class_="note") for note in _notes(facts))


def _filter(kinds: Sequence[str], shown: str) -> Html:
    """The filter, hidden until the script runs, without which it would do nothing."""
    boxes = (element("label", element("input", type="checkbox", value=kind, checked=True), " ", kind) for kind in kinds)
    hint = "words, a host, a file:line"
    words = element("input", type="search", id="find", placeholder=hint, autocomplete="off", spellcheck="false")
    open_all, close_all = (element("button", f"{way} all", type="button", id=way.lower()) for way in ("Open", "Close"))
    return element(
        "div",
        element("label", "Find ", words),
        element("fieldset", element("legend", "Kinds"), *boxes),
        element("span", open_all, close_all, class_="buttons"),
        element("output", shown, id="count", role="status", aria_live="polite"),
        id="filter", role="search", aria_label="Filter the timeline", hidden=True,
    )  # fmt: skip


def _notes(facts: Facts) -> Iterator[str]:
    if facts.rows_left:
        yield f"{facts.rows_left:,} later rows aren't shown. All of them are in timeline.csv."
    if facts.has_lines:
        caps = f"{MOST_RECORDS} records a row, {MOST_LINES} lines a record and {MOST_CHARACTERS} characters a line"
        rest = "minutebook show prints the rest. People's names in them are replaced by roles."
        yield f"At most {caps} are shown; {rest}"
    else:
        yield "The raw lines weren't at hand: minutebook show REFERENCE EVIDENCE prints them."


def _day(entries: Sequence[Entry]) -> Html:
    time = entries[0].time
    head = element("th", format_days(time, time, _UTC), colspan="5", scope="rowgroup", role="rowheader")
    return element(
        "tbody", element("tr", head, class_="day", role="row"), *(_entry(e) for e in entries), role="rowgroup"
    )


def _entry(entry: Entry) -> Html:
    severe = " severe" if entry.severity in _SEVERE else ""
    ongoing = " ongoing" if entry.kind == "impact" and entry.phase == "ongoing" else ""
    users = "" if entry.users is None else join([f"{entry.users:,}", element("span", " users", class_="unit")])
    return element(
        "tr",
        element("th", _clock(entry), scope="row", role="rowheader", class_="time"),
        element("td", element("span", _SHAPES.get(entry.kind, "·"), class_="shape", aria_hidden="true"),
                f"{entry.kind} {entry.phase}".strip(), role="cell", class_="kind"),
        element("td", *_what(entry), role="cell", class_="what"),
        element("td", f"×{entry.count:,}" if entry.count and entry.count > 1 else "", role="cell", class_="number"),
        element("td", users, role="cell", class_="number"),
        role="row", class_=f"{entry.place}{severe}{ongoing}".strip(), data_kind=entry.kind,
    )  # fmt: skip


def _clock(entry: Entry) -> Html:
    error = f"±{format_span(entry.error_s)}" if entry.error_s and entry.error_s >= 1 else ""
    return join([time_of(entry.time, format_clock(entry.time, _UTC)), element("small", error) if error else ""])


def _what(entry: Entry) -> Iterator[Html]:
    parts = [element("span", entry.text, class_="text")]
    if entry.service:
        parts.append(element("span", entry.service, class_="service"))
    if entry.last is not None and (entry.last - entry.time).total_seconds() >= 1 and entry.phase != "ongoing":
        parts.append(element("span", f"until {format_clock(entry.last, _UTC)}", class_="until"))
    told = join(parts, " ")
    if not entry.references:
        yield told
        return
    more = f" + {len(entry.references) - 1}" if len(entry.references) > 1 else ""
    first = element("span", entry.references[0], more, class_="reference")
    if not any(record.lines or record.cut for record in entry.records):
        yield join([told, " ", first])
        return
    records = (part for record in entry.records for part in _record(record))
    rest = element("p", entry.more, class_="note") if entry.more else None
    yield element("details", element("summary", told, " ", first), *records, rest)


def _record(record: Record) -> Iterator[Html]:
    yield element("p", record.reference, element("span", f" ({record.cut})") if record.cut else None, class_="source")
    if record.lines is not None:
        # A tab stays one: it is seen, where other controls are written as their escapes.
        lines = (join(line.split("\t"), "\t") for line in record.lines)
        yield element("pre", element("code", join(lines, "\n")), tabindex="0")
