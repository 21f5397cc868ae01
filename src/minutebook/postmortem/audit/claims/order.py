"""two events in a sentence → whether the evidence has them in that order and that far apart."""

from __future__ import annotations

import re

from minutebook.outputs.instants import format_span
from minutebook.postmortem.audit.claims.words import ASIDE, NEAR
from minutebook.postmortem.audit.claims.yardstick import Yardstick
from minutebook.postmortem.audit.quantities.quantity import Quantity
from minutebook.postmortem.audit.subjects import find_subject
from minutebook.postmortem.audit.units import Unit
from minutebook.postmortem.audit.verdicts import CONTRADICTED, OPEN, SUPPORTED, Claim, Verdict

_RELATIVE = re.compile(
    r"(?i)^\s*(?:after|before|into|later|earlier|ahead of|prior to|following|past|behind)\b(?:\s+that)?"
)
_FROM_TO = re.compile(
    r"(?i)^\s*(?:between|from|passed (?:between|from)|elapsed (?:between|from))\s+(?P<first>.+?)\s+(?:to|until|till"
    r"|and)\s+(?P<second>.+?)(?:[.;|]|$)"
)
#: "After the rollback finished, errors stopped" and "the rollback ended it": a fix that is credited with an effect.
_AFTER_END = re.compile(
    r"(?i)\b(?:after|once|when|as soon as|with)\b[^.|]{0,30}?(?:roll-?back|revert)[^.|]{0,30}?\b(?:finish\w*"
    r"|complet\w*|was done)[^.|]{0,40}?"
    r"\b(?:stopped|recovered|ended|resolved|normal|ceased|restored)"
)
_CREDITED = re.compile(
    r"(?i)\b(?:roll(?:ed|ing)?[- ]?back|revert\w*)\b[^.|]{0,40}?\b(?:fixed|resolved|restored|ended|stopped|cured"
    r"|solved|mitigated)\b"
    r"|\b(?:fixed|resolved|restored|ended|stopped|mitigated)\s+(?:by|thanks to|through)\s+(?:the\s+|a\s+"
    r"|our\s+)?(?:roll(?:ing)?[- ]?back|revert)"
)

#: A rollback that ended this long before the impact did may still be the one that is meant.
_JUST_BEFORE_S = 600


def judge_between(yardstick: Yardstick, text: str, quantity: Quantity) -> Verdict | None:
    """A span between two events that the sentence names: "4 minutes after the deploy the alert fired"; None of others."""
    events = _find_events(yardstick, text, quantity)
    if events is None:
        return None
    if not all(events):
        return Verdict(OPEN, why="it isn't plain between which events")
    spans = [
        (b.value - a.value, a, b) for a in yardstick.find("time", events[0]) for b in yardstick.find("time", events[1])
        if b.value - a.value >= -1
    ]  # fmt: skip
    if not spans:
        return Verdict(OPEN, why="the evidence doesn't hold both events in this order")
    for span, a, b in spans:
        slack = (a.high - a.low + b.high - b.low) / 2
        if quantity.low - slack <= span <= quantity.high + slack:
            return Verdict(SUPPORTED, format_span(span), "", f"{a.source}, {b.source}", "")
    if ASIDE.search(text):
        return Verdict(OPEN, why="it isn't plain what it is about")
    span, a, b = min(spans, key=lambda each: abs(each[0] - quantity.value))
    off = f"{format_span(abs(quantity.value - span))} {'more' if quantity.value > span else 'less'}"
    return Verdict(CONTRADICTED, format_span(span), off, f"{a.source}, {b.source}", f"from {a.text} to {b.text}")


def judge_credit(yardstick: Yardstick, unit: Unit) -> Claim | None:
    """Contradicted where the evidence has the recovery before the rollback that is credited with it."""
    ends = yardstick.find("time", "impact_end")
    for pattern, about in ((_AFTER_END, "rollback_end"), (_CREDITED, "rollback_start")):
        hit, fixes = pattern.search(unit.text), yardstick.find("time", about)
        if not hit or not fixes or not ends or ASIDE.search(unit.text):
            continue
        fix, end = min(fixes, key=lambda each: each.low), max(ends, key=lambda each: each.high)
        if about == "rollback_end":
            late = (each for each in fixes if each.high >= end.low - _JUST_BEFORE_S)
            fix = min(late, key=lambda each: each.low, default=fix)
        if fix.low > end.high:
            off = f"{format_span(fix.value - end.value)} later"
            why = f"the impact ended at {yardstick.show(end)}, before that"
            verdict = Verdict(CONTRADICTED, yardstick.show(fix), off, f"{fix.source}, {end.source}", why)
            return Claim(*unit.locate(hit.start()), "order", hit[0], about.replace("_", " "), *verdict)
    return None


def _find_events(yardstick: Yardstick, text: str, quantity: Quantity) -> list[str] | None:
    """The earlier and the later event that a span is said to be between, "" for an unknown one."""
    tail = text[quantity.stop :]
    if relative := _RELATIVE.match(tail):
        anchor_text = re.split(r"[,;.|(]|\band\b", tail[relative.end() :])[0]
        rest = text[: quantity.start] + " " + tail[relative.end() + len(anchor_text) :]
        anchor, other = _name_event(yardstick, anchor_text), _name_event(yardstick, rest)
        is_before = re.search(r"(?i)before|ahead|earlier|prior", relative[0]) is not None
        return [other, anchor] if is_before else [anchor, other]
    if between := _FROM_TO.match(tail):
        return [_name_event(yardstick, between[side]) for side in ("first", "second")]
    return None


def _name_event(yardstick: Yardstick, text: str) -> str:
    # As if a time stood at the end of it, so that the words before it name the event.
    probe = Quantity("time", len(text), len(text), "", 0, 0, 0)
    about, cost = find_subject(text, probe, [])
    return about if cost <= 2 * NEAR and yardstick.find("time", about) else ""
