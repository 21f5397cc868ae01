"""words of exports → the schema's words, and back into one line that reads well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minutebook.names import normalise

#: severities of alerts → levels
SEVERITIES: Mapping[str, str] = {
    "page": "fatal", "critical": "fatal", "crit": "fatal", "emergency": "fatal", "p1": "fatal", "sev1": "fatal",
    "high": "error", "error": "error", "major": "error", "p2": "error", "sev2": "error", "urgent": "error",
    "warning": "warn", "warn": "warn", "ticket": "warn", "medium": "warn", "minor": "warn", "p3": "warn",
    "low": "warn", "p4": "info", "info": "info", "none": "info", "informational": "info",
}  # fmt: skip

#: states of deploys, changes and alerts → phases
STATES: Mapping[str, str] = {
    **dict.fromkeys(("success", "succeeded", "successful", "ok", "completed", "complete", "done", "finished", "deployed",
                     "passed", "applied", "live", "healthy"), "succeeded"),
    **dict.fromkeys(("failure", "failed", "error", "errored", "timed_out", "timeout", "broken", "unhealthy"), "failed"),
    **dict.fromkeys(("cancelled", "canceled", "aborted", "skipped"), "cancelled"),
    **dict.fromkeys(("rolled_back", "rolledback", "rollback", "reverted"), "rolled_back"),
    **dict.fromkeys(("superseded", "inactive"), "superseded"),
    **dict.fromkeys(("running", "in_progress", "inprogress", "started", "pending", "queued", "deploying"), "started"),
    **dict.fromkeys(("resolved", "closed", "recovered", "inactive_alert"), "resolved"),
    **dict.fromkeys(("firing", "triggered", "open", "alerting", "active", "acknowledged"), "fired"),
}  # fmt: skip

#: words for a change that is a deploy
DEPLOYS = ("deploy", "deployment", "release", "rollout")

_START = ("started_at", "start", "start_time", "started", "fired_at", "triggered_at", "starts_at", "startsAt", "begin",
          "created_at", "deployed_at", "timestamp", "time", "date", "datetime", "at", "when", "created", "published_at")  # fmt: skip
_END = ("finished_at", "end", "end_time", "ended_at", "completed_at", "finished", "completed", "resolved_at", "closed_at",
        "ended", "ends_at", "endsAt")  # fmt: skip
_ACKNOWLEDGED = ("acknowledged_at", "acked_at", "ack_time")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "deploy_id", "deployment_id", "change_id", "alert_id", "incident_id", "key", "uuid", "number"),
    "service": ("service", "app", "application", "component", "project", "service_name", "repo", "repository"),
    "version": ("version", "tag", "sha", "revision", "commit", "image", "release", "build", "ref"),
    "environment": ("environment", "env", "stage", "target"),
    "actor": ("actor", "user", "author", "deployed_by", "creator", "by", "who", "owner", "username", "changed_by"),
    "status": ("status", "state", "result", "outcome", "conclusion"),
    "host": ("host", "hostname", "instance", "node"),
    "hosts": ("hosts", "instances", "nodes"),
    "detail": ("message", "title", "summary", "description", "text", "note", "what", "change", "comment", "details"),
    "severity": ("severity", "priority", "level", "urgency"),
    "name": ("alertname", "alert", "alert_name", "rule", "monitor", "check", "name"),
    "what": ("kind", "type", "category"),
}  # fmt: skip


@dataclass(frozen=True)
class UsualNames:
    """Which keys of an entry feed which column, and which are its times."""

    columns: Mapping[str, str]
    start: str | None
    end: str | None
    acknowledged: str | None


def usual_names(kind: str, keys: Sequence[str]) -> UsualNames:
    """The usual names among ``keys``, of entries of one kind."""
    del kind
    by_name = {normalise(str(key)): str(key) for key in reversed(keys)}

    def pick(names: Sequence[str]) -> str | None:
        return next((by_name[normalise(name)] for name in names if normalise(name) in by_name), None)

    columns = {column: key for column, names in _COLUMNS.items() if (key := pick(names)) is not None}
    return UsualNames(columns, pick(_START), pick(_END), pick(_ACKNOWLEDGED))


_DONE = {
    "started": "started", "succeeded": "finished", "failed": "failed", "rolled_back": "rolled back", "cancelled":
    "was cancelled", "superseded": "was superseded", "fired": "fired", "resolved": "resolved", "acknowledged":
    "was acknowledged", "pending": "pending", "noted": "",
}  # fmt: skip


def describe(kind: str, phase: str, known: Mapping[str, str]) -> str:
    """What happened, in one line; people are no part of it."""
    done = _DONE.get(phase, phase)
    detail = known.get("detail", "")
    if kind == "alert":
        text = f"alert {known.get('name') or 'without a name'} {done}"
        return f"{text}: {detail}" if detail and phase in ("fired", "pending") else text
    if kind == "note":
        return detail or known.get("name", "")
    subject = " ".join(part for part in (known.get("service") or known.get("name"), known.get("version")) if part)
    where = f" to {known['environment']}" if known.get("environment") and kind == "deploy" else ""
    hosts = f" (hosts {known['hosts']})" if known.get("hosts") else ""
    text = (
        f"{known.get('what') or kind} of {subject}{where} {done}{hosts}"
        if subject
        else f"{known.get('what') or kind} {done}"
    )
    return f"{text}: {detail}" if detail and detail != subject else text
