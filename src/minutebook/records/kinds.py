"""a JSON line → its kind: the cells that it splits into, as do all lines with the same keys and types of values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from minutebook.records.cells import QUOTED, Cell
from minutebook.records.jsontext import load_json

#: What may be without quotes.
_SCALAR = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null"
#: A quoted text without escapes: others aren't cut.
_PLAIN = r'[^"\\\x00-\x1f]*'
_TOKEN = re.compile(rf'"({_PLAIN})"|({_SCALAR})|\[ *\]|([{{}}:,])| +')
_LONGEST_LINE = 20_000

#: What is in each cell, without quotes.
Values = tuple[str, ...]


class Kind:
    """Lines that split into the same cells."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = tuple(cells)  #: behind an empty one ahead of all
        inside = {QUOTED: _PLAIN, _SCALAR: _SCALAR, "": ""}
        whole = "".join(f"({inside[cell.expression]}){re.escape(cell.behind)}" for cell in cells)
        self._expression = re.compile(whole, re.ASCII)

    def read_values(self, lines: Iterable[str]) -> list[Values]:
        """The values of the lines that are of this kind."""
        matches = (self._expression.fullmatch(line) for line in lines)
        return [match.groups()[1:] for match in matches if match]


def read_cells(line: str, wanted: Collection[str]) -> tuple[Cell, ...]:
    """The cells of an object on one line, named where their key is ``wanted``, after an empty one at the beginning; none
    where they can't be cut out.

    A nested key is its path, ``\\x1f`` between the steps. What is an object or a list can't be wanted.
    """
    if len(line) > _LONGEST_LINE or not isinstance(load_json(line), dict):
        return ()
    cells = [Cell("", "", "")]
    paths, whole = [], set()
    prefixes: list[str] = []
    path, behind, is_key = "", "", False
    for token in _read_tokens(line):
        if token is None:
            return ()
        text, scalar, mark = token.groups()
        if is_key and text is not None:
            path, is_key = prefixes[-1] + text, False
            behind += token[0]
        elif text is not None or scalar is not None:
            quote = "" if text is None else '"'
            cells[-1] = replace(cells[-1], behind=behind + quote)
            cells.append(Cell(_SCALAR if text is None else QUOTED, path if path in wanted else "", ""))
            paths.append(path)
            behind = quote
        else:
            behind += token[0]
            if mark == "{":
                whole.add(path)
                prefixes.append(f"{path}\x1f" if prefixes else "")
            elif mark == "}":
                prefixes.pop()
            elif mark is None and token[0][0] == "[":
                whole.add(path)
            is_key = is_key if mark is None else mark in "{,"
    cells[-1] = replace(cells[-1], behind=behind)
    is_plain = len(set(paths)) == len(paths) and not whole & set(wanted)
    return tuple(cells) if is_plain and paths else ()


def _read_tokens(line: str) -> Iterator[re.Match[str] | None]:
    """The tokens of a line; None in place of one that isn't known."""
    at = 0
    while at < len(line):
        token = _TOKEN.match(line, at)
        yield token
        if token is None:
            return
        at = token.end()
