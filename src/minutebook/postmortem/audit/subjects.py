"""a sentence and a quantity in it → what the quantity is about, by the nearest words that say so.

There's a table of patterns for each kind of quantity. The nearest hit counts; a comma, an "and" or another quantity in
between adds to its distance. Without a near hit, the quantity is about nothing that there's evidence of.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from minutebook.postmortem.audit.quantities.quantity import Quantity

_FAULT = r"(?:impact|outage|incident|errors?|failures?|failing|problems?|issues?|degradation|disruption|downtime|5\d\ds?|5xx|users? (?:were|was|are) (?:hit|affected))"

#: kind → (about, pattern); where several match at one place, the first counts.
_SUBJECTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "time": (
        ("rollback_end", r"(?:roll(?:ed|ing)?[- ]?back|revert\w*)[^.;|]{0,60}?(?:finish\w*|complet\w*|done|succeed\w*)|(?:finish\w*|complet\w*) (?:the )?(?:roll(?:ing)?[- ]?back|revert\w*)"),
        ("rollback_start", r"(?:roll(?:ed|ing)?[- ]?back|revert\w*)[^.;|]{0,60}?(?:start\w*|beg[au]n|initiated|kicked off|triggered)|(?:start\w*|beg[au]n|initiated|triggered) (?:the |a )?(?:roll(?:ing)?[- ]?back|revert\w*)"),
        ("rollback", r"roll(?:ed|ing)?[- ]?back|revert\w*"),
        ("alert_resolved", r"alerts?[^.;|,]{0,50}?(?:resolv\w*|clear\w*|stopped firing)|all[- ]clear|resolution of the (?:last )?alert"),
        ("acknowledged", r"acknowledg\w*|\backed\b"),
        ("alert_pending", r"\bpending\b"),
        ("alert", r"(?:first )?alerts?\b[^.;|,]{0,50}?(?:fire[sd]?\b|firing|trigger\w*|went off|came in|raised|sent|rang)|(?:fired|triggered|raised|sent) (?:an? |the )?(?:\w+ )?alert|alerted|paged\b|first (?:alert|page)\b|alarms?\b"
                  r"|detected|detection|\bttd\b"),
        ("mitigated", r"mitigat\w*"),
        ("peak", r"peak\w*|worst minute|worst"),
        ("deploy_end", r"(?:deploy\w*|releas\w*|roll(?:ed)?[- ]?out)[^.;|]{0,60}?(?:finish\w*|complet\w*|done|succeed\w*)|finish\w* deploy\w*"),
        ("deploy_start", r"(?:deploy(?:ment|s)?|releas\w*|roll(?:ed)?[- ]?out)[^.;|]{0,60}?(?:start\w*|beg[au]n|initiated|kicked off)|(?:start\w*|beg[au]n) (?:to )?deploy\w*"),
        ("change", r"(?:config(?:uration)?|settings?|feature flag|flag|pool size|maintenance)\b[^.;|,]{0,40}?(?:chang\w*|set\b|reduc\w*|rais\w*|rolled|appl\w*|flipped|switched|started|finished|reverted|restored)|(?:config(?:uration)?|settings?) change|change (?:was|of|to|went)"),
        ("deploy", r"deploy\w*|releas(?:e|ed|ing)\b|roll(?:ed|ing)?[- ]?out|shipped|went live"),
        ("impact_end", rf"{_FAULT}[^.;|,]{{0,30}}?(?:end(?:ed|s)?\b|stop\w*|ceas\w*|over\b|resolv\w*|clear\w*|recover\w*)|recover\w*|restor\w*|back to normal|last (?:bad|failed|failing|failure|error)|end of (?:the )?(?:{_FAULT})|\bend(?:ed|s)?\b|\buntil\b|\bresolved\b"),
        ("impact_start", rf"{_FAULT}[^.;|,]{{0,30}}?(?:start\w*|beg[aiu]n\w*|first|set in)|first (?:bad|failed|failing|failure|error|5\d\d)|onset|beginning (?:at|around)|(?:users?|customers?|shoppers?|clients?) (?:were|was|are|being) (?:first )?(?:affected|hit|impacted)|first affected|(?:start|beginning) of (?:the )?{_FAULT}|\bbeg[au]n\b|\bstart(?:ed|s)?\b|\bfrom\b|\bsince\b"),
        ("restart", r"restart\w*"),
    ),
    "duration": (
        ("detect", r"detect\w*|ttd\b|mttd\b|(?:first|any|an|the first) (?:alert|page)(?:\s|$|[^\w])|(?:to|before|until) (?:the )?(?:first )?(?:alert|page|notice)\w*|noticed|alerted|paged"),
        ("acknowledge", r"acknowledg\w*|\btta\b|mtta\b"),
        ("mitigate", r"mitigat\w*|\bttm\b"),
        ("resolve", r"\b(?:mttr|ttr)\b|(?:time )?to (?:resolve|recover|restore|repair|fix)\w*|resolution|recovery"),
        ("impact", rf"lasted|duration|{_FAULT}|unavailab\w*|\bdown\b|degraded|affected|hit for"),
    ),
    "count": (
        ("user_minutes", r"user[- ]?minutes"),
        ("users_degraded", r"(?:users?|customers?|accounts?|people)[^.;|,]{0,40}?(?:degraded|slowed|slow\b|retried|succeeded)|degraded(?: (?:users?|customers?))?"),
        ("users_failed", r"(?:of )?whom? [^.;|]{0,24}?(?:could ?n[o']t|were unable|failed)|(?:users?|customers?|accounts?|people)[^.;|,]{0,30}?(?:failed|unable|could ?n[o']t|without (?:a )?success)|failed (?:users?|customers?)|without a success"),
        ("users_exposed", r"(?:users?|customers?|accounts?|people)[^.;|,]{0,20}?(?:who came|came|in total|active|online|exposed|were using)|active (?:users?|customers?)|exposed(?: users?)?"),
        ("clients_affected", r"(?:anonymous )?clients?\b"),
        ("users_affected", r"users?\b|customers?\b|accounts?\b|people\b|visitors?\b|shoppers?\b"),
        ("requests_bad", r"(?:failed|failing|lost|rejected|slow) (?!users?\b|customers?\b|accounts?\b|people\b|ones\b)[a-z]+s\b|(?:failed|failing|bad|broken|erroneous|lost|rejected) (?:\w+ )?(?:requests?|calls?|transactions?|checkouts?|orders?)|(?:requests?|calls?|transactions?|checkouts?|orders?)[^.;|,]{0,40}?(?:failed|failing|were lost|errored|returned (?:an )?errors?)|errors?\b|failures?\b|5xx|exceptions?\b|time-?outs?\b"),
        ("requests_all", r"requests?\b|calls?\b|transactions?\b"),
        ("alerts", r"alerts?\b|pages\b|alarms?\b"),
        ("rollbacks", r"roll-?backs?\b"),
        ("deploys", r"deploy(?:s|ments?)?\b|releases?\b"),
        ("windows", r"(?:impact )?windows?\b"),
        ("sources", r"sources?\b"),
        ("lines", r"(?:log )?lines?\b"),
    ),
    "ratio": (
        ("peak_ratio", r"(?:at (?:the|its) )?peak\w*|worst minute|worst"),
        ("usual_ratio", r"usual(?:ly)?\b|normal(?:ly)?\b|baseline"),
        ("good_ratio", r"availab\w*|success\w*|succeeded"),
        ("users_ratio", r"(?:of )?(?:all |the |our )?(?:active )?(?:users?|customers?|accounts?)\b"),
        ("bad_ratio", r"error (?:rate|ratio)s?|failure (?:rate|ratio)s?|(?:of )?(?:all |the )?(?:\w+ )?(?:requests?|calls?|transactions?|traffic|checkouts?)\b|errors?\b|fail\w*"),
    ),
}  # fmt: skip
_COMPILED = {
    kind: [(about, re.compile(rf"(?<![\w-])(?:{pattern})", re.IGNORECASE)) for about, pattern in table]
    for kind, table in _SUBJECTS.items()
}
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
    for rank, (about, pattern) in enumerate(_COMPILED.get(quantity.kind, ())):
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
