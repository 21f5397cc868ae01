"""paths such as ``data.result.labels`` → what stands there in a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def find(value: object, path: str) -> object:
    """What stands at a dotted path; None where nothing does. A number is a place in a list."""
    for step in path.split(".") if path else ():
        if isinstance(value, Mapping):
            if step not in value:
                return None
            value = value[step]
        elif isinstance(value, list) and step.lstrip("-").isdigit() and -len(value) <= int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def find_first(value: object, paths: str | Sequence[str]) -> object:
    """What stands at the first of the paths at which anything does."""
    for path in [paths] if isinstance(paths, str) else paths:
        found = find(value, path)
        if found not in (None, "", [], {}):
            return found
    return None


def find_all(value: object, path: str) -> list[object]:
    """The rows at a path: a list's entries, or the one value; ``a[].b`` goes through every entry of ``a``."""
    found = [value]
    for part in path.split("[]"):
        step = part.strip(".")
        found = [each for one in found for each in _entries(find(one, step))]
    return found


def _entries(value: object) -> list[object]:
    if isinstance(value, list):
        return list(value)
    return [] if value is None else [value]


def has_keys(row: object, document: object, keys: Sequence[str]) -> bool:
    """Whether the row (or, with ``^`` before it, its document) has each key; a|b is either, !a is none."""
    for key in keys:
        target = document if key.startswith("^") else row
        wanted = key.lstrip("^")
        if wanted.startswith("!"):
            if find(target, wanted[1:]) is not None:
                return False
        elif all(_is_missing(target, option) for option in wanted.split("|")):
            return False
    return True


def _is_missing(value: object, path: str) -> bool:
    parent, _, last = path.rpartition(".")
    inside = find(value, parent)
    return not (isinstance(inside, Mapping) and last in inside)


def name_shape(value: object) -> str:
    """What a document is, in words, for a refusal."""
    if value is None:
        return "null, or no JSON"
    if isinstance(value, Mapping):
        keys = ", ".join(str(key)[:40] for key in list(value)[:6])
        return f"an object with keys {keys}" if keys else "an empty object"
    if isinstance(value, list):
        return f"a list of {len(value):,} entries" + (f", the first {name_shape(value[0])}" if value else "")
    return f"a {type(value).__name__}"
