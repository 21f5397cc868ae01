"""bytes of a log → what each of its lines says, read one at a time, slowly and plainly: `re`, `json`, `datetime`.

Written from what the formats are, not from how minutebook reads them; nothing of minutebook is imported here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

YEAR = 2026  #: of stamps without one
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED_OFFSETS = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 60, "EST": -300, "JST": 540}
_LEVELS = {
    word: level
    for level, words in {
        "trace": "trace t", "debug": "debug d 7", "info": "info information notice i inf n 5 6",
        "warn": "warn warning w 4", "error": "err error e 3", "fatal": "critical crit fatal emerg f c 0 1 2",
    }.items()
    for word in words.split()
}  # fmt: skip


#: What is written here; another key may be another spelling of one of them, and such lines are left open.
_KEYS = {
    "ts",
    "level",
    "msg",
    "status",
    "user_id",
    "request_id",
    "method",
    "path",
    "duration",
    "duration_ms",
    "rt",
    "rid",
}


@dataclass(frozen=True)
class Said:
    """What one record says; None is unknown."""

    time: datetime
    level: str | None = None
    status: int | None = None
    user: str | None = None
    trace: str | None = None
    operation: str | None = None
    message: str | None = None
    duration: float | None = None


@dataclass(frozen=True)
class Reading:
    """What the lines say, by number."""

    said: dict[int, Said]
    timeless: set[int]  #: lines that are records, but of no time
    others: set[int]  #: that are none


def cut(content: bytes) -> list[str]:
    """The lines, cut at line feeds only, without colours and what stands before a line feed."""
    lines = content.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    texts = [line.decode("utf-8", "replace").rstrip("\r") for line in lines]
    return [re.sub(r"\x1b\[[0-9;:?]*[A-Za-z]", "", text) for text in texts]


def read_date(year: str | int, month: str, day: str, clock: str, tail: str) -> datetime | None:
    """The instant of a stamp's parts, cut to microseconds; None where there's no such one."""
    match = re.fullmatch(r"(\d\d?):(\d\d)(?::(\d\d)(?:[.,:](\d*))?)?", clock, re.ASCII)
    offset = read_tail(tail)
    if not match or offset is None:
        return None
    number = int(month) if month.isdigit() else _MONTHS.index(month.lower()) + 1 if month.lower() in _MONTHS else 0
    hour, minute, second = (int(match[n] or 0) for n in (1, 2, 3))
    is_leap = second == 60 and minute == 59
    try:
        made = datetime(int(year), number, int(day), hour, minute, 59 if is_leap else second, tzinfo=UTC)
        made += timedelta(microseconds=999_999 if is_leap else int((match[4] or "")[:6].ljust(6, "0")))
        made -= timedelta(minutes=offset)
    except (ValueError, OverflowError):
        return None
    return made if 1990 <= made.year <= 2100 else None


def read_tail(tail: str) -> int | None:
    """Minutes east of UTC that what stands behind a clock says, 0 where it says none; None where it's no tail."""
    tail = tail.strip(" \t\n\r\f\v")
    if match := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)?", tail, re.ASCII):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes > 14 * 60 or int(match[3] or 0) > 59:
            return None
        return minutes if match[1] == "+" else -minutes
    if tail in ("", "z"):
        return 0
    return _NAMED_OFFSETS.get(tail, 0) if re.fullmatch("[A-Z]{2,5}|Z", tail) else None


def read_iso(stamp: str) -> datetime | None:
    """ISO 8601, with a comma or a blank in it too, and to the minute."""
    match = re.fullmatch(
        r"(\d{4})-(\d\d)-(\d\d)(?:[Tt_]|[ \t]+)(\d\d?:\d\d(?::\d\d(?:[.,:]\d*)?)?)(.*)", stamp, re.ASCII | re.DOTALL
    )
    return read_date(*match.groups()) if match else None


def known(text: str | None) -> str | None:
    """``-`` and nothing are unknown."""
    return None if text in (None, "", "-") else text


def read_status(text: str | None) -> int | None:
    """100 to 599."""
    return int(text) if text and re.fullmatch("[1-5][0-9][0-9]", text) else None


def read_level(text: str | None) -> str | None:
    """OpenTelemetry's word for a level, of which whatever isn't a letter is no part."""
    word = text.strip().strip("[]<>:").lower() if text is not None else ""
    if re.fullmatch("0?[1-9][0-9]", word):  # pino's
        return ["trace", "debug", "info", "warn", "error", "fatal"][min(int(word) // 10, 6) - 1]
    letters = re.match("[a-z]*", word)
    return _LEVELS.get(word) or _LEVELS.get(letters[0] if letters else "")


def read_leading(message: str, status: int | None = None) -> str | None:
    """The level that a message begins with, in capitals; a response's is its code."""
    if status is not None:
        return None
    match = re.match(
        r"[\[<(]?(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL)\b[\])>]?(?:[: \t\n\r\f]|$)",
        message,
        re.ASCII,
    )
    return read_level(match[1]) if match else None


_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_ACCESS = re.compile(
    rf'([^ \t\n\r\f,]+) [^ \t\n\r\f.:,]+ ([^ \t\n\r\f\["]+) \[([^\]]+)\] {_QUOTED} (\d{{3}}) (?:\d+|-)(?: {_QUOTED} {_QUOTED}((?: "-".*| [^"].*)?))?$',
    re.ASCII,
)


def read_access(line: str) -> Said | str | None:
    """A line of the usual access log, common or combined, with pairs behind it; "" where its time is none."""
    match = _ACCESS.match(line)
    if not match:
        return None
    _, user, stamp, request, status, _, _, tail = match.groups()
    stamp = stamp.strip(" \t\n\r\f\v")
    parts = re.fullmatch(
        r"(\d\d?)/([A-Za-z]{3})/(\d{4})[: ](\d\d?:\d\d(?::\d\d(?:[.,:]\d*)?)?)(.*)", stamp, re.ASCII | re.DOTALL
    )
    time = read_date(parts[3], parts[2], parts[1], parts[4], parts[5]) if parts else None
    if time is None:
        return ""
    pairs = read_pairs(tail or "")
    if not set(pairs) <= _KEYS:
        return "odd"
    target = re.fullmatch(r"([A-Z]{3,10}) (/[a-z]*)(?:[?#;].*)?(?: HTTP/[\d.]+)?", request, re.ASCII)
    return Said(
        time, None, read_status(status), known(user), known(pairs.get("rid")),
        f"{target[1]} {target[2]}" if target else None, None, read_seconds(pairs.get("rt")),
    )  # fmt: skip


def read_seconds(text: str | None) -> float | None:
    """Seconds, as a plain number."""
    return round(float(text), 9) if text and re.fullmatch(r"\d{1,15}(\.\d*)?", text, re.ASCII) else None


def read_pairs(text: str) -> dict[str, str]:
    """The first value of each key."""
    found: dict[str, str] = {}
    for key, quoted, bare in re.findall(
        r'(?:^|[ \t\n\r\f,;|{])([A-Za-z_@][\w.\-/]*)=(?:"((?:[^"\\]|\\.)*)"|([^ \t\n\r\f",|]*))', text, re.ASCII
    ):
        bare = re.sub(r"^([^{]*)\}:?$", r"\1", bare)  # the end of a span: request{method=GET path=/items}:
        if bare in ("null", "(null)", "nil", "<nil>", "None"):
            bare = ""
        found.setdefault(key, re.sub(r'\\(["\\])', r"\1", quoted) if quoted else bare)
    return found


def read_json(line: str) -> Said | str | None:
    """A JSON object a line; "" where its time is none, "odd" where it has keys of others."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        # A comma too many is read over, and so may be what stands behind an object.
        return "odd" if re.search(r",\s*\}", line) or re.match(r"\s*\{.*\}.", line, re.DOTALL) else None
    if not isinstance(value, dict):
        return None
    if not set(value) <= _KEYS or any(isinstance(inner, dict | list) for inner in value.values()):
        return "odd"  # another key may be another spelling of one, or a step to one

    def text(key: str) -> str | None:
        found: Any = value.get(key)
        if found is not None and not isinstance(found, str):
            found = json.dumps(found, ensure_ascii=False)
        return found if found is None else found.encode("utf-8", "backslashreplace").decode()  # lone surrogates

    time = read_iso(text("ts") or "")
    if time is None:
        return ""
    duration = text("duration_ms")
    path, method = text("path"), text("method")
    return Said(
        time, read_level(text("level")) or read_leading(text("msg") or "", read_status(text("status"))), read_status(text("status")), known(text("user_id")), known(text("request_id")),
        f"{method} {path}" if re.fullmatch("[A-Z]{3,10} /[a-z]*", f"{method} {path}") else None, text("msg") or None,
        None if (seconds := read_seconds(duration)) is None else round(seconds / 1000, 9),
    )  # fmt: skip


def read_logfmt(line: str) -> Said | str | None:
    """key=value pairs; "" where its time is none."""
    pairs = read_pairs(line)
    if not set(pairs) <= _KEYS:
        return "odd"
    if "ts" not in pairs:
        return None
    time = read_iso(pairs["ts"])
    if time is None:
        return ""
    return Said(
        time, read_level(pairs.get("level")) or read_leading(pairs.get("msg", ""), read_status(pairs.get("status"))), read_status(pairs.get("status")), known(pairs.get("user_id")),
        known(pairs.get("request_id")), None, pairs.get("msg") or None, read_seconds(pairs.get("duration")),
    )  # fmt: skip


_SYSLOG = re.compile(
    r"(?:<\d{1,3}>)?([A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) ([\w.:\-@]+) "
    r"([A-Za-z_(/][^ \t\n\r\f:\[]*)(?:\[[^\] \t\n\r\f]*\])?: ?(.*)$",
    re.ASCII,
)


def read_syslog(line: str) -> Said | str | None:
    """RFC 3164's line, whose year is `YEAR`; "" where its time is none."""
    match = _SYSLOG.match(line)
    if not match:
        return None
    month, day, clock = match[1].split()
    time = read_date(YEAR, month, day, clock, "")
    if time is None:
        return ""
    return "odd" if "=" in match[4] else Said(time, read_leading(match[4]), message=match[4] or None)


_PYTHON = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.]\d{3,6})[ \t\n\r\f]+(TRACE|DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL) "
    r"\[MainThread\] ([A-Za-z_][\w.\-]*):[ \t\n\r\f]+(.*)$",
    re.ASCII,
)
_STAMPED = re.compile(r"\W{0,2}\d{4}-\d\d-\d\d[ T_]\d\d[:.]\d\d", re.ASCII)


def read_python(line: str) -> Said | str | None:
    """Python's logging: stamp, level, thread, logger, message; "" where its time is none."""
    match = _PYTHON.match(line)
    if not match:
        return None
    time = read_iso(match[1])
    if time is None:
        return ""
    return "odd" if "=" in match[4] else Said(time, read_level(match[2]), message=match[4] or None)


#: Format of minutebook → how a line of it is read.
READERS: dict[str, Callable[[str], Said | str | None]] = {
    "access": read_access, "json_lines": read_json, "logfmt": read_logfmt, "syslog": read_syslog, "python_logging": read_python,
}  # fmt: skip


def read_plainly(content: bytes, name: str) -> Reading:
    """All lines of a log, each read on its own."""
    said: dict[int, Said] = {}
    timeless, others = set(), set()
    for number, line in enumerate(cut(content), 1):
        read = READERS[name](line)
        if isinstance(read, Said):
            said[number] = read
        elif read == "":
            timeless.add(number)
        elif read is None:
            others.add(number)
    return Reading(said, timeless, others)
