"""events → events: a line that says "last message repeated N times" stands for N of the message before it.

syslog daemons write such a line instead of equal ones. Its event keeps its own time and line, takes over
what the repeated message said, and counts N.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: What a repeated record shares with the one before it, where its own line doesn't say.
_SHARED = ("level", "service")


def count_repeats(events: pa.Table, pattern: str) -> pa.Table:
    """The events, in the order of their lines, with ``count`` and ``message`` of those that stand for several.

    ``pattern`` (RE2) has a group ``count`` and may have ``message``, where the line itself says what was
    repeated. Otherwise it's the host's last message before it. A line without one keeps its own words.
    """
    if not pc.any(pc.match_substring(events.column("message"), "repeated ")).as_py():
        return events
    messages = events.column("message").combine_chunks()
    groups = pc.extract_regex(messages, pattern)
    rows = np.flatnonzero(groups.is_valid().to_numpy(zero_copy_only=False))
    if not len(rows):
        return events
    groups = groups.take(pa.array(rows))
    before = _find_before(events, rows)
    has_before = pa.array(before >= 0)
    index = pa.array(np.maximum(before, 0))
    said = pc.if_else(has_before, messages.take(index), None)
    if groups.type.get_field_index("message") >= 0:
        own = pc.struct_field(groups, "message")
        said = pc.coalesce(pc.if_else(pc.equal(own, ""), None, own), said)
    changes: dict[str, pa.Array] = {
        "count": pc.struct_field(groups, "count").cast(pa.int32()),
        "message": pc.coalesce(said, messages.take(pa.array(rows))),
    }
    for name in _SHARED:
        column = events.column(name).cast(pa.string()).combine_chunks()
        other = pc.if_else(has_before, column.take(index), None)
        changes[name] = pc.coalesce(column.take(pa.array(rows)), other)
    for name, values in changes.items():
        events = _put(events, name, rows, values)
    return events


def _find_before(events: pa.Table, rows: np.ndarray) -> np.ndarray:
    """For each of the rows the nearest earlier one of its host that is none of them; -1 where there is none."""
    is_told = np.ones(events.num_rows, bool)
    is_told[rows] = False
    told = np.flatnonzero(is_told)
    hosts = events.column("host").cast(pa.string()).combine_chunks()
    host = pc.fill_null(hosts, "").dictionary_encode().indices.to_numpy()
    found = np.full(len(rows), -1)
    for which in np.unique(host[rows]):
        own = np.flatnonzero(host[rows] == which)
        candidates = told[host[told] == which] if hosts[int(rows[own[0]])].is_valid else told
        place = np.searchsorted(candidates, rows[own]) - 1
        found[own] = np.where(place >= 0, candidates[np.maximum(place, 0)] if len(candidates) else -1, -1)
    return found


def _put(events: pa.Table, name: str, rows: np.ndarray, values: pa.Array) -> pa.Table:
    """The table with the column's values at the rows replaced."""
    field = events.schema.field(name)
    is_word = pa.types.is_dictionary(field.type)
    column = events.column(name).cast(field.type.value_type if is_word else field.type).combine_chunks()
    mask = np.zeros(events.num_rows, bool)
    mask[rows] = True
    column = pc.replace_with_mask(column, pa.array(mask), values.cast(column.type))
    return events.set_column(
        events.schema.get_field_index(name), field, column.dictionary_encode() if is_word else column
    )
