"""a window's entry in `impact.json` → the operations that name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST = 3


def choose_operations(window: Mapping[str, Any]) -> tuple[list[str], int]:
    """(the operations to name a window by, how many more there are): all, or the few with most of the excess."""
    operations = [str(name) for name in window.get("operations") or ()]
    if len(operations) <= _MOST:
        return operations, 0
    # A saved book is anybody's file: a ranking that isn't as it was written is ignored.
    top = window.get("top")
    ranked = top.get("operations") if isinstance(top, Mapping) else None
    names = [each.get("value") for each in ranked if isinstance(each, Mapping)] if isinstance(ranked, list) else []
    first = dict.fromkeys([name for name in names if isinstance(name, str) and name in operations] + operations)
    return list(first)[:_MOST], len(operations) - _MOST
