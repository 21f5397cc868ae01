"""a statement's quantities and what a book knows → claims: each with its verdict, and by what.

A quantity is held against what the words nearest to it name. It's contradicted only where those words are near and speak of
the event itself; what people decided, discussed or looked at happened at a time of its own.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence

import pandas as pd

from minutebook.outputs.instants import format_span
from minutebook.postmortem.consistency import Statement
from minutebook.postmortem.known.spans import find_span_between
from minutebook.postmortem.known.value import Known
from minutebook.postmortem.quantities import Quantity
from minutebook.postmortem.rows import Row
from minutebook.postmortem.subjects import find_subject, name_subject
from minutebook.postmortem.units import Unit
from minutebook.postmortem.verdicts import CONTRADICTED, OPEN, SUPPORTED, Claim, Verdict

#: What people do about an event isn't the event: no time of it contradicts a row.
_ASIDE = re.compile(
    r"(?i)\b(?:decid\w*|decision|discuss\w*|suspect\w*|consider\w*|investigat\w*|propos\w*|plan(?:s|ned|ning)?\b|think\w*|thought|look\w*|saw|sees?\b|check\w*|ask\w*|prepar\w*|agree\w*|approv\w*|notic\w*"
    r"|identif\w*|correlat\w*|review\w*|join\w*|announc\w*|post(?:s|ed)\b|communicat\w*|debug\w*|meeting|call\b|bridge|war room|worked|suggest\w*|escalat\w*|silenc\w*|typical\w*|expected|target\w*|threshold|should|would"
    r"|postmortem|retention|(?:a|per|each) (?:day|week|month|hour|year)|same (?:day|week|month)|timeout|interval|scheduled|every|previous\w*|last (?:week|month|year)|yesterday|next)\b"
)
_OF_THE_INCIDENT = re.compile(
    r"(?i)impact|outage|incident|postmortem|timeline|times are|users|customers|errors?\b|fail\w*"
)
_RELATIVE = re.compile(
    r"(?i)^\s*(?:after|before|into|later|earlier|ahead of|prior to|following|past|behind)\b(?:\s+that)?"
)
_FROM_TO = re.compile(
    r"(?i)^\s*(?:between|from|passed (?:between|from)|elapsed (?:between|from))\s+(?P<first>.+?)\s+(?:to|until|till|and)\s+(?P<second>.+?)(?:[.;|]|$)"
)
_WITHIN = re.compile(r"(?i)\bwithin\s+(?:the first |about )?$")
#: "After the rollback finished, errors stopped" and "the rollback ended it": what is credited with what.
_AFTER_END = re.compile(
    r"(?i)\b(?:after|once|when|as soon as|with)\b[^.|]{0,30}?(?:roll-?back|revert)[^.|]{0,30}?\b(?:finish\w*|complet\w*|was done)[^.|]{0,40}?"
    r"\b(?:stopped|recovered|ended|resolved|normal|ceased|restored)"
)
_CREDITED = re.compile(
    r"(?i)\b(?:roll(?:ed|ing)?[- ]?back|revert\w*)\b[^.|]{0,40}?\b(?:fixed|resolved|restored|ended|stopped|cured|solved|mitigated)\b"
    r"|\b(?:fixed|resolved|restored|ended|stopped|mitigated)\s+(?:by|thanks to|through)\s+(?:the\s+|a\s+|our\s+)?(?:roll(?:ing)?[- ]?back|revert)"
)
#: What else may be meant by a name.
_ALSO = {
    "alert": ("alert", "detected"), "mitigated": ("mitigated", "rollback"), "impact_end": ("impact_end", "mitigated"), "rollback": ("deploy", "change"), "change": ("change", "deploy", "rollback"),
    "resolve": ("resolve", "mitigate", "impact"), "mitigate": ("mitigate", "resolve"), "requests_whole": ("requests_all", "requests_bad"),
    "requests_bad": ("requests_bad", "requests_part"), "requests_all": ("requests_all", "requests_bad", "requests_part"),
    "users_affected": ("users_affected", "users_exposed", "users_failed", "users_degraded"),
    "users_whole": ("users_exposed", "users_affected"),
}  # fmt: skip
#: What a sentence has to say for a count or share in it to be wrong: 12,000 users may be registered, 475 were hit.
_HIT = r"(?i)affect|\bhit\b|impact|experienc|\bsaw\b|suffer|\blost\b|unable|fail|error|could ?n[o']t"
_SAID = {
    "users_affected": _HIT, "users_ratio": _HIT, "users_exposed": r"(?i)who came|\bcame\b|active|exposed|in total", "users_whole": r"(?i)came|active|exposed|\bof\b",
    "requests_bad": r"(?i)fail|error|\bbad\b|\blost\b|5xx|5\d\ds?\b|reject", "requests_all": r"(?i)requests? in total|total of|altogether|served in all", "bad_ratio": r"(?i)fail|error|5xx",
    "alerts": r"(?i)fired|triggered", "deploys": r"(?i)there w|during|in total", "rollbacks": r"(?i)there w|during|in total", "clients_affected": _HIT,
    "lines": r"(?i)evidence|accounted", "sources": r"(?i)evidence|rest", "windows": r"(?i)impact",
}  # fmt: skip
_NEAR = 48
_DAY = 86_400.0


class Judge:
    """Holds a document's quantities against what a book knows."""

    def __init__(self, known: Sequence[Known], rows: Sequence[Row], zone_min: int, note: str) -> None:
        self._rows, self._zone_min, self._note = rows, zone_min, note
        self._by: dict[tuple[str, str], list[Known]] = {}
        for each in known:
            self._by.setdefault((each.kind, each.about), []).append(each)
        instants = [each.value for each in known if each.kind == "time"] or [row.time.timestamp() for row in rows]
        first, last = (min(instants), max(instants)) if instants else (0.0, -1.0)
        self._days = [
            datetime.date(1970, 1, 1) + datetime.timedelta(days=n)
            for n in range(int(first // _DAY), int(last // _DAY) + 1)
        ][:400]

    def judge_all(self, statement: Statement) -> Iterator[Claim]:
        """The verdicts on a statement's quantities; counts of nothing that's known are no claims."""
        text, unit = statement.unit.text, statement.unit
        for quantity in statement.quantities:
            about, cost = name_subject(unit.text, quantity, statement.quantities)
            if quantity.kind == "count" and not about:
                continue
            verdict = self._judge(text, unit, quantity, about, cost, statement.quantities)
            place = unit.locate(quantity.start)
            yield Claim(*place, quantity.kind, quantity.text, about.replace("_", " "), *verdict)
        yield from self._judge_credit(unit)

    def _judge(
        self, text: str, unit: Unit, quantity: Quantity, about: str, cost: int, others: Sequence[Quantity]
    ) -> Verdict:
        if quantity.kind == "date":
            is_told = bool(
                re.match(r"\s*#", text) or unit.section == text or _OF_THE_INCIDENT.search(text)
            ) and not _ASIDE.search(text)
            return self._judge_date(quantity, is_told)
        if quantity.kind == "duration":
            tail = text[quantity.stop :]
            if (relative := _RELATIVE.match(tail)) or _FROM_TO.match(tail):
                return self._judge_relative(text, quantity, relative)
        if not about:
            return Verdict(OPEN, why="the words near it name nothing that the evidence knows")
        candidates = self._pick(text, quantity, about)
        if not candidates:
            return Verdict(OPEN, why=f"the evidence holds no {about.replace('_', ' ')}")
        hits = [each for each in candidates if self._fits(quantity, each)]
        if hits:
            best = hits[0]
            return Verdict(SUPPORTED, self._show(best), "", best.source, self._tell_zone(quantity))
        is_limit = quantity.kind == "duration" and (
            quantity.value < 1 or _WITHIN.search(text[max(quantity.start - 24, 0) : quantity.start])
        )
        is_said = re.search(_SAID.get(about, ""), text)
        if cost > _NEAR or is_limit or not is_said or _ASIDE.search(text):
            return Verdict(OPEN, why="it isn't plain what it is about")
        nearest = min(candidates, key=lambda each: self._distance(quantity, each))
        why = self._explain(quantity, about)
        return Verdict(CONTRADICTED, self._show(nearest), self._tell_distance(quantity, nearest), nearest.source, why)

    def _pick(self, text: str, quantity: Quantity, about: str) -> list[Known]:
        abouts = _ALSO.get(about, (about,))
        if about == "rollback" and self._by.get(("time", "rollback")):
            abouts = ("rollback",)
        if about == "users_affected" and re.search(_HIT, text):
            # Of those who came, and how badly, is another number.
            abouts = ("users_affected",)
        if quantity.kind == "ratio" and re.search(r"(?i)\bpeak|worst", text):
            abouts = ("peak_ratio", *abouts)
        found = [each for name in abouts for each in self._by.get((quantity.kind, name), ())]
        words = set(re.findall(r"[A-Z]\w+[A-Z]\w+|\d+\.\d+\.\d+", text))
        named = [each for each in found if words & set(re.findall(r"[A-Z]\w+[A-Z]\w+|\d+\.\d+\.\d+", each.text))]
        found = named or found
        if about == "alert" and re.search(r"(?i)\bfirst\b|\bdetect", text) and found:
            # The first related to the impact, where there's one: others may have fired days before.
            first = min(self._by.get(("time", "detected"), found), key=lambda each: each.value)
            found = [each for each in found if abs(each.value - first.value) <= 1]
        return found

    def _instants(self, quantity: Quantity) -> list[tuple[float, float, float]]:
        offset = (self._zone_min if quantity.offset_min is None else quantity.offset_min) * 60.0
        days = [quantity.date] if quantity.date else self._days
        around = [
            day + datetime.timedelta(days=n)
            for day in days
            for n in ((0,) if not offset or quantity.date else (-1, 0, 1))
        ]
        starts = [(day - datetime.date(1970, 1, 1)).days * _DAY - offset for day in dict.fromkeys(around)]
        return [(start + quantity.value, start + quantity.low, start + quantity.high) for start in starts]

    def _fits(self, quantity: Quantity, known: Known) -> bool:
        if quantity.kind == "time":
            return any(low <= known.high and known.low <= high for _, low, high in self._instants(quantity))
        if quantity.kind == "duration" and quantity.low == quantity.high:
            return known.low <= quantity.value <= known.high
        return quantity.low <= known.high and known.low <= quantity.high

    def _distance(self, quantity: Quantity, known: Known) -> float:
        if quantity.kind == "time":
            return min((abs(value - known.value) for value, _, _ in self._instants(quantity)), default=0.0)
        return abs(quantity.value - known.value)

    def _tell_distance(self, quantity: Quantity, known: Known) -> str:
        if quantity.kind == "time":
            value = min((v for v, _, _ in self._instants(quantity)), key=lambda v: abs(v - known.value), default=0.0)
            return f"{format_span(abs(value - known.value))} {'late' if value > known.value else 'early'}"
        off = quantity.value - known.value
        way = "more" if off > 0 else "less"
        if quantity.kind == "duration":
            return f"{format_span(abs(off))} {way}"
        return f"{abs(off) * 100:.3g} points {way}" if quantity.kind == "ratio" else f"{abs(off):,.0f} {way}"

    def _show(self, known: Known) -> str:
        if known.kind == "time":
            time = pd.Timestamp(known.value, unit="s", tz="UTC")
            return f"{time:%H:%M:%S} UTC" if len(self._days) < 2 else f"{time:%Y-%m-%d %H:%M:%S} UTC"
        if known.kind == "duration":
            return format_span(known.value)
        return f"{known.value:.2%}" if known.kind == "ratio" else f"{known.value:,.0f}"

    def _explain(self, quantity: Quantity, about: str) -> str:
        """What a wrong duration may have been counted between, where two rows are that far apart."""
        if quantity.kind == "duration" and about in ("impact", "resolve"):
            pair = find_span_between(self._rows, quantity.low, quantity.high)
            if pair is not None:
                first, second = (f"{row.name} ({row.record['summary']})" for row in pair)
                return f"that's the span from {first} to {second}"
        return self._tell_zone(quantity)

    def _tell_zone(self, quantity: Quantity) -> str:
        return self._note if quantity.kind == "time" and quantity.offset_min is None else ""

    def _judge_credit(self, unit: Unit) -> Iterator[Claim]:
        """A recovery that the evidence dates before the rollback that is credited with it."""
        ends = self._by.get(("time", "impact_end"), ())
        for pattern, about in ((_AFTER_END, "rollback_end"), (_CREDITED, "rollback_start")):
            hit, fixes = pattern.search(unit.text), self._by.get(("time", about), ())
            if not hit or not fixes or not ends or _ASIDE.search(unit.text):
                continue
            fix, end = min(fixes, key=lambda each: each.low), max(ends, key=lambda each: each.high)
            if about == "rollback_end":
                fix = min(
                    (each for each in fixes if each.high >= end.low - 600), key=lambda each: each.low, default=fix
                )
            if fix.low > end.high:
                off, why = (
                    f"{format_span(fix.value - end.value)} later",
                    f"the impact ended at {self._show(end)}, before that",
                )
                place = unit.locate(hit.start())
                yield Claim(
                    *place,
                    "order",
                    hit[0],
                    about.replace("_", " "),
                    CONTRADICTED,
                    self._show(fix),
                    off,
                    f"{fix.source}, {end.source}",
                    why,
                )
                return

    def _judge_date(self, quantity: Quantity, is_told: bool) -> Verdict:
        if not self._days:
            return Verdict(OPEN, why="no evidence with a day")
        # Without a year it's read in the evidence's own.
        stated = quantity.date or _with_year(quantity, self._days[0].year)
        if stated in self._days:
            return Verdict(SUPPORTED, stated.isoformat(), "", "timeline.csv", "")
        near = min(self._days, key=lambda day: abs((day - stated).days))
        days = abs((near - stated).days)
        if not is_told or (days > 31 and stated.year == near.year):
            return Verdict(OPEN, why="it may be another event's day")
        return Verdict(
            CONTRADICTED,
            near.isoformat(),
            f"{days} day{'s' if days > 1 else ''}",
            "timeline.csv",
            "the evidence is of another day",
        )

    def _judge_relative(self, text: str, quantity: Quantity, relative: re.Match[str] | None) -> Verdict:
        """A span between two events that the sentence names: "4 minutes after the deploy the alert fired"."""
        tail = text[quantity.stop :]
        if relative is None:
            between = _FROM_TO.match(tail)
            sides = (between["first"], between["second"]) if between else ("", "")
            events = [self._name_event(side) for side in sides]
        else:
            anchor_text = re.split(r"[,;.|(]|\band\b", tail[relative.end() :])[0]
            anchor = self._name_event(anchor_text)
            rest = text[: quantity.start] + " " + tail[relative.end() + len(anchor_text) :]
            is_before = re.search(r"(?i)before|ahead|earlier|prior", relative[0]) is not None
            other = self._name_event(rest)
            events = [other, anchor] if is_before else [anchor, other]
        if not all(events):
            return Verdict(OPEN, why="it isn't plain between which events")
        spans = [
            (b.value - a.value, a, b) for a in self._by.get(("time", events[0]), ()) for b in self._by.get(("time", events[1]), ())
            if b.value - a.value >= -1
        ]  # fmt: skip
        if not spans:
            return Verdict(OPEN, why="the evidence doesn't hold both events in this order")
        for span, a, b in spans:
            slack = (a.high - a.low + b.high - b.low) / 2
            if quantity.low - slack <= span <= quantity.high + slack:
                return Verdict(SUPPORTED, format_span(span), "", f"{a.source}, {b.source}", "")
        if _ASIDE.search(text):
            return Verdict(OPEN, why="it isn't plain what it is about")
        span, a, b = min(spans, key=lambda each: abs(each[0] - quantity.value))
        off = f"{format_span(abs(quantity.value - span))} {'more' if quantity.value > span else 'less'}"
        return Verdict(CONTRADICTED, format_span(span), off, f"{a.source}, {b.source}", f"from {a.text} to {b.text}")

    def _name_event(self, text: str) -> str:
        # As if a time stood at the end of it, so that the words before it name the event.
        probe = Quantity("time", len(text), len(text), "", 0, 0, 0)
        about, cost = find_subject(text, probe, [])
        return about if cost <= 2 * _NEAR and self._by.get(("time", about)) else ""


def _with_year(quantity: Quantity, year: int) -> datetime.date:
    day = datetime.date.fromordinal(int(quantity.value))
    return datetime.date(year, day.month, min(day.day, 28) if (day.month, day.day) == (2, 29) else day.day)
