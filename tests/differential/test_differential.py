"""What minutebook reads at hundreds of megabytes a second is what a slow plain reader says of each line.

Both read the same bytes: lines as loggers write them, with odd stamps, levels, statuses and users, and lines that
somebody broke: NUL, invalid UTF-8, bare CR, colours, quotes, huge numbers, keys that occur twice.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from plain import YEAR, Said, read_plainly

from minutebook.detection import detect_format
from minutebook.logformats import load_formats
from minutebook.reading.account import Account
from minutebook.reading.recipes import Recipe, parse_lines
from minutebook.sources import Source
from minutebook.sources.lines import split_lines

FORMATS = {each.name: each for each in load_formats()}
GOOD = {
    "access": b'192.0.2.1 - ada [23/Nov/2026:09:08:04 +0100] "GET /cart HTTP/1.1" 200 12 "-" "curl/8" rt=0.25 rid=r1',
    "json_lines": b'{"ts":"2026-11-23T09:08:04.5Z","level":"info","msg":"sold","status":200,"user_id":"u1","request_id":"r1","method":"GET","path":"/cart","duration_ms":12.5}',
    "logfmt": b'ts=2026-11-23T09:08:04.5Z level=info msg="sold out" status=200 user_id=u1 request_id=r1 path=/cart duration=0.25',
    "syslog": b"Nov 23 09:08:04 db-1 postgres[7]: checkpoint took 3 s",
    "python_logging": b"2026-11-23 09:08:04,120 INFO [MainThread] shop.web: sold",
}  # fmt: skip

ODD_BYTES = st.sampled_from(
    [b"\0", b"\xff", b"\xe2\x82", b"\xc0\xaf", b"\xed\xa0\x80", b"\r", b"\x1b[31m", b'"', b"\\", b"[", b"]", b" ", b"\t", b"=", b",", b"{", b"}",
     b"\x0b", b"\x0c", b"\x85", "\u2028".encode(), "\u0661".encode(), "é".encode(), "😀".encode(), b"9" * 30, b"-", b":", b"\x7f", b"\xef\xbb\xbf"]
)  # fmt: skip
DATES = [
    "2026-11-23",
    "2026-02-30",
    "2024-02-29",
    "2026-13-01",
    "1014-05-05",
    "9999-01-01",
    "2026-00-10",
    "1990-01-01",
    "2100-12-31",
]
CLOCKS = [
    "09:08:04",
    "09:08:04.5",
    "09:08:04,123456789",
    "23:59:60",
    "09:08:60",
    "24:00:00",
    "09:60:00",
    "00:00:00.0000001",
    "9:08:04",
]
TAILS = ["Z", "", "+01:00", "-0330", "+15:00", "z", " UTC", " CET", "+01:75", "QQ", "x"]
ISO = st.builds(
    lambda date, mark, clock, tail: date + mark + clock + tail,
    st.sampled_from(DATES),
    st.sampled_from("TTT t"),
    st.sampled_from(CLOCKS),
    st.sampled_from(TAILS),
)
LEVELS = st.sampled_from(
    ["info", "INFO", "Warning", "err", "critical", "trace", "NOTICE", "[error]", "30", "50", "3", "loud", ""]
)
STATUSES = st.sampled_from(["200", "503", "099", "600", "-1", "20", "2000", "abc", "1e2"])
TEXTS = st.sampled_from(
    [
        "sold",
        "ERROR no stock",
        "a=b c",
        "x user_id=eve status=500 level=error",
        "",
        "-",
        "NA",
        "null",
        "007",
        "é😀",
        "x" * 300,
        "WARNING: low",
        "\u2028",
        "true",
    ]
)
USERS = st.sampled_from(["u1", "-", "ada", "007", "NA", "9007199254740993", "é", "a@b.example", "null"])


def access_lines() -> st.SearchStrategy[bytes]:
    months = st.sampled_from(["Nov", "Feb", "feb", "Foo", "NOV"])
    stamp = st.builds(lambda day, month, year, clock, tail: f"{day}/{month}/{year}:{clock}{tail}", st.sampled_from(["23", "30", "1", "00", "32"]),
                      months, st.sampled_from(["2026", "1014", "1989"]), st.sampled_from(CLOCKS), st.sampled_from([" +0000", " +0100", " -1200", " +1500", ""]))  # fmt: skip
    return st.builds(
        lambda user, stamp, method, path, status, ending: f'192.0.2.1 - {user} [{stamp}] "{method} {path} HTTP/1.1" {status} 12{ending}'.encode(),
        USERS, stamp, st.sampled_from(["GET", "POST"]), st.sampled_from(["/cart", "/", "/a?x=1"]), STATUSES,
        st.sampled_from(["", ' "-" "curl/8"', ' "-" "curl/8" rt=0.25 rid=r1', ' "-" "-" rt=- rid=-', ' "-" "a\\"b" rid=r\\1', ' "-" "x" rid="q\\"r" rt=1.']),
    )  # fmt: skip


def json_lines() -> st.SearchStrategy[bytes]:
    values: st.SearchStrategy[Any] = st.one_of(TEXTS, STATUSES, st.integers(-(10**40), 10**40), st.booleans(), st.none(), st.sampled_from([200, 503, 1.5, 0, [], ["x"], {"a": 1}, "\ud800", "\x01"]))  # fmt: skip
    usual = st.fixed_dictionaries(
        {"ts": ISO, "level": LEVELS},
        optional={"msg": TEXTS, "status": STATUSES.map(lambda s: int(s) if s.isdigit() and s[0] != "0" else s), "user_id": USERS,
                  "request_id": USERS, "duration_ms": st.sampled_from([12.5, 0, 3, "7.25"]), "path": st.just("/cart"), "method": st.just("GET")},
    )  # fmt: skip
    odd = st.fixed_dictionaries(
        {"ts": ISO}, optional={"level": values, "msg": values, "status": values, "user_id": values}
    )
    return st.builds(
        lambda value, is_ascii, blanks, order: json.dumps(
            dict(sorted(value.items(), reverse=order)), ensure_ascii=is_ascii, separators=(",", ":") if blanks else None
        ).encode("utf-8", "surrogatepass"),
        usual | odd, st.booleans(), st.booleans(), st.booleans(),
    )  # fmt: skip


def logfmt_lines() -> st.SearchStrategy[bytes]:
    def pair(key: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return values.map(
            lambda value: f'{key}="{value}"' if not value or " " in value or '"' in value else f"{key}={value}"
        )

    parts = [
        pair("level", LEVELS),
        pair("msg", TEXTS | st.just('a \\"b\\" c')),
        pair("status", STATUSES),
        pair("user_id", USERS),
    ]
    return st.builds(
        lambda ts, parts: f"{ts} {' '.join(parts)}".encode(),
        pair("ts", ISO),
        st.tuples(*parts).flatmap(st.permutations),
    )


def syslog_lines() -> st.SearchStrategy[bytes]:
    stamp = st.builds(lambda month, day, clock: f"{month} {day} {clock}", st.sampled_from(["Nov", "Dec", "Foo"]), st.sampled_from(["23", " 3", "31", "3"]),
                      st.sampled_from(["09:08:04", "23:59:59.25", "24:00:00", "09:08:60"]))  # fmt: skip
    return st.builds(
        lambda lead, stamp, tag, text: f"{lead}{stamp} db-1 {tag}: {text}".encode(),
        st.sampled_from(["", "<34>"]),
        stamp,
        st.sampled_from(["cron[7]", "sshd", "postfix/smtpd[1]"]),
        TEXTS,
    )


def python_lines() -> st.SearchStrategy[bytes]:
    stamp = st.builds(
        lambda date, clock: f"{date} {clock}",
        st.sampled_from(DATES),
        st.sampled_from(["09:08:04,120", "23:59:60,000", "24:00:00,000", "09:08:04.123456"]),
    )
    return st.builds(
        lambda stamp, level, text: f"{stamp} {level} [MainThread] shop.web: {text}".encode(),
        stamp,
        st.sampled_from(["INFO", "ERROR", "WARNING", "CRITICAL", "LOUD"]),
        TEXTS,
    )


MAKERS = {
    "access": access_lines(),
    "json_lines": json_lines(),
    "logfmt": logfmt_lines(),
    "syslog": syslog_lines(),
    "python_logging": python_lines(),
}


def broken(lines: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """A line with something put in at one place, or cut off there."""
    return st.builds(
        lambda line, at, odd, is_cut: line[: at % (len(line) + 1)] + odd + (b"" if is_cut else line[at % (len(line) + 1) :]),
        lines, st.integers(0, 400), ODD_BYTES, st.booleans(),
    )  # fmt: skip


def read_fast(content: bytes, name: str) -> tuple[dict[int, dict[str, Any]], Account]:
    lines = split_lines(content)
    found = detect_format(lines.text.to_pylist(), [FORMATS[name]])
    table, account = parse_lines(lines, Recipe(Source("a", None), found.plans, year=YEAR))
    return {row["line"]: row for row in table.to_pylist()}, account


def find_difference(row: dict[str, Any], said: Said) -> str:
    """The first column that differs, with both values."""
    for column in ("time", "level", "status", "user", "trace", "message", "duration"):
        found, wanted = row[column], getattr(said, column)
        if found != wanted and not (
            isinstance(wanted, float) and found is not None and math.isclose(found, wanted, abs_tol=1e-9)
        ):
            return f"line {row['line']}: {column} is {found!r}, not {wanted!r}"
    if said.operation is not None and row["operation"] != said.operation:
        return f"line {row['line']}: operation is {row['operation']!r}, not {said.operation!r}"
    return ""


# Not made smaller: that takes minutes, and a difference names its line.
@pytest.mark.parametrize("name", MAKERS)
@settings(phases=[Phase.generate])
@given(data=st.data())
def test_the_fast_reader_says_what_the_plain_one_says(name: str, data: st.DataObject) -> None:
    made = data.draw(
        st.lists(MAKERS[name] | broken(MAKERS[name]) | broken(st.just(GOOD[name])), min_size=1, max_size=12)
    )
    content = b"\n".join([*[GOOD[name]] * 60, *made, b"", GOOD[name]])
    rows, account = read_fast(content, name)
    plain = read_plainly(content, name)
    for line in plain.others & {line + 1 for line in plain.said}:  # may be the exception of the one before
        plain.said[line - 1] = replace(plain.said[line - 1], message=rows[line - 1]["message"])
    differences = [find_difference(rows[line], said) for line, said in plain.said.items() if line in rows]
    assert [each for each in differences if each] == []
    assert set(rows) >= set(plain.said)
    assert not set(rows) & plain.timeless
    if name in ("json_lines", "logfmt"):
        assert not set(rows) & plain.others
    account.lines = account.lines_seen
    account.check()
