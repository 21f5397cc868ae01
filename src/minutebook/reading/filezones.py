"""a log of which some stamps state a zone → the zone of the others, where the order of its lines shows it.

What is written one after the other happened one after the other: a stamp without a zone is as far from those beside it
as its clock is from UTC.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.clocks import ZONE_STEP_S, name_offset, parse_offset_s
from minutebook.reading.recipes import Recipe, parse_lines
from minutebook.sources.lines import split_lines

_OFFSET = re.compile(r"[+-](?:0\d|1[0-4]):?[0-5]\d\b", re.ASCII)
_FEWEST = 5  # places where a stamp without a zone is beside one that states it
_MOST_ELSEWHERE = 0.1  # of them, by which others keep another of the stated zones, as from the clocks' change on
_NEAR_S = ZONE_STEP_S / 3  # lines of a quiet log are some minutes from each other


def find_zone_beside(lines: Sequence[str], recipe: Recipe) -> str:
    """The offset of the zone-less stamps among a log's first lines, or UTC: one that others of its stamps state.

    "" where none lacks it, none states it, or their order doesn't show it.
    """
    found = [_OFFSET.findall(line) for line in lines]
    stated = {parse_offset_s(each) for offsets in found for each in offsets}
    if not stated - {0} or all(found):
        return ""
    content = "\n".join(lines).encode("utf-8", "replace")
    events, _ = parse_lines(split_lines(content), replace(recipe, formats=()))
    us = events.column("time").cast(pa.int64()).to_numpy()
    is_stated = pc.equal(events.column("time_quality").cast(pa.string()), "stated").to_numpy(zero_copy_only=False)
    beside = np.flatnonzero(is_stated[1:] != is_stated[:-1])
    if len(beside) < _FEWEST:
        return ""
    ahead_s = np.diff(us)[beside] / 1e6 * np.where(is_stated[beside], 1, -1)
    shift_s = round(float(np.median(ahead_s)) / ZONE_STEP_S) * ZONE_STEP_S
    elsewhere = np.isin(np.round(ahead_s / ZONE_STEP_S) * ZONE_STEP_S, list(stated - {shift_s}))
    is_shown = float(np.median(np.abs(ahead_s - shift_s))) <= _NEAR_S and elsewhere.mean() <= _MOST_ELSEWHERE
    return name_offset(shift_s) if is_shown and shift_s in stated | {0} else ""
