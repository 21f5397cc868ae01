"""values parsed from a text → documents, with the places of the values and of the objects in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from minutebook.exports.texts.yaml import YamlDocument


class Place(NamedTuple):
    """Where something is: its line counted from 1, its first byte, its length in bytes."""

    line: int
    offset: int
    length: int


class Document(NamedTuple):
    """One parsed value (JSON, YAML, a CSV row as a dict), and its place."""

    value: object
    line: int
    offset: int
    length: int
    places: Mapping[int, Place] = MappingProxyType({})  #: by `id`, of the objects in it: see `places`


def place_lines(values: Sequence[tuple[int, int, object]], content: bytes) -> list[Document]:
    """Documents of values, each with its first and last line, counted from 1."""
    ends = [0, *accumulate(len(line) + 1 for line in content.split(b"\n"))]
    last = len(ends) - 1
    return [
        Document(value, a, ends[min(a, last) - 1], ends[min(b, last)] - ends[min(a, last) - 1] - 1)
        for a, b, value in values
    ]


def place_mappings(documents: Sequence[YamlDocument], content: bytes) -> list[Document]:
    """Documents, each with the place of every mapping in it."""
    ends = [0, *accumulate(len(line) + 1 for line in content.split(b"\n"))]
    found = []
    for document in documents:
        places = {
            name: Place(first, ends[first - 1], max(ends[last] - ends[first - 1] - 1, 0))
            for name, (first, last) in document.spans.items()
        }
        own = places.get(id(document.value)) or Place(document.line, ends[document.line - 1], 0)
        if not own.length:  # a list, or a scalar: up to the end of what's in it
            stop = max((place.offset + place.length for place in places.values()), default=len(content))
            own = own._replace(length=max(stop - own.offset, 0))
        found.append(Document(document.value, own.line, own.offset, own.length, places))
    return found
