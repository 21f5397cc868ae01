"""a unit of a document with the quantities in it: a statement; and a contradiction in one or between two."""

from __future__ import annotations

from dataclasses import dataclass

from minutebook.postmortem.audit.quantities.quantity import Quantity
from minutebook.postmortem.audit.units import Unit


@dataclass(frozen=True)
class Statement:
    """A unit with the quantities in it and what each is about."""

    unit: Unit
    quantities: tuple[Quantity, ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Conflict:
    """Where a document contradicts itself: which statement, at which quantity, and how."""

    statement: Statement
    quantity: Quantity
    found: str
    off: str
    why: str
