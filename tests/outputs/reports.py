"""A made book whose evidence wants to act, for the tests of the report and of its page in a browser."""

from __future__ import annotations

import pandas as pd
from incidents import at, short_incident

from minutebook.book import Book

#: What evidence may hold and no page may obey. Each must be seen as it is, or as its escape.
CANARIES = (
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=\"document.title='owned'\">",
    "</style></script></textarea><svg onload=document.title='owned'>",
    "[click](javascript:document.title='owned')",
    "<a href='https://example.invalid/leak'>https://example.invalid/leak</a>",
    "=HYPERLINK(\"https://example.invalid\")",
    "\u202egnp.exe \u200b\u0000\x1b[31m",
    "שלום עולם",
    "`tick` ``two`` | cell | *star* _under_ #1 @somebody ~~gone~~ $x$ &amp; <!-- -->",
    "long" * 5_000,
)  # fmt: skip


def make_timeline(texts, kinds=("log", "deploy", "alert", "impact")):
    rows = [
        {
            "minute": at(8 + n // 4).floor("min"), "time": at(8 + n // 4, n % 4), "last_time": at(9 + n // 4),
            "time_error_s": 1.0, "kind": kinds[n % len(kinds)], "phase": "new", "service": text[:60], "severity": "error",
            "summary": text, "count": n, "users": None, "evidence": f"app.log:{n + 1}; odd <name>.log:{n + 1}",
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    for name in ("minute", "time", "last_time"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.as_unit("us")
    return frame.astype({"count": "Int64", "users": "Int64"})


def make_source(name, **more):
    return {
        "source": name, "sha256": "06346163e569144d" * 4, "format": "plain", "runner_up": None, "stream": name,
        "zone": "UTC", "zone_basis": "stated", "clock_offset_s": 47.0, "clock_pairs": 3, "lines": 100,
        "lines_in_events": 90, "lines_skipped": 6, "lines_rejected": 4, "events": 80, "copies": 2,
        "first": "2026-11-23T09:00:04.755Z", "last": "2026-11-23T09:24:59.100Z", "status": "complete",
        "clock_spread_s": 0.1, "clock_applied": True, "skipped": {name: 6}, "rejects": [{"line": 3, "why": name}],
        "score": 1.0, "resolution_s": 1.0, "note": name,
    } | more  # fmt: skip


def make_book(texts=("request failed",)):
    """A book in which every text that can come from evidence is one of ``texts``."""
    minutes, impact, happenings = short_incident()
    text = " ".join(texts)[:2_000]
    impact["windows"][0] |= {"service": text, "operations": list(texts), "evidence": text}
    impact["windows"][0]["top"] = {"operations": [{"value": each, "bad": 3} for each in texts]}
    impact["rejected"] = [
        {"kind": "fail", "service": text, "operations": list(texts), "start": "2026-11-23T09:01:00.000Z",
         "end": "2026-11-23T09:02:00.000Z", "odds": 1.0, "reason": text}
    ]  # fmt: skip
    impact["definitions"] = {"impact_start": "the first bad event"}
    minutes["service"] = text
    happenings["message"], happenings["service"] = text, text
    ledger = {
        "sources": [make_source(each[:300]) for each in texts],
        "assumptions": list(texts),
        "merges": [{"what": text, "into": text, "from": text, "count": 2, "why": text}],
    }
    return Book(make_timeline(texts), minutes, impact, ledger, happenings, pd.DataFrame(), pd.DataFrame())


def make_lines(texts):
    """Raw lines for the evidence of `make_timeline`: of one record each, of two lines."""
    return {("app.log", n + 1): (f"\t{text}", text) for n, text in enumerate(texts)}
