"""requests by minute and service → a table that opens."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pandas as pd

from minutebook.outputs.instants import format_clock
from minutebook.outputs.report.facts import Facts
from minutebook.outputs.report.markup import Html, element, time_of
from minutebook.outputs.report.page.blocks import row_of_heads, scrolled
from minutebook.outputs.wording.counts import count_of, percent_of

_UTC = datetime.UTC


def show_minutes(facts: Facts) -> Iterator[Html]:
    """All the minutes that the facts hold, closed at first."""
    if facts.minutes_note:
        yield element("p", facts.minutes_note, class_="note")
    heads = ["minute", "service", "requests", "failed", "share", "slow", "highest p95", "alerts", "coverage"]
    body = element("tbody", *(_minute(row) for row in facts.minutes.to_dict("records")))
    caption = "Requests by minute and service, all operations together. An empty cell isn't known."
    table = element("table", element("caption", caption), row_of_heads(heads), body, class_="numbers")
    yield element("details", element("summary", count_of(len(facts.minutes), "row")), scrolled(table, "Minutes"))


def _minute(row: dict[str, Any]) -> Html:
    counts = {
        name: "" if pd.isna(row[name]) else f"{int(row[name]):,}"
        for name in ("requests", "failed", "slow", "alerts_firing")
    }
    share = percent_of(row["failed"] / row["requests"]) if counts["requests"] not in ("", "0") else ""
    p95 = "" if pd.isna(row["p95_s"]) else f"{row['p95_s']:.3f} s"
    coverage = "no data" if row["coverage"] == "none" else row["coverage"]
    numbers = [counts["requests"], counts["failed"], share, counts["slow"], p95, counts["alerts_firing"]]
    return element(
        "tr",
        element("th", time_of(row["minute"], format_clock(row["minute"], _UTC)[:5]), scope="row"),
        element("td", row["service"] if isinstance(row["service"], str) else ""),
        *(element("td", number, class_="number") for number in numbers),
        element("td", coverage),
        class_="hole" if row["coverage"] == "none" else "",
    )  # fmt: skip
