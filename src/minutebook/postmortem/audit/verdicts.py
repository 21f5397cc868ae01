"""What an audit says of one stated quantity: where it stands, what it's about, the verdict, and by what."""

from __future__ import annotations

from typing import NamedTuple

SUPPORTED, CONTRADICTED, INCONSISTENT, OPEN = "supported", "contradicted", "inconsistent", "can't tell"


class Verdict(NamedTuple):
    """How a quantity stands against evidence: what that has instead, how far off, where, and why."""

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
