"""a JSON text and its value → the place of each of the value's objects in the text.

An object begins at a brace outside of strings, so the braces in the text and the objects in the value come in the same
order. Where they can't be matched (a repeated key drops an object), no places are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from minutebook.exports.texts.documents import Place

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}]|\n', re.DOTALL)
_DEEPEST = 200


def find_places(text: str, value: object) -> dict[int, Place]:
    """The place of each object (a dict, by its `id`) of a value, in the text that it was parsed from."""
    objects = list(_objects(value, 0))
    spans = _spans(text)
    if len(objects) != len(spans):
        return {}
    return {id(each): span for each, span in zip(objects, spans, strict=True)}


def _objects(value: object, depth: int) -> Iterator[dict[str, object]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _objects(each, depth + 1)


def _spans(text: str) -> list[Place]:
    """One place for each object, in the order in which they begin."""
    is_ascii = text.isascii()
    found: list[Place | None] = []
    is_open: list[tuple[int, int, int]] = []
    line, before, offset = 1, 0, 0
    for token in _TOKEN.finditer(text):
        mark, begin = token[0], token.start()
        if mark == "\n":
            line += 1
            continue
        if mark[0] == '"':
            line += mark.count("\n")
            continue
        # Bytes up to here: only what has been passed since is encoded.
        offset += begin - before if is_ascii else len(text[before:begin].encode("utf-8", "replace"))
        before = begin
        if mark == "{":
            is_open.append((len(found), line, offset))
            found.append(None)
        elif is_open:
            place, first, start = is_open.pop()
            found[place] = Place(first, start, offset + 1 - start)
    return [each for each in found if each is not None]
