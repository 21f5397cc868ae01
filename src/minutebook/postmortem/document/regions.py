"""a document and its newer facts → the document with the facts replaced and everything that people wrote kept.

Lines between two marks (comments, which aren't rendered) are minutebook's; all others belong to people. A mark holds a
hash of its lines, so that edits by hand are noticed; they are kept below the new lines, never overwritten.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

_BEGIN = re.compile(r"^<!-- minutebook:(?P<name>[a-z]+) (?P<hash>[0-9a-f]{12}) -->$")
_KEPT = "> **Edited by hand since the last draft, and no longer in the facts above:**"


@dataclass(frozen=True)
class Region:
    """Lines of a document that are minutebook's: where they begin and end, and whether anybody changed them."""

    name: str
    start: int  #: of the opening mark
    stop: int  #: behind the closing mark
    lines: tuple[str, ...]
    is_edited: bool


def mark_region(name: str, lines: list[str]) -> list[str]:
    """The lines, enclosed in their marks."""
    return [f"<!-- minutebook:{name} {_hash(lines)} -->", *lines, f"<!-- /minutebook:{name} -->"]


def find_regions(text: str) -> dict[str, Region]:
    """The regions of a document by name; one without its closing mark doesn't count."""
    lines = text.split("\n")
    found: dict[str, Region] = {}
    for start, line in enumerate(lines):
        begins = _BEGIN.match(line.rstrip())
        if not begins or begins["name"] in found:
            continue
        closing = f"<!-- /minutebook:{begins['name']} -->"
        stop = next((n for n in range(start + 1, len(lines)) if lines[n].strip() == closing), None)
        if stop is not None:
            inner = [each.rstrip("\r") for each in lines[start + 1 : stop]]
            edited = _hash(inner) != begins["hash"]
            found[begins["name"]] = Region(begins["name"], start, stop + 1, tuple(inner), edited)
    return found


def renew(text: str, facts: Mapping[str, list[str]]) -> tuple[str, list[str]]:
    """The document with the lines of each region replaced by newer facts, and sentences on what to check by hand.

    Where people edited a region, their lines that aren't among the facts are kept right below it.
    """
    lines = text.split("\n")
    regions = find_regions(text)
    notes = [f"{name}: its marks are gone, so it was left out" for name in facts if name not in regions]
    for region in sorted(regions.values(), key=lambda each: -each.start):
        if region.name not in facts:
            continue
        made = mark_region(region.name, facts[region.name])
        if region.is_edited:
            if _BEGIN.match(lines[region.start].rstrip())["hash"] == _hash(facts[region.name]):  # type: ignore[index]
                notes.append(f"{region.name}: was edited by hand and is left so, since its facts are the same")
                continue
            theirs = [line for line in region.lines if line.strip() and line not in facts[region.name]]
            made += ["", _KEPT, *(f"> {line}" for line in theirs)]
            notes.append(
                f"{region.name}: was edited by hand; {len(theirs)} lines that the facts don't hold are kept below them"
            )
        lines[region.start : region.stop] = made
    return "\n".join(lines), sorted(notes)


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
