"""the lines below a record's first one → its further parts, where records are blocks: queries, journal entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_MOST_LINES = 200


def read_below(
    parts: Mapping[str, pa.Array], text: pa.StringArray, start: np.ndarray, stop: np.ndarray, below: Sequence[str]
) -> dict[str, pa.Array]:
    """The parts, and those that the expressions ``below`` find further down (RE2, ``^`` and ``$`` match at line ends).

    A record has the lines ``[start, stop)`` of ``text``. The first expression that finds a part counts. Parts of the
    first line are kept but for the message, which is what's below.
    """
    last = np.minimum(stop, start + _MOST_LINES)
    count = np.maximum(last - start - 1, 0)
    offsets = np.concatenate(([0], np.cumsum(count)))
    rows = np.repeat(start + 1 - offsets[:-1], count) + np.arange(offsets[-1])
    lines = text.take(pa.array(rows, pa.int64()))
    block = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), lines), "\n")
    found: dict[str, pa.Array] = {}
    for expression in below:
        groups = pc.extract_regex(block, f"(?m){expression}")
        is_match = groups.is_valid()
        for field in groups.type:
            value = pc.struct_field(groups, field.name)
            value = pc.if_else(pc.and_kleene(is_match, pc.not_equal(value, "")), value, None)
            found[field.name] = pc.coalesce(found[field.name], value) if field.name in found else value
    merged = dict(parts)
    for name, values in found.items():
        own = merged.get(name)
        first, second = (values, own) if name == "message" else (own, values)
        merged[name] = values if own is None else pc.coalesce(first, second)
    return merged
