"""facts → one Markdown page for a wiki: completeness, impact, timeline, clocks, ledger, definitions.

The plot and the raw lines are the HTML page's; here each row names the file and line that show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minutebook.outputs.inert import escape_markdown as escape
from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.facts.entries import MOST_ROWS
from minutebook.outputs.report.facts.fact import Fact
from minutebook.outputs.timelines.markdown import list_timeline
from minutebook.outputs.wording.counts import as_whole


def render_markdown(facts: Facts) -> str:
    """The whole page; the same facts give the same text."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: Facts) -> Iterator[str]:
    yield from [f"# {escape(facts.title)}", "", escape(facts.span), ""]
    yield from ["## How complete the evidence is", ""]
    told = facts.completeness
    yield "**Complete.**" if told.is_whole else "**Not complete.** What is missing bounds what can be said."
    yield ""
    yield from (f"- {escape(each)}" for each in told.shortfalls)
    yield from (
        f"- No data from {hole.start:%H:%M} UTC, for {hole.minutes}: nothing is known of it." for hole in told.holes
    )
    yield from [*([""] if told.shortfalls or told.holes else []), *_facts(told.figures)]
    yield from ["## Impact", "", *_facts(facts.figures)]
    for window in facts.windows:
        yield from [f"### {escape(window.heading)}", "", escape(window.scope), ""]
        yield from (line for sentence in window.sentences for line in (escape(sentence), ""))
        yield from _facts(window.facts)
    for heading, rows in (("Milestones", facts.milestones), ("All windows together", facts.total)):
        if rows:
            yield from [f"### {heading}", "", *_facts(rows)]
    if facts.rejected:
        yield from ["### Looked at, and no impact", "", *(f"- {escape(each)}" for each in facts.rejected), ""]
    yield from ["## Timeline", "", *list_timeline(facts.plotted.timeline.head(MOST_ROWS), "###"), ""]
    if facts.rows_left:
        yield from [f"{facts.rows_left:,} later rows aren't shown. All of them are in timeline.csv.", ""]
    yield from ["## Clocks and assumptions", ""]
    yield from [f"- {escape(each)}" for each in facts.assumptions] or ["Nothing had to be assumed."]
    yield from ["", "## Ledger", ""]
    yield from _table(
        ["source", "format", "zone", "status", "lines", "in events", "skipped", "rejected", "events", "SHA-256"],
        [
            [
                str(source["source"]), str(source.get("format") or "none"), str(source.get("zone") or ""), str(source.get("status") or ""),
                *(f"{as_whole(source.get(n)):,}" for n in ("lines", "lines_in_events", "lines_skipped", "lines_rejected", "events")),
                str(source.get("sha256") or "")[:16],
            ]
            for source in facts.sources
        ],
    )  # fmt: skip
    yield from ["## What the figures mean", ""]
    yield from (f"- **{escape(fact.name)}**: {escape(fact.value)}" for fact in facts.definitions)


def _facts(rows: Sequence[Fact]) -> Iterator[str]:
    return _table(["what", "value", "meaning"], [[row.name.strip(), row.value, row.meaning] for row in rows])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    yield from (f"| {' | '.join(map(escape, row))} |" for row in rows)
    yield ""
