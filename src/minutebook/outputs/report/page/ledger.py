"""sources and merges → the account of each source's lines, what was skipped and rejected, what was merged into what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.markup import Html, element
from minutebook.outputs.report.page.blocks import row_of_heads, scrolled, show_list
from minutebook.outputs.wording.counts import as_whole, count_of

_COUNTS = ("lines", "lines_in_events", "lines_skipped", "lines_rejected", "events", "copies")


def show_ledger(facts: Facts) -> Iterator[Html]:
    """Each source with the account of its lines, then single lines that became no event, then merges."""
    heads = ["source", "format", "status", "lines", "in events", "skipped", "rejected", "events", "copies", "SHA-256"]
    body = element("tbody", *(_source_row(source) for source in facts.sources))
    caption = element("caption", "Every line of every source: in an event, skipped or rejected")
    yield scrolled(element("table", caption, row_of_heads(heads), body, class_="numbers"), "Sources")
    odd = [f"{source['source']}{told}" for source in facts.sources for told in _tell_odd_lines(source)]
    if odd:
        yield element("h3", "Skipped and rejected")
        yield show_list(odd, class_="evidence-list")
    if facts.merges:
        left = f", of {len(facts.merges) + facts.merges_left:,}" if facts.merges_left else ""
        summary = element("summary", f"What was merged into what: {len(facts.merges)}{left}")
        yield element("details", summary, show_list([_merge(merge) for merge in facts.merges], class_="evidence-list"))


def _source_row(source: dict[str, Any]) -> Html:
    status = source.get("status") or ""
    return element(
        "tr",
        element("th", source["source"], scope="row"),
        element("td", source.get("format") or "none"),
        element("td", status, class_="" if status == "complete" else "odd"),
        *(element("td", f"{as_whole(source.get(name)):,}", class_="number") for name in _COUNTS),
        element("td", element("code", (source.get("sha256") or "")[:16], title=source.get("sha256"))),
    )


def _tell_odd_lines(source: dict[str, Any]) -> Iterator[str]:
    for reject in source.get("rejects") or ():
        yield f":{reject['line']}: rejected, {reject['why']}"
    for why, count in (source.get("skipped") or {}).items():
        yield f": {count_of(as_whole(count), 'line')} skipped, {why}"


def _merge(merge: dict[str, Any]) -> str:
    what, origin, into, why = (merge.get(key) or "" for key in ("what", "from", "into", "why"))
    return f"{what}: {origin} into {into}; {why}"
