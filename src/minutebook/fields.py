"""texts of a record's parts → typed columns of the event frame.

Whatever was read from a log (groups of a pattern, JSON values, pairs) arrives here as Arrow strings
under the names of `logformats.GROUPS`, and leaves as the columns of `events.COLUMNS`. Columns with few
distinct values are typed once a value, not once a row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.events import LEVELS
from minutebook.names import ASKED
from minutebook.rules import Rules
from minutebook.texts import change_texts, is_dictionary, pair_texts, plain_texts

_WORDS: Mapping[str, str] = {
    "trace": "trace", "finest": "trace", "finer": "trace", "verbose": "trace", "trc": "trace", "t": "trace",
    "debug": "debug", "dbg": "debug", "fine": "debug", "d": "debug", "debug1": "debug", "debug2": "debug",
    "debug3": "debug", "debug4": "debug", "debug5": "debug", "config": "debug", "spam": "debug",
    "info": "info", "information": "info", "informational": "info", "notice": "info", "log": "info", "i": "info",
    "inf": "info", "note": "info", "normal": "info", "default": "info", "statement": "info", "detail": "info",
    "hint": "info", "system": "info", "success": "info", "n": "info",
    "warn": "warn", "warning": "warn", "wrn": "warn", "w": "warn", "caution": "warn",
    "error": "error", "err": "error", "eror": "error", "severe": "error", "e": "error", "failure": "error",
    "fatal": "fatal", "critical": "fatal", "crit": "fatal", "alert": "fatal", "emergency": "fatal",
    "emerg": "fatal", "panic": "fatal", "dpanic": "fatal", "f": "fatal", "c": "fatal", "ftl": "fatal",
    "fault": "fatal", "crt": "fatal",
}  # fmt: skip
_SYSLOG = ("fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug")

_USUAL_PROBES = Rules().probe_patterns()


_LEADING_LEVEL = (
    r"^[\[<(]?(?P<level>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL)\b[\])>]?(?:[:\s]|$)"
)


def read_fields(
    parts: Mapping[str, pa.Array],
    kind: str,
    levels: Mapping[str, str] | None = None,
    probes: tuple[re.Pattern[str], re.Pattern[str]] = _USUAL_PROBES,
) -> dict[str, pa.Array]:
    """Typed columns of the records whose parts these are; ``kind`` is the format's.

    ``probes`` are found in the operations and agents of health checks and bots.

    Absent parts stay absent. ``time`` is not read here but by `times`, with the format's layout.
    """
    columns: dict[str, pa.Array] = {}
    for name in ("service", "host", "version", "environment", "user", "trace"):
        if name in parts:
            columns[name] = _known(parts[name])
    if "level" in parts:
        columns["level"] = map_values(parts["level"], lambda text: read_level(text, levels or {}))
    if "severity_number" in parts:
        found = map_values(parts["severity_number"], read_severity_number)
        columns["level"] = _coalesce(columns["level"], found) if "level" in columns else found
    if "status" in parts:
        columns["status"] = read_status(parts["status"])
        if "level" not in columns:
            columns["level"] = map_values(parts["status"], _level_of_status)
    if "message" in parts and ("level" not in columns or columns["level"].null_count):
        columns["level"] = _lead_with_level(change_texts(parts["message"], _leading_level), columns)
    for name, values in parts.items():
        if name == "duration" or name.startswith("duration_"):
            found = read_duration(values, name.partition("_")[2])
            columns["duration"] = pc.coalesce(columns["duration"], found) if "duration" in columns else found
    operation = _operation(parts)
    if operation is not None:
        columns["operation"] = operation
    if "message" in parts:
        columns["message"] = _with_exception(parts)
    elif "exception" in parts:
        nothing = pa.nulls(len(parts["exception"]), pa.string())
        columns["message"] = _with_exception({"message": nothing, "exception": plain_texts(parts["exception"])})
        if operation is not None and "status" not in parts:
            columns["message"] = pc.coalesce(columns["message"], plain_texts(operation))
    elif operation is not None and "status" not in parts:
        columns["message"] = operation
    _read_client(parts, columns)
    _read_kind(parts, columns, kind, probes)
    _keep_asked(parts, columns)
    return columns


def map_values(values: pa.Array, function: Callable[[str], str | None]) -> pa.DictionaryArray:
    """Each distinct text through ``function``, as a dictionary array."""
    encoded = values if is_dictionary(values) else values.dictionary_encode()
    known = encoded.dictionary.to_pylist()
    mapped = pa.array([None if v is None else function(v) for v in known], pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(mapped.indices.take(encoded.indices), mapped.dictionary)


def _coalesce(first: pa.Array, second: pa.Array) -> pa.Array:
    return pc.coalesce(plain_texts(first), plain_texts(second)).dictionary_encode()


def read_severity_number(text: str) -> str | None:
    """The severity of OpenTelemetry's 1 to 24, four numbers each; also of their names (SEVERITY_NUMBER_WARN2)."""
    if text.isascii() and text.isdigit() and len(text) <= 2:
        return LEVELS[(int(text) - 1) // 4] if 1 <= int(text) <= 24 else None
    return read_level(text.removeprefix("SEVERITY_NUMBER_").rstrip("1234"), {})


def read_level(text: str, own: Mapping[str, str]) -> str | None:
    """OpenTelemetry's severity of a level as logged: words, pino's tens, syslog's 0 to 7.

    Of hundreds loggers mean opposite things (200 is Monolog's info, and Log4j's error): they're unknown.
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


def _level_of_status(text: str) -> str | None:
    """The level in a column called status, as Datadog's exports have it; a response code is none."""
    return None if len(text) < 3 or text.strip().lower() not in _WORDS else read_level(text, {})


def _lead_with_level(leading: pa.Array, columns: Mapping[str, pa.Array]) -> pa.Array:
    """The levels, and those that messages begin with where neither a level nor a response code is stated."""
    if not {"level", "status"} & set(columns) or leading.null_count == len(leading):
        return columns.get("level", leading)
    told = plain_texts(leading)
    if "status" in columns:
        told = pc.if_else(columns["status"].is_null(), told, None)
    if "level" in columns:
        told = pc.coalesce(plain_texts(columns["level"]), told)
    return told.dictionary_encode()


def _leading_level(message: pa.Array) -> pa.Array:
    """The level that a message itself begins with, in capitals; null where it doesn't."""
    words = pc.extract_regex(message, _LEADING_LEVEL)
    return map_values(
        pc.if_else(words.is_valid(), pc.struct_field(words, "level"), None), lambda text: read_level(text, {})
    )


def read_status(values: pa.Array) -> pa.Array:
    """Response codes 100 to 599 as int16; anything else is null."""
    encoded = values if is_dictionary(values) else values.dictionary_encode()
    numbers = [int(v) if v and re.fullmatch(r"[1-5][0-9]{2}", v) else None for v in encoded.dictionary.to_pylist()]
    return pa.array(numbers, pa.int16()).take(encoded.indices)


_SECONDS = {
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ns": 1e-9,
    "micros": 1e-6,
    "nanos": 1e-9,
}


def read_duration(values: pa.Array, unit: str = "") -> pa.Array:
    """Durations in seconds: plain numbers of ``unit`` (default s), or with a unit behind (1.5s, 3m2s).

    Negative ones and what is no number are null.
    """
    return change_texts(values, lambda texts: _read_durations(texts, unit))


def _read_durations(values: pa.Array, unit: str) -> pa.Array:
    is_number = pc.fill_null(pc.match_substring_regex(values, r"^[0-9]{1,15}(\.[0-9]*)?([eE]-?[0-9]{1,2})?$"), False)
    seconds = pc.multiply(pc.cast(pc.if_else(is_number, values, None), pa.float64()), _SECONDS[unit or "s"])
    rest = pc.and_(pc.invert(is_number), pc.is_valid(values))
    if pc.any(rest).as_py():
        # Written with units: few distinct texts, or a Go service; typed once a distinct text.
        encoded = pc.if_else(rest, values, None).dictionary_encode()
        read = pa.array([_with_units(v) for v in encoded.dictionary.to_pylist()], pa.float64())
        seconds = pc.coalesce(seconds, read.take(encoded.indices))
    # A product like 1231.8 × 0.001 must print as it was logged.
    return pc.round(seconds, 9)


def _with_units(text: str) -> float | None:
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)\s*(h|ms|us|micros|nanos|µs|μs|ns|m|s)", text)
    whole = "".join(number + unit for number, unit in parts)
    if not parts or whole != re.sub(r"\s", "", text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _known(values: pa.Array) -> pa.Array:
    """``-`` and the empty text mean unknown."""
    return change_texts(values, _drop_unknown)


def _drop_unknown(values: pa.Array) -> pa.Array:
    is_known = pc.invert(pc.is_in(values, pa.array(["", "-"])))
    return values if pc.all(is_known).as_py() else pc.if_else(is_known, values, None)


def _operation(parts: Mapping[str, pa.Array]) -> pa.Array | None:
    """``METHOD /path`` (OpenTelemetry's name of an HTTP span) from a request line or method and path."""
    if "request" in parts:
        operation = map_values(_shorten_targets(parts["request"]), _operation_of)
        if "path" not in parts or not operation.null_count:
            return operation
        others = _operation({name: values for name, values in parts.items() if name != "request"})
        return pc.coalesce(plain_texts(operation), plain_texts(others)).dictionary_encode()
    if "path" in parts:
        path = _shorten_targets(parts["path"])
        if "method" in parts:
            path = pair_texts(path, parts["method"], is_second_ahead=True)
        return map_values(path, _operation_of)
    return _known(parts["operation"]) if "operation" in parts else None


def _shorten_targets(targets: pa.Array) -> pa.DictionaryArray:
    """Without what stands behind ``?``, ``#`` or ``;``, and numbers as ids, so that few distinct ones are left."""
    for shorten in (_cut_query, _name_last_number, _name_numbers):
        targets = change_texts(targets if is_dictionary(targets) else targets.dictionary_encode(), shorten)
    return targets


def _cut_query(targets: pa.Array) -> pa.Array:
    held = bytes(targets.buffers()[2] or b"")
    if not any(mark in held for mark in (b"?", b"#", b";", b" HTTP/")):
        return targets
    return pc.replace_substring_regex(targets, r"(?:[?#;].*| HTTP/[\d.]+)$", "")


def _name_last_number(targets: pa.Array) -> pa.Array:
    # Most ids stand at the end, where no regular expression is needed.
    cut = pc.ascii_rtrim(targets, "0123456789")
    is_id = pc.and_(pc.ends_with(cut, "/"), pc.not_equal(cut, targets))
    return pc.if_else(is_id, pc.binary_join_element_wise(cut, "{id}", ""), targets)


def _name_numbers(targets: pa.Array) -> pa.Array:
    for pattern, by in _NUMBERS:
        targets = pc.replace_substring_regex(targets, pattern, by)
    return targets


# In bulk what `_SEGMENT` says of numbers; twice, since a slash between two of them belongs to both.
_NUMBER = (r"/\d+([/ ]|$)", r"/{id}\1")
_NUMBERS = (_NUMBER, _NUMBER, (r"([/\-._~])\d{4,}([/\-._~ ]|$)", r"\1{id}\2"))
# Kubernetes says `list /api`.
_METHOD = re.compile(r"([A-Z]{3,10}|[a-z]{3,20}(?= /)) (\S+)")
_SEGMENT = re.compile(
    r"(?<=/)(?:\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}|(?=[\w\-]*\d)[A-Za-z0-9_\-]{20,})(?=/|$)"
    # a number or a hash as part of a name: order-12345, app.8f3a2b1c.js
    r"|(?<=[/\-._~])(?:\d{4,}|(?=[0-9a-f]*\d)[0-9a-f]{8,})(?=[/\-._~]|$)"
)


def _operation_of(text: str) -> str | None:
    match = _METHOD.match(text)
    method, target = match.groups() if match else ("", text)
    if not target.startswith("/"):
        found = re.match(r"[a-z]+://[^/]*(/[^\s]*)?", target)
        if not found:
            # Not a request line at all: a TLS hello on a plain port, an empty line.
            return None if "\\x" in target or not target.strip("-") or match is None else f"{method} {target}"
        target = found.group(1) or "/"
    path = re.split(r"[?#;\s]", target, maxsplit=1)[0]
    path = _SEGMENT.sub("{id}", path)
    return f"{method} {path}" if method else path


def _with_exception(parts: Mapping[str, pa.Array]) -> pa.Array:
    """The message, and behind it the exception that the record names."""
    message = change_texts(parts["message"], _drop_empty)
    kind, text = (_find_any(parts.get(name)) for name in ("exception_type", "exception"))
    if text is None and kind is None:
        return message
    message = plain_texts(message)
    if text is not None:
        # One line only, and no nested object: the type and message of it are read by their own names.
        text = pc.if_else(pc.starts_with(text, "{"), None, text)
        text = _known(pc.extract_regex(text, r"^\s*(?P<head>[^\n]{0,500})").field(0)) if len(text) else text
    if kind is not None and text is not None:
        text = pc.coalesce(pc.binary_join_element_wise(kind, text, ": "), text, kind)
    extra = text if text is not None else kind
    assert extra is not None
    told = pc.fill_null(pc.equal(extra, message), False)
    joined = pc.binary_join_element_wise(message, pc.if_else(told, None, extra), ": ")
    return pc.coalesce(joined, message, extra)


def _drop_empty(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _find_any(texts: pa.Array | None) -> pa.Array | None:
    """The texts, if there's any."""
    return None if texts is None or texts.null_count == len(texts) else plain_texts(texts)


def _read_client(parts: Mapping[str, pa.Array], columns: dict[str, pa.Array]) -> None:
    if "client" not in parts:
        return
    client = _known(change_texts(parts["client"], _drop_port))
    if "agent" in parts:
        # Where no user is known, address and agent together are the closest thing to one.
        user, agent = columns.get("user"), _known(parts["agent"])
        if user is not None and user.null_count < len(user):
            agent = pc.if_else(pc.is_null(user), plain_texts(agent), None)
        client = pair_texts(client, agent)
    columns["client"] = client


def _drop_port(clients: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(clients, r"^(\d+\.\d+\.\d+\.\d+):\d+$", r"\1")


def _keep_asked(parts: Mapping[str, pa.Array], columns: dict[str, pa.Array]) -> None:
    """Keys that the caller asked for, as JSON in ``fields``."""
    pieces = []
    for name, values in sorted(parts.items()):
        if name.startswith(ASKED):
            lead = json.dumps(name.removeprefix(ASKED), ensure_ascii=False) + ": "
            told = map_values(_known(values), lambda text, lead=lead: lead + json.dumps(text, ensure_ascii=False))  # type: ignore[misc]
            pieces.append(told.cast(pa.string()))
    if pieces:
        joined = pc.binary_join_element_wise(*pieces, ", ", null_handling="skip")
        columns["fields"] = pc.if_else(pc.equal(joined, ""), None, pc.binary_join_element_wise("{", joined, "}", ""))


def _read_kind(
    parts: Mapping[str, pa.Array],
    columns: dict[str, pa.Array],
    kind: str,
    probes: tuple[re.Pattern[str], re.Pattern[str]],
) -> None:
    """A record with a status and an operation is a request; probes are told by path and agent."""
    status, operation = columns.get("status"), columns.get("operation")
    if status is None or operation is None:
        return
    is_request = pc.is_valid(status)
    if kind != "request":
        is_request = pc.and_(is_request, pc.is_valid(operation))
    is_probe = _matches(operation, probes[0])
    if "agent" in parts:
        is_probe = pc.or_(is_probe, _matches(parts["agent"], probes[1]))
    words = np.where(
        is_request.to_numpy(zero_copy_only=False),
        np.where(is_probe.to_numpy(zero_copy_only=False), 1, 0),
        2,
    )
    columns["kind"] = pa.DictionaryArray.from_arrays(pa.array(words, pa.int32()), pa.array(["request", "probe", "log"]))


def _matches(values: pa.Array, pattern: re.Pattern[str]) -> pa.Array:
    encoded = values if is_dictionary(values) else values.dictionary_encode()
    hits = pa.array(
        [bool(v is not None and pattern.search(v)) for v in encoded.dictionary.to_pylist()],
        pa.bool_(),
    )
    return pc.fill_null(hits.take(encoded.indices), False)
