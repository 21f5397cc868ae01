"""All cases of the battery, in the order of the groups in which they are told."""

from __future__ import annotations

from case import Case
from meanings import RECORDS, STRUCTURE, TIMES
from media import MEDIA
from places import COPIES, OUTPUTS, PLACES
from spread import SPREAD
from texts import COMPRESSION, ENCODINGS, SIZES

CASES: tuple[Case, ...] = (
    *ENCODINGS, *COMPRESSION, *COPIES, *SIZES, *SPREAD, *STRUCTURE, *TIMES, *RECORDS, *PLACES, *OUTPUTS, *MEDIA,
)  # fmt: skip
