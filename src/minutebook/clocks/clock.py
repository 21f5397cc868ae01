"""what is known of one source's clock: its zone, how far off it is, and how well that is supported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: A smaller offset isn't applied: stamps are taken at different moments of one request.
APPLIED_FROM_S = 1.0
#: Every zone in use is a multiple of 15 minutes.
ZONE_STEP_S = 900
#: Stamps of one id in two sources that differ by more say nothing about their clocks.
MAX_SPREAD_S = 5.0


@dataclass(frozen=True)
class Clock:
    """What is known of one source's clock."""

    zone: str = ""
    zone_basis: str = "stated"
    zone_shift_s: int = 0  #: subtracted from zone-less stamps to get UTC
    offset_s: float | None = None  #: how far it runs ahead of the others, after its zone; None: unknown
    pairs: int = 0
    spread_s: float | None = None
    applied: bool = False
    offset_of: str = ""  #: the source of the same host whose offset it is; "": its own

    @property
    def shift_us(self) -> int:
        """What has to be added to the source's times, in µs."""
        applied = self.offset_s if self.applied and self.offset_s is not None else 0.0
        return -self.zone_shift_s * 1_000_000 - round(applied * 1e6)


@dataclass(frozen=True)
class Stamps:
    """What one source's stamps are by themselves, and what the caller says of them."""

    is_zoneless: bool = False  #: whether they lack a zone
    zone: str = ""  #: as the caller states it
    offset: str = ""  #: that they, or some of them, state, such as +0100
    beside: str = ""  #: the offset that was found for those without one by the others, and that their times have
    is_mixed: bool = False  #: some have a zone, which an inferred one must not shift
    resolution_s: float = 0.0
    ahead_s: float | None = None  #: how far the clock ran ahead, as the caller says
    place: str = ""  #: whose logs they are of: ``host edge-1`` or ``folder edge-1``
    is_log: bool = True  #: not an export, whose stamps are of the tool's clock, whichever host it's named for


def find_error_s(offset_s: float | None, is_applied: bool, spread_s: float | None, pairs: int) -> float | None:
    """How far off a clock may still be after correction: three standard errors; None where it isn't known."""
    if offset_s is None or spread_s is None or not pairs:
        return None
    left = 0.0 if is_applied else abs(offset_s)
    return float(left + 3 * spread_s / np.sqrt(pairs))


def name_offset(seconds: int) -> str:
    """``+05:30`` of an offset in seconds; UTC for none."""
    if seconds == 0:
        return "UTC"
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{abs(seconds) // 3600:02}:{abs(seconds) % 3600 // 60:02}"


def parse_offset_s(text: str) -> int:
    """Seconds of ``+05:30`` or ``-0500``."""
    digits = text[1:].replace(":", "").ljust(4, "0")
    return (-1 if text[0] == "-" else 1) * (int(digits[:2]) * 3600 + int(digits[2:4]) * 60)
