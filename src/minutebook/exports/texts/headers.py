"""cells by column name → the same, with a zone in the name (``Started (UTC)``, ``time_utc``) moved to the stamps."""

from __future__ import annotations

import re
from collections.abc import Mapping

_IN_UTC = re.compile(r"(?P<name>.*\w)(?:\s*\((?:UTC|GMT|Z)\)|[ _](?:UTC|GMT))", re.IGNORECASE)
#: Ends like a time of day without a zone.
_CLOCK = re.compile(r".*[T ]\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?")


def move_zones(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells under names without the zone; a stamp with a zone of its own keeps that."""
    if not any(_IN_UTC.fullmatch(name) for name in cells):
        return dict(cells)
    moved: dict[str, str] = {}
    for name, cell in cells.items():
        match = _IN_UTC.fullmatch(name)
        key = match["name"] if match and match["name"] not in cells else name
        moved[key] = f"{cell} UTC" if match and _CLOCK.fullmatch(cell.strip()) else cell
    return moved
