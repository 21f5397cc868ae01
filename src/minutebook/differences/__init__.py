"""two books of one incident → row by row what differs, and why: a source, a clock, a setting, the version of minutebook.

A row's reason is what changed about the sources of its evidence; where nothing did, or it has none, it's anything that
changed at all. If nothing changed at all, the row says so: then somebody edited a book.

Read in order: `reasons`, `rows` (of the timelines), `figures` (of the impacts); both compare by `values`.
"""

from __future__ import annotations

from os import PathLike
from typing import TypeAlias

import pandas as pd

from minutebook.book import load_book
from minutebook.differences.figures import compare_impact
from minutebook.differences.reasons import find_reasons
from minutebook.differences.rows import compare_timelines
from minutebook.outputs.bookish import Bookish

Place: TypeAlias = str | PathLike[str]
#: Columns of a comparison; times are those of the row as it is now, or as it was if it's gone.
COLUMNS = ("change", "time", "kind", "phase", "service", "summary", "what", "before", "after", "why")


def diff(before: Bookish | Place, after: Bookish | Place) -> pd.DataFrame:
    """What differs between two books or their folders, a row a change; ``attrs["reasons"]`` lists why, whatever it moved.

    Changes are ``added``, ``removed`` and ``changed``; ``summary`` is the row's, or says what a figure is of; for a
    changed row ``what`` names the column, or the figure of the impact. Rows are equal whatever the order of their
    evidence; others are matched by kind, phase, service and summary (ignoring numbers), the nearest first, at most 30
    minutes apart. Raises `EvidenceError` where a folder holds no whole book.
    """
    before, after = (load_book(each) if isinstance(each, str | PathLike) else each for each in (before, after))
    reasons = find_reasons(before.ledger, after.ledger)
    rows = [
        *compare_timelines(before.timeline, after.timeline, reasons),
        *compare_impact(before.impact, after.impact, reasons),
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame.attrs["reasons"] = [*reasons.by_source.values(), *reasons.overall]
    return frame
