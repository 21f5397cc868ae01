"""lines → records of tables: CSV, TSV and W3C extended logs, by their header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.records import Records, no_records
from minutebook.records.headers import MOST_LINES, Header, split_cells
from minutebook.records.quotedrows import cut_rows

#: Columns that together state an instant.
_DATE_AND_TIME = (("date", "time"), ("date-local", "time-local"))


def read_rows(text: pa.StringArray, header: Header, keys: Mapping[str, str]) -> Records:
    """Records of the rows that have the header's number of cells; part → cell of its key (``keys``)."""
    if header.delimiter == " ":
        split = _split_spaced
    else:
        split = _read_quoted if pc.any(pc.match_substring(text, '"')).as_py() else _split_rows
    rows, cells, stop = split(text, header)
    if not len(rows):
        return no_records()
    place = {name: index for index, name in reversed(list(enumerate(header.names)))}
    parts = {part: cells[place[key]] for part, key in keys.items() if key in place}
    lower = {name.lower(): index for name, index in place.items()}
    pair = next((p for p in _DATE_AND_TIME if keys.get("time", "").lower() in p and {*p} <= {*lower}), None)
    if pair:
        parts["time"] = pc.binary_join_element_wise(cells[lower[pair[0]]], cells[lower[pair[1]]], " ")
    elif header.date and keys.get("time") == "time":
        parts["time"] = pc.binary_join_element_wise(pa.scalar(header.date), cells[place["time"]], " ")
    return Records(parts, rows, np.zeros(len(rows), np.int64), stop)


def _split_rows(text: pa.StringArray, header: Header) -> tuple[np.ndarray, list[pa.Array], np.ndarray]:
    width = len(header.names)
    cells = pc.split_pattern(text, header.delimiter)
    is_row = pc.and_(pc.equal(pc.list_value_length(cells), width), pc.invert(pc.starts_with(text, "#")))
    if header.names:  # the header itself, wherever it's repeated
        is_row = pc.and_(is_row, pc.not_equal(text, header.delimiter.join(header.names)))
    rows = np.flatnonzero(is_row.to_numpy(zero_copy_only=False))
    flat = cells.filter(is_row).flatten()
    base = np.arange(len(rows)) * width
    return rows, [flat.take(pa.array(base + i)) for i in range(width)], rows + 1


def _split_spaced(text: pa.StringArray, header: Header) -> tuple[np.ndarray, list[pa.Array], np.ndarray]:
    """Rows with single blanks between cells; the remaining ones may pad columns, or quote cells with blanks."""
    rows, cells, stop = _split_rows(text, header)
    is_left = pc.match_substring_regex(text, r'^[^#].*(?:  |")').to_numpy(zero_copy_only=False).copy()
    is_left[rows] = False
    more = [
        (row, found)
        for row in np.flatnonzero(is_left).tolist()
        if len(found := split_cells(text[row].as_py().strip(), " ", skips_blanks=True)) == len(header.names)
    ]
    if not more:
        return rows, cells, stop
    rows = np.concatenate((rows, np.array([row for row, _ in more], np.int64)))
    order = np.argsort(rows, kind="stable")
    columns = zip(*(found for _, found in more), strict=True)
    cells = [
        pa.concat_arrays([known, pa.array(column, pa.string())]).take(pa.array(order))
        for known, column in zip(cells, columns, strict=True)
    ]
    return rows[order], cells, rows[order] + 1


def _read_quoted(text: pa.StringArray, header: Header) -> tuple[np.ndarray, list[pa.Array], np.ndarray]:
    """Rows with quoted cells, which may hold line breaks. An unterminated quote ends with its line."""
    width = len(header.names)
    begins, stops = _join_lines(text)
    is_alone = np.zeros(len(text), bool)
    is_alone[begins[stops == begins + 1]] = True
    plain, cells, is_plain = cut_rows(text, header.delimiter, width)
    is_kept = is_alone[plain]
    plain, cells = plain[is_kept], [column.filter(pa.array(is_kept)) for column in cells]
    is_left = ~(is_alone & is_plain)[begins]
    more = [
        (start, stop, found)
        for start, stop in zip(begins[is_left].tolist(), stops[is_left].tolist(), strict=True)
        if len(found := split_cells("\n".join(text[start:stop].to_pylist()), header.delimiter)) == width
    ]
    columns = zip(*([cell.rstrip("\r\n") for cell in found] for *_, found in more), strict=True)
    others = [pa.array(column, pa.string()) for column in columns] or [pa.array([], pa.string())] * width
    rows = np.concatenate((plain, np.array([start for start, *_ in more], np.int64)))
    ends = np.concatenate((plain + 1, np.array([stop for _, stop, _ in more], np.int64)))
    order = np.argsort(rows, kind="stable")
    whole = [pa.concat_arrays(pair) for pair in zip(cells, others, strict=True)]
    order = order[~_is_header(whole, header)[order]]
    return rows[order], [column.take(pa.array(order)) for column in whole], ends[order]


def _is_header(cells: Sequence[pa.Array], header: Header) -> np.ndarray:
    """Which rows are the header itself, wherever it's repeated."""
    is_it = np.ones(len(cells[0]), bool)
    for column, name in zip(cells, header.names, strict=True):
        is_it &= pc.equal(column, name).to_numpy(zero_copy_only=False)
    return is_it


def _join_lines(text: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """Where each row begins and stops: one with an open quote goes on, if one of the next lines closes it."""
    is_odd = pc.bit_wise_and(pc.count_substring(text, '"'), 1).to_numpy() == 1
    stops = np.arange(1, len(text) + 1)
    is_begin = np.ones(len(text), bool)
    odd, at = np.flatnonzero(is_odd).tolist(), 0
    while at + 1 < len(odd):
        start, end = odd[at], odd[at + 1]
        if end > start + MOST_LINES:
            at += 1
            continue
        stops[start], is_begin[start + 1 : end + 1] = end + 1, False
        at += 2
    begins = np.flatnonzero(is_begin)
    return begins, stops[begins]
