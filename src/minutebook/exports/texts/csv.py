"""a table of texts under a header, with commas, semicolons or tabs → a dict per row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from minutebook.exports.texts.cells import name_cells

_HEADER = re.compile(r'[\w \-./()"#]+(?:[,;\t][\w \-./()"#]*)+')


def read_csv(text: str, first: str) -> list[tuple[int, int, object]]:
    """The rows; none where the ``first`` line is no header. Cells are texts."""
    first = first.lstrip("\ufeff")
    delimiter = next((mark for mark in ("\t", ",", ";") if mark in first), None)
    if delimiter is None or not _HEADER.fullmatch(first):
        return []
    return list(_read_rows(text.lstrip("\ufeff"), delimiter))


def _read_rows(text: str, delimiter: str) -> Iterator[tuple[int, int, object]]:
    # Quotes may hold newlines; an open one ends with the file, and its row is told as it is.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: list[str] = []
    before = 0
    try:
        for row in reader:
            begin, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in row) or row[0].startswith("#"):
                continue
            if not header:
                header = [name.strip() for name in row]
                continue
            cells = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name}
            yield begin, before, name_cells(cells)
    except csv.Error:
        return
