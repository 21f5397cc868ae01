"""facts → one Markdown page for a wiki: completeness, impact, timeline, clocks, ledger, definitions.

The plot and the raw lines are the HTML page's; here each row names the file and line that show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from minutebook.outputs.inert import escape_markdown as escape
from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.facts.completeness import Completeness
from minutebook.outputs.report.facts.entries import MOST_ROWS
from minutebook.outputs.report.facts.fact import Fact
from minutebook.outputs.timelines.markdown import list_timeline
from minutebook.outputs.wording.counts import as_whole

_LEDGER = ("source", "format", "zone", "status", "lines", "in events", "skipped", "rejected", "events", "SHA-256")


def render_markdown(facts: Facts) -> str:
    """The whole page; the same facts give the same text."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: Facts) -> Iterator[str]:
    yield from [f"# {escape(facts.title)}", "", escape(facts.span), ""]
    yield from ["## How complete the evidence is", "", *_list_completeness(facts.completeness)]
    yield from ["## Impact", "", *_list_impact(facts)]
    yield from ["## Timeline", "", *list_timeline(facts.plotted.timeline.head(MOST_ROWS), "###"), ""]
    if facts.rows_left:
        yield from [f"{facts.rows_left:,} later rows aren't shown. All of them are in timeline.csv.", ""]
    yield from ["## Clocks and assumptions", ""]
    yield from [f"- {escape(each)}" for each in facts.assumptions] or ["Nothing had to be assumed."]
    yield from ["", "## Ledger", "", *_table(_LEDGER, [_list_cells(source) for source in facts.sources])]
    yield from ["## What the figures mean", ""]
    yield from (f"- **{escape(fact.name)}**: {escape(fact.value)}" for fact in facts.definitions)


def _list_completeness(told: Completeness) -> Iterator[str]:
    yield "**Complete.**" if told.is_whole else "**Not complete.** What is missing bounds what can be said."
    yield ""
    yield from (f"- {escape(each)}" for each in told.shortfalls)
    for hole in told.holes:
        yield f"- No data from {hole.start:%H:%M} UTC, for {hole.minutes}: nothing is known of it."
    if told.shortfalls or told.holes:
        yield ""
    yield from _facts(told.figures)


def _list_impact(facts: Facts) -> Iterator[str]:
    yield from _facts(facts.figures)
    for window in facts.windows:
        yield from [f"### {escape(window.heading)}", "", escape(window.scope), ""]
        yield from (line for sentence in window.sentences for line in (escape(sentence), ""))
        yield from _facts(window.facts)
    for heading, rows in (("Milestones", facts.milestones), ("All windows together", facts.total)):
        if rows:
            yield from [f"### {heading}", "", *_facts(rows)]
    if facts.rejected:
        yield from ["### Looked at, and no impact", "", *(f"- {escape(each)}" for each in facts.rejected), ""]


def _list_cells(source: Mapping[str, Any]) -> list[str]:
    """The row of a source in the table of the ledger."""
    texts = [str(source["source"]), str(source.get("format") or "none")]
    texts += [str(source.get(name) or "") for name in ("zone", "status")]
    counts = ("lines", "lines_in_events", "lines_skipped", "lines_rejected", "events")
    return [*texts, *(f"{as_whole(source.get(name)):,}" for name in counts), str(source.get("sha256") or "")[:16]]


def _facts(rows: Sequence[Fact]) -> Iterator[str]:
    return _table(["what", "value", "meaning"], [[row.name.strip(), row.value, row.meaning] for row in rows])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    yield from (f"| {' | '.join(map(escape, row))} |" for row in rows)
    yield ""
