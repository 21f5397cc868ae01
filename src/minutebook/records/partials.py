"""records of container logs → the same, with lines that the runtime cut into parts joined again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.records import Records

#: docker cuts lines into parts of this size (bytes), marked only by their missing line ends.
_DOCKER_PART = 16 << 10
#: Parts of a line come as fast as they fill the runtime's buffer; what comes later (s) is another line.
_LONGEST_GAP_S = 2


def join_partials(records: Records) -> tuple[Records, np.ndarray]:
    """The records with the parts of each cut line as one, and the rows of the further parts.

    A line continues in the next one of its ``stream``, since stdout and stderr are interleaved. A joined line has the
    stamp of its first part. A line whose end is missing is kept as far as it goes.
    """
    is_part = _is_part(records)
    nothing = np.empty(0, np.int64)
    if not is_part.any():
        return records, nothing
    count = len(records.rows)
    stream = records.parts.get("stream")
    streams = pc.fill_null(stream, "").dictionary_encode().indices.to_numpy() if stream is not None else np.zeros(count)
    order = np.argsort(streams, kind="stable")
    is_near = np.diff(_seconds(records.parts["time"])[order]) <= _LONGEST_GAP_S
    goes_on = np.concatenate(([False], is_part[order][:-1] & (streams[order][1:] == streams[order][:-1]) & is_near))
    first = np.flatnonzero(~goes_on)
    message = pc.fill_null(records.parts["message"], "").take(pa.array(order))
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([*first, count], pa.int32()), message), "")
    # Back from streams to the order of the lines.
    kept = order[first]
    by_line = np.argsort(kept, kind="stable")
    index = pa.array(kept[by_line])
    parts = {name: values.take(index) for name, values in records.parts.items()}
    parts["message"] = joined.take(pa.array(by_line))
    stop = None if records.stop is None else records.stop[kept[by_line]]
    whole = replace(
        records, parts=parts, rows=records.rows[kept[by_line]], pattern=records.pattern[kept[by_line]], stop=stop
    )
    return whole, records.rows[np.sort(order[goes_on])]


def _seconds(stamps: pa.Array) -> np.ndarray:
    """The whole seconds of the runtime's RFC 3339 stamps, in one zone; NaN where they can't be read."""
    head = pc.utf8_slice_codeunits(stamps, 0, 19)
    seconds = pc.strptime(head, format="%Y-%m-%dT%H:%M:%S", unit="s", error_is_null=True).cast(pa.int64())
    return seconds.cast(pa.float64()).to_numpy(zero_copy_only=False)


def _is_part(records: Records) -> np.ndarray:
    """Which records continue in the next one of their stream."""
    if "partial" in records.parts:
        is_part = pc.equal(records.parts["partial"], "P")
    elif "stream" in records.parts and "message" in records.parts:
        message = records.parts["message"]
        is_long = pc.greater_equal(pc.binary_length(message), _DOCKER_PART)
        is_part = pc.and_(is_long, pc.invert(pc.ends_with(message, "\n")))
    else:
        return np.zeros(len(records.rows), bool)
    return pc.fill_null(is_part, False).to_numpy(zero_copy_only=False)
