"""texts of a record's parts → typed columns of the event frame.

Whatever was read from a log (groups of a pattern, JSON values, pairs) arrives here as Arrow strings
under the names of `logformats.GROUPS`, and leaves as the columns of `events.COLUMNS`. Columns with few
distinct values are typed once per value, not once per row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import change_texts, drop_unknown, is_dictionary, map_texts, pair_texts, plain_texts
from minutebook.fields.durations import read_durations
from minutebook.fields.levels import read_levels
from minutebook.fields.messages import read_messages
from minutebook.fields.operations import read_operations
from minutebook.fields.statuses import read_statuses
from minutebook.names import ASKED
from minutebook.settings.rules import Rules

#: What Application Insights writes for an address that it leaves out: nobody's.
_MASKED = "0.0.0.0"
#: Records of calls that the service made: their status is no answer of the service itself.
_CALL = re.compile(r"(?i)^(?:app)?dependenc(?:y|ies)$|^(?:span_kind_)?(?:client|producer)$")
#: Cloudflare's id of a request as its header carries it, with the place that answered: its own logs have the id alone.
_RAY = r"^([0-9a-f]{16})-[A-Z]{3}$"
_RAY_LENGTH = 20
_USUAL_PROBES = Rules().probe_patterns()


def read_fields(
    parts: Mapping[str, pa.Array],
    kind: str,
    levels: Mapping[str, str] | None = None,
    probes: tuple[re.Pattern[str], re.Pattern[str]] = _USUAL_PROBES,
) -> dict[str, pa.Array]:
    """Typed columns from the parts of records; ``kind`` and ``levels`` are the format's.

    ``probes`` are patterns of the operations and agents of health checks and bots.

    Absent parts stay absent. ``time`` is not read here but by `times`, with the format's layout.
    """
    names = ("service", "host", "version", "environment", "user", "trace")
    columns: dict[str, pa.Array | None] = {name: drop_unknown(parts[name]) for name in names if name in parts}
    if (trace := columns.get("trace")) is not None:
        columns["trace"] = change_texts(trace, _drop_place)
    columns["actor"] = drop_unknown(parts["account"]) if "account" in parts else None
    status = columns["status"] = read_statuses(parts)
    columns["level"] = read_levels(parts, levels or {}, status)
    columns["duration"] = read_durations(parts)
    operation = columns["operation"] = read_operations(parts)
    columns["message"] = read_messages(parts, operation)
    columns["client"] = _read_client(parts, columns.get("user"))
    if status is not None and operation is not None:
        served = _find_served(status, parts.get("record_kind"))
        columns["kind"] = _read_kind(served, operation, parts.get("agent"), kind, probes)
    columns["fields"] = _keep_asked(parts)
    return {name: values for name, values in columns.items() if values is not None}


def _drop_place(traces: pa.Array) -> pa.Array:
    if not pc.any(pc.equal(pc.binary_length(traces), _RAY_LENGTH)).as_py():  # nearly always, and sooner told
        return traces
    return pc.replace_substring_regex(traces, _RAY, r"\1")


def _find_served(status: pa.Array, record_kind: pa.Array | None) -> pa.Array:
    """The codes of requests that were served; null for calls that were made."""
    if record_kind is None:
        return status
    is_call = _matches(record_kind, _CALL)
    return pc.if_else(is_call, None, status) if pc.any(is_call).as_py() else status


def _read_client(parts: Mapping[str, pa.Array], user: pa.Array | None) -> pa.Array | None:
    if "client" not in parts:
        return None
    client = drop_unknown(change_texts(parts["client"], _drop_port))
    if "agent" in parts:
        # Where no user is known, address and agent together are the closest thing to one.
        agent = drop_unknown(parts["agent"])
        if user is not None and user.null_count < len(user):
            agent = pc.if_else(pc.is_null(user), plain_texts(agent), None)
        client = pair_texts(client, agent)
    return client


def _drop_port(clients: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring(clients, ",")).as_py():  # the client, and the proxies that its request went through
        clients = pc.replace_substring_regex(clients, r"^\s*([\da-fA-F.:\[\]]+),.*$", r"\1")
    if pc.any(pc.match_substring(clients, ":")).as_py():
        clients = pc.replace_substring_regex(clients, r"^(\d+\.\d+\.\d+\.\d+):\d+$", r"\1")
    is_masked = pc.fill_null(pc.equal(clients, _MASKED), False)
    return pc.if_else(is_masked, None, clients) if pc.any(is_masked).as_py() else clients


def _keep_asked(parts: Mapping[str, pa.Array]) -> pa.Array | None:
    """The keys that the caller asked for, as JSON in ``fields``."""
    pieces = []
    for name, values in sorted(parts.items()):
        if name.startswith(ASKED):
            lead = json.dumps(name.removeprefix(ASKED), ensure_ascii=False) + ": "
            told = map_texts(drop_unknown(values), partial(_quote_behind, lead))
            pieces.append(told.cast(pa.string()))
    if not pieces:
        return None
    # One after the other: Arrow's own way to skip nulls drops the rows that have nothing else.
    joined, *others = pieces
    for other in others:
        joined = pc.coalesce(pc.binary_join_element_wise(joined, other, ", "), joined, other)
    return pc.binary_join_element_wise("{", joined, "}", "")


def _quote_behind(lead: str, text: str) -> str:
    return lead + json.dumps(text, ensure_ascii=False)


def _read_kind(
    status: pa.Array,
    operation: pa.Array,
    agent: pa.Array | None,
    kind: str,
    probes: tuple[re.Pattern[str], re.Pattern[str]],
) -> pa.DictionaryArray:
    """The kind of each record: a request if it has a status and an operation, a probe by its path or agent."""
    is_request = pc.is_valid(status)
    if kind != "request":
        is_request = pc.and_(is_request, pc.is_valid(operation))
    is_probe = _matches(operation, probes[0])
    if agent is not None:
        is_probe = pc.or_(is_probe, _matches(agent, probes[1]))
    words = np.where(
        is_request.to_numpy(zero_copy_only=False),
        np.where(is_probe.to_numpy(zero_copy_only=False), 1, 0),
        2,
    )
    return pa.DictionaryArray.from_arrays(pa.array(words, pa.int32()), pa.array(["request", "probe", "log"]))


def _matches(values: pa.Array, pattern: re.Pattern[str]) -> pa.Array:
    encoded = values if is_dictionary(values) else values.dictionary_encode()
    hits = pa.array([v is not None and _is_in(pattern, v) for v in encoded.dictionary.to_pylist()], pa.bool_())
    return pc.fill_null(hits.take(encoded.indices), False)


@lru_cache(1 << 14)
def _is_in(pattern: re.Pattern[str], text: str) -> bool:
    """Batch by batch the same agents and operations are asked about."""
    return bool(pattern.search(text))
