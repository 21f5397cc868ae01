"""Markdown → its tables: for each the header, and rows of cells with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")


@dataclass(frozen=True)
class Table:
    """A table: its header's cells, and (line, cells) of each row; lines count from 1."""

    head: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    heading: str = ""  #: of the section that it's in


def find_tables(text: str) -> list[Table]:
    """The tables of a document, but for those in fenced code."""
    lines = [*mask_code(text.split("\n")), ""]
    found, at, heading = [], 0, ""
    while at < len(lines) - 1:
        if title := _HEADING.match(lines[at]):
            heading = title[1]
        if "|" in lines[at] and _RULE.match(lines[at + 1]) and "-" in lines[at + 1]:
            stop = at + 2
            while stop < len(lines) and "|" in lines[stop]:
                stop += 1
            head = split_cells(lines[at])
            rows = tuple((n + 1, _fit(split_cells(lines[n]), len(head))) for n in range(at + 2, stop))
            found.append(Table(tuple(head), rows, heading))
            at = stop
        else:
            at += 1
    return found


def mask_code(lines: Sequence[str]) -> Iterator[str]:
    """The lines, those of fenced code emptied."""
    fence = ""
    for line in lines:
        opens = _FENCE.match(line)
        if fence:
            yield ""
            if opens and opens[1].startswith(fence):
                fence = ""
        elif opens:
            fence = opens[1]
            yield ""
        else:
            yield line.rstrip("\r")


def split_cells(line: str) -> list[str]:
    """A row's cells, outer bars apart; an escaped bar is none."""
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", inner)]


def read_plain(cell: str) -> str:
    """A piece of Markdown as readers see it: without emphasis and escapes, links as their text."""
    text = _LINK.sub(r"\1", re.sub(r"<br\s*/?>", " ", cell))
    text = re.sub(r"(?<!\\)(\*\*|__|\*|`|~~)", "", text)
    text = re.sub(r"(?<![\w\\])_(?=\S)|(?<=\S)(?<!\\)_(?!\w)", "", text)
    return _ESCAPED.sub(r"\1", text).strip()


def _fit(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return tuple([*cells, *[""] * width][:width]) if len(cells) < width else tuple(cells)
