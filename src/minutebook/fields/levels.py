"""words, numbers and beginnings of messages → OpenTelemetry's severities."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import change_texts, map_texts, plain_texts
from minutebook.events import LEVELS

_WORDS: Mapping[str, str] = {
    "trace": "trace", "finest": "trace", "finer": "trace", "verbose": "trace", "trc": "trace", "t": "trace",
    "debug": "debug", "dbg": "debug", "fine": "debug", "d": "debug", "debug1": "debug", "debug2": "debug",
    "debug3": "debug", "debug4": "debug", "debug5": "debug", "config": "debug", "spam": "debug",
    "info": "info", "information": "info", "informational": "info", "notice": "info", "log": "info", "i": "info",
    "inf": "info", "note": "info", "normal": "info", "default": "info", "statement": "info", "detail": "info",
    "hint": "info", "system": "info", "success": "info", "n": "info", "audit": "info",
    "warn": "warn", "warning": "warn", "wrn": "warn", "w": "warn", "caution": "warn",
    "error": "error", "err": "error", "eror": "error", "severe": "error", "e": "error", "failure": "error",
    "fatal": "fatal", "critical": "fatal", "crit": "fatal", "alert": "fatal", "emergency": "fatal",
    "emerg": "fatal", "panic": "fatal", "dpanic": "fatal", "f": "fatal", "c": "fatal", "ftl": "fatal",
    "fault": "fatal", "crt": "fatal",
}  # fmt: skip
_WINDOWS = dict(zip("012345", ("info", "fatal", "error", "warn", "info", "trace"), strict=True))
#: Words that mean something else as a tag.
_SAY_NOTHING = frozenset(("log", "config", "default", "system", "statement", "detail", "normal", "success", "note", "hint",
                          "alert", "failure", "fine", "inf", "audit"))  # fmt: skip
_INSIGHTS = dict(zip("01234", ("trace", "info", "warn", "error", "fatal"), strict=True))
_SYSLOG = ("fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug")

_LEADING_LEVEL = (
    r"^[\[<(]?(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL)\b[\])>]?(?:[:\s]|$)"
)


def read_levels(parts: Mapping[str, pa.Array], own: Mapping[str, str], status: pa.Array | None) -> pa.Array | None:
    """The severity of each record, by its level, its number or the head of its message; None where no part could say it.

    ``own`` are a format's words. A record with a response code (``status``) has no message that begins with a level.
    """
    level = map_texts(parts["level"], lambda text: read_level(text, own)) if "level" in parts else None
    if "severity_number" in parts:
        number = map_texts(parts["severity_number"], read_severity_number)
        level = number if level is None else _fill(level, number)
    if "severity_level" in parts:
        number = map_texts(parts["severity_level"], read_severity_level)
        level = number if level is None else _fill(level, number)
    if "windows_level" in parts:  # before its name, which may be in any language
        number = map_texts(parts["windows_level"], _WINDOWS.get)
        level = number if level is None else _fill(number, level)
    if "tags" in parts:
        tagged = map_texts(parts["tags"], _read_tagged_level)
        level = tagged if level is None else _fill(level, tagged)
    if level is None and "status" in parts:
        level = map_texts(parts["status"], _read_status_level)
    if "message" in parts and (level is None or level.null_count):
        leading = change_texts(parts["message"], _read_leading_level)
        if level is None:
            return leading
        if leading.null_count < len(leading):
            level = _fill(
                level, leading if status is None else pc.if_else(status.is_null(), plain_texts(leading), None)
            )
    return level


def _fill(levels: pa.Array, others: pa.Array) -> pa.DictionaryArray:
    return pc.coalesce(plain_texts(levels), plain_texts(others)).dictionary_encode()


def read_severity_number(text: str) -> str | None:
    """The severity of OpenTelemetry's numbers 1 to 24, four for each, or of their names (SEVERITY_NUMBER_WARN2)."""
    if text.isascii() and text.isdigit() and len(text) <= 2:
        return LEVELS[(int(text) - 1) // 4] if 1 <= int(text) <= 24 else None
    return read_level(text.removeprefix("SEVERITY_NUMBER_").rstrip("1234"), {})


def read_severity_level(text: str) -> str | None:
    """The severity of Application Insights' numbers 0 (verbose) to 4 (critical), or of their names."""
    return _INSIGHTS.get(text) or (None if text[:1].isdigit() else read_level(text, {}))


def read_level(text: str, own: Mapping[str, str]) -> str | None:
    """OpenTelemetry's severity of a level as logged: words, pino's tens, syslog's 0 to 7.

    Hundreds mean opposite things (200 is info for Monolog, and error for Log4j): they're unknown.
    """
    word = text.strip().strip("[]<>:").lower()
    if word in own:
        return own[word]
    if word in _WORDS:
        return _WORDS[word]
    if word.isascii() and word.isdigit() and len(word) <= 3:
        number = int(word)
        if number >= 10:
            return LEVELS[min(number // 10 - 1, 5)] if number < 100 else None
        return _SYSLOG[number] if number <= 7 else None
    head = re.match(r"[a-z]+", word)
    return _WORDS.get(head.group(0)) if head and head.group(0) != word else None


def _read_tagged_level(text: str) -> str | None:
    """The one level among a record's tags (a JSON list, or words with commas between); null where there are several."""
    words = {word for word in re.findall(r"[\w.:-]+", text.lower()) if len(word) > 2 and word in _WORDS}
    told = {_WORDS[word] for word in words - _SAY_NOTHING}
    return told.pop() if len(told) == 1 else None


def _read_status_level(text: str) -> str | None:
    """The level in a part called status, as in Datadog's exports; a response code is none."""
    return None if len(text) < 3 or text.strip().lower() not in _WORDS else read_level(text, {})


def _read_leading_level(message: pa.Array) -> pa.Array:
    """The level that a message itself begins with, in capitals; null where it doesn't."""
    words = pc.extract_regex(message, _LEADING_LEVEL)
    return map_texts(
        pc.if_else(words.is_valid(), pc.struct_field(words, "level"), None), lambda text: read_level(text, {})
    )
