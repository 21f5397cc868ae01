"""a document's clock times → their zone: as stated, or the one in which most of them fit the evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from minutebook.postmortem.audit.consistency.statement import Statement
from minutebook.postmortem.audit.known.value import Known
from minutebook.postmortem.audit.quantities.quantity import Quantity
from minutebook.postmortem.audit.quantities.times import ZONES

_STATED_ZONE = re.compile(
    rf"(?i)(?:times?|clocks?|stamps?|timeline)\b[^.|\n]{{0,40}}?\b(?:in|are|is|as"
    rf"|:)?\s*\(?\b(?P<zone>{'|'.join(sorted(ZONES, key=len, reverse=True))})\b(?P<offset>[+-]\d{{1,2}})?"
)
_HEAD_ZONE = re.compile(rf"\b(?P<zone>{'|'.join(sorted(ZONES, key=len, reverse=True))})\b")
_DAY = 86_400.0


def find_zone(text: str, statements: Sequence[Statement], known: Sequence[Known]) -> tuple[int, str]:
    """How many minutes ahead of UTC times without a zone are, and a note where that's neither stated nor UTC."""
    stated = _STATED_ZONE.search(text)
    if stated:
        return ZONES[stated["zone"].upper()] + (int(stated["offset"]) * 60 if stated["offset"] else 0), ""
    for statement in statements:
        head = next((_HEAD_ZONE.search(cell) for cell in statement.unit.head if _HEAD_ZONE.search(cell)), None)
        if head:
            return ZONES[head["zone"]], ""
    claims = [
        (quantity, about) for statement in statements for quantity, about in zip(statement.quantities, statement.subjects, strict=True)
        if quantity.kind == "time" and quantity.offset_min is None and about
    ]  # fmt: skip
    fits = {offset: _count_fits(claims, known, offset) for offset in range(-12 * 60, 14 * 60 + 1, 30)}
    best = max(fits, key=lambda offset: (fits[offset], offset == 0, -abs(offset)))
    if best and fits[best] >= 3 and fits[best] >= 2 * fits[0] + 1:
        return best, f"read as UTC{best / 60:+g}, by which most times of this document fit: state the zone"
    return 0, ""


def _count_fits(claims: Sequence[tuple[Quantity, str]], known: Sequence[Known], offset_min: int) -> int:
    instants = {(each.about, each.low % _DAY, each.high % _DAY) for each in known if each.kind == "time"}
    count = 0
    for quantity, about in claims:
        low, high = (quantity.low - offset_min * 60) % _DAY, (quantity.high - offset_min * 60) % _DAY
        count += any(about == name and low <= until and since <= high for name, since, until in instants)
    return count
