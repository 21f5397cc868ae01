"""durations as logged → seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import change_texts

_SECONDS = {
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ns": 1e-9,
    "micros": 1e-6,
    "nanos": 1e-9,
}


def read_durations(parts: Mapping[str, pa.Array]) -> pa.Array | None:
    """Durations in seconds, each from the first part that states it; None where none does."""
    read = [
        read_duration(values, name.partition("_")[2])
        for name, values in parts.items()
        if name == "duration" or name.startswith("duration_")
    ]
    return (pc.coalesce(*read) if len(read) > 1 else read[0]) if read else None


def read_duration(values: pa.Array, unit: str = "") -> pa.Array:
    """Durations in seconds: plain numbers in ``unit`` (default s), or with a unit behind them (1.5s, 3m2s).

    Negative ones and what is no number are null.
    """
    return change_texts(values, lambda texts: _read_durations(texts, unit))


def _read_durations(values: pa.Array, unit: str) -> pa.Array:
    is_number = pc.fill_null(pc.match_substring_regex(values, r"^[0-9]{1,15}(\.[0-9]*)?([eE]-?[0-9]{1,2})?$"), False)
    seconds = pc.multiply(pc.cast(pc.if_else(is_number, values, None), pa.float64()), _SECONDS[unit or "s"])
    rest = pc.and_(pc.invert(is_number), pc.is_valid(values))
    if pc.any(rest).as_py():
        # Written with units: few distinct texts, or a Go service; typed once a distinct text.
        encoded = pc.if_else(rest, values, None).dictionary_encode()
        read = pa.array([_with_units(v) for v in encoded.dictionary.to_pylist()], pa.float64())
        seconds = pc.coalesce(seconds, read.take(encoded.indices))
    # A product like 1231.8 × 0.001 must print as it was logged.
    return pc.round(seconds, 9)


def _with_units(text: str) -> float | None:
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)\s*(h|ms|us|micros|nanos|µs|μs|ns|m|s)", text)
    whole = "".join(number + unit for number, unit in parts)
    if not parts or whole != re.sub(r"\s", "", text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
