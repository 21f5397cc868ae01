"""one event in several places → detections with two times, and fixes that came after what they fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from minutebook.outputs.instants import format_span
from minutebook.postmortem.audit.consistency.ranges import DAY_S
from minutebook.postmortem.audit.consistency.statement import Conflict, Statement
from minutebook.postmortem.audit.quantities.quantity import Quantity

_DETECTION = re.compile(
    r"(?i)first (?:notice|noticed|alert|alerted|page|paged|report|reported|detect\w*)|\bdetect(?:ed|ion)\b"
    r"|noticed first|initial(?:ly)? (?:alert|detect\w*|report|notic\w*)"
)
_CREDIT = re.compile(r"(?i)(?:roll(?:ed|ing)?[- ]?back|revert\w*|restart\w*|fix\b|hotfix|failover|scal(?:ed|ing) (?:up|out))[^.|]{0,80}?\b(?:fixed|resolved|restored|ended|stopped|recovered|brought|cured|solved|mitigated|normal)\b"
                     r"|(?:fixed|resolved|restored|ended|stopped|recovered|cured|solved|mitigated)\s+(?:\w+\s+){0,3}?(?:by|thanks to|after|through|with)\s+(?:the\s+|a\s+|our\s+)?(?:roll(?:ing)?[- ]?back|revert\w*|restart\w*|fix\b|hotfix|failover)")  # fmt: skip


def check_detection(statements: Sequence[Statement]) -> Iterator[Conflict]:
    """A detection that has another time elsewhere in the document."""
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


def check_credit(statements: Sequence[Statement]) -> Iterator[Conflict]:
    """A fix that the document dates after the recovery it's credited with."""
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
        if fix.low >= end.high and fix.value - end.value < DAY_S / 2:
            why = f"credited with a recovery at {end.text}, which came before it"
            holder = next(each[0] for each in own if each[1] is fix)
            yield Conflict(holder, fix, end.text, format_span(fix.value - end.value), why)


def _list_times(statements: Sequence[Statement], abouts: Sequence[str]) -> Iterator[tuple[Statement, Quantity]]:
    for statement in statements:
        for each, about in zip(statement.quantities, statement.subjects, strict=True):
            if each.kind == "time" and about in abouts:
                yield statement, each
