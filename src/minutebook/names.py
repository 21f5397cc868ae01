"""keys as loggers write them → columns of the event frame: the one table of usual names.

JSON lines, logfmt, key=value tails and CSV headers are all read by it, which is why most logs need
no format file. Keys are compared without case, ``_``, ``-``, ``@`` and blanks; a nested key is its path
with dots. Where several keys of a record feed one column, the first in the table wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

#: Column (or group of `logformats.GROUPS`) → its usual names, best first.
USUAL_NAMES: Mapping[str, tuple[str, ...]] = {
    "time": (
        "@timestamp", "timestamp", "ts", "time", "datetime", "@t", "eventtime", "event_time", "asctime", "t",
        "date", "requestReceivedTimestamp", "stageTimestamp", "log_time", "logtime", "log.time", "created",
        "__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP", "timeUnixNano", "observedTimeUnixNano",
        "t.$date", "instant", "StartUTC", "start_time", "startTime", "timestamp_ms", "time_ms",
        "record.ts", "fields.timestamp", "syslog_timestamp", "created_at", "published",
        "started_at", "startedAt", "EdgeStartTimestamp", "EdgeEndTimestamp", "TimeCreated", "TimeGenerated", "Date and Time",
        "_time",
        "date-local", "time-local", "instant.epochSecond", "timeMillis", "timestamp_millis", "ts_ms", "epoch",
        "time_iso8601", "msec", "unixTime", "calendarTime", "log_timestamp", "event_timestamp", "requestTimeEpoch",
        "reqTimeSec", "requestTime", "ibm_datetime",
    ),
    "nanos": ("instant.nanoOfSecond",),
    "level": (
        "record.error_severity", "error_severity", "levelname", "level", "lvl", "severity", "severityText", "log.level", "loglevel", "log_level", "@l",
        "PRIORITY", "severity_label", "EventLevelName", "s",
    ),
    "severity_number": ("severityNumber",),
    "severity_level": ("severityLevel",),
    "tags": ("tags",),
    "record_kind": ("itemType", "spanKind", "span.kind", "grpc.component"),
    "message": (
        "record.message", "msg", "message", "@m", "@mt", "event", "short_message", "MESSAGE", "body", "body.stringValue", "log",
        "text", "textPayload", "description", "fields.message", "_raw", "resultDescription", "protoPayload.status.message",
        "outerMessage", "RenderedDescription",
    ),
    "service": (
        "service", "service.name", "service_name", "svc", "app", "application", "appname", "app_name",
        "resource.service.name", "kubernetes.labels.app", "kubernetes.container_name", "kubernetes.container.name",
        "cloud_RoleName", "AppRoleName", "SYSLOG_IDENTIFIER", "component", "ProviderName", "winlog.provider_name", "eventSource", "resource.labels.container_name",
        "resource.labels.service_name", "resource.labels.function_name", "resource.labels.module_id",
        "resource.labels.backend_service_name", "protoPayload.serviceName",
    ),
    "host": (
        "host", "hostname", "host.name", "host_name", "_HOSTNAME", "node", "instance", "server_name", "pod",
        "kubernetes.pod_name", "kubernetes.pod.name", "machine", "ClientRequestHost", "MachineName", "Computer",
        "resource.labels.pod_name", "resource.labels.instance_id", "cloud_RoleInstance", "AppRoleInstance",
        "s-computername", "s-ip",
    ),
    "version": ("version", "service.version", "app_version", "application_Version", "release", "build", "image_tag"),
    "environment": ("environment", "env", "deployment.environment", "stage"),
    "method": ("method", "http.method", "http.request.method", "request_method", "verb", "ibm_requestMethod", "req.method",
               "httpRequest.requestMethod", "request.method", "RequestMethod", "cs-method", "httpMethod",
               "ClientRequestMethod", "reqMethod", "http.http_method", "httpRequest.httpMethod"),
    "path": ("route", "http.route", "path", "url.path", "http.target", "request_path", "request.path", "uri",
             "request_uri", "requestURI", "req.url", "request.uri", "url", "http.url", "endpoint", "url.original",
             "httpRequest.requestUrl", "RequestPath", "cs-uri-stem", "cs-uri", "requestUri",
             "ClientRequestPath", "ClientRequestURI", "req.path", "request.url", "http.path", "http.uri", "reqPath", "resourcePath",
             "httpRequest.uri", "ibm_uriPath"),
    "operation": ("operation", "rpc.method", "grpc.method", "rpc_method", "grpc_method", "full_method", "handler", "action", "eventName", "protoPayload.methodName", "api.name", "operation_Name"),
    "request": ("request",),
    "status": (
        "status", "status_code", "http.status_code", "http.response.status_code", "http_status", "statuscode",
        "response_code", "res.statusCode", "response.status", "httpRequest.status", "responseStatus.code",
        "DownstreamStatus", "sc-status", "httpStatus", "code", "http.status",
        "EdgeResponseStatus", "response_status", "resp_status", "httpStatusCode", "api.statusCode", "resultCode",
        "ibm_responseCode",
    ),
    "grpc_status": ("grpc.code", "grpc.status_code", "rpc.grpc.status_code", "grpc.status", "grpc_status", "grpc_code"),
    "user": (
        "user_id", "userid", "user.id", "enduser.id", "usr.id", "uid", "customer_id", "account_id", "user.username",
        "user.name", "user", "username", "remote_user", "cs-username", "usr", "principal",
        "userIdentity.userName", "userIdentity.arn", "protoPayload.authenticationInfo.principalEmail", "actor",
        "user_AuthenticatedId", "ibm_userId",
    ),
    "client": (
        "x_forwarded_for", "http_x_forwarded_for", "client_ip", "clientip", "client.ip", "client.address", "remote_addr", "remote_ip", "source.ip",
        "sourceIPAddress", "sourceIPs.0", "ip", "remote_address", "req.remoteAddress", "httpRequest.remoteIp",
        "ClientHost", "request.remote_ip", "request.client_ip", "request.remote_addr", "c-ip", "clientIP",
        "client", "id.orig_h", "remote_host", "ipAddress", "cliIP", "src_ip",
        "srcip", "httpRequest.clientIp", "ibm_remoteHost",
    ),
    "agent": ("user_agent", "useragent", "http_user_agent", "user_agent.original", "http.user_agent",
              "httpRequest.userAgent", "cs(User-Agent)", "ClientRequestUserAgent", "ibm_userAgent"),
    "trace": (
        "request_id", "requestid", "req_id", "rid", "x_request_id", "http.request.id", "req.id",
        "trace_id", "traceid", "trace.id", "correlation_id", "correlationid", "@tr", "otelTraceID", "trace",
        "auditID", "eventID", "dd.trace_id", "RayID", "x-edge-request-id", "request.id", "httpRequest.requestId", "reqId",
        "operation_Id", "ray_id", "cf_ray",
    ),
    "exception_type": ("error.type", "exception.type", "err.type", "error.class", "error.name", "exception.class", "ExceptionType",
                       "problemId", "ibm_exceptionName"),
    "exception": ("error.message", "exception.message", "err.message", "error.msg", "error_message", "exception", "error",
                  "err", "exc_info", "@x"),
}  # fmt: skip

#: Names of durations, best first, each with the unit that holds where the key doesn't end in one.
DURATIONS: tuple[tuple[str, str], ...] = (
    ("duration", "s"), ("elapsed", "s"), ("latency", "s"), ("request_time", "s"), ("rt", "s"),
    ("took", "s"), ("took_in", "s"), ("response_time", "ms"), ("responsetime", "ms"), ("elapsedtime", "ms"), ("cost", "ms"),
    ("event.duration", "ns"), ("http.duration", "ms"), ("time_taken", "ms"), ("time-taken", "ms"),
    ("httpRequest.latency", "s"), ("request_duration", "s"), ("upstream_response_time", "s"), ("dur", "s"),
    ("TimeTakenMS", "ms"), ("execution_time", "s"), ("processing_time", "s"), ("total_time", "s"), ("duration_sec", "s"),
    ("turnAroundTimeMSec", "ms"), ("responseLatency", "ms"), ("api.timeToResponse", "ns"), ("record.metrics.durationMs", "ms"),
    ("res.responseTime", "ms"), ("ibm_elapsedTime", "us"),
)  # fmt: skip

_UNITS = {
    "ns": "ns", "nanos": "ns", "nanoseconds": "ns", "us": "us", "micros": "us", "microseconds": "us",
    "ms": "ms", "millis": "ms", "milliseconds": "ms", "msec": "ms", "s": "s", "sec": "s", "secs": "s",
    "seconds": "s",
}  # fmt: skip
_UNIT_SUFFIX = re.compile(r"[_.\-]?(" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")$", re.I)
_CAMEL_UNIT = re.compile(r"(Ns|Nanos|Us|Micros|Ms|Millis|Sec|Seconds)$")


#: In records that have the first key, durations under the second one are in that unit.
_DIALECTS = (
    ("DownstreamStatus", "Duration", "ns"),
    ("x-edge-location", "time-taken", "s"),
    ("latency_human", "latency", "ns"),
    ("response_flags", "duration", "ms"),
    ("serverResponseLatency", "timeTaken", "s"),
    ("timeToFirstByte", "timeTaken", "s"),
    *((mark, "duration", "ms") for mark in ("itemType", "cloud_RoleName", "operation_Id")),
)
#: Keys under which loggers put a whole record; they say nothing about what's in it.
_CONTAINERS = frozenset(
    ("properties", "fields", "data", "payload", "attributes", "extra", "record", "json", "jsonpayload", "context", "ctx",
     "attr", "log", "event", "meta", "metadata", "labels", "details", "message", "msg", "body", "request", "source", "result", "span", "logevent")
)  # fmt: skip
#: journald's: the user of a process, not one of the service.
_OF_THE_PROCESS = frozenset(("_UID",))
#: Beside these keys, `version` is that of the record's shape: GELF, MinIO, Akamai, Windows.
_SHAPED = frozenset(("short_message", "deploymentid", "reqTimeSec", "ProviderName"))
#: Traefik's: where it got its routes from, not a service.
_OF_THE_ROUTES = frozenset(("providerName",))
#: Beside CloudTrail's keys it's the id of a call; elsewhere (Windows, .NET) the number of a kind of event.
_KIND_OF_EVENT, _CALL = "eventid", frozenset(("eventSource", "eventName"))
#: Zeek's and Teleport's: the id of a connection or an event, not of a user.
_OF_A_CONNECTION = frozenset(("uid",))
#: ASP.NET's number of a request on one of a server's connections, which no other log has: any other id is better.
_OF_A_SERVER, _SHARED = "requestid", frozenset(("correlationid", "traceid", "tr"))
#: GELF's and logstash's: the version of the shape, not of the service.
_OF_THE_SHAPE = frozenset(("@version",))
#: How many keys are read for a column, since some records may lack the best one (default 1).
_CHOICES = {
    **dict.fromkeys(("level", "message", "status", "trace", "user", "service", "host"), 2),
    "exception_type": 8,
    "exception": 8,
}
#: Records of Application Insights have one of these; in other records the keys below mean something else.
_INSIGHTS = frozenset(("itemType", "cloud_RoleName", "AppRoleName", "operation_ParentId", "outerMessage"))
_OF_INSIGHTS = frozenset(("operationid", "problemid"))
#: Around the whole record in Elasticsearch's hits and exports of them.
_AROUND_RECORDS = "_source"
_FURTHER = re.compile(r"#\d$")
#: Keys that are often only in the records that matter, and so may be missing from a sample.
_RARE = ("error.type", "error.message", "exception.type", "exception.message", "err.message", "exception", "error",
         "err", "error_message")  # fmt: skip
#: Prefix of the part for a key that the caller asked for.
ASKED = "asked:"


def normalise(key: str) -> str:
    """A key as it's compared: in lower case, without ``_``, ``-``, ``@``, blanks and a zone in brackets at its end."""
    return _normalise(key) if len(key) < 100 else _normalise.__wrapped__(key)


@lru_cache(maxsize=1 << 16)
def _normalise(key: str) -> str:
    return re.sub(r"[_\-@\s]|[\[(](?:utc|gmt)[\])]$", "", key.lower())


def says_utc(key: str) -> bool:
    """Whether a key says that its stamps are UTC: ``TimeGenerated [UTC]``, ``Time (UTC)``."""
    return bool(re.search(r"[\[( _](?:utc|gmt)[\])]?$", key, re.IGNORECASE))


_BY_NAME = {
    column: {normalise(name): rank for rank, name in reversed(list(enumerate(names)))}
    for column, names in USUAL_NAMES.items()
}
_DURATION_NAMES = {normalise(name): (rank, unit) for rank, (name, unit) in enumerate(DURATIONS)}


def choose_keys(keys: Iterable[str]) -> dict[str, str]:
    """Column → the key that feeds it, of the ``keys`` that a source has.

    Durations come as ``duration_<unit>``. A key feeds one column only.
    """
    whole = {key.removeprefix(_AROUND_RECORDS + "."): key for key in sorted(keys, reverse=True)}
    chosen = _choose_keys(set(whole))
    if "message" not in chosen and _AROUND_RECORDS in whole:
        chosen["message"] = _AROUND_RECORDS  # in a table, a cell of JSON
    return {part: whole[key] for part, key in chosen.items()}


def _choose_keys(found: set[str]) -> dict[str, str]:
    present = sorted(found - _find_misleading(found))
    chosen: dict[str, str] = {}
    for column, ranks in _BY_NAME.items():
        fitting = sorted(
            (ranks[name] + (100 if name != normalise(key) else 0), key not in USUAL_NAMES[column], key)
            for key in present
            if (name := _open_container(normalise(key), ranks)) is not None
        )
        for place, (_, _, key) in enumerate(fitting[: _CHOICES.get(column, 1)], 1):
            chosen[name_choice(column, place)] = key
    if "level" in chosen:
        chosen.pop("tags", None)
    if "service" not in chosen and {"name", "hostname", "pid"} <= found:
        chosen["service"] = "name"  # bunyan's and pino's
    if found >= {"ProviderName", "Level"}:  # Get-WinEvent's, whose names of levels are in the language of the machine
        chosen |= {"windows_level": "Level"} | ({"level": "LevelDisplayName"} if "LevelDisplayName" in found else {})
    if found >= {"Level", "Date and Time", "Source"} or found >= {"EventLog", "Source"}:
        chosen["service"] = "Source"  # Event Viewer's, and Log Analytics' table of events
    if found >= {"AppRoleName", "Type"}:
        chosen["record_kind"] = "Type"  # Log Analytics' name of the table
    return chosen | _choose_durations(present)


def _find_misleading(found: set[str]) -> set[str]:
    """The keys that mean something else than their usual name, since some other key is there or isn't."""
    odd = set(_OF_THE_PROCESS | _OF_THE_SHAPE | _OF_THE_ROUTES)
    if found & {"id.orig_h", "ei"}:
        odd |= _OF_A_CONNECTION
    if found & _SHAPED:
        odd |= {"version", "Version"}
    if not found & _INSIGHTS:
        odd |= {key for key in found if normalise(key) in _OF_INSIGHTS}
    last = {key: normalise(key.rpartition(".")[2]) for key in found}
    if "sourcecontext" in last.values() and _SHARED & set(last.values()):
        odd |= {key for key in found if last[key] == _OF_A_SERVER}
    if not found >= _CALL:
        odd |= {key for key in found if normalise(key) == _KIND_OF_EVENT}
    return odd


def _choose_durations(present: Iterable[str]) -> dict[str, str]:
    """``duration_<unit>`` → key: the best two of each unit, since records of one source may use different keys."""
    last = {key.rpartition(".")[2] for key in present}
    units = {key: unit for mark, key, unit in _DIALECTS if mark in last}
    durations = [
        (rank, units.get(key.rpartition(".")[2], unit), key)
        for key in present
        for rank, unit in [_duration(key)]
        if unit
    ]
    chosen: dict[str, str] = {}
    for _, unit, key in sorted(durations):
        part = f"duration_{unit}"
        if part not in chosen:
            chosen[part] = key
        else:
            chosen.setdefault(name_choice(part, 2), key)
    return chosen


def add_rare_keys(keys: list[str], step: str = ".") -> list[str]:
    """The keys, and rare ones that the sample may lack; ``step`` joins a key and a key nested in it."""
    rare = [key.replace(".", step) for key in _RARE] + ["@x"] * ("@t" in keys)  # Serilog's has names of its own
    return keys + [key for key in rare if key not in keys]


def name_choice(part: str, place: int) -> str:
    """The name for the values of a part's best key (place 1) or of a next best one."""
    return part if place == 1 else f"{part}#{place}"


def drop_choice(name: str) -> str:
    """The part in a name made by `name_choice`."""
    return _FURTHER.sub("", name)


def _open_container(key: str, ranks: Mapping[str, int]) -> str | None:
    """The usual name that a key is, by itself or within a container (properties.httpStatus)."""
    if key in ranks:
        return key
    container, _, inner = key.rpartition(".")
    return inner if container in _CONTAINERS and inner in ranks else None


def _duration(key: str) -> tuple[int, str]:
    """(rank, unit) of a key that names a duration, also within a container; "" as unit where it doesn't."""
    container, _, inner = key.rpartition(".")
    if normalise(key) not in _DURATION_NAMES and normalise(container) in _CONTAINERS:
        rank, unit = _duration(inner)
        return rank + 100, unit
    whole = _DURATION_NAMES.get(normalise(key))
    if whole:
        return whole
    match = _UNIT_SUFFIX.search(key) if re.search(r"[_.\-]", key) else _CAMEL_UNIT.search(key)
    stem = _DURATION_NAMES.get(normalise(key[: match.start()])) if match else None
    return (stem[0], _UNITS[match.group(1).lower()]) if match and stem else (0, "")
