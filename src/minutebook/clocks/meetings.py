"""events → requests that two sources tell by the same client and operation, for sources that share no ids.

A web server's error log holds no requests, but says whose failed.

A client that asked for something only once within each of two sources asked for it there at the same time, so the
difference of the two stamps is that of the clocks. Where two logs hold different requests, chance pairs spread widely,
and prove nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.clocks.samples import Mapped
from minutebook.columns.grouping import join_chunks
from minutebook.columns.texts import change_texts, is_dictionary

_MOST = 1 << 18  # rows that are looked at; of more, those with the smallest hashes


def find_meetings(map_events: Mapped, waiting: Collection[str], events: int) -> pd.DataFrame:
    """``source, trace, time`` (µs) of requests whose client and operation, hashed to ``trace``, are unique in their source.

    Only what a source in ``waiting`` and another one both have. ``events`` is how many there are in all.
    """
    bits = max(int(events) // _MOST, 1).bit_length() - 1  # of a hash that have to be zero
    found = pd.concat([_no_meetings(), *map_events(partial(_pick, bits=bits))], ignore_index=True)
    # What is logged beside a request, on its behalf, would only hide that it came once.
    has_requests = found["source"].isin(found.loc[found["is_request"], "source"].unique())
    found = found[found["is_request"] | ~has_requests].drop(columns="is_request")
    found = found[~found.duplicated(["source", "trace"], keep=False)]
    is_asked = found["trace"].isin(found.loc[found["source"].isin(list(waiting)), "trace"])
    shared = found[is_asked & found.duplicated("trace", keep=False)]
    return shared.sort_values(["source", "trace"], ignore_index=True)


def _no_meetings() -> pd.DataFrame:
    return pd.DataFrame(
        {"source": pd.Series(dtype="str"), "trace": np.empty(0, np.uint64), "time": np.empty(0, np.int64),
         "is_request": np.empty(0, bool)}
    )  # fmt: skip


def _pick(events: pa.Table, *, bits: int) -> pd.DataFrame:
    """The requests and log lines of a table with a client and an operation, if their hash is among those looked at."""
    named = events.filter(pc.and_(pc.is_valid(events.column("client")), pc.is_valid(events.column("operation"))))
    named = named.filter(pc.is_in(named.column("kind").cast(pa.string()), pa.array(["request", "log"])))
    if not named.num_rows:
        return _no_meetings()
    addresses = change_texts(join_chunks(named.column("client")), _drop_agents)
    key = _hash(addresses) * np.uint64(31) ^ _hash(join_chunks(named.column("operation")))
    rows = np.flatnonzero(key & np.uint64((1 << bits) - 1) == 0)
    return pd.DataFrame(
        {
            "source": named.column("source").cast(pa.string()).take(pa.array(rows)).to_pandas(),
            "trace": key[rows],
            "time": named.column("time").cast(pa.int64()).to_numpy()[rows],
            "is_request": pc.equal(named.column("kind").cast(pa.string()), "request").to_numpy()[rows],
        }
    )


def _drop_agents(clients: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(clients, " .*$", "")


def _hash(texts: pa.Array) -> np.ndarray:
    """A number for each text, the same in each table."""
    encoded = texts if is_dictionary(texts) else texts.dictionary_encode()
    words = np.array(encoded.dictionary.to_pylist(), object)
    return pd.util.hash_array(words, categorize=False)[encoded.indices.to_numpy()]
