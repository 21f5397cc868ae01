"""paths such as ``data.result.labels`` → the values there in a document.

A step in quotes may contain dots, a number is a place in a list, ``a[].b`` goes through every entry of ``a``,
``@last`` is what comes after a URL's last slash, ``@after:x`` what comes after ``/x/``, ``@named:x`` the value that a list
of names and values has for x, and text that holds JSON is parsed. A key that isn't there as written is looked for without
case, ``_`` and ``-``, since the same record has ``created_at`` in an API, ``createdAt`` in a command and ``CreatedAt``
elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from minutebook.names import normalise

_STEP = re.compile(r'"([^"]*)"|([^.]+)')
_MISSING = object()
#: How deep documents are followed; anything deeper is ignored.
_DEEPEST = 50
#: With more keys than any export's record has, names have to match as written.
_MOST_KEYS = 1000


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(quoted or plain for quoted, plain in _STEP.findall(path))


def find(value: object, path: str) -> object:
    """The value at a dotted path; None where there's none."""
    found = _look(value, _steps(path))
    return None if found is _MISSING else found


def _look(value: object, steps: Sequence[str]) -> object:
    for step in steps:
        if value is _MISSING or value is None:
            return _MISSING
        if step == "@last":  # of a URL, an ARN, a path
            value = str(value).rstrip("/").rpartition("/")[2] or _MISSING
            continue
        if step.startswith("@after:"):
            behind = re.search(rf"/{re.escape(step[7:])}/([^/?#]+)", str(value))
            value = behind[1] if behind else _MISSING
            continue
        if step.startswith("@named:"):
            value = _find_named(value, normalise(step[7:]))
            continue
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            value = _open(value)
        if isinstance(value, Mapping):
            value = _get(value, step)
        elif isinstance(value, list) and step.lstrip("-").isdecimal() and len(step) < 9:
            place = int(step)
            value = value[place] if -len(value) <= place < len(value) else _MISSING
        else:
            return _MISSING
    return value


def _get(value: Mapping[str, object], step: str) -> object:
    if step in value:
        return value[step]
    if len(value) > _MOST_KEYS:
        return _MISSING
    key = _by_name(tuple(value)).get(normalise(step))
    return _MISSING if key is None else value[key]


@lru_cache(maxsize=256)
def _by_name(keys: tuple[object, ...]) -> dict[str, str]:
    """Keys as they're compared → as they're written, of those that are alike the first; many records have the same ones."""
    return {normalise(key): key for key in reversed(keys) if isinstance(key, str)}


def _find_named(value: object, wanted: str) -> object:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, Mapping) and wanted in (normalise(str(_get(each, key))) for key in ("name", "key")):
            return _get(each, "value")
    return _MISSING


def _open(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def find_first(value: object, paths: str | Sequence[str], parent: object = None) -> object:
    """The value at the first of the paths that has one; ``^`` begins a path in ``parent``.

    A path that begins with ``=`` is a literal text. Several values, from ``[]``, come as a list.
    """
    for path in [paths] if isinstance(paths, str) else paths:
        if path.startswith("="):
            return path[1:]
        target = parent if path.startswith("^") else value
        inside = path.lstrip("^")
        found = find_all(target, inside) if "[]" in inside else find(target, inside)
        if found not in (None, "", [], {}):
            return found
    return None


def find_all(value: object, path: str) -> list[object]:
    """The entries at a path: those of a list, or the one value; ``a[].b`` goes through every entry of ``a``."""
    found = [value]
    for part in path.split("[]"):
        found = [each for one in found for each in _entries(find(one, part.strip(".")))]
    return found


def _entries(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def flatten(value: object, depth: int = 0) -> Iterator[object]:
    """The entries of a list and of the lists in it (pages, one after the other); else the value itself."""
    if isinstance(value, list) and depth < _DEEPEST:
        for each in value:
            yield from flatten(each, depth + 1)
    else:
        yield value


def has_keys(row: object, document: object, keys: Sequence[str]) -> bool:
    """Whether the row (with ``^``, its document) has each key; a|b is either, !a its absence.

    ``a=x`` requires that value too, ``a=~x`` a value that begins with it.
    """
    for key in keys:
        target = document if key.startswith("^") else row
        wanted = key.lstrip("^")
        if wanted.startswith("!"):
            if _has(target, wanted[1:]):
                return False
        elif not any(_has(target, option) for option in wanted.split("|")):
            return False
    return True


def _has(value: object, wanted: str) -> bool:
    path, mark, text = wanted.partition("=")
    found = _look(value, _steps(path))
    if not mark:
        return found is not _MISSING
    if found is _MISSING:
        return False
    said = str(found).lower()
    return said.startswith(text[1:].lower()) if text.startswith("~") else said == text.lower()
