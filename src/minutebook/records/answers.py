"""answers of log stores' APIs → one object per record: Loki, Datadog, CloudWatch Insights, Azure, Graylog, Sumo, New Relic.

Each store nests records in its own way; in the result a record's keys are at the top, as a logger would write them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Answer = dict[str, Any]


def find_reader(value: object) -> Callable[[Answer], Iterator[Answer]] | None:
    """The function that reads the records of an answer; None where it's no answer of a known store."""
    if not isinstance(value, dict):
        return None
    return next((read for is_known, read in _STORES if is_known(value)), None)


def _has_dicts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _dicts(value: object) -> Iterator[Answer]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def _lists(value: object) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, list))


def _part(value: object, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _is_loki(value: Answer) -> bool:
    streams = _part(value, "data", "result")
    return _part(value, "data", "resultType") == "streams" and _has_dicts(streams)


def _read_loki(value: Answer) -> Iterator[Answer]:
    """``data.result[]``: labels of a stream, and its [nanoseconds, line, further labels] each."""
    for stream in _dicts(_part(value, "data", "result")):
        labels = stream.get("stream") or {}
        for entry in _lists(stream.get("values")):
            if len(entry) >= 2:
                more = entry[2] if len(entry) > 2 and isinstance(entry[2], dict) else {}
                yield {**labels, **more, "timestamp": entry[0], "message": entry[1]}


def _is_datadog(value: Answer) -> bool:
    return _has_dicts(value.get("data")) and all(
        each.get("type") == "log" and isinstance(each.get("attributes"), dict) for each in value["data"]
    )


def _read_datadog(value: Answer) -> Iterator[Answer]:
    """``data[].attributes``, with the log's own under ``attributes`` once more."""
    for entry in _dicts(value["data"]):
        own = dict(entry["attributes"])
        level = {"level": own.pop("status")} if "status" in own else {}
        nested = own.pop("attributes", None)
        yield {**(nested if isinstance(nested, dict) else {}), **own, **level}


def _is_insights(value: Answer) -> bool:
    rows = value.get("results")
    return isinstance(rows, list) and bool(rows) and isinstance(rows[0], list) and _has_dicts(rows[0]) \
        and "field" in rows[0][0]  # fmt: skip


def _read_insights(value: Answer) -> Iterator[Answer]:
    """``results[][]``: a field and its value each."""
    for row in value["results"]:
        yield {str(cell["field"]): cell.get("value") for cell in _dicts(row) if "field" in cell}


def _is_table(value: Answer) -> bool:
    tables = value.get("tables")
    return _has_dicts(tables) and all({"columns", "rows"} <= set(each) for each in _dicts(tables))


def _read_table(value: Answer) -> Iterator[Answer]:
    """``tables[]`` of Azure's Log Analytics: names of columns, and rows of cells."""
    for table in _dicts(value["tables"]):
        names = [str(column.get("name")) for column in _dicts(table["columns"])]
        for row in _lists(table["rows"]):
            yield {name: cell for name, cell in zip(names, row, strict=False) if cell not in (None, "")}


def _is_messages(value: Answer) -> bool:
    found = value.get("messages")
    return _has_dicts(found) and all(isinstance(each.get("message", each.get("map")), dict) for each in _dicts(found))


def _read_messages(value: Answer) -> Iterator[Answer]:
    """``messages[].message`` of Graylog, ``messages[].map`` of Sumo Logic."""
    for each in _dicts(value["messages"]):
        yield from _dicts([each.get("message", each.get("map"))])


def _find_hits(value: Answer) -> Any:
    return _part(value, "hits", "hits") or _part(value, "rawResponse", "hits", "hits")


def _is_hits(value: Answer) -> bool:
    return _has_dicts(_find_hits(value))


def _read_hits(value: Answer) -> Iterator[Answer]:
    """``hits.hits[]._source`` of Elasticsearch and OpenSearch, also within Kibana's ``rawResponse``."""
    for hit in _dicts(_find_hits(value)):
        source, fields = hit.get("_source"), hit.get("fields")
        if isinstance(source, dict):
            yield source
        else:
            yield _open_lists(fields) if isinstance(fields, dict) else hit


def _open_lists(fields: Answer) -> Answer:
    """Fields as Kibana asks for them, each a list; a list of one value becomes the value."""
    return {name: held[0] if isinstance(held, list) and len(held) == 1 else held for name, held in fields.items()}


def _is_nrql(value: Answer) -> bool:
    found = _part(value, "data", "actor", "account", "nrql", "results")
    return _has_dicts(found) and all("timestamp" in each for each in found)


def _read_nrql(value: Answer) -> Iterator[Answer]:
    """``data.actor.account.nrql.results[]`` of New Relic."""
    yield from _dicts(_part(value, "data", "actor", "account", "nrql", "results"))


_STORES: tuple[tuple[Callable[[Answer], bool], Callable[[Answer], Iterator[Answer]]], ...] = (
    (_is_loki, _read_loki),
    (_is_hits, _read_hits),
    (_is_datadog, _read_datadog),
    (_is_insights, _read_insights),
    (_is_table, _read_table),
    (_is_messages, _read_messages),
    (_is_nrql, _read_nrql),
)
