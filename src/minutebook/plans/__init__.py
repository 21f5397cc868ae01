"""lines and plans → records, whatever mixture of formats the lines are.

A plan is one format and what a sample showed: which keys feed which column, which layout the stamps have, what the
messages hold in turn (a container's log line holds a line of any other format). Here a plan reads the lines of its own
format; `parts` then works on the parts of their records. A file that mixes formats is read by several plans, each tried
on what the one before leaves over, in `matching`, which gives `matched` records.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from minutebook.logformats import LogFormat
from minutebook.names import ASKED
from minutebook.plans.parts import choose_keys, join_stamps, join_thousands, read_tails
from minutebook.records import Records, no_records
from minutebook.records.arrays import BRACKETS, strip_array
from minutebook.records.headers import Header
from minutebook.records.jsonlines import extract_keys
from minutebook.records.objects import unfold
from minutebook.records.pairs import match_logfmt
from minutebook.records.table import read_rows
from minutebook.records.text import match_lines
from minutebook.records.windowsevents import read_events

#: Kibana's tables group the digits of numbers: 1,234.5.
_KIBANA_STAMPS = "%b %e %Y %H:%M:%S"


@dataclass(frozen=True)
class Plan:
    """How the lines of one format are read."""

    log_format: LogFormat
    keys: Mapping[str, str] = field(default_factory=dict)  #: part → key, of JSON, pairs or a table
    layout: str = ""  #: layout of ``time`` where the format's patterns don't state it
    header: Header | None = None  #: of a table
    is_batch: bool = False  #: one JSON object holds many records
    in_array: bool = False  #: JSON objects are in brackets, with commas between them
    guesses: Mapping[str, str] = field(default_factory=dict)  #: key of durations that states no unit → the unit assumed
    inner: tuple[Plan, ...] = ()  #: what the messages of a wrapper hold

    @property
    def layouts(self) -> tuple[str, ...]:
        """Layout of ``time`` by pattern."""
        return tuple(self.layout if p.either_way and self.layout else p.time for p in self.log_format.patterns) or (
            self.layout,
        )

    @property
    def skip(self) -> str:
        """Pattern of the lines that are no records; of a table, its header too."""
        if self.in_array:
            return BRACKETS
        if self.log_format.shape != "csv" or self.header is None:
            return self.log_format.skip
        names = rf"\s*{re.escape(self.header.delimiter)}\s*".join(f'"?{re.escape(n)}"?' for n in self.header.written)
        return rf"^(?:\x{{feff}}?\s*{names}\s*|#TYPE [^,;|\t]*)$"

    def with_header(self, header: Header | None) -> Plan:
        """The same plan for rows under another header."""
        return replace(self, header=header)

    def asking(self, keys: Sequence[str]) -> Plan:
        """The plan, extended to read these keys too, where a record has them."""
        step = "\x1f" if self.log_format.shape == "json" else "."
        more = {ASKED + key: key.replace(".", step) for key in keys}
        inner = tuple(plan.asking(keys) for plan in self.inner)
        return replace(self, keys={**self.keys, **more}, inner=inner) if keys else self

    def read(self, text: pa.StringArray) -> Records:
        """Records of the lines that fit the plan's format, with all their parts."""
        shape = self.log_format.shape
        if shape == "json":
            return self._read_json(text)
        if shape == "pairs":
            return choose_keys(match_logfmt(text, self.keys))
        if shape == "events":
            return read_events(text)
        if shape in ("csv", "w3c"):
            records = read_rows(text, self.header, self.keys) if self.header else no_records()
            return self._finish_rows(records) if shape == "csv" else records
        return read_tails(match_lines(text, self.log_format), self.keys)

    def _finish_rows(self, records: Records) -> Records:
        records = choose_keys(records)
        return join_thousands(records) if self.layout == _KIBANA_STAMPS else records

    def _read_json(self, text: pa.StringArray) -> Records:
        text = strip_array(text) if self.in_array else text
        if not self.is_batch:
            return join_stamps(choose_keys(extract_keys(text, self.keys)))
        rows, texts = unfold(text.to_pylist())
        records = join_stamps(choose_keys(extract_keys(pa.array(texts, pa.string()), self.keys)))
        rows = rows[records.rows]
        return Records(records.parts, rows, np.zeros(len(rows), np.int64), rows + 1)
