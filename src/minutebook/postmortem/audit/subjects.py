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
_NEAR = 120  # characters away, or as good as
_NOWHERE = 10_000


def find_subject(sentence: str, quantity: Quantity, others: Sequence[Quantity]) -> tuple[str, int]:
    """(what it is about, how many characters away the words are); ``("", …)`` where nothing near says so."""
    shift = max(quantity.start - _REACH, 0)
    sentence = sentence[shift : quantity.stop + _REACH]
    near = [_shift(each, shift) for each in others if abs(each.start - quantity.start) <= _REACH]
    quantity = _shift(quantity, shift)
    hits = (
        (_measure(sentence, quantity, found.start(), found.end(), near), about)
        for about, pattern in TOPICS.get(quantity.kind, ())
        for found in pattern.finditer(sentence)
    )
    cost, about = min(hits, key=lambda hit: hit[0], default=(_NOWHERE, ""))
    return about if cost <= _NEAR else "", cost


def name_subject(sentence: str, quantity: Quantity, others: Sequence[Quantity]) -> tuple[str, int]:
    """As `find_subject`, where a quantity may also be part of another: 628 of 14,505 requests, until 09:17."""
    others = [each for each in others if abs(each.start - quantity.start) <= _REACH]
    about, cost = find_subject(sentence, quantity, others)
    if quantity.kind == "time":
        if _ends_impact(sentence, quantity, others):
            return "impact_end", cost
        edge = _name_edge(sentence, quantity, others) if not about and _IMPACT.search(sentence) else ""
        return (edge, 0) if edge else (about, cost)
    return _name_count(sentence, quantity, others, (about, cost)) if quantity.kind == "count" else (about, cost)


def _ends_impact(sentence: str, time: Quantity, others: Sequence[Quantity]) -> bool:
    """Whether it stands behind the impact's start and a word like “until”."""
    if not _UNTIL.search(sentence[max(time.start - 40, 0) : time.start]):
        return False
    before = [other for other in others if other.kind == "time" and other.stop <= time.start]
    return bool(before) and find_subject(sentence, before[-1], others)[0] == "impact_start"


def _name_edge(sentence: str, time: Quantity, others: Sequence[Quantity]) -> str:
    """Which edge of a span beside words on the impact it is, if any: 18 minutes (14:08 to 14:26)."""
    times = [other for other in others if other.kind == "time"]
    for first, second in itertools.pairwise(times):
        between = sentence[first.stop : second.start]
        is_span = _UNTIL.search(between) or (
            between.strip() == "and" and re.search(r"(?i)between\s*$", sentence[: first.start])
        )
        if is_span and len(between) < 12 and time in (first, second):
            return "impact_start" if time is first else "impact_end"
    return ""


def _name_count(sentence: str, count: Quantity, others: Sequence[Quantity], named: tuple[str, int]) -> tuple[str, int]:
    """What a count is about that is ``named`` so by itself, if it's of another one or the other of it."""
    counts = [other for other in others if other.kind == "count"]
    about, cost = named
    for whole in counts:
        if whole.start >= count.stop and _OF.match(sentence[count.stop : whole.start]):
            of = find_subject(sentence, whole, others)[0]
            return {"requests_all": "requests_bad", "users_exposed": "users_affected"}.get(of, of), cost
    if not _PART_OF.search(sentence[max(count.start - 40, 0) : count.start]):
        return named
    # Of so many: all there were, or all that were hit; what the part is about, the whole is.
    for part in counts:
        if part.stop <= count.start and _OF.match(sentence[part.stop : count.start]):
            about, cost = min(named, find_subject(sentence, part, others), key=lambda each: each[1])
            break
    return {"requests": "requests_whole", "users": "users_whole"}.get(about.partition("_")[0], about), cost


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
