"""an event frame → what a book needs beside its rows: the key of pseudonyms, resolutions, errors of clocks.

`read` leaves them in ``attrs``; without those, they're found by the rows.
"""

from __future__ import annotations

import hashlib

import pandas as pd
import pyarrow as pa

from minutebook.clocks import find_error_s
from minutebook.redaction import draw_key
from minutebook.times.utc import count_us


def find_key(events: pd.DataFrame, table: pa.Table) -> bytes:
    """The key of pseudonyms that `read` drew from the evidence, else one drawn from the frame."""
    if "key" in events.attrs:
        return bytes.fromhex(events.attrs["key"])
    content = hashlib.sha256()
    for name in ("time", "user", "message"):
        for buffer in table.column(name).cast(pa.string()).combine_chunks().buffers():
            content.update(buffer or b"")
    return draw_key([content.digest()])


def find_clock_errors(events: pd.DataFrame) -> dict[str, float]:
    """Source → how far off its clock may be (s), as `read` found it."""
    sources = events.attrs.get("ledger", {}).get("sources", [])
    errors = {
        s["source"]: find_error_s(s["clock_offset_s"], s["clock_applied"], s["clock_spread_s"], s["clock_pairs"])
        for s in sources
    }
    return {source: error for source, error in errors.items() if error is not None}


def find_resolutions(events: pd.DataFrame) -> dict[str, float]:
    """Source → resolution (s): as `read` found it, else a second where all its stamps are whole seconds."""
    ledger = events.attrs.get("ledger")
    if ledger:
        return {source["source"]: source["resolution_s"] or 0.0 for source in ledger["sources"]}
    if "source" not in events or not len(events):
        return {}
    fraction = count_us(events["time"]) % 1_000_000 != 0
    finer = fraction.groupby(events["source"].astype("str")).any()
    return {str(source): 0.001 if is_finer else 1.0 for source, is_finer in finer.items()}
