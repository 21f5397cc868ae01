"""Happenings → rows: deploys, changes, alerts, incidents and notes, each with its evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from minutebook.chronology.rows import Row, make_row, text_of
from minutebook.exports import why_routine
from minutebook.reading.raw import MORE
from minutebook.times.utc import to_us

_MOST_REFERENCES = 12


def set_routine_apart(happenings: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """(happenings without routine ones, sentences on how many of those there are)."""
    why = [why_routine(text) for text in happenings["fields"]]
    is_routine = np.array([bool(each) for each in why], bool)
    notes = []
    for reason in sorted(set(why) - {""}):
        own = happenings[np.array([each == reason for each in why], bool)]
        count = int(own["count"].sum())
        told = f"{count:,} happenings {reason}, of {len(own):,} kind{'s' * (len(own) > 1)}, are no rows of the timeline; all are"
        told = told if count > 1 else f"1 happening {reason} is no row of the timeline; it is"
        notes.append(f"{told} in happenings, and --all shows {'them' if count > 1 else 'it'}.")
    return happenings[~is_routine], notes


def tell_happenings(happenings: pd.DataFrame) -> list[Row]:
    """A row for each phase."""
    rows = []
    for row in happenings.itertuples():
        end = row.end if pd.notna(row.end) and str(row.phase) in ("started", "fired", "noted", "") else None
        rows.append(
            make_row(to_us(row.time), str(row.kind), text_of(row.phase), text_of(row.message), service=text_of(row.service),
                 severity=text_of(row.level), last_time=to_us(end) if end is not None else None, time_error_s=row.time_error_s,
                 count=int(row.count), evidence=_shorten(row.evidence))
        )  # fmt: skip
    return rows


def _shorten(evidence: str) -> str:
    """The first references in the order of their lines, and how many more there are."""
    places = [place.rpartition(":") for place in evidence.split("; ")]
    ordered = sorted(places, key=lambda p: (p[0], int(p[2]) if p[2].isdigit() else 0))
    shown = [f"{source}:{line}" for source, _, line in ordered[:_MOST_REFERENCES]]
    left = len(ordered) - len(shown)
    return "; ".join([*shown, f"{MORE} {left:,} more"] if left else shown)
