"""what a book knows → a yardstick for quantities: what has a name, whether a quantity fits it, how far off it is."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pandas as pd

from minutebook.outputs.instants import format_span
from minutebook.postmortem.audit.known.value import Known
from minutebook.postmortem.audit.quantities.quantity import Quantity
from minutebook.postmortem.document.rows import Row

_DAY_S = 86_400.0
_MOST_DAYS = 400


class Yardstick:
    """What a book knows, and how a document's quantities compare with it: fit or not, how far off, in words."""

    def __init__(self, known: Sequence[Known], rows: Sequence[Row], zone_min: int, note: str) -> None:
        self.rows, self._zone_min, self._note = rows, zone_min, note
        self._by: dict[tuple[str, str], list[Known]] = {}
        for each in known:
            self._by.setdefault((each.kind, each.about), []).append(each)
        instants = [each.value for each in known if each.kind == "time"] or [row.time.timestamp() for row in rows]
        first, last = (min(instants), max(instants)) if instants else (0.0, -1.0)
        #: The days that the evidence is of.
        self.days = [
            datetime.date(1970, 1, 1) + datetime.timedelta(days=n)
            for n in range(int(first // _DAY_S), int(last // _DAY_S) + 1)
        ][:_MOST_DAYS]

    def find(self, kind: str, about: str) -> Sequence[Known]:
        """All that is known under a name."""
        return self._by.get((kind, about), ())

    def _instants(self, quantity: Quantity) -> list[tuple[float, float, float]]:
        """(instant, earliest, latest) that a clock time may mean, on each day of the evidence."""
        offset = (self._zone_min if quantity.offset_min is None else quantity.offset_min) * 60.0
        days = [quantity.date] if quantity.date else self.days
        around = [
            day + datetime.timedelta(days=n)
            for day in days
            for n in ((0,) if not offset or quantity.date else (-1, 0, 1))
        ]
        starts = [(day - datetime.date(1970, 1, 1)).days * _DAY_S - offset for day in dict.fromkeys(around)]
        return [(start + quantity.value, start + quantity.low, start + quantity.high) for start in starts]

    def fits(self, quantity: Quantity, known: Known) -> bool:
        """Whether the stated interval and the known one overlap."""
        if quantity.kind == "time":
            return any(low <= known.high and known.low <= high for _, low, high in self._instants(quantity))
        if quantity.kind == "duration" and quantity.low == quantity.high:
            return known.low <= quantity.value <= known.high
        return quantity.low <= known.high and known.low <= quantity.high

    def measure(self, quantity: Quantity, known: Known) -> float:
        """How far apart they are, in the unit of their kind."""
        if quantity.kind == "time":
            return min((abs(value - known.value) for value, _, _ in self._instants(quantity)), default=0.0)
        return abs(quantity.value - known.value)

    def tell_distance(self, quantity: Quantity, known: Known) -> str:
        """The same in words: ``2 min late``, ``40 more``."""
        if quantity.kind == "time":
            value = min((v for v, _, _ in self._instants(quantity)), key=lambda v: abs(v - known.value), default=0.0)
            return f"{format_span(abs(value - known.value))} {'late' if value > known.value else 'early'}"
        off = quantity.value - known.value
        way = "more" if off > 0 else "less"
        if quantity.kind == "duration":
            return f"{format_span(abs(off))} {way}"
        return f"{abs(off) * 100:.3g} points {way}" if quantity.kind == "ratio" else f"{abs(off):,.0f} {way}"

    def show(self, known: Known) -> str:
        """What is known, as people write it."""
        if known.kind == "time":
            time = pd.Timestamp(known.value, unit="s", tz="UTC")
            return f"{time:%H:%M:%S} UTC" if len(self.days) < 2 else f"{time:%Y-%m-%d %H:%M:%S} UTC"
        if known.kind == "duration":
            return format_span(known.value)
        return f"{known.value:.2%}" if known.kind == "ratio" else f"{known.value:,.0f}"

    def tell_zone(self, quantity: Quantity) -> str:
        """The zone in which times without one were read, if it had to be inferred."""
        return self._note if quantity.kind == "time" and quantity.offset_min is None else ""
