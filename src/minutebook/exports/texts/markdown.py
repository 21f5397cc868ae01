"""a Markdown table of deploys, alerts or changes → a dict of texts per row, as from a CSV."""

from __future__ import annotations

import re
from collections.abc import Sequence

from minutebook.exports.texts.cells import name_cells
from minutebook.names import normalise

_RULE = re.compile(r"\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*(?::?-{3,}:?\s*)?")
#: A list of deploys or alerts has some of these columns; a person's notes (time, who, what) have none.
_OF_LISTS = frozenset(
    ("service", "app", "version", "status", "state", "result", "environment", "env", "severity", "alert", "alertname", "flag",
     "sha", "commit", "release")
)  # fmt: skip
_FEWEST = 2


def read_markdown_table(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """(line, line, cells by column) of each row of the first table; none where it's no list of happenings."""
    ruled = next((n for n in range(1, len(lines)) if _RULE.fullmatch(lines[n]) and "|" in lines[n - 1]), None)
    if ruled is None:
        return []
    header = _cut(lines[ruled - 1])
    named = name_cells(dict.fromkeys(header, ""))
    if len(_OF_LISTS.intersection(map(normalise, named))) < _FEWEST:
        return []
    found: list[tuple[int, int, object]] = []
    for number, line in enumerate(lines[ruled + 1 :], ruled + 2):
        if "|" not in line:
            break
        found.append((number, number, name_cells(dict(zip(header, _cut(line), strict=False)))))
    return found


def _cut(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|"))
    if not cells[-1].strip():
        cells.pop()
    return [cell.strip().strip("`*").replace("\\|", "|") for cell in cells]
