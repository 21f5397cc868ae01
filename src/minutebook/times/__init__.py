"""text → instants, strictly, and how each is known.

Stamps go through an allow-list of explicit layouts, never through a guesser. An impossible date is null,
never another day. A zone-less stamp is read as if it were UTC, and shifted once its zone is known.
"""

from minutebook.times.dates import find_years
from minutebook.times.finding import ENOUGH, find_layout, parse_mixed
from minutebook.times.instants import YEARS, Days, Instants, Years, parse_times
from minutebook.times.layouts import DAYLESS, YEARLESS, find_twins, layouts
from minutebook.times.typed import parse_instant
from minutebook.times.zones import shift_zone

__all__ = [
    "DAYLESS", "ENOUGH", "YEARLESS", "YEARS", "Days", "Instants", "Years", "find_layout", "find_twins", "find_years", "layouts", "parse_instant",
    "parse_mixed", "parse_times", "shift_zone",
]  # fmt: skip
