"""facts → one self-contained HTML file: readable without script or network, inert whatever the evidence holds.

The policy in its head allows this one style sheet and this one script, by their hashes, and nothing else: no request
can leave, and markup that got into the page by mistake would do nothing.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import groupby
from typing import Any

import pandas as pd

from minutebook.outputs.instants import format_clock, format_days, format_span
from minutebook.outputs.report.facts import MOST_CHARACTERS, MOST_LINES, MOST_RECORDS, Entry, Fact, Facts, Window
from minutebook.outputs.report.markup import Html, element, join, time_of
from minutebook.outputs.report.plot import render_plot
from minutebook.outputs.wording import as_whole, count_of, percent_of

_UTC = datetime.UTC
#: Inches: one plot for screens and paper, one for phones, whose letters stay legible.
_PLOT_SIZES = {"wide": (10.0, 6.0), "narrow": (5.7, 7.6)}
#: The shapes by which the plot tells kinds too; behind each the word stands.
_SHAPES = {"deploy": "◆", "change": "▲", "incident": "■", "alert": "▬", "note": "●", "impact": "▌", "coverage": "▨"}
#: Clocks nearer to each other than this aren't told apart by the time a request takes.
_IN_STEP_S = 0.5
#: Columns whose cells stand on the right.
_NUMBERS = frozenset({"requests", "failed", "share", "slow", "highest p95", "alerts", "lines", "in events", "skipped",
                      "rejected", "events", "copies", "from", "to", "count", "users"})  # fmt: skip
_SEVERE = frozenset({"error", "fatal"})


def render_page(facts: Facts) -> str:
    """The whole page; the same facts give the same text."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", facts.title),
        element("link", rel="icon", href="data:,"),
        Html(f"<style>{style}</style>"),
    )
    body = element(
        "body",
        element("a", "To the timeline", class_="skip", href="#timeline"),
        _header(facts),
        element("main", *_sections(facts), id="main"),
        element("footer", element("p", "Facts and their evidence, no causes: those are for people to find. All times are UTC.")),
        Html(f"<script>{script}</script>"),
    )  # fmt: skip
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _header(facts: Facts) -> Html:
    links = [("completeness", "Evidence"), ("impact", "Impact"), ("plot", "Plot"), ("timeline", "Timeline"),
             ("minutes", "Minutes"), ("clocks", "Clocks"), ("ledger", "Ledger"), ("definitions", "Definitions")]  # fmt: skip
    return element(
        "header",
        element("p", "What happened", class_="kicker"),
        element("h1", facts.title),
        element("p", facts.span, class_="span"),
        element("nav", *(element("a", text, href=f"#{name}") for name, text in links), aria_label="Sections"),
    )


def _sections(facts: Facts) -> Iterator[Html]:
    yield _section("completeness", "How complete the evidence is", *_completeness(facts), class_="box")
    yield _section("impact", "Impact", *_impact(facts))
    yield _section("plot", "Minute by minute", _plots(facts))
    yield _section("timeline", "Timeline", *_timeline(facts))
    yield _section("minutes", "Minutes", *_minutes(facts))
    yield _section("clocks", "Clocks and assumptions", *_clocks(facts))
    yield _section("ledger", "Ledger", *_ledger(facts))
    yield _section("definitions", "What the figures mean", _definitions(facts.definitions))


def _section(name: str, title: str, *parts: str, class_: str = "") -> Html:
    return element(
        "section", element("h2", title, id=f"{name}-title"), *parts,
        id=name, class_=class_, aria_labelledby=f"{name}-title",
    )  # fmt: skip


def _figures(figures: Sequence[Fact]) -> Html:
    return element(
        "dl",
        *(
            element(
                "div",
                element("dt", fact.name),
                element("dd", element("strong", fact.value), element("span", fact.meaning)),
            )
            for fact in figures
        ),
        class_=f"figures of-{len(figures)}",
    )


def _completeness(facts: Facts) -> Iterator[Html]:
    told = facts.completeness
    if told.is_whole:
        yield element(
            "p", "Complete: every line is accounted for, and every minute has evidence.", class_="verdict whole"
        )
    else:
        yield element("p", "Not complete. What is missing bounds what can be said.", class_="verdict")
    if told.shortfalls or told.holes:
        holes = (
            join(
                [
                    "No data from ",
                    time_of(hole.start, format_clock(hole.start, _UTC)[:5]),
                    f" UTC, for {hole.minutes}: nothing is known of it, neither good nor bad.",
                ]
            )
            for hole in told.holes
        )
        yield _list([*told.shortfalls, *holes], class_="missing")
    yield _figures(told.figures)


def _list(items: Sequence[str], class_: str = "") -> Html:
    return element("ul", *(element("li", item) for item in items), class_=class_)


# --- impact


def _impact(facts: Facts) -> Iterator[Html]:
    yield _figures(facts.figures)
    for window in facts.windows:
        yield _window(window)
    tables = [("Milestones", facts.milestones), ("All windows together", facts.total)]
    yield element("div", *(_fact_table(caption, rows) for caption, rows in tables if rows), class_="beside")
    if facts.rejected:
        yield element(
            "details",
            element("summary", f"What was looked at and isn't impact: {len(facts.rejected)}"),
            _list(facts.rejected),
        )


def _window(window: Window) -> Html:
    first, *others = window.sentences
    text = element(
        "div",
        element("h3", window.heading),
        element("p", window.scope, class_="scope"),
        element("p", first, class_="evidence"),
        *(element("p", sentence) for sentence in others),
    )
    return element("article", text, _fact_table("Its figures, with bounds", window.facts))


def _fact_table(caption: str, rows: Sequence[Fact]) -> Html:
    body = (
        element("tr", element("th", row.name.strip(), scope="row", class_="part" if row.name.startswith(" ") else ""),
                element("td", time_of(row.time, row.value) if row.time is not None else row.value),
                element("td", row.meaning))
        for row in rows
    )  # fmt: skip
    head = _row_of_heads(["what", "value", "meaning"], class_="visually-hidden")
    return element("table", element("caption", caption), head, element("tbody", *body), class_="facts")


def _row_of_heads(names: Sequence[str], class_: str = "") -> Html:
    heads = (element("th", name, scope="col", class_="number" if name in _NUMBERS else "") for name in names)
    return element("thead", element("tr", *heads), class_=class_)


def _plots(facts: Facts) -> Html:
    book = facts.plotted
    label = (
        "Three panels over one time axis: requests and failures by minute, users with a failure by minute, deploys and"
        " alerts. The tables of timeline and minutes hold the same figures."
    )
    plots = [
        element(
            "div",
            render_plot(book.minutes, book.impact, book.happenings, name=name, size_in=size, label=label),
            class_=name,
        )
        for name, size in _PLOT_SIZES.items()
    ]
    caption = "Hatched bars: failures. Cross-hatched: no data; dotted: covered in part. Tinted: the impact window."
    return element("figure", *plots, element("figcaption", caption))


# --- the timeline


def _timeline(facts: Facts) -> Iterator[Html]:
    kinds = sorted({entry.kind for entry in facts.entries})
    boxes = (element("label", element("input", type="checkbox", value=kind, checked=True), " ", kind) for kind in kinds)
    shown = count_of(len(facts.entries), "row")
    yield element(
        "div",
        element("label", "Find ", element("input", type="search", id="find", placeholder="words, a host, a file:line", autocomplete="off", spellcheck="false")),
        element("fieldset", element("legend", "Kinds"), *boxes),
        element("span", element("button", "Open all", type="button", id="open"), element("button", "Close all", type="button", id="close"), class_="buttons"),
        element("output", shown, id="count", role="status", aria_live="polite"),
        id="filter", role="search", aria_label="Filter the timeline", hidden=True,
    )  # fmt: skip
    evidence = "A row with evidence opens to its lines" if facts.has_lines else "A row names its evidence"
    caption = f"{shown}, times in UTC. {evidence}; a solid bar on its left marks impact, a dotted one no data."
    days = groupby(facts.entries, key=lambda entry: entry.time.date())
    bodies = [_day(list(entries)) for _, entries in days]
    yield element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *(element("th", n, scope="col", role="columnheader", class_="number" if n in _NUMBERS else "") for n in ("time", "kind", "what", "count", "users")), role="row"), role="rowgroup"),
        *bodies,
        id="rows", role="table",
    )  # fmt: skip
    if facts.rows_left:
        yield element(
            "p", f"{facts.rows_left:,} later rows aren't shown. All of them are in timeline.csv.", class_="note"
        )
    if facts.has_lines:
        caps = f"At most {MOST_RECORDS} records a row, {MOST_LINES} lines a record and {MOST_CHARACTERS} characters a line are shown;"
        yield element(
            "p", f"{caps} minutebook show prints the rest. People's names in them are replaced by roles.", class_="note"
        )
    else:
        yield element(
            "p", "The raw lines weren't at hand: minutebook show REFERENCE EVIDENCE prints them.", class_="note"
        )


def _day(entries: Sequence[Entry]) -> Html:
    time = entries[0].time
    head = element("th", format_days(time, time, _UTC), colspan="5", scope="rowgroup", role="rowheader")
    return element(
        "tbody", element("tr", head, class_="day", role="row"), *(_entry(e) for e in entries), role="rowgroup"
    )


def _entry(entry: Entry) -> Html:
    severe = " severe" if entry.severity in _SEVERE else ""
    ongoing = " ongoing" if entry.kind == "impact" and entry.phase == "ongoing" else ""
    return element(
        "tr",
        element("th", _clock(entry), scope="row", role="rowheader", class_="time"),
        element("td", element("span", _SHAPES.get(entry.kind, "·"), class_="shape", aria_hidden="true"),
                f"{entry.kind} {entry.phase}".strip(), role="cell", class_="kind"),
        element("td", *_what(entry), role="cell", class_="what"),
        element("td", _times(entry.count), role="cell", class_="number"),
        element("td", "" if entry.users is None else f"{entry.users:,}", element("span", " users", class_="unit") if entry.users is not None else None, role="cell", class_="number"),
        role="row", class_=f"{entry.place}{severe}{ongoing}".strip(), data_kind=entry.kind,
    )  # fmt: skip


def _times(count: int | None) -> str:
    return f"×{count:,}" if count is not None and count > 1 else ""


def _clock(entry: Entry) -> Html:
    error = f"±{format_span(entry.error_s)}" if entry.error_s and entry.error_s >= 1 else ""
    return join([time_of(entry.time, format_clock(entry.time, _UTC)), element("small", error) if error else ""])


def _what(entry: Entry) -> Iterator[Html]:
    service = element("span", entry.service, class_="service") if entry.service else None
    lasted = ""
    if entry.last is not None and (entry.last - entry.time).total_seconds() >= 1 and entry.phase != "ongoing":
        lasted = f"until {format_clock(entry.last, _UTC)}"
    until = element("span", lasted, class_="until") if lasted else None
    told = join([element("span", entry.text, class_="text"), *(join([" ", part]) for part in (service, until) if part)])
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


def _record(record: Any) -> Iterator[Html]:
    yield element("p", record.reference, element("span", f" ({record.cut})") if record.cut else None, class_="source")
    if record.lines is not None:
        yield element("pre", element("code", join((_raw(line) for line in record.lines), "\n")), tabindex="0")


def _raw(line: str) -> Html:
    return join(line.split("\t"), "\t")


# --- minutes, clocks, ledger, definitions


def _minutes(facts: Facts) -> Iterator[Html]:
    if facts.minutes_note:
        yield element("p", facts.minutes_note, class_="note")
    heads = ["minute", "service", "requests", "failed", "share", "slow", "highest p95", "alerts", "coverage"]
    body = element("tbody", *(_minute(row) for row in facts.minutes.to_dict("records")))
    caption = "Requests by minute and service, all operations together. An empty cell isn't known."
    table = element("table", element("caption", caption), _row_of_heads(heads), body, class_="numbers")
    yield element("details", element("summary", count_of(len(facts.minutes), "row")), _scrolled(table, "Minutes"))


def _minute(row: dict[str, Any]) -> Html:
    counts = {
        name: "" if pd.isna(row[name]) else f"{int(row[name]):,}"
        for name in ("requests", "failed", "slow", "alerts_firing")
    }
    share = percent_of(row["failed"] / row["requests"]) if counts["requests"] not in ("", "0") else ""
    p95 = "" if pd.isna(row["p95_s"]) else f"{row['p95_s']:.3f} s"
    coverage = "no data" if row["coverage"] == "none" else row["coverage"]
    numbers = [counts["requests"], counts["failed"], share, counts["slow"], p95, counts["alerts_firing"]]
    return element(
        "tr",
        element("th", time_of(row["minute"], format_clock(row["minute"], _UTC)[:5]), scope="row"),
        element("td", row["service"] if isinstance(row["service"], str) else ""),
        *(element("td", number, class_="number") for number in numbers),
        element("td", coverage),
        class_="hole" if row["coverage"] == "none" else "",
    )  # fmt: skip


def _scrolled(table: Html, label: str) -> Html:
    # A wide table scrolls by itself, and by keyboard too, so that the page never does.
    return element("div", table, class_="scrolled", role="region", tabindex="0", aria_label=label)


def _clocks(facts: Facts) -> Iterator[Html]:
    if facts.assumptions:
        yield _list(facts.assumptions)
    else:
        yield element("p", "Nothing had to be assumed.")
    heads = ["source", "zone", "how it's known", "clock", "resolution", "from", "to"]
    body = element("tbody", *(_clock_row(source) for source in facts.sources))
    yield _scrolled(
        element("table", element("caption", "The clock of each source"), _row_of_heads(heads), body), "Clocks"
    )


def _clock_row(source: dict[str, Any]) -> Html:
    offset, resolution = source.get("clock_offset_s"), source.get("resolution_s")
    clock = ""
    if offset is not None:
        way = "ahead" if offset > 0 else "behind"
        told = f"{abs(offset):.3g} s {way}, {'corrected' if source.get('clock_applied') else 'not corrected'}"
        clock = told if abs(offset) >= _IN_STEP_S else "in step with the others"
    edges = (pd.Timestamp(source[key]) if source.get(key) else None for key in ("first", "last"))
    return element(
        "tr",
        element("th", source["source"], scope="row"),
        element("td", source.get("zone") or ""),
        element("td", source.get("zone_basis") or ""),
        element("td", clock),
        element("td", f"{resolution:g} s" if resolution else ""),
        *(element("td", time_of(edge, format_clock(edge, _UTC)) if edge is not None else "", class_="number") for edge in edges),
    )  # fmt: skip


def _ledger(facts: Facts) -> Iterator[Html]:
    heads = ["source", "format", "status", "lines", "in events", "skipped", "rejected", "events", "copies", "SHA-256"]
    body = element("tbody", *(_source_row(source) for source in facts.sources))
    caption = "Every line of every source: in an event, skipped or rejected"
    yield _scrolled(
        element("table", element("caption", caption), _row_of_heads(heads), body, class_="numbers"), "Sources"
    )
    odd = [
        f"{source['source']}{where}: {why}" for source in facts.sources
        for where, why in [
            *((f":{reject['line']}", f"rejected, {reject['why']}") for reject in source.get("rejects") or ()),
            *(("", f"{count_of(as_whole(count), 'line')} skipped, {why}") for why, count in (source.get("skipped") or {}).items()),
        ]
    ]  # fmt: skip
    if odd:
        yield element("h3", "Skipped and rejected")
        yield _list(odd, class_="evidence-list")
    if facts.merges:
        left = f", of {len(facts.merges) + facts.merges_left:,}" if facts.merges_left else ""
        summary = element("summary", f"What was merged into what: {len(facts.merges)}{left}")
        yield element("details", summary, _list([_merge(merge) for merge in facts.merges], class_="evidence-list"))


def _source_row(source: dict[str, Any]) -> Html:
    counts = ("lines", "lines_in_events", "lines_skipped", "lines_rejected", "events", "copies")
    status = source.get("status") or ""
    return element(
        "tr",
        element("th", source["source"], scope="row"),
        element("td", source.get("format") or "none"),
        element("td", status, class_="" if status == "complete" else "odd"),
        *(element("td", f"{as_whole(source.get(name)):,}", class_="number") for name in counts),
        element("td", element("code", (source.get("sha256") or "")[:16], title=source.get("sha256"))),
    )


def _merge(merge: dict[str, Any]) -> str:
    return (
        f"{merge.get('what') or ''}: {merge.get('from') or ''} into {merge.get('into') or ''}; {merge.get('why') or ''}"
    )


def _definitions(definitions: Sequence[Fact]) -> Html:
    return element(
        "dl",
        *(part for fact in definitions for part in (element("dt", fact.name), element("dd", fact.value))),
        class_="definitions",
    )
