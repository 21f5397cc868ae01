"""durations and the times that they are between → durations that aren't that long.

They are beside a range of times, with a labelled start and end, or the sum of windows that overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from minutebook.outputs.instants import format_span
from minutebook.postmortem.audit.consistency.ranges import DAY_S, find_ranges, measure_range
from minutebook.postmortem.audit.consistency.statement import Conflict, Statement
from minutebook.postmortem.audit.quantities.quantity import Quantity

#: After a duration: it's measured from another event.
_RELATIVE = re.compile(r"(?i)\s*(?:after|before|into|later|earlier|from|to)\b")
_TOTAL = re.compile(r"(?i)\btotal\w*|\bin all\b|altogether|combined|\bsum\b|overall|cumulative")
_LABELS = {
    "start": re.compile(
        r"(?i)^(?:\W*)(?:impact |incident |outage |issue )?(?:start(?:ed|s)?|began|begin|from|start(?:ing)? time"
        r"|time started)\b"
    ),
    "end": re.compile(
        r"(?i)^(?:\W*)(?:impact |incident |outage |issue )?(?:end(?:ed|s)?|resolved|recovered|until|to|end time"
        r"|time (?:ended|resolved)|recovery|resolution)\b"
    ),
    "duration": re.compile(
        r"(?i)^(?:\W*)(?:total |impact |incident |outage |user )?(?:duration|lasted|downtime|length"
        r"|time to (?:resolve|recovery?|restore))\b"
    ),
}


def check_spans(statements: Sequence[Statement]) -> Iterator[Conflict]:
    """A duration beside its stated start and end."""
    for statement in statements:
        spans = [each for each in statement.quantities if each.kind == "duration"]
        spans = [each for each in spans if not _RELATIVE.match(statement.unit.text[each.stop :])]
        for first, second in find_ranges(statement):
            near = [each for each in spans if 0 <= each.start - second.stop <= 40 or 0 <= first.start - each.stop <= 40]
            if near:
                yield from _compare(statement, near[0], first, second)


def check_labels(statements: Sequence[Statement]) -> Iterator[Conflict]:
    """Start, end and duration as rows or items of one section."""
    sections: dict[str, dict[str, tuple[Statement, Quantity]]] = {}
    for statement in statements:
        for name, label in _LABELS.items():
            kind = "duration" if name == "duration" else "time"
            told = next((each for each in statement.quantities if each.kind == kind), None)
            if told is not None and label.match(statement.unit.text.lstrip(" |")) and told.start <= 60:
                sections.setdefault(statement.unit.section, {}).setdefault(name, (statement, told))
    for labelled in sections.values():
        if labelled.keys() >= {"start", "end", "duration"}:
            statement, span = labelled["duration"]
            yield from _compare(statement, span, labelled["start"][1], labelled["end"][1])


def check_totals(statements: Sequence[Statement]) -> Iterator[Conflict]:
    """A total of overlapping windows in one section that counts their overlap twice."""
    sections: dict[str, list[tuple[float, float]]] = {}
    for statement in statements:
        for first, second in find_ranges(statement):
            start = first.value + (first.date.toordinal() * DAY_S if first.date else 0.0)
            sections.setdefault(statement.unit.section, []).append((start, start + measure_range(first, second)[0]))
    for statement in statements:
        ranges = sorted(set(sections.get(statement.unit.section, ())))
        hit = _TOTAL.search(statement.unit.text)
        if len(ranges) < 2 or not hit:
            continue
        total, union = sum(stop - start for start, stop in ranges), _unite(ranges)
        for span in [each for each in statement.quantities if each.kind == "duration"][:1]:
            if total - union > 60 and span.low - 60 <= total <= span.high + 60 and not span.low <= union <= span.high:
                why = f"the windows overlap: their sum is {format_span(total)}, together they last {format_span(union)}"
                yield Conflict(statement, span, format_span(union), format_span(total - union), why)


def _compare(statement: Statement, span: Quantity, first: Quantity, second: Quantity) -> Iterator[Conflict]:
    value, low, high = measure_range(first, second)
    if span.high <= low or span.low >= high:
        length, off = format_span(value), format_span(abs(span.value - value))
        yield Conflict(statement, span, length, off, f"from {first.text} to {second.text} is {length}")


def _unite(ranges: Sequence[tuple[float, float]]) -> float:
    length, until = 0.0, float("-inf")
    for start, stop in ranges:
        length += max(stop - max(start, until), 0.0)
        until = max(until, stop)
    return length
