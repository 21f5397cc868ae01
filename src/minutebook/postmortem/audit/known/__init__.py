"""a book → all that it knows, by the names that a postmortem would use: instants, spans, counts and shares, with bounds.

Each is something that a sentence can be about ("the first alert", "users affected"), with its values, their bounds by the
evidence, and where they are from. Without evidence, there's no entry.
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
    """Everything that a claim can be compared with."""
    return [
        *find_instants(book.impact, rows),
        *find_spans(book.impact),
        *find_counts(book),
        *find_shares(book.impact, rows),
    ]
