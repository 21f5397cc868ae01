"""How much of hostile evidence is read: limits that are generous to real evidence.

Where one is reached, the ledger and the summary say so. A settings file changes them:

    [limits]
    line_bytes = 67_108_864
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from minutebook.errors import MinutebookError, suggest


@dataclass(frozen=True)
class Limits:
    """The keys of the table ``[limits]``, all of them whole numbers above zero."""

    line_bytes: int = 16 << 20  #: of a longer line only the beginning is read
    long_line_bytes: int = 64 << 10  #: how much of such a line that is
    unpacked_bytes: int = 128 << 20  #: reading a packed file stops when it unpacks to more than this and also …
    unpacked_times: int = 200  #: … to more than so many times its packed size
    layers: int = 4  #: of packing within packing
    document_bytes: int = 64 << 20  #: of one JSON document, or of another export that has to be read whole
    rejects: int = 1000  #: rejects of a source that are listed with their place; all are counted

    @classmethod
    def load(cls, raw: object, where: str) -> Limits:
        """The limits of a table of a settings file; raises `MinutebookError` on values that make no sense."""
        known = [each.name for each in fields(cls)]
        if not isinstance(raw, Mapping):
            raise MinutebookError("'limits' is no table", where=where, do="write [limits]")
        for key, value in raw.items():
            if key not in known:
                raise MinutebookError(f"unknown key {key!r} in [limits]", where=where, do=suggest(key, known))
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise MinutebookError(f"{key!r} is no whole number above zero", where=f"{where}: [limits]")
        return cls(**raw)
