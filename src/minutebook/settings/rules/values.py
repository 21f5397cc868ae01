"""values of the keys of `[sli]` → texts, lists, codes, limits and spans; values that make no sense are refused."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any

from minutebook.errors import suggest
from minutebook.events import LAYERS, LEVELS

_STATUS = re.compile(r"[1-5](?:xx|\d\d)")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_KEY = re.compile(r"[\w.\-@/ ]{1,200}")
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def read_span_s(text: str) -> float:
    """Seconds in ``30d`` or ``1h 30m``; raises ValueError for anything else."""
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError(f"no span of time: {text!r}; write it as 90m, 2h or 30d")
    return float(sum(float(number) * _UNITS_S[unit] for number, unit in parts))


def _word(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError("has to be a text")
    return value


def _key(value: object) -> str:
    word = _word(value)
    if not _KEY.fullmatch(word):
        raise ValueError(f"no name of a key: {word!r}")
    return word


def _words(value: object) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(entry, str) and entry for entry in listed):
        raise TypeError("has to be a list of texts")
    return tuple(listed)


def _layer(value: object) -> str:
    word, known = _word(value), (*LAYERS, "lines")
    if word not in known:
        raise ValueError(f"no such layer: {word!r}; {suggest(word, known)}")
    return word


def _levels(value: object) -> tuple[str, ...]:
    words = _words(value)
    for word in words:
        if word not in LEVELS:
            raise ValueError(f"no such level: {word!r}; {suggest(word, LEVELS)}")
    return words


def _statuses(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    words = tuple(str(entry).lower() for entry in listed)
    for word in words:
        if not _STATUS.fullmatch(word):
            raise ValueError(f"no status: {word!r}; write 503, or 5xx for all from 500 to 599")
    return words


def _limits(value: object) -> dict[str, float]:
    table = value if isinstance(value, Mapping) else {"*": value}
    for glob, over in table.items():
        if isinstance(over, bool) or not isinstance(over, int | float) or not 0 < over < float("inf"):
            raise ValueError(f"{glob}: has to be a number of seconds above 0")
    return {str(glob): float(over) for glob, over in table.items()}  # type: ignore[arg-type]


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("has to be true or false")
    return value


def _baseline(value: object) -> tuple[int, int] | float:
    if isinstance(value, str):
        return read_span_s(value)
    if not isinstance(value, Mapping) or set(value) != {"from", "to"}:
        raise TypeError('has to be a span such as "2h", or {from = …, to = …}')
    start, end = (_instant(value[key], key) for key in ("from", "to"))
    if start >= end:
        raise ValueError("it ends before it begins")
    return start, end


def _instant(value: object, key: str) -> int:
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if not isinstance(value, datetime.datetime):
        raise TypeError(f"{key} has to be a time such as 2026-11-23T08:00:00Z")
    if value.tzinfo is None:
        raise ValueError(f"{key} has no zone; write 2026-11-23T08:00:00Z")
    return round(value.timestamp() * 1_000_000)


#: Key → how its value is read; raises TypeError or ValueError that says what it has to be.
READERS: Mapping[str, Callable[[object], Any]] = {
    "layer": _layer, "services": _words, "operations": _words, "except_operations": _words, "bad_statuses": _statuses,
    "invalid_statuses": _statuses, "bad_levels": _levels, "outcome": _key, "bad_outcomes": _words,
    "slow_over_s": _limits, "user": _key, "probe_operations": _words, "probe_agents": _words, "probe_clients": _words,
    "usual_probes": _flag, "baseline": _baseline, "objectives": _words,
}  # fmt: skip
