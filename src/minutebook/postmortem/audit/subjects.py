"""a sentence and a quantity in it → what the quantity is about, by the nearest words that say so.

The words are those of `topics`. The nearest hit counts; a comma, an "and" or another quantity in
between adds to its distance. Without a near hit, the quantity is about nothing that there's evidence of.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from minutebook.postmortem.audit.quantities.quantity import Quantity
from minutebook.postmortem.audit.topics import TOPICS

_BREAK = re.compile(r"[;:]\s|,\s|\.\s|\b(?:and|but|while|then|whereas)\b")
_UNTIL = re.compile(r"(?i)(?:–|—|-|→|\bto|\buntil|\btill)\s*$")
_OF = re.compile(r"(?i)^\s*(?:out\s+)?of\s+(?:the\s+|all\s+|our\s+|about\s+|some\s+|roughly\s+)*$")
_IMPACT = re.compile(r"(?i)duration|errors?\b|fail|impact|outage|incident|lasted|affected|downtime|degrad")
_PART_OF = re.compile(r"(?i)\bof\s+(?:the\s+|all\s+|our\s+|about\s+|some\s+|roughly\s+)*$")
_FAR = 48
_REACH = 240  # characters read on either side


def find_subject(sentence: str, quantity: Quantity, others: Sequence[Quantity]) -> tuple[str, int]:
    """(what it is about, how many characters away the words are); ``("", …)`` where nothing near says so."""
    best, best_cost = "", 10_000
    shift = max(quantity.start - _REACH, 0)
    sentence = sentence[shift : quantity.stop + _REACH]
    quantity, others = (
        _shift(quantity, shift),
        [_shift(each, shift) for each in others if abs(each.start - quantity.start) <= _REACH],
    )
    for rank, (about, pattern) in enumerate(TOPICS.get(quantity.kind, ())):
        for found in pattern.finditer(sentence):
            cost = _measure(sentence, quantity, found.start(), found.end(), others)
            # The more telling pattern wins over a part of it.
            key = cost * 100 + rank
            if key < best_cost * 100 + 99 and cost < best_cost:
                best, best_cost = about, cost
    return (best, best_cost) if best_cost <= 120 else ("", best_cost)


def name_subject(sentence: str, quantity: Quantity, others: Sequence[Quantity]) -> tuple[str, int]:
    """As `find_subject`, where a quantity may also be part of another: 628 of 14,505 requests, until 09:17."""
    others = [each for each in others if abs(each.start - quantity.start) <= _REACH]
    about, cost = find_subject(sentence, quantity, others)
    if quantity.kind == "time" and _UNTIL.search(sentence[max(quantity.start - 40, 0) : quantity.start]):
        before = [other for other in others if other.kind == "time" and other.stop <= quantity.start]
        if before and find_subject(sentence, before[-1], others)[0] == "impact_start":
            return "impact_end", cost
    if quantity.kind == "time" and not about and _IMPACT.search(sentence):
        # A span beside words on the impact: 18 minutes (14:08 to 14:26).
        times = [other for other in others if other.kind == "time"]
        for first, second in itertools.pairwise(times):
            between = sentence[first.stop : second.start]
            is_span = _UNTIL.search(between) or (
                between.strip() == "and" and re.search(r"(?i)between\s*$", sentence[: first.start])
            )
            if is_span and len(between) < 12 and quantity in (first, second):
                return ("impact_start" if quantity is first else "impact_end"), 0
    if quantity.kind == "count":
        counts = [other for other in others if other.kind == "count"]
        whole = next(
            (o for o in counts if o.start >= quantity.stop and _OF.match(sentence[quantity.stop : o.start])), None
        )
        if whole is not None:
            of = find_subject(sentence, whole, others)[0]
            part = {"requests_all": "requests_bad", "users_exposed": "users_affected"}.get(of, of)
            return part, cost
        if _PART_OF.search(sentence[max(quantity.start - 40, 0) : quantity.start]):
            # Of so many: all there were, or all that were hit; what the part is about, the whole is.
            part_of = next(
                (o for o in counts if o.stop <= quantity.start and _OF.match(sentence[o.stop : quantity.start])), None
            )
            if part_of is not None:
                about, cost = min((about, cost), find_subject(sentence, part_of, others), key=lambda each: each[1])
            return {"requests": "requests_whole", "users": "users_whole"}.get(about.partition("_")[0], about), cost
    return about, cost


def _shift(quantity: Quantity, by: int) -> Quantity:
    return replace(quantity, start=quantity.start - by, stop=quantity.stop - by)


def _measure(sentence: str, quantity: Quantity, start: int, stop: int, others: Sequence[Quantity]) -> int:
    if start < quantity.stop and stop > quantity.start:
        return 0
    low, high = (stop, quantity.start) if stop <= quantity.start else (quantity.stop, start)
    between = sentence[low:high]
    cost = len(between.replace("|", "").strip()) + _FAR * len(_BREAK.findall(between))
    if stop <= quantity.start:
        # Words after a quantity say more about it than words before: "475 users", "9 minutes after the alert".
        cost += 2 if quantity.kind in ("count", "ratio") else 0
    same = sum(other.kind == quantity.kind and low <= other.start < high for other in others)
    return cost + _FAR * same
