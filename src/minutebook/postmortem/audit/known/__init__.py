"""a book → what it knows, by what a postmortem would be talking of: instants, spans, counts and shares, with bounds.

Each is something that a sentence can be about ("the first alert", "users affected"), its value or values as evidence
bounds them, and where they're from. What no evidence tells isn't among them.
"""

from __future__ import annotations

from collections.abc import Sequence

from minutebook.outputs.bookish import Bookish
from minutebook.postmortem.audit.known.instants import find_instants
from minutebook.postmortem.audit.known.numbers import find_counts, find_shares
from minutebook.postmortem.audit.known.spans import find_spans
from minutebook.postmortem.audit.known.value import Known
from minutebook.postmortem.document.rows import Row


def find_known(book: Bookish, rows: Sequence[Row]) -> list[Known]:
    """Everything that a claim can be held against."""
    return [
        *find_instants(book.impact, rows),
        *find_spans(book.impact),
        *find_counts(book),
        *find_shares(book.impact, rows),
    ]
