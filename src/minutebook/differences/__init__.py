"""two books of one incident → row by row what differs, and why: a source, a clock, a setting, the version of minutebook.

A row's reason is what changed about the sources that are its evidence; where that's nothing, or it names none, it is
whatever changed at all. If nothing did, the row says so: then somebody edited a book.

Read in order: `reasons`, `rows` (of the timelines), `figures` (of the impacts); `values` is what both compare by.
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
#: Columns of a comparison; times of the row as it is now, or was where it's gone.
COLUMNS = ("change", "time", "kind", "phase", "service", "summary", "what", "before", "after", "why")


def diff(before: Bookish | Place, after: Bookish | Place) -> pd.DataFrame:
    """What differs between two books or their folders, a row a change; ``attrs["reasons"]`` lists why, whatever it moved.

    Changes are ``added``, ``removed`` and ``changed``; ``summary`` is the row's, or says whose a figure is; of a changed row ``what`` names the column, or the figure of the
    impact. Rows are the same where all but their evidence's order is; else they're matched by kind, phase, service and
    summary but for its numbers, the nearest first, at most 30 minutes apart. Raises `EvidenceError` where a folder
    holds no whole book.
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
