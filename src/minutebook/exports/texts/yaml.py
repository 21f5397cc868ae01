"""YAML as commands print it → Python values: the subset that kubectl, flux and similar tools write.

Block mappings and sequences, quoted and plain scalars on one line or several, ``|`` and ``>``, and ``{}``, ``[]``
or JSON in flow style. Anchors, tags and merges aren't read: they raise ValueError, and nothing is guessed.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import NamedTuple

_QUOTED_KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')[ ]{0,9}:(?:\s+(.*))?$""")
_NOT_A_KEY = tuple("\"'#&*!|>%@`{}[],?")
_BLOCK = re.compile(r"([|>])([+-]?)\d?([+-]?)\s*(?:#.*)?$")
_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})(\.\d{1,17})?")
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False, "Null": None, "True": True, "False": False}
_DEEPEST = 100
_LONGEST = 1000  # lines of one scalar


class YamlDocument(NamedTuple):
    """One document, the line it begins on, and the first and last line of each mapping in it (by its `id`)."""

    line: int
    value: object
    spans: dict[int, tuple[int, int]]


class _Line(NamedTuple):
    number: int
    indent: int
    text: str


def parse_yaml(text: str) -> list[YamlDocument]:
    """The documents; raises ValueError where the text isn't of that subset."""
    raw = text.lstrip("\ufeff").split("\n")
    found: list[YamlDocument] = []
    starts = [0, *(n + 1 for n, line in enumerate(raw) if re.match(r"---(?:\s|$)", line)), len(raw) + 1]
    for begin, end in pairwise(starts):
        reader = _Reader(raw[begin : end - 1], begin)
        if reader.lines:
            first = reader.lines[0].number
            found.append(YamlDocument(first, reader.read_all(), reader.spans))
    return found


class _Reader:
    """The lines of one document, and which is read next."""

    def __init__(self, raw: list[str], before: int) -> None:
        self.raw, self.before, self.at = [line.rstrip("\r") for line in raw], before, 0
        self.spans: dict[int, tuple[int, int]] = {}
        self.lines = [
            _Line(before + n, len(line) - len(line.lstrip(" ")), line.strip())
            for n, line in enumerate(self.raw, 1)
            if line.strip() and not line.lstrip().startswith("#") and line.strip() != "..."
        ]

    def read_all(self) -> object:
        value = self._read_block(self.lines[0].indent, 0)
        if self.at < len(self.lines):
            raise ValueError(f"line {self.lines[self.at].number} is not understood")
        return value

    def _peek(self) -> _Line | None:
        return self.lines[self.at] if self.at < len(self.lines) else None

    def _read_block(self, indent: int, depth: int) -> object:
        line = self._peek()
        if line is None or depth > _DEEPEST:
            raise ValueError("nested too deep, or nothing there")
        if line.text == "-" or line.text.startswith("- "):
            return self._read_sequence(indent, depth)
        if _split_key(line.text):
            return self._read_mapping(indent, depth)
        self.at += 1
        return self._read_scalar(line.text, line, indent - 1)

    def _read_sequence(self, indent: int, depth: int) -> list[object]:
        found: list[object] = []
        while (line := self._peek()) and line.indent == indent and (line.text == "-" or line.text.startswith("- ")):
            rest = line.text[1:].lstrip()
            if not rest:
                self.at += 1
                found.append(self._read_nested(indent, depth, is_in_sequence=True))
                continue
            # What stands behind the dash is a block of its own, further in.
            self.lines[self.at] = _Line(line.number, indent + len(line.text) - len(rest), rest)
            found.append(self._read_block(self.lines[self.at].indent, depth + 1))
        return found

    def _read_mapping(self, indent: int, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        first = self.lines[self.at].number
        while (line := self._peek()) and line.indent == indent and (parts := _split_key(line.text)):
            if line.text.startswith("- "):
                break
            self.at += 1
            key, rest = parts
            if not rest or rest.startswith("#"):
                found[key] = self._read_nested(indent, depth)
            else:
                found[key] = self._read_scalar(rest, line, indent)
        self.spans[id(found)] = (first, self.lines[self.at - 1].number)
        return found

    def _read_nested(self, indent: int, depth: int, *, is_in_sequence: bool = False) -> object:
        line = self._peek()
        is_list = line is not None and (line.text == "-" or line.text.startswith("- "))
        if line is None or line.indent < indent or (line.indent == indent and (is_in_sequence or not is_list)):
            return None
        return self._read_block(line.indent, depth + 1)

    def _read_scalar(self, text: str, line: _Line, indent: int) -> object:
        if block := _BLOCK.match(text):
            return self._read_literal(line, indent, is_folded=block[1] == ">", chomp=block[2] or block[3])
        if text[0] in "&*!%@`":
            raise ValueError(f"line {line.number} has an anchor or a tag")
        is_quoted = text[0] in "\"'"
        last = self.at + _LONGEST
        while (following := self._peek()) and following.indent > indent and not (is_quoted and _is_closed(text)):
            if not is_quoted and _split_key(following.text) and text[0] not in "{[":
                raise ValueError(f"line {following.number} is further in than what it's part of")
            text += " " + following.text
            self.at += 1
            if self.at > last:
                raise ValueError(f"line {line.number} goes on for too long")
        if is_quoted:
            return _unquote(text)
        text = re.split(r"\s#", text, maxsplit=1)[0].strip()
        if text[:1] in ("{", "["):
            return _read_flow(text, line)
        if text in _WORDS:
            return _WORDS[text]
        number = _NUMBER.fullmatch(text)
        return (float(text) if number[1] else int(text)) if number else text

    def _read_literal(self, line: _Line, indent: int, *, is_folded: bool, chomp: str) -> str:
        taken: list[str] = []
        for raw in self.raw[line.number - self.before :]:
            if raw.strip() and len(raw) - len(raw.lstrip(" ")) <= indent:
                break
            taken.append(raw)
        last = line.number + len(taken)
        while (following := self._peek()) and following.number <= last:
            self.at += 1
        inner = min((len(raw) - len(raw.lstrip(" ")) for raw in taken if raw.strip()), default=0)
        text = (" " if is_folded else "\n").join(raw[inner:] for raw in taken).rstrip()
        return text if chomp == "-" or not text else text + "\n"


def _split_key(text: str) -> tuple[str, str] | None:
    """(key, the rest) of a line that is an entry of a mapping."""
    if text[0] in "\"'":
        match = _QUOTED_KEY.match(text)
        return (_unquote(match[1]), (match[2] or "").strip()) if match else None
    place = text.find(": ")
    if place < 0:
        place = len(text) - 1 if text.endswith(":") else -1
    if place < 1 or text.startswith((*_NOT_A_KEY, "- ")) or " #" in text[:place]:
        return None
    return text[:place].rstrip(), text[place + 1 :].strip()


def _is_closed(text: str) -> bool:
    pattern = r'"(?:[^"\\]|\\.)*"' if text[0] == '"' else r"'(?:[^']|'')*'"
    return re.match(pattern + r"\s*(?:#.*)?$", text) is not None


def _unquote(text: str) -> str:
    if text[0] == "'":
        match = re.match(r"'((?:[^']|'')*)'", text)
        if not match:
            raise ValueError("a quote isn't closed")
        return match[1].replace("''", "'")
    match = re.match(r'"((?:[^"\\]|\\.)*)"', text)
    if not match:
        raise ValueError("a quote isn't closed")
    try:
        return str(json.loads(match[0], strict=False))
    except ValueError:
        return match[1]


def _read_flow(text: str, line: _Line) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    inner = text[1:-1].strip()
    if text[0] == "[" and text[-1] == "]" and not re.search(r"[\[\]{}\"']", inner):
        return [part.strip() for part in inner.split(",")] if inner else []
    raise ValueError(f"line {line.number} has a flow that isn't JSON")
