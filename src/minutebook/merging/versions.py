"""deploys of the last minutes → those that a further one may be the same as: a few out of thousands.

They are found by what has to agree: the beginning of the version and a word of the service's name.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

_Deploy = TypeVar("_Deploy")
_SHA = re.compile(r"[0-9a-f]{7,64}")
_HEAD = 7  # digits of a commit that identify it
_MOST = 64  # deploys of one version and word that are looked at
_ANY = "*"


class Recent(Generic[_Deploy]):
    """The latest deploys, by version and by words of the service's name."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], deque[tuple[int, _Deploy]]] = {}
        self._count = 0

    def add(self, deploy: _Deploy, version: str, words: Iterable[str]) -> None:
        """One more; an empty version isn't known."""
        self._count += 1
        for word in words:
            for head in {plain_version(version)[:_HEAD], _ANY}:
                self._found.setdefault((head, word), deque(maxlen=_MOST)).append((self._count, deploy))

    def find(self, version: str, words: Iterable[str]) -> Iterator[_Deploy]:
        """Those whose version may be the same, or that have none, in the order in which they came; all if none is given."""
        heads = {plain_version(version)[:_HEAD], ""} if plain_version(version) else {_ANY}
        found = {
            number: deploy for word in words for head in heads for number, deploy in self._found.get((head, word), ())
        }
        return (found[number] for number in sorted(found))


class Versions:
    """A set of versions, in which one may be written in several ways (`is_same_version`)."""

    def __init__(self) -> None:
        self._plain: set[str] = set()
        self._commits: dict[str, list[str]] = {}

    def add(self, version: str) -> None:
        """One more."""
        plain = plain_version(version)
        if plain not in self._plain and _SHA.fullmatch(plain):
            self._commits.setdefault(plain[:_HEAD], []).append(plain)
        self._plain.add(plain)

    def __contains__(self, version: str) -> bool:
        plain = plain_version(version)
        if not plain or plain in self._plain:
            return bool(plain)
        return any(is_same_version(plain, other) for other in self._commits.get(plain[:_HEAD], ()))


def is_same_version(one: str, other: str) -> bool:
    """Whether both are one: 2.0.0, v2.0.0 and registry/shop:2.0.0; or commits that share their first seven digits."""
    short, long = sorted((plain_version(one), plain_version(other)), key=len)
    if not short:
        return False
    return short == long or bool(_SHA.fullmatch(short) and _SHA.fullmatch(long) and long.startswith(short))


def plain_version(version: str) -> str:
    """The version without registry, digest and ``v``, in small letters."""
    tag = version.lower().split("@sha256", 1)[0].rpartition("/")[2].rpartition(":")[2]
    return tag[1:] if re.match(r"v\d", tag) else tag
