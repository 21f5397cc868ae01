"""the first lines of a table → its header: of CSV, TSV and W3C extended logs, whose header may change on the way."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

_DELIMITERS = (",", "\t", ";", "|")
#: Of W3C extended logs and, with a tab, of Zeek's.
_FIELDS = re.compile(r"#Fields:|#fields\t")
#: The names of all but the last column in Windows' Event Viewer.
_EVENT_VIEWER = ("Level", "Date and Time", "Source", "Event ID", "Task Category")
MOST_LINES = 1000  # of one row


@dataclass(frozen=True)
class Header:
    """Names of a table's columns, and its delimiter."""

    names: tuple[str, ...]
    delimiter: str
    date: str = ""  #: of rows that state a time only (W3C's #Date)

    @property
    def written(self) -> tuple[str, ...]:
        """The names as written in the header."""
        return self.names[:-1] if self.names[:-1] == _EVENT_VIEWER else self.names


def find_header(lines: Sequence[str]) -> Header | None:
    """The header of a CSV or TSV text: a first line of plain names, as many as later lines have cells."""
    rows = [line for line in lines if line.strip()]
    while rows and rows[0].startswith("#") and not any(delimiter in rows[0] for delimiter in _DELIMITERS):
        rows = rows[1:]  # PowerShell's #TYPE
    if len(rows) < 2:
        return None
    for delimiter in _DELIMITERS:
        names = [name.strip().strip("\ufeff") for name in split_cells(rows[0], delimiter)]
        if len(names) < 2 or any(not name or name[:1].isdigit() or len(name) > 60 for name in names):
            continue
        if tuple(names) == _EVENT_VIEWER:
            names.append("Message")  # whose column has no name
        if len(set(names)) == len(names) and len(split_cells(_join_first(rows[1:]), delimiter)) == len(names):
            return Header(tuple(names), delimiter)
    return None


def _join_first(rows: Sequence[str]) -> str:
    """The first row, with the further lines of its quoted cells."""
    quotes = 0
    for end, row in enumerate(rows[:MOST_LINES], 1):
        quotes += row.count('"')
        if quotes % 2 == 0:
            return "\n".join(rows[:end])
    return rows[0]


def split_cells(line: str, delimiter: str, *, skips_blanks: bool = False) -> list[str]:
    """The cells of one row; none where it isn't CSV."""
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=skips_blanks), [])
    except csv.Error:
        return []


def find_w3c_header(lines: Sequence[str]) -> Header | None:
    """The header that the last ``#Fields:`` line states, with the date of the last ``#Date:`` line."""
    names: tuple[str, ...] = ()
    date = ""
    for line in lines:
        if _FIELDS.match(line):
            names = tuple(line[8:].split())
        elif line.startswith("#Date:"):
            date = line[6:].split()[0] if line[6:].split() else ""
    if not names:
        return None
    return Header(names, "\t" if any("\t" in line for line in lines if line[:1] != "#") else " ", date)


def list_w3c_names(lines: Sequence[str]) -> tuple[str, ...]:
    """Names of all columns in any of the ``#Fields:`` lines: after a restart there may be others."""
    return tuple(dict.fromkeys(name for line in lines if _FIELDS.match(line) for name in line[8:].split()))


def is_directive(line: str) -> bool:
    """Whether a line states the columns or the date of those after it."""
    return bool(_FIELDS.match(line)) or line.startswith("#Date:")


def update_w3c(header: Header | None, directive: str) -> Header | None:
    """The header after a further ``#Fields:`` or ``#Date:`` line."""
    found = find_w3c_header([directive])
    if found is not None:
        return Header(found.names, header.delimiter if header else " ", header.date if header else "")
    words = directive.partition(":")[2].split()
    return Header(header.names, header.delimiter, words[0]) if header and words else header
