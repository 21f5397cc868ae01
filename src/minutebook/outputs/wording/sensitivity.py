"""a window's sensitivity → rows that say how far edges and users move with each choice."""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Mapping
from typing import Any

from minutebook.outputs.inert import inert_text
from minutebook.outputs.instants import format_span
from minutebook.outputs.wording.counts import number_of


def tell_sensitivity(window: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """(choice, value, start, end, users) of each row of a window's sensitivity; ``*`` marks what it rests on."""
    for row in window.get("sensitivity") or ():
        value = f"{inert_text(row.get('value'))}{' *' if row.get('is_chosen') else ''}"
        if row.get("start") is None:
            yield inert_text(row.get("choice")), value, inert_text(row.get("why")), "", ""
            continue
        moves = (_shift(row.get("start_shift_s")), _shift(row.get("end_shift_s")))
        users, clients = row.get("affected"), row.get("anonymous_clients")
        who = f"{number_of(users)} users" if users is not None else f"{number_of(clients)} clients"
        yield inert_text(row.get("choice")), value, *moves, who


def _shift(seconds: object) -> str:
    if not isinstance(seconds, numbers.Real) or not float(seconds):
        return "same"
    way = "later" if float(seconds) > 0 else "earlier"
    return f"{format_span(abs(float(seconds)))} {way}"
