"""the sensitivity of an impact → a table per window, a line per choice and value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minutebook.outputs.inert import inert_text, measure_width
from minutebook.outputs.terminal.colour import Paint
from minutebook.outputs.terminal.columns import pad, wrap
from minutebook.outputs.wording.sensitivity import tell_sensitivity
from minutebook.outputs.wording.windows import kind_of, scope_of


def format_sensitivity(impact: Mapping[str, Any], *, width: int = 80, colour: bool = False) -> str:
    """How each window's edges and users move with each choice: a line per choice and value."""
    paint, lines = Paint(colour), []
    for window in impact.get("windows") or ():
        rows = list(tell_sensitivity(window))
        if not rows:
            continue
        head = f"If chosen otherwise, {inert_text(window.get('id'))}: {kind_of(window)} of {scope_of(window)}"
        lines += [paint("bold", line) for line in wrap(head, width, "  ", first="")]
        rows.insert(0, ("choice", "value (* as it is)", "start", "end", "affected"))
        sizes = [max(measure_width(row[column]) for row in rows if row[3]) for column in range(5)]
        sizes[1] = max(measure_width(row[1]) for row in rows)
        last = ""
        for number, row in enumerate(rows):
            choice, last = ("" if row[0] == last else row[0]), row[0]
            cells = (choice, *row[1:])
            text = "  " + "  ".join(pad(cell, size) for cell, size in zip(cells, sizes, strict=True)).rstrip()
            lines.append(paint("dim", text) if not number else text)
        lines.append("")
    if not lines and impact.get("windows"):
        return "no window of failures or slowness, so there's nothing that choices would move\n"
    return "\n".join(lines) if lines else "no window, so nothing moves\n"
