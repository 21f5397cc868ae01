"""statements that equal facts of a book but for their numbers → each number against the fact's own.

A draft's tables and sentences are made from the book, so a row with another number in it was edited, or is from another
book. Of several facts that differ only in numbers, the one that differs least is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from os import PathLike

from minutebook.book import Book
from minutebook.outputs.instants import format_span
from minutebook.postmortem.audit.quantities import find_quantities
from minutebook.postmortem.audit.units import Unit, split_units
from minutebook.postmortem.audit.verdicts import CONTRADICTED, SUPPORTED, Claim
from minutebook.postmortem.draft import tell_document

Place = str | PathLike[str]
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*")


def index_facts(book: Book, given: Book | Place, text: str) -> dict[str, list[tuple[str, str]]]:
    """Statement without its numbers → (the statement, the name of its source), for all that a draft of this book says."""
    document = tell_document(book, given if isinstance(given, str | PathLike) else None, text)
    found: dict[str, list[tuple[str, str]]] = {}
    for unit in split_units(document):
        row = re.match(r"\|?\s*(T\d+)\s*\|", unit.text)
        name = (
            row[1]
            if row
            else (
                re.search(r"impact\.json#[\w/]+", unit.text)
                or re.search(r"\bT\d+\b", unit.text)
                or ["the facts of the draft"]
            )[0]
        )
        found.setdefault(_blur(unit.text), []).append((unit.text, str(name)))
    return found


def _blur(text: str) -> str:
    return re.sub(r"\s+", " ", _TOKEN.sub("0", text)).strip()


def compare_verbatim(unit: Unit, facts: Mapping[str, list[tuple[str, str]]]) -> list[Claim] | None:
    """The verdicts on a statement that equals a fact but for its numbers; None for any other."""
    candidates = facts.get(_blur(unit.text))
    if not candidates or not re.search(r"[A-Za-z]{3}", unit.text):
        return None
    stated = list(_TOKEN.finditer(unit.text))
    own = re.match(r"\|?\s*(T\d+)\s*\|", unit.text)

    def differ(fact: tuple[str, str]) -> tuple[int, bool]:
        return sum(a[0] != b for a, b in zip(stated, _TOKEN.findall(fact[0]), strict=True)), not (
            own and fact[1] == own[1]
        )

    fact, name = min(candidates, key=differ)
    told = []
    kinds = {(q.start, q.stop): q for q in find_quantities(unit.text)}
    for mine, theirs in zip(stated, _TOKEN.findall(fact), strict=True):
        quantity = next((q for (start, stop), q in kinds.items() if start <= mine.start() < stop), None)
        kind = quantity.kind if quantity else "reference"
        if mine[0] == theirs:
            if quantity is not None and mine.start() == quantity.start:
                told.append(Claim(*unit.locate(mine.start()), kind, quantity.text, "", SUPPORTED, theirs, "", name, ""))
            continue
        stands = quantity.text if quantity else mine[0]
        why = "the evidence gives another number here"
        off = _tell_off(mine[0], theirs)
        told.append(Claim(*unit.locate(mine.start()), kind, stands, "", CONTRADICTED, theirs, off, name, why))
    return told


def _tell_off(stated: str, found: str) -> str:
    if ":" in stated and ":" in found:
        seconds = [
            sum(float(part) * 60 ** (2 - at) for at, part in enumerate(text.split(":")[:3])) for text in (stated, found)
        ]
        return f"{format_span(abs(seconds[0] - seconds[1]))} {'late' if seconds[0] > seconds[1] else 'early'}"
    try:
        return f"{abs(float(stated.replace(',', '')) - float(found.replace(',', ''))):,g} off"
    except ValueError:
        return ""
