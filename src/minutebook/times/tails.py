"""what follows a time of day → AM or PM, and the zone; each distinct tail is read once.

`` PM``, ``Z``, `` +0100``, `` CET``, `` +0000 UTC m=+0.01`` (Go), ``+01:00[Europe/Paris]`` (Java), `` GMT+0100
(Central European Time)`` (browsers), `` +0000 (UTC)`` (mail), `` Europe/Berlin`` (PHP). With anything else behind it, a
stamp is no instant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from minutebook.times.zones import MINUTE, read_offset

#: Minutes east of UTC. An assumption: CST is North America's, BST Britain's. Names in use for several zones, none of
#: them usual (IST, AST, ADT, AMT …), aren't here; such stamps count as zone-less.
ABBREVIATIONS: Mapping[str, int] = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "MET": 60,
    "MEST": 120, "EET": 120, "EEST": 180, "SAST": 120, "MSK": 180, "EST": -300, "EDT": -240, "CST": -360,
    "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600,
    "JST": 540, "KST": 540, "HKT": 480, "SGT": 480, "AWST": 480, "ACST": 570, "ACDT": 630, "AEST": 600,
    "AEDT": 660, "NZST": 720, "NZDT": 780,
}  # fmt: skip

# Java 20 and newer put a narrow no-break space before AM.
_TAIL = re.compile(
    r"\s?(?P<half>[AaPp][Mm])?\s*"
    r"(?:(?P<offset>[Zz]|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?)"
    r"(?: ?(?:\([A-Za-z ]{1,60}\)|\[[A-Za-z0-9_/+-]{1,40}\]|[A-Z]{2,5}))?(?: m=[+-][\d.]+)?"
    r"|(?P<name>[A-Z]{2,5}|[A-Z][A-Za-z_]{1,20}/[A-Za-z_/+-]{2,40}))?\s*",
    re.ASCII,
)
_MOST_MINUTES = 14 * 60  # east or west of UTC
_WIDE_BLANKS = str.maketrans("\u202f\u00a0", "  ")


class Tail(NamedTuple):
    """The meaning of one tail."""

    is_tail: bool = True
    half: int = 0  #: 1: AM, 2: PM
    offset_minutes: int | None = None  #: east of UTC; None: zone-less, or a name that isn't known
    name: str = ""  #: an IANA name


class Tails(NamedTuple):
    """The meaning of tails, row by row."""

    is_tail: np.ndarray
    half: np.ndarray  #: 0: neither, 1: AM, 2: PM
    offset_us: np.ndarray  #: east of UTC; 0 where none is known
    is_zoned: np.ndarray
    names: tuple[tuple[str, np.ndarray], ...]  #: IANA names, and the rows with each


def read_tails(texts: pa.Array) -> Tails:
    """The meaning of the texts after times of day; none of them is null."""
    return _read(texts, read_tail)


def read_biases(texts: pa.Array) -> Tails:
    """The zones of stamps that state how many minutes UTC is ahead: ``+300`` is New York in winter."""
    return _read(texts, _read_bias)


def _read_bias(text: str) -> Tail:
    minutes = int(text) if text else 0
    return Tail(abs(minutes) <= _MOST_MINUTES, offset_minutes=-minutes if text else None)


def _read(texts: pa.Array, read: Callable[[str], Tail]) -> Tails:
    encoded = texts.dictionary_encode()
    tails = [read(text) for text in encoded.dictionary.to_pylist()]
    index = encoded.indices.to_numpy(zero_copy_only=False)
    is_zoned = np.array([tail.offset_minutes is not None or tail.name != "" for tail in tails], bool)
    return Tails(
        np.array([tail.is_tail for tail in tails], bool)[index],
        np.array([tail.half for tail in tails], np.int8)[index],
        np.array([tail.offset_minutes or 0 for tail in tails], np.int64)[index] * MINUTE,
        is_zoned[index],
        tuple((tail.name, np.flatnonzero(index == i)) for i, tail in enumerate(tails) if tail.name),
    )


def read_tail(text: str) -> Tail:
    """The meaning of one text after a time of day."""
    match = _TAIL.fullmatch(text.translate(_WIDE_BLANKS)) if len(text) <= 100 else None
    if not match:
        return Tail(is_tail=False)
    half = {"a": 1, "p": 2}.get((match["half"] or " ")[0].lower(), 0)
    if match["offset"]:
        offset = read_offset(match["offset"])
        return Tail(offset is not None, half, offset)
    name = match["name"] or ""
    if "/" in name:
        return Tail(half=half, name=name if name in _zone_names() else "")
    return Tail(half=half, offset_minutes=ABBREVIATIONS.get(name))


@cache
def _zone_names() -> frozenset[str]:
    from zoneinfo import available_timezones

    return frozenset(available_timezones())
