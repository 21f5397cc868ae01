"""assumptions and sources → what had to be assumed, and each source's clock: its zone, offset, resolution and span."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pandas as pd

from minutebook.outputs.instants import format_clock
from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.markup import Html, element, time_of
from minutebook.outputs.report.page.blocks import row_of_heads, scrolled, show_list

_UTC = datetime.UTC
#: Clocks nearer to each other than this aren't told apart by the time a request takes.
_IN_STEP_S = 0.5


def show_clocks(facts: Facts) -> Iterator[Html]:
    """What had to be assumed, and each source's zone, clock and span."""
    if facts.assumptions:
        yield show_list(facts.assumptions)
    else:
        yield element("p", "Nothing had to be assumed.")
    heads = ["source", "zone", "how it's known", "clock", "resolution", "from", "to"]
    body = element("tbody", *(_clock_row(source) for source in facts.sources))
    table = element("table", element("caption", "The clock of each source"), row_of_heads(heads), body)
    yield scrolled(table, "Clocks")


def _clock_row(source: dict[str, Any]) -> Html:
    offset, resolution = source.get("clock_offset_s"), source.get("resolution_s")
    clock = ""
    if offset is not None:
        way = "ahead" if offset > 0 else "behind"
        told = f"{abs(offset):.3g} s {way}, {'corrected' if source.get('clock_applied') else 'not corrected'}"
        clock = told if abs(offset) >= _IN_STEP_S else "in step with the others"
    edges = (pd.Timestamp(source[key]) if source.get(key) else None for key in ("first", "last"))
    return element(
        "tr",
        element("th", source["source"], scope="row"),
        element("td", source.get("zone") or ""),
        element("td", source.get("zone_basis") or ""),
        element("td", clock),
        element("td", f"{resolution:g} s" if resolution else ""),
        *(element("td", time_of(edge, format_clock(edge, _UTC)) if edge is not None else "", class_="number") for edge in edges),
    )  # fmt: skip
