"""a written postmortem → its phrases that blame or show hindsight, and what to say instead.

The table of them is `phrases`. Code and minutebook's own facts are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from minutebook.postmortem.document.regions import find_regions
from minutebook.postmortem.phrases import PATTERNS

#: ``line`` and ``column`` count from 1; ``kind`` is blame, hindsight or name.
COLUMNS = ("line", "column", "kind", "phrase", "instead")

_CODE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)|`[^`\n]+`|<!--.*?-->|https?://\S+",
    re.MULTILINE | re.DOTALL,
)
_OWNERS = re.compile(r"(?im)^\|[^\n]*\b(?:owner|assignee|who|responsible|dri)\b[^\n]*\|[ \t]*\n(?:\|[^\n]*(?:\n|\Z))*")


def wording(text: str, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The phrases of a postmortem that blame or show hindsight, one row per phrase in order, columns as in `COLUMNS`.

    ``names`` maps names of people to their roles, as `Book.roles` does: except for owners of action items, the role is
    suggested in place of a name.
    """
    seen = _mask(text)
    found = [*_find_phrases(seen), *_find_names(_mask_owners(seen), names or {})]
    kept: list[tuple[int, int, str, str]] = []
    for start, stop, kind, instead in sorted(found, key=lambda hit: (hit[0], -hit[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, stop, kind, instead))
    rows = [
        (*_locate(text, start), kind, " ".join(text[start:stop].split()), instead)
        for start, stop, kind, instead in kept
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"line": "int64", "column": "int64"})


def _find_phrases(text: str) -> Iterator[tuple[int, int, str, str]]:
    for kind, pattern, instead in PATTERNS:
        for found in pattern.finditer(text):
            # Not over an empty line: that's another paragraph.
            if not re.search(r"\n\s*\n", found[0]):
                yield found.start(), found.end(), kind, instead


def _find_names(text: str, names: Mapping[str, str]) -> Iterator[tuple[int, int, str, str]]:
    listed = sorted((name for name in names if len(name) >= 3), key=lambda name: (-len(name), name))
    # A first or last name alone is the same person, unless two are called so.
    parts: dict[str, set[str]] = {}
    for name in listed:
        for part in re.split(r"[\s@.]+", name) if re.search(r"[\s@]", name) else []:
            if len(part) >= 4 and part.isalpha() and part not in ("com", "example", "mail"):
                parts.setdefault(part, set()).add(names[name])
    roles = {
        **{part: next(iter(of)) for part, of in parts.items() if len(of) == 1},
        **{name: names[name] for name in listed},
    }
    if not roles:
        return
    pattern = re.compile(
        rf"(?<!\w)@?(?P<name>{'|'.join(re.escape(n) for n in sorted(roles, key=lambda n: (-len(n), n)))})(?!\w)",
        re.IGNORECASE,
    )
    for found in pattern.finditer(text):
        # A part of a name may be a word: only as it's written of people.
        if found["name"].casefold() in parts and found["name"].islower() and not found[0].startswith("@"):
            continue
        yield found.start(), found.end(), "name", f"people are roles here: {roles[found['name'].casefold()]}"


def _mask(text: str) -> str:
    """The text with code, comments, links and minutebook's own lines as blanks, every place as it was."""
    seen = _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    lines, own = seen.split("\n"), find_regions(text)
    for region in own.values():
        for at in range(region.start, region.stop):
            lines[at] = " " * len(lines[at])
    # Emphasis within a phrase, and the marks of quotes and lists at a line's start, are no words.
    return re.sub(r"(?m)^[ \t]*>", lambda found: " " * len(found[0]), re.sub(r"[*_]", " ", "\n".join(lines)))


def _mask_owners(text: str) -> str:
    return _OWNERS.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def _locate(text: str, place: int) -> tuple[int, int]:
    return text.count("\n", 0, place) + 1, place - (text.rfind("\n", 0, place) + 1) + 1
