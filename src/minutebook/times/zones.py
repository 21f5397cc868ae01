"""zone-less instants → UTC.

Each year a zone's clock repeats one hour and leaves one out. Of two instants the earlier is taken; a stamp in the gap is
shifted forward by the gap's length, as on a clock that wasn't changed (RFC 5545, java.time), so that distances and order
within the hour stay. Both are flagged.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.errors import MinutebookError

TIME = pa.timestamp("us", "UTC")
SECOND = 1_000_000
MINUTE = 60 * SECOND

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d)(?::?(\d\d))?", re.ASCII)
#: No place on earth is further from UTC.
_FURTHEST_MINUTES = 14 * 60


def read_offset(text: str) -> int | None:
    """Minutes east of UTC of +05:30, +0530, +05, UTC+05, Z, UTC; None for anything else."""
    if text in ("Z", "z", "UTC", "GMT"):
        return 0
    match = _OFFSET.fullmatch(text)
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > _FURTHEST_MINUTES or int(match[3] or 0) > 59:
        return None
    return -minutes if match[1] == "-" else minutes


def shift_zone(time: pa.Array, zone: str) -> tuple[pa.Array, pa.Array]:
    """Zone-less instants (given as if UTC) in UTC, and which of them a clock change makes ambiguous.

    ``zone``: an IANA name or a fixed offset (+05:30). Both arrays are as long as ``time``: timestamp[us, UTC]
    and bool, null where ``time`` is null. Raises `MinutebookError` where there's no such zone.
    """
    micros = time.cast(TIME).cast(pa.int64())
    offset = read_offset(zone)
    if offset is not None:
        return pc.subtract(micros, offset * MINUTE).cast(TIME), pc.and_(pc.is_null(time), False)
    naive = micros.cast(pa.timestamp("us"))
    try:
        early, late = (
            pc.assume_timezone(naive, zone, ambiguous=which, nonexistent=which).cast(pa.int64())
            for which in ("earliest", "latest")
        )
    except (pa.ArrowInvalid, UnicodeEncodeError) as error:
        raise MinutebookError(
            f"no such zone: {zone}", do="use an IANA name (Europe/Berlin) or an offset (+02:00)"
        ) from error
    is_ambiguous = pc.not_equal(early, late)
    # In a gap ``early`` is the last instant before it, whose offset the unchanged clock would still keep.
    shown = pc.local_timestamp(early.cast(pa.timestamp("us", zone))).cast(pa.int64())
    best = pc.if_else(pc.equal(shown, micros), early, pc.subtract(micros, pc.subtract(shown, early)))
    return best.cast(TIME), is_ambiguous
