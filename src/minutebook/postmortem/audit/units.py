"""a Markdown document → its statements: sentences, list items and table rows, as plain text that knows its places.

Markup is removed character by character, so that each character of a statement leads back to its line and column. Code
and comments state nothing, and text under "action items" is about the future.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_HEADING = re.compile(r"^\s{0,3}(?P<marks>#{1,6})\s+(?P<title>.*?)\s*#*\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+(?:\[[ xX]\]\s+)?|^\s*>\s?")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$|^\s*(?:[-*_=]\s*){3,}$")
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")
_SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!e\.g\.)(?<!i\.e\.)(?<![ap]\.m\.)(?<!approx\.)(?<!\bca\.)(?<!\b[A-Z][a-z]{2}\.)\s+(?=[A-Z0-9“\"(])"
)
#: A line that begins with a time is an entry of a list, even without a bullet.
_ENTRY = re.compile(
    r"^\W{0,4}(?:(?:at|around|about|ca\.?|approx\.?)\s+|~\s?)?(?:\d{4}-\d\d-\d\d[T ])?\d{1,2}(?::\d\d|\s?[ap]m\b)",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"\*\*|__|\*|`|~~|<!--.*?-->|<[a-zA-Z/][^>]*>|!?\[(?=[^\]]*\]\()|\]\([^)]*\)|\\(?=[!-/:-@\[-`{-~])"
    r"|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)"
)
FUTURE = re.compile(
    r"(?i)action items?|follow-?ups?|remediation|next steps|to-?dos?|corrective|preventive|ground rules|lessons"
)


@dataclass(frozen=True)
class Unit:
    """One statement; ``places`` has the (line, column) of each of its characters."""

    text: str
    places: tuple[tuple[int, int], ...]
    section: str
    is_row: bool = False
    head: tuple[str, ...] = ()  #: for a table row, the cells of its header
    is_future: bool = False

    def locate(self, at: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        return self.places[min(at, len(self.places) - 1)]


class _Section(NamedTuple):
    """The section that a line is in."""

    title: str = ""
    future_depth: int = 0  #: depth of the heading "action items" that it's under; 0 where it isn't

    def enter(self, title: str, depth: int) -> _Section:
        """The section under a further heading."""
        is_within = 0 < self.future_depth < depth
        return _Section(title, self.future_depth if is_within else depth if FUTURE.search(title) else 0)

    @property
    def is_future(self) -> bool:
        """Whether it's about the future."""
        return bool(self.future_depth)


def split_units(document: str) -> list[Unit]:
    """The statements of a document, in order."""
    units: list[Unit] = []
    held: list[tuple[int, str]] = []
    section = _Section()
    head: tuple[str, ...] = ()

    def flush() -> None:
        units.extend(_cut_sentences(held, section))
        held.clear()

    for number, line in _list_lines(document):
        if line is None:
            flush()
        elif not line.strip() or _RULE.match(line) or re.fullmatch(r"\s*<!--.*-->\s*", line):
            flush()
            head = head if _RULE.match(line) else ()
        elif title := _HEADING.match(line):
            flush()
            section, head = section.enter(title["title"], len(title["marks"])), ()
            units.extend(_cut_sentences([(number, line)], section, len(title["marks"])))
        elif line.lstrip().startswith("|") or (line.count("|") >= 2 and head):
            flush()
            text, places = _read_line(number, line, 0)
            units.append(Unit(text, places, section.title, True, head, section.is_future))
            head = head or tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", text.strip().strip("|")))
        else:
            if _ITEM.match(line) or _ENTRY.match(line):
                flush()
            held.append((number, line))
    flush()
    return [unit for unit in units if unit.text.strip()]


def _list_lines(document: str) -> Iterator[tuple[int, str | None]]:
    """(number, line) without comments over several lines; None in place of each line of fenced code."""
    fence, is_comment = "", False
    for number, raw in enumerate(document.split("\n"), 1):
        line = raw.rstrip("\r")
        mark = _FENCE.match(line)
        if fence or mark:
            fence = "" if fence and mark and mark[1].startswith(fence) else fence or (mark[1] if mark else "")
            yield number, None
        elif is_comment or (line.lstrip().startswith("<!--") and "-->" not in line):
            is_comment = "-->" not in line
        else:
            yield number, line


def _cut_sentences(lines: list[tuple[int, str]], section: _Section, skip: int = 0) -> Iterator[Unit]:
    text = ""
    places: tuple[tuple[int, int], ...] = ()
    for number, line in lines:
        lead = _ITEM.match(line)
        part, at = _read_line(number, line, lead.end() if lead else skip)
        text, places = (f"{text} {part}", (*places, (number, 1), *at)) if text else (part, at)
    start = 0
    for stop in [*(found.start() for found in _SENTENCE.finditer(text)), len(text)]:
        sentence = text[start:stop].strip()
        begin = stop - len(text[start:stop].lstrip())
        if sentence:
            own = tuple(places[begin : begin + len(sentence)])
            yield Unit(sentence, own, section.title, False, (), section.is_future)
        start = stop


def _read_line(number: int, line: str, skip: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The line's plain text, each character with its place."""
    kept: list[str] = []
    places: list[tuple[int, int]] = []
    gone = {place for found in _MARKUP.finditer(line) for place in range(found.start(), found.end())}
    # An escaped mark stays, and only its backslash goes.
    gone -= {found.end() for found in re.finditer(r"\\(?=[!-/:-@\[-`{-~])", line)}
    for place in range(skip, len(line)):
        if place not in gone:
            kept.append(line[place])
            places.append((number, place + 1))
    return "".join(kept), tuple(places)
