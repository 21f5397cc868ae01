"""events → Summary: everything that minutes, timeline and impact need, in tables that can be added up.

`summarise` makes one of a batch, `merge` adds two or more: associative and commutative, so the same
functions serve one frame in a notebook, batches on threads and tasks on a cluster, with the same bytes
in the end. Each table is one GROUP BY, and merging it is the same GROUP BY over the parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.events import ARROW_SCHEMA
from minutebook.judging import judge
from minutebook.rules import Rules
from minutebook.templates import find_templates

#: Events of these kinds are kept whole.
HAPPENINGS = ("deploy", "change", "alert", "incident", "note")

_TRIAL_TIMES = (
    "min(first_bad) AS first_bad, max(last_bad) AS last_bad, min(first_good) AS first_good, max(last_good) AS last_good"
)
# The longest and when it was, in one number, since max() of a pair must not depend on the order of rows.
_LONGEST = "CAST(duration * 1e6 AS HUGEINT) * 4503599627370496 + (4503599627370495 - time)"

# A record that stands for several counts as several.
_ALL, _GOOD, _BAD = (
    f"CAST(coalesce(sum(times){which}, 0) AS BIGINT)" for which in ("", " FILTER (NOT bad)", " FILTER (bad)")
)

# table → (grouping columns, how one batch's events give it, how parts of it add up)
_TABLES: dict[str, tuple[str, str, str]] = {
    "counts": (
        "minute, layer, service, operation, bucket",
        f"SELECT minute, layer, service, operation, bucket, {_GOOD} AS good, {_BAD} AS bad FROM valid GROUP BY ALL",
        "CAST(sum(good) AS BIGINT) AS good, CAST(sum(bad) AS BIGINT) AS bad",
    ),
    "breakdown": (
        "minute, layer, service, operation, status, host, version",
        f"SELECT minute, layer, service, operation, status, host, version, {_ALL} AS requests FROM valid GROUP BY ALL",
        "CAST(sum(requests) AS BIGINT) AS requests",
    ),
    "trials": (
        'minute, layer, service, operation, "user", client',
        'SELECT minute, layer, service, operation, "user", CASE WHEN "user" IS NULL THEN client END AS client,'
        f" {_ALL} AS requests, {_BAD} AS bad,"
        " min(time) FILTER (bad) AS first_bad, max(time) FILTER (bad) AS last_bad,"
        " min(time) FILTER (NOT bad) AS first_good, max(time) FILTER (NOT bad) AS last_good,"
        f" max({_LONGEST}) FILTER (NOT bad AND duration < 2000000) AS longest"
        " FROM valid GROUP BY ALL",
        f"CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(bad) AS BIGINT) AS bad, {_TRIAL_TIMES},"
        " max(longest) AS longest",
    ),
    "failures": (
        'time, layer, service, operation, status, "user", client, trace, host, version, template, source, line',
        'SELECT time, layer, service, operation, status, "user", client, trace, host, version, template, source, line,'
        f" {_ALL} AS count FROM valid WHERE bad GROUP BY ALL",
        "CAST(sum(count) AS BIGINT) AS count",
    ),
    "templates": (
        "template, level, layer, service, host, source, minute",
        f"SELECT template, level, layer, service, host, source, minute, {_ALL} AS count, min(time) AS first,"
        " max(time) AS last, min(line) AS line, max(line) AS last_line, arg_min(message, line) AS message,"
        " max(status) AS status FROM told GROUP BY ALL",
        "CAST(sum(count) AS BIGINT) AS count, min(first) AS first, max(last) AS last, arg_min(message, line) AS message,"
        " min(line) AS line, max(last_line) AS last_line, max(status) AS status",
    ),
    "coverage": (
        "source, layer, service, host, minute",
        "SELECT source, layer, service, host, minute, count(*) AS events, count(*) FILTER (kind = 'request') AS requests,"
        " count(*) FILTER (kind = 'probe') AS probes, min(time) AS first, max(time) AS last FROM logs GROUP BY ALL",
        "CAST(sum(events) AS BIGINT) AS events, CAST(sum(requests) AS BIGINT) AS requests,"
        " CAST(sum(probes) AS BIGINT) AS probes, min(first) AS first, max(last) AS last",
    ),
}

_VIEWS = """
CREATE TEMP VIEW logs AS
    SELECT * EXCLUDE ("count"), coalesce("count", 1) AS times, time // 60000000 AS minute FROM batch WHERE kind IN ('log', 'request', 'probe');
CREATE TEMP VIEW valid AS
    SELECT * EXCLUDE (layer),
        CASE WHEN kind = 'request' THEN layer ELSE 'lines' END AS layer,
        CASE WHEN duration >= 1e-4 THEN CAST(floor(ln(duration / 1e-4) / ln(1.02)) AS INTEGER)
             WHEN duration >= 0 THEN 0 ELSE -1 END AS bucket
    FROM logs WHERE is_valid;
CREATE TEMP VIEW told AS SELECT * FROM logs WHERE template IS NOT NULL;
"""


@dataclass(frozen=True)
class Summary:
    """Tables that add up; times are µs and minutes are minutes since 1970, both UTC, as int64.

    ``layer`` is where in the request path events were seen; ``lines`` stands for log lines that are no
    requests, which serve as the SLI (bad by level) only where there is no request at all, or where that's said.
    """

    counts: pa.Table
    breakdown: pa.Table
    trials: pa.Table
    failures: pa.Table
    templates: pa.Table
    coverage: pa.Table
    happenings: pa.Table

    @property
    def nbytes(self) -> int:
        """Bytes that the tables take up."""
        return sum(getattr(self, f.name).nbytes for f in fields(self))


def summarise(events: pa.Table, rules: Rules | None = None) -> Summary:
    """The Summary of a batch of events (an Arrow table of `events.ARROW_SCHEMA`), judged by ``rules``."""
    import duckdb

    is_happening = pc.is_in(events.column("kind").cast(pa.string()), pa.array(HAPPENINGS))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("batch", _prepare(events, rules or Rules()))
        connection.execute(_VIEWS)
        tables = {name: _run(connection, query) for name, (_, query, _) in _TABLES.items()}
    return Summary(**tables, happenings=events.filter(is_happening))


def merge(parts: Iterable[Summary]) -> Summary:
    """The Summary of all events that the parts are summaries of, its rows in a fixed order."""
    import duckdb

    listed = list(parts)
    if not listed:
        listed = [summarise(ARROW_SCHEMA.empty_table())]
    merged = {}
    with duckdb.connect(config={"threads": 2}) as connection:
        for name, (keys, _, sums) in _TABLES.items():
            rows = pa.concat_tables([getattr(part, name) for part in listed], promote_options="permissive")
            connection.register("parts", rows)
            merged[name] = _run(connection, f"SELECT {keys}, {sums} FROM parts GROUP BY {keys} ORDER BY {keys}")
    happenings = pa.concat_tables([part.happenings for part in listed]).unify_dictionaries()
    return Summary(**merged, happenings=happenings)


def _prepare(events: pa.Table, rules: Rules) -> pa.Table:
    """What the queries read: times as integers, words as words, what is valid and bad, each message's template."""
    needed = ("kind", "layer", "level", "service", "host", "version", "operation", "status", "duration", "user",
              "client", "trace", "message", "count", "source", "line")  # fmt: skip
    columns: dict[str, pa.ChunkedArray | pa.Array] = {name: events.column(name) for name in needed}
    columns["time"] = events.column("time").cast(pa.int64())
    columns |= judge(events, rules)
    columns["message"] = _without_told(events)
    template = find_templates(columns["message"]).cast(pa.string())
    # A failed request that says nothing is told by its code and operation.
    is_failed = pc.and_(columns["bad"], pc.is_valid(events.column("status")))
    code = pc.if_else(is_failed, events.column("status"), None)
    if code.null_count < len(code):
        told = pc.binary_join_element_wise(code.cast(pa.string()), events.column("operation").cast(pa.string()), " ")
        columns["message"] = pc.coalesce(columns["message"], told)
        template = pc.coalesce(template, columns["message"])
    columns["template"] = template
    return pa.table(columns)


def _without_told(events: pa.Table) -> pa.ChunkedArray:
    """Messages as logged: what `verbs.read` says of a request that logged none is none."""
    status, message = events.column("status"), events.column("message")
    if status.null_count == len(status):
        return message
    told = pc.binary_join_element_wise(events.column("operation").cast(pa.string()), status.cast(pa.string()), " ")
    return pc.if_else(pc.fill_null(pc.equal(message, told), False), None, message)


def _run(connection: object, query: str) -> pa.Table:
    return connection.sql(query).to_arrow_table()  # type: ignore[attr-defined]
