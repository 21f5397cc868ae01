"""a pattern → its skeleton: cells, and the fixed texts between them.

A pattern that can read a text in one way only, such as an access log's, is a row of cells with fixed texts between them:
``CLIENT IDENT USER [TIME] "REQUEST" STATUS …``. `cells` cuts lines at those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from minutebook.records.cells import Cell

_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^(]", re.DOTALL)
_REPEAT = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})\??")
_NAMED = re.compile(r"\(\?P<(\w+)>(.*)\)", re.DOTALL)


@cache
def find_skeleton(expression: str) -> tuple[Cell, ...]:
    """The cells of an expression; none unless it's cells with fixed texts between, at least two of these quotes."""
    cells: list[Cell] = []
    for text, is_fixed in _atoms(expression.removesuffix("$")):
        if is_fixed and cells:
            cells[-1] = Cell(cells[-1].expression, cells[-1].name, cells[-1].behind + text)
        elif is_fixed or text in ("^", "$", "|"):
            return ()
        elif cells and not cells[-1].behind:
            if cells[-1].name or text.startswith("(?P<"):
                return ()  # only matching can show where one ends and the other begins
            cells[-1] = Cell(cells[-1].expression + text, "", "")
        else:
            named = _NAMED.fullmatch(text)
            cells.append(Cell(named.group(2), named.group(1), "") if named else Cell(text, "", ""))
    is_whole = expression.endswith("$") and bool(cells) and not cells[-1].behind
    return tuple(cells) if is_whole and sum(cell.behind.count('"') for cell in cells) >= 2 else ()


def _atoms(expression: str) -> Iterator[tuple[str, bool]]:
    """The atoms with their quantifiers, and for each the character that it is, if it's a fixed one."""
    at = 0
    while at < len(expression):
        end = _end_of_atom(expression, at)
        repeat = _REPEAT.match(expression, end)
        if repeat:
            end = repeat.end()
        atom = expression[at:end]
        escaped = atom[0] == "\\" and len(atom) == 2 and not atom[1].isalnum()
        yield (atom[-1], True) if escaped or (len(atom) == 1 and atom not in ".^$|") else (atom, False)
        at = end


def _end_of_atom(expression: str, at: int) -> int:
    depth = 0
    while at < len(expression):
        atom = "(" if expression[at] == "(" else _ATOM.match(expression, at)[0]  # type: ignore[index]
        depth += {"(": 1, ")": -1}.get(atom, 0)
        at += len(atom)
        if depth <= 0:
            break
    return at


def is_row(expression: str) -> bool:
    """Whether an expression is one thing after the other, with no choice but inside of whole groups."""
    at = depth = 0
    while at < len(expression):
        atom = "(" if expression[at] == "(" else _ATOM.match(expression, at)[0]  # type: ignore[index]
        depth += {"(": 1, ")": -1}.get(atom, 0)
        if depth < 0 or (atom == "|" and not depth):
            return False
        at += len(atom)
    return not depth
