"""An audit's result for one stated quantity: its place, what it's about, the verdict, and the evidence for that."""

from __future__ import annotations

from typing import NamedTuple

SUPPORTED, CONTRADICTED, INCONSISTENT, OPEN = "supported", "contradicted", "inconsistent", "can't tell"


class Verdict(NamedTuple):
    """How a quantity compares with the evidence: what that has instead, how far off, where, and why."""

    verdict: str
    found: str = ""
    off: str = ""
    by: str = ""
    why: str = ""


class Claim(NamedTuple):
    """One row of an audit; the fields are its columns."""

    line: int
    column: int
    kind: str
    stated: str
    about: str
    verdict: str
    found: str
    off: str
    by: str
    why: str
