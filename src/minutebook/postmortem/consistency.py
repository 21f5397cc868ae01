"""the statements of a postmortem → where it contradicts itself, whatever the evidence says.

A stated duration that doesn't equal end less start, a share that isn't its two counts, one milestone with two times, a total
that sums windows which overlap, and a fix credited with a recovery that came before it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minutebook.outputs.instants import format_span
from minutebook.postmortem.quantities.quantity import Quantity
from minutebook.postmortem.units import Unit

_RANGE = re.compile(
    r"^\s*\)?\s*(?:\(?(?:UTC|local|[A-Z]{2,4}T)\)?\s*)?(?:–|—|-|→|to|until|till|through|and)\s*(?:about\s+|around\s+|approximately\s+|\d{4}-\d\d-\d\d\s+)?(?:at\s+)?$",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"(?i)\btotal\w*|\bin all\b|altogether|combined|\bsum\b|overall|cumulative")
_DETECTION = re.compile(
    r"(?i)first (?:notice|noticed|alert|alerted|page|paged|report|reported|detect\w*)|\bdetect(?:ed|ion)\b|noticed first|initial(?:ly)? (?:alert|detect\w*|report|notic\w*)"
)
_LABELS = {
    "start": re.compile(
        r"(?i)^(?:\W*)(?:impact |incident |outage |issue )?(?:start(?:ed|s)?|began|begin|from|start(?:ing)? time|time started)\b"
    ),
    "end": re.compile(
        r"(?i)^(?:\W*)(?:impact |incident |outage |issue )?(?:end(?:ed|s)?|resolved|recovered|until|to|end time|time (?:ended|resolved)|recovery|resolution)\b"
    ),
    "duration": re.compile(
        r"(?i)^(?:\W*)(?:total |impact |incident |outage |user )?(?:duration|lasted|downtime|length|time to (?:resolve|recovery?|restore))\b"
    ),
}
_CREDIT = re.compile(r"(?i)(?:roll(?:ed|ing)?[- ]?back|revert\w*|restart\w*|fix\b|hotfix|failover|scal(?:ed|ing) (?:up|out))[^.|]{0,80}?\b(?:fixed|resolved|restored|ended|stopped|recovered|brought|cured|solved|mitigated|normal)\b"
                     r"|(?:fixed|resolved|restored|ended|stopped|recovered|cured|solved|mitigated)\s+(?:\w+\s+){0,3}?(?:by|thanks to|after|through|with)\s+(?:the\s+|a\s+|our\s+)?(?:roll(?:ing)?[- ]?back|revert\w*|restart\w*|fix\b|hotfix|failover)")  # fmt: skip
_DAY = 86_400.0


@dataclass(frozen=True)
class Statement:
    """A unit with the quantities in it and what each is about."""

    unit: Unit
    quantities: tuple[Quantity, ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Conflict:
    """Where a document contradicts itself: which statement, at which quantity, and how."""

    statement: Statement
    quantity: Quantity
    found: str
    off: str
    why: str


def find_conflicts(statements: Sequence[Statement]) -> list[Conflict]:
    """All of them, in the document's order, at most one a quantity."""
    found = [
        *_check_spans(statements), *_check_labels(statements), *_check_shares(statements), *_check_detection(statements),
        *_check_totals(statements), *_check_credit(statements),
    ]  # fmt: skip
    first: dict[tuple[int, int], Conflict] = {}
    for each in found:
        first.setdefault(each.statement.unit.locate(each.quantity.start), each)
    return [first[place] for place in sorted(first)]


def find_ranges(statement: Statement) -> list[tuple[Quantity, Quantity]]:
    """Pairs of times that a statement joins: 09:08 – 09:17, between 09:08 and 09:17."""
    times = [each for each in statement.quantities if each.kind == "time"]
    text = statement.unit.text
    pairs = []
    for first, second in itertools.pairwise(times):
        between = text[first.stop : second.start]
        is_and = re.search(r"(?i)\band\b", between) and not re.search(r"(?i)\bbetween\s*$", text[: first.start])
        if _RANGE.match(between) and not is_and:
            pairs.append((first, second))
    return pairs


def measure_range(first: Quantity, second: Quantity) -> tuple[float, float, float]:
    """(seconds, least, most) from one time to another; over midnight where it's earlier and has no day of its own."""
    zone = (
        ((second.offset_min or 0) - (first.offset_min or 0)) * 60.0
        if first.offset_min is not None and second.offset_min is not None
        else 0.0
    )
    days = (second.date - first.date).days * _DAY if first.date and second.date else 0.0
    value = second.value - first.value - zone + days
    if value < 0 and (not first.date or not second.date or days == 0):
        value += _DAY
    slack = (first.high - first.value) + (second.high - second.value)
    return value, value - slack, value + slack


def _check_spans(statements: Sequence[Statement]) -> Iterator[Conflict]:
    for statement in statements:
        spans = [each for each in statement.quantities if each.kind == "duration"]
        for first, second in find_ranges(statement):
            near = [each for each in spans if 0 <= each.start - second.stop <= 40 or 0 <= first.start - each.stop <= 40]
            near = [
                each
                for each in near
                if not re.search(
                    r"(?i)^\s*(?:after|before|into|later|earlier|from|to)\b", statement.unit.text[each.stop :]
                )
            ]
            for span in near[:1]:
                yield from _compare(statement, span, first, second)


def _compare(statement: Statement, span: Quantity, first: Quantity, second: Quantity) -> Iterator[Conflict]:
    value, low, high = measure_range(first, second)
    if span.high <= low or span.low >= high:
        off = format_span(abs(span.value - value))
        yield Conflict(
            statement, span, format_span(value), off, f"from {first.text} to {second.text} is {format_span(value)}"
        )


def _check_labels(statements: Sequence[Statement]) -> Iterator[Conflict]:
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


def _check_shares(statements: Sequence[Statement]) -> Iterator[Conflict]:
    for statement in statements:
        text, told = statement.unit.text, statement.quantities
        for part, whole, share in zip(told, told[1:], told[2:], strict=False):
            if (part.kind, whole.kind, share.kind) != ("count", "count", "ratio") or not whole.value:
                continue
            if (
                not re.match(r"(?i)^\s*(?:out\s+)?of\s+(?:the\s+|all\s+|our\s+)*$", text[part.stop : whole.start])
                or share.start - whole.stop > 80
            ):
                continue
            value = part.value / whole.value
            if not share.low <= value <= share.high:
                yield Conflict(
                    statement,
                    share,
                    f"{value:.2%}",
                    f"{abs(share.value - value) * 100:.2f} points",
                    f"{part.text} of {whole.text} is {value:.2%}",
                )


def _check_detection(statements: Sequence[Statement]) -> Iterator[Conflict]:
    seen: Quantity | None = None
    for statement in statements:
        text = statement.unit.text
        for found in _DETECTION.finditer(text):
            times = [
                each
                for each in statement.quantities
                if each.kind == "time" and -60 <= each.start - found.end() <= 40 and each.stop - found.start() >= -40
            ]
            if not times:
                continue
            told = min(times, key=lambda each: min(abs(each.start - found.end()), abs(found.start() - each.stop)))
            if seen is None:
                seen = told
            elif told.high <= seen.low or told.low >= seen.high:
                yield Conflict(
                    statement,
                    told,
                    seen.text,
                    format_span(abs(told.value - seen.value)),
                    f"detection is {seen.text} elsewhere in this document",
                )
            break


def _check_totals(statements: Sequence[Statement]) -> Iterator[Conflict]:
    sections: dict[str, list[tuple[float, float]]] = {}
    for statement in statements:
        for first, second in find_ranges(statement):
            start = first.value + (first.date.toordinal() * _DAY if first.date else 0.0)
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


def _unite(ranges: Sequence[tuple[float, float]]) -> float:
    length, until = 0.0, float("-inf")
    for start, stop in ranges:
        length += max(stop - max(start, until), 0.0)
        until = max(until, stop)
    return length


def _check_credit(statements: Sequence[Statement]) -> Iterator[Conflict]:
    """A fix that the document dates behind the recovery that it's credited with."""
    fixes = list(_list_times(statements, ("rollback", "rollback_start", "rollback_end", "restart")))
    ends = list(_list_times(statements, ("impact_end",)))
    for statement in statements:
        if not _CREDIT.search(statement.unit.text):
            continue
        own = [each for each in fixes if each[0] is statement] or fixes
        over = [each for each in ends if each[0] is statement] or ends
        if not own or not over:
            continue
        fix, end = min(own, key=lambda each: each[1].value)[1], min(over, key=lambda each: each[1].value)[1]
        if fix.low >= end.high and fix.value - end.value < _DAY / 2:
            why = f"credited with a recovery at {end.text}, which came before it"
            holder = next(each[0] for each in own if each[1] is fix)
            yield Conflict(holder, fix, end.text, format_span(fix.value - end.value), why)


def _list_times(statements: Sequence[Statement], abouts: Sequence[str]) -> Iterator[tuple[Statement, Quantity]]:
    for statement in statements:
        for each, about in zip(statement.quantities, statement.subjects, strict=True):
            if each.kind == "time" and about in abouts:
                yield statement, each
