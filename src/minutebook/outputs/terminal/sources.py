"""sources → how each was read, in two lines or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minutebook.outputs.inert import inert_text, measure_width, shorten
from minutebook.outputs.instants import find_zone
from minutebook.outputs.terminal.colour import Paint
from minutebook.outputs.terminal.columns import wrap
from minutebook.outputs.wording.counts import count_of
from minutebook.outputs.wording.sources import tell_source


def format_check(
    sources: Sequence[Mapping[str, Any]], *, zone: str = "UTC", width: int = 80, colour: bool = False
) -> str:
    """How each source was read: two lines per source, in the order given."""
    tz, paint = find_zone(zone), Paint(colour)
    lines = []
    for source in sources:
        status = inert_text(source.get("status")) or "?"
        shade = "green" if status in ("ok", "read", "complete") else "yellow"
        room = max(width - measure_width(status) - 1, 10)
        name = shorten(inert_text(source.get("source")) or "?", room)
        gap = " " * max(width - measure_width(name) - measure_width(status), 1)
        lines.append(f"{paint('bold', name)}{gap}{paint(shade, status)}")
        lines += wrap(", ".join(tell_source(source, tz)), width, "  ")
    lines.append(count_of(len(sources), "source"))
    return "\n".join(lines) + "\n"
