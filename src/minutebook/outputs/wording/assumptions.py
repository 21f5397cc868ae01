"""a ledger's assumptions, one or more per source → those of many sources that are alike, said once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

_END_OF_NAME = re.compile(r"[: ]")


def tell_assumptions(ledger: Mapping[str, Any]) -> list[str]:
    """The sentences in their order; what is said of several sources is said of the first, with how many are alike."""
    names = {str(source.get("source")) for source in ledger.get("sources") or ()}
    alike: dict[tuple[str, str], list[str]] = {}
    for sentence in map(str, ledger.get("assumptions") or ()):
        name = _find_name(sentence, names)
        key = sentence[len(name) :], "" if name else str(len(alike))
        alike.setdefault(key, []).append(name)
    return [f"{first}{_tell_others(len(others))}{rest}" for (rest, _), (first, *others) in alike.items()]


def _find_name(sentence: str, names: Collection[str]) -> str:
    """The source that a sentence begins with; "" for one that is about none, or about all."""
    ends = (end.start() for end in _END_OF_NAME.finditer(sentence))
    return max((sentence[:end] for end in ends if sentence[:end] in names), key=len, default="")


def _tell_others(count: int) -> str:
    return f" (and {count:,} other{'s' * (count > 1)} alike)" if count else ""
