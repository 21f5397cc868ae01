"""evidence → its events as one frame; and the same frame, redacted so that it can be passed on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from minutebook import book as books
from minutebook.engines import open_engine
from minutebook.events import to_frame, to_table
from minutebook.gathering import Evidence, gather
from minutebook.ledger import make_ledger
from minutebook.redaction import make_redaction
from minutebook.redaction.roles import find_roles, name_people
from minutebook.sources.places import BYTES
from minutebook.verbs.frames import find_key
from minutebook.verbs.given import Said, When, make_settings


def read(
    *evidence: Evidence,
    zone: str | None = None,
    since: When | None = None,
    until: When | None = None,
    engine: str | None = None,
    config: Said = None,
) -> pd.DataFrame:
    """The event frame of files and folders: one row per event, by time; columns as in `schema`.

    Clocks are settled and copies taken out. Users, messages and fields are as logged; `redact` the frame before you
    pass it on. The account of every line is in ``attrs["ledger"]``.

    * ``zone`` (IANA name or offset) is for stamps without one. By default it's inferred from ids that sources share, else
      UTC; ``time_quality`` says which.
    * ``since`` and ``until`` (not included) are ``2026-11-23T14:05Z``, or relative to the evidence: ``14:05`` on its day,
      ``-2h`` before its end. The ledger counts events outside as out of range.
    * ``engine`` is ``local``, or ``dask`` for tasks on the active client (else on processes of this machine), with the
      same result.
    * ``config`` is a `Config` or the path of a `minutebook.toml`.

    Raises `EvidenceError` when nothing can be read.
    """
    settings = make_settings(zone, config, since, until, engine)
    with open_engine(settings.engine, settings.scheduler) as opened:
        gathered = gather(evidence, settings, opened)
        tables = list(gathered.tables())
        table = pa.concat_tables(tables).unify_dictionaries() if tables else to_table(pd.DataFrame({"time": []}))
    frame = to_frame(table)
    # Stable: of equal times, sources by name and then lines in their order.
    order = np.lexsort((frame["source"].cat.codes, frame["time"].astype("int64")))
    frame = frame.take(order).reset_index(drop=True)
    request = frame["operation"] + " " + frame["status"].astype("str")
    frame["message"] = frame["message"].where(frame["message"].notna(), request.where(frame["status"].notna(), None))
    frame["line"] = frame["line"].where(frame["line"] < BYTES)
    frame.attrs["ledger"] = _Ledger(make_ledger(gathered))
    frame.attrs["key"] = gathered.key.hex()
    return frame


class _Ledger(dict[str, Any]):
    """A ledger shared by all frames derived from one another: pandas would deep-copy it at each step."""

    def __deepcopy__(self, memo: dict[int, Any]) -> _Ledger:
        return self


def redact(events: pd.DataFrame, *, config: Said = None) -> pd.DataFrame:
    """The event frame, safe to pass on: users as pseudonyms, people as roles, secrets as their kinds.

    Pseudonyms are HMAC-SHA256 of the ids, so distinct counts stay the same. The key is that of ``config``, else it's
    drawn from the evidence that `read` read, else from the frame. `attrs` are dropped, since they hold the key.
    """
    settings = make_settings(None, config)
    table = to_table(events)
    hides = make_redaction(
        books.pick_key(settings, find_key(events, table)), [table.column("user")], is_on=settings.redact
    )
    people = find_roles(books.pick_happenings([table]))
    made = hides.hide_events(name_people(events, people))
    made.attrs = {}
    return made
