"""a statement's quantities and what a book knows → claims, each with its verdict and the evidence for that.

A quantity is compared with what the words nearest to it name. It's contradicted only where those words are close and are
about the event itself: what people decided, discussed or looked at has times of its own.

This file has the order of the checks; `words` lists the words that matter, `yardstick` compares with what is known,
`order` judges two named events, `dates` days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from minutebook.postmortem.audit.claims.dates import judge_date
from minutebook.postmortem.audit.claims.order import judge_between, judge_credit
from minutebook.postmortem.audit.claims.words import ALSO, ASIDE, HIT, NEAR, OF_THE_INCIDENT, SAID
from minutebook.postmortem.audit.claims.yardstick import Yardstick
from minutebook.postmortem.audit.consistency.statement import Statement
from minutebook.postmortem.audit.known.spans import find_span_between
from minutebook.postmortem.audit.known.value import Known
from minutebook.postmortem.audit.quantities.quantity import Quantity
from minutebook.postmortem.audit.subjects import name_subject
from minutebook.postmortem.audit.units import Unit
from minutebook.postmortem.audit.verdicts import CONTRADICTED, OPEN, SUPPORTED, Claim, Verdict

_WITHIN = re.compile(r"(?i)\bwithin\s+(?:the first |about )?$")
#: Names that identify one deploy or alert: CheckoutErrors, 2.0.1.
_NAMES = re.compile(r"[A-Z]\w+[A-Z]\w+|\d+\.\d+\.\d+")


def judge_statement(yardstick: Yardstick, statement: Statement) -> Iterator[Claim]:
    """The verdicts on a statement's quantities; counts of unknown things are no claims."""
    unit = statement.unit
    for quantity in statement.quantities:
        about, cost = name_subject(unit.text, quantity, statement.quantities)
        if quantity.kind == "count" and not about:
            continue
        verdict = _judge(yardstick, unit, quantity, about, cost)
        place = unit.locate(quantity.start)
        yield Claim(*place, quantity.kind, quantity.text, about.replace("_", " "), *verdict)
    credit = judge_credit(yardstick, unit)
    if credit is not None:
        yield credit


def _judge(yardstick: Yardstick, unit: Unit, quantity: Quantity, about: str, cost: int) -> Verdict:
    text = unit.text
    if quantity.kind == "date":
        is_heading = re.match(r"\s*#", text) is not None or unit.section == text
        is_told = (is_heading or OF_THE_INCIDENT.search(text) is not None) and not ASIDE.search(text)
        return judge_date(quantity, yardstick.days, is_told=is_told)
    if quantity.kind == "duration" and (between := judge_between(yardstick, text, quantity)) is not None:
        return between
    if not about:
        return Verdict(OPEN, why="the words near it name nothing that the evidence knows")
    candidates = _pick(yardstick, text, quantity, about)
    if not candidates:
        return Verdict(OPEN, why=f"the evidence holds no {about.replace('_', ' ')}")
    hit = next((each for each in candidates if yardstick.fits(quantity, each)), None)
    if hit is not None:
        return Verdict(SUPPORTED, yardstick.show(hit), "", hit.source, yardstick.tell_zone(quantity))
    is_said = re.search(SAID.get(about, ""), text)
    if cost > NEAR or _is_limit(text, quantity) or not is_said or ASIDE.search(text):
        return Verdict(OPEN, why="it isn't plain what it is about")
    nearest = min(candidates, key=lambda each: yardstick.measure(quantity, each))
    off, why = yardstick.tell_distance(quantity, nearest), _explain(yardstick, quantity, about)
    return Verdict(CONTRADICTED, yardstick.show(nearest), off, nearest.source, why)


def _is_limit(text: str, quantity: Quantity) -> bool:
    """Whether the text gives an upper limit of how long something took, or says that it took almost no time."""
    if quantity.kind != "duration":
        return False
    return quantity.value < 1 or _WITHIN.search(text[max(quantity.start - 24, 0) : quantity.start]) is not None


def _pick(yardstick: Yardstick, text: str, quantity: Quantity, about: str) -> Sequence[Known]:
    """All that is known and that the quantity may be about."""
    abouts = ALSO.get(about, (about,))
    if about == "rollback" and yardstick.find("time", "rollback"):
        abouts = ("rollback",)
    if about == "users_affected" and re.search(HIT, text):
        # Of those who came, and how badly, is another number.
        abouts = ("users_affected",)
    if quantity.kind == "ratio" and re.search(r"(?i)\bpeak|worst", text):
        abouts = ("peak_ratio", *abouts)
    found = [each for name in abouts for each in yardstick.find(quantity.kind, name)]
    names = set(_NAMES.findall(text))
    found = [each for each in found if names & set(_NAMES.findall(each.text))] or found
    if about == "alert" and re.search(r"(?i)\bfirst\b|\bdetect", text) and found:
        # The first related to the impact, where there's one: others may have fired days before.
        first = min(yardstick.find("time", "detected") or found, key=lambda each: each.value)
        found = [each for each in found if abs(each.value - first.value) <= 1]
    return found


def _explain(yardstick: Yardstick, quantity: Quantity, about: str) -> str:
    """Two rows that are as far apart as a wrong duration, which may have been measured between them."""
    if quantity.kind == "duration" and about in ("impact", "resolve"):
        pair = find_span_between(yardstick.rows, quantity.low, quantity.high)
        if pair is not None:
            first, second = (f"{row.name} ({row.record['summary']})" for row in pair)
            return f"that's the span from {first} to {second}"
    return yardstick.tell_zone(quantity)
