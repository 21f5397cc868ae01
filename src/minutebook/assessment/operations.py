"""a window as it's told → the operations that name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST = 3


def choose_operations(window: Mapping[str, Any]) -> tuple[list[str], int]:
    """(operations that name a window, how many there are besides): all of them, of many those with most of the excess."""
    operations = [str(name) for name in window.get("operations") or ()]
    if len(operations) <= _MOST:
        return operations, 0
    ranked = [each["value"] for each in (window.get("top") or {}).get("operations") or ()]
    first = dict.fromkeys([name for name in ranked if name in operations] + operations)
    return list(first)[:_MOST], len(operations) - _MOST
