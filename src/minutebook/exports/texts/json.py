"""a JSON text → its documents, in any arrangement: one value, pages, streams (RFC 7464), one value per line."""

from __future__ import annotations

import json
import re

from minutebook.exports.texts.documents import Document
from minutebook.exports.texts.places import find_places

#: A number of thousands of digits stays text, as does NaN, which isn't JSON.
_DECODER = json.JSONDecoder(parse_int=lambda digits: int(digits) if len(digits) < 1000 else digits, parse_constant=str)
_GAP = re.compile(r"[\s,\x1e\ufeff]*")


def read_json(text: str) -> list[Document]:
    """One value, values one after the other (pages, streams, RFC 7464), or one per line."""
    try:
        value = _DECODER.decode(text.strip("\ufeff \t\r\n"))
    except (ValueError, RecursionError):
        return _read_stream(text) or _read_lines(text)
    return [Document(value, 1, 0, len(text.encode("utf-8", "replace")), find_places(text, value))]


def _read_stream(text: str) -> list[Document]:
    found: list[Document] = []
    place, line, offset = 0, 1, 0
    while True:
        gap = _GAP.match(text, place)
        begin = gap.end() if gap else place
        line += text.count("\n", place, begin)
        offset += len(text[place:begin].encode("utf-8", "replace"))
        if begin >= len(text):
            return found
        try:
            value, end = _DECODER.raw_decode(text, begin)
        except (ValueError, RecursionError):
            return []
        length = len(text[begin:end].encode("utf-8", "replace"))
        found.append(Document(value, line, offset, length))
        line += text.count("\n", begin, end)
        offset, place = offset + length, end


def _read_lines(text: str) -> list[Document]:
    """JSON lines, of which a damaged one gives None; nothing where none can be read."""
    found, offset = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        length = len(line.encode("utf-8", "replace"))
        if line.strip():
            try:
                value = _DECODER.decode(line.strip())
            except (ValueError, RecursionError):
                value = None
            found.append(Document(value, number, offset, length))
        offset += length + 1
    return found if any(document.value is not None for document in found) else []
