"""the statements of a postmortem → where it contradicts itself, whatever the evidence says.

A stated duration that doesn't equal end less start, a share that isn't its two counts, one milestone with two times, a
total that sums windows which overlap, and a fix credited with a recovery that came before it.

Read in order: `statement`, `ranges` (times that are joined), `lengths`, `shares`, `events`.
"""

from __future__ import annotations

from collections.abc import Sequence

from minutebook.postmortem.audit.consistency.events import check_credit, check_detection
from minutebook.postmortem.audit.consistency.lengths import check_labels, check_spans, check_totals
from minutebook.postmortem.audit.consistency.shares import check_shares
from minutebook.postmortem.audit.consistency.statement import Conflict, Statement


def find_conflicts(statements: Sequence[Statement]) -> list[Conflict]:
    """All conflicts, in the document's order, at most one per quantity."""
    found = [
        *check_spans(statements), *check_labels(statements), *check_shares(statements), *check_detection(statements),
        *check_totals(statements), *check_credit(statements),
    ]  # fmt: skip
    first: dict[tuple[int, int], Conflict] = {}
    for each in found:
        first.setdefault(each.statement.unit.locate(each.quantity.start), each)
    return [first[place] for place in sorted(first)]
