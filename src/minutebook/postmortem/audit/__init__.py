"""a written postmortem and its book → each time, duration, count and share in it: supported, contradicted, or neither.

A statement that equals a fact of the book but for its numbers is compared number by number. In any other, a quantity is
compared with what the nearest words name: the first alert, the users affected. A contradiction says by what, and how far
off; where the words are ambiguous or there's no evidence, the verdict is that the audit can't tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

import pandas as pd

from minutebook.book import Book, open_book
from minutebook.postmortem.audit.claims import judge_statement
from minutebook.postmortem.audit.claims.yardstick import Yardstick
from minutebook.postmortem.audit.clockzones import find_zone
from minutebook.postmortem.audit.consistency import find_conflicts
from minutebook.postmortem.audit.consistency.statement import Statement
from minutebook.postmortem.audit.known import find_known
from minutebook.postmortem.audit.quantities import find_quantities
from minutebook.postmortem.audit.subjects import name_subject
from minutebook.postmortem.audit.units import split_units
from minutebook.postmortem.audit.verbatim import compare_verbatim, index_facts
from minutebook.postmortem.audit.verdicts import CONTRADICTED, INCONSISTENT, Claim
from minutebook.postmortem.document.regions import find_regions
from minutebook.postmortem.document.rows import number_rows

Place = str | PathLike[str]
#: ``kind`` is time, date, duration, ratio, count or reference; ``by`` a row or place in the book, or this document.
COLUMNS = Claim._fields


def audit(text: str, book: Book | Place) -> pd.DataFrame:
    """Every quantity that a postmortem's text states, in order, with its verdict against the book; columns as in `COLUMNS`.

    Verdicts are ``supported`` (``by`` names the row or place), ``contradicted`` (by ``found``, ``off`` by how much),
    ``inconsistent`` (the document contradicts itself) and ``can't tell``. Plans under action items aren't statements.
    Times without a zone are read in the zone that the document states, else as UTC, or as the offset by which most of
    them fit, which the rows then say.
    """
    made = open_book(book) if isinstance(book, str | PathLike) else book
    regions = find_regions(text)
    rows = number_rows(made.timeline, regions["timeline"].lines if "timeline" in regions else ())
    known = find_known(made, rows)
    facts = index_facts(made, book, text)
    units = [unit for unit in split_units(text) if not unit.is_future]
    told: list[Claim] = []
    statements = []
    for unit in units:
        verbatim = compare_verbatim(unit, facts)
        if verbatim is not None:
            told += verbatim
            continue
        quantities = find_quantities(unit.text)
        subjects = tuple(name_subject(unit.text, each, quantities)[0] for each in quantities)
        statements.append(Statement(unit, tuple(quantities), subjects))
    zone_min, note = find_zone(text, statements, known)
    yardstick = Yardstick(known, rows, zone_min, note)
    told += [row for statement in statements for row in judge_statement(yardstick, statement)]
    told = _add_conflicts(told, statements)
    frame = pd.DataFrame(sorted(told, key=lambda row: row[:2]), columns=list(COLUMNS))
    return frame.astype({"line": "int64", "column": "int64"})


def find_wrong(claims: pd.DataFrame) -> pd.DataFrame:
    """The rows of `audit` that are contradicted or inconsistent."""
    return claims[claims["verdict"].isin([CONTRADICTED, INCONSISTENT])]


# --- the document against itself


def _add_conflicts(told: list[Claim], statements: Sequence[Statement]) -> list[Claim]:
    """The verdicts, replaced where the document contradicts itself, unless the book already contradicts them."""
    rows = {(row[0], row[1]): row for row in told}
    for each in find_conflicts(statements):
        place = each.statement.unit.locate(each.quantity.start)
        before = rows.get(place)
        if before is not None and before.verdict == CONTRADICTED:
            why = "; ".join(filter(None, [before.why, f"and within this document {each.why}"]))
            rows[place] = before._replace(why=why)
            continue
        about = before.about if before is not None else ""
        stated = each.quantity
        rows[place] = Claim(
            *place, stated.kind, stated.text, about, INCONSISTENT, each.found, each.off, "this document", each.why
        )
    return list(rows.values())
