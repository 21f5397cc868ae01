"""impact → one table: what, how much, and what that means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from minutebook.outputs.inert import inert_text, measure_width
from minutebook.outputs.instants import as_instant, find_zone, format_days
from minutebook.outputs.terminal.colour import Paint
from minutebook.outputs.terminal.columns import pad, wrap
from minutebook.outputs.wording import Row
from minutebook.outputs.wording.incident import tell_budget, tell_milestones, tell_orders, tell_throughout, tell_total
from minutebook.outputs.wording.windows import tell_rejected, tell_window

_MOST_REJECTED = 5


def format_impact(impact: Mapping[str, Any], *, zone: str = "UTC", width: int = 80, colour: bool = False) -> str:
    """Windows, milestones and durations as one table: what, how much, and what that means."""
    tz, paint = find_zone(zone), Paint(colour)
    windows = list(impact.get("windows") or ())
    edges = [t for w in windows for edge in ("start", "end") if (t := as_instant(w.get(edge))) is not None]
    days = format_days(min(edges), max(edges), tz) if edges else ""
    many_days = "–" in days
    rows: list[Row] = []
    for window in windows:
        rows += tell_window(window, tz, day=many_days)
    throughout = tell_throughout(impact, tz, zone=inert_text(zone))
    if not windows and not throughout:
        rows.append(("impact", "none", "no stretch of minutes stands out from what is usual"))
    rows += [("impact", "no window", each) for each in throughout]
    rows += tell_milestones(impact, tz, day=many_days)
    rows += tell_orders(impact)
    rows += tell_budget(impact)
    if len(windows) > 1:
        rows += tell_total(impact.get("total") or {})
    rejected = [tell_rejected(each, tz, zone=inert_text(zone)) for each in impact.get("rejected") or ()]
    if rejected:
        more = f" And {len(rejected) - _MOST_REJECTED} more." if len(rejected) > _MOST_REJECTED else ""
        rows.append(("#", "Looked at, and no impact", ". ".join(rejected[:_MOST_REJECTED]) + "." + more))
    lines = [paint("dim", f"times in {inert_text(zone)}{days and f', {days}'}")]
    return "\n".join([*lines, *_three_columns(rows, width, paint)]) + "\n"


def _three_columns(rows: Sequence[Row], width: int, paint: Paint) -> Iterator[str]:
    table = [row for row in rows if row[0] != "#"]
    names = max((measure_width(row[0]) for row in table), default=0)
    values = max((measure_width(row[1]) for row in table), default=0)
    for name, value, meaning in rows:
        if name == "#":
            yield ""
            yield from (paint("bold", line) for line in wrap(value, width, "  ", first=""))
            yield from wrap(meaning, width, "  ")
            continue
        head = f"  {pad(name, names)}  {pad(value, values)}  "
        gap = " " * (values - measure_width(value) + 2)
        lead = f"  {pad(name, names)}  {paint('bold', value)}{gap}"
        # The first line's text stands behind the head, so it is wrapped with that much room.
        lines = wrap(meaning, width - measure_width(head), "", first="")
        yield (lead + (lines[0] if lines else "")).rstrip()
        yield from (" " * measure_width(head) + line for line in lines[1:])
