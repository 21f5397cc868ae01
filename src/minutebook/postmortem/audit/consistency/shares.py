"""two counts and a share → shares that aren't the one count divided by the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from minutebook.postmortem.audit.consistency.statement import Conflict, Statement


def check_shares(statements: Sequence[Statement]) -> Iterator[Conflict]:
    """A share that isn't its two counts, as in ``475 of 2,701 users (25 %)``."""
    for statement in statements:
        text, told = statement.unit.text, statement.quantities
        for part, whole, share in zip(told, told[1:], told[2:], strict=False):
            if (part.kind, whole.kind, share.kind) != ("count", "count", "ratio") or not whole.value:
                continue
            if (
                not re.match(r"(?i)^\s*(?:out\s+)?of\s+(?:the\s+|all\s+|our\s+)*$", text[part.stop : whole.start])
                or share.start - whole.stop > 80
            ):
                continue
            value = part.value / whole.value
            if not share.low <= value <= share.high:
                yield Conflict(
                    statement,
                    share,
                    f"{value:.2%}",
                    f"{abs(share.value - value) * 100:.2f} points",
                    f"{part.text} of {whole.text} is {value:.2%}",
                )
