"""an entry in a hand-made list of deploys, changes, alerts or notes → its phases, by the table of usual names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from minutebook.exports.rows import Context, Row, hash_facts, make_row, text_of
from minutebook.exports.stamps import Stamp, add_ms, read_spoken_s
from minutebook.exports.wording import DEPLOYS, is_deploy_word, read_state
from minutebook.names import normalise

_START = ("note_time", "started_at", "start", "start_time", "started", "start_date", "started_date", "date_started", "deploy_start",
          "fired_at", "triggered_at", "starts_at", "startsAt", "begin", "begin_time", "opened_at", "created_at", "created_on",
          "deployed_at", "deploy_time", "timestamp", "time", "date", "datetime", "at", "when", "ts", "created", "published_at",
          "occurred_at", "event_time", "activated_at", "changed_at")  # fmt: skip
_END = ("finished_at", "finished_date", "end", "end_time", "end_date", "ended_at", "completed_at", "completed_on", "finished",
        "completed", "resolved_at", "closed_at", "recovered_at", "ended", "ends_at", "endsAt", "finish", "finish_time",
        "date_finished", "stopped_at", "stop")  # fmt: skip
_DURATION = ("duration", "elapsed", "took")
_ACKNOWLEDGED = ("acknowledged_at", "acked_at", "ack_time", "ack_at", "acknowledged_on")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "deploy_id", "deployment_id", "change_id", "alert_id", "incident_id", "release_id", "key", "uuid", "number",
           "ticket"),
    "service": ("service", "app", "application", "component", "project", "service_name", "application_name", "app_name",
                "repo", "repository", "system"),
    "version": ("version", "tag", "sha", "revision", "commit", "commit_sha", "image_tag", "image", "release", "build", "ref",
                "artifact"),
    "environment": ("environment", "env", "stage", "target"),
    "actor": ("actor", "user", "author", "deployed_by", "creator", "by", "who", "owner", "username", "changed_by",
              "created_by", "deployer", "triggered_by", "started_by", "initiator", "requester"),
    "acknowledger": ("acknowledged_by", "acked_by", "ack_by", "acknowledger", "responder", "assignee", "assigned_to"),
    "resolver": ("resolved_by", "closed_by", "finished_by", "completed_by", "resolver"),
    "result": ("result", "outcome", "conclusion"),
    "status": ("status", "state", "phase", "action", "event"),
    "host": ("host", "hostname", "instance", "node", "server"),
    "hosts": ("hosts", "instances", "nodes", "servers"),
    "detail": ("message", "title", "summary", "description", "text", "note", "notes", "what", "change", "comment", "details",
               "subject", "remark", "entry"),
    "severity": ("severity", "priority", "level", "urgency"),
    "name": ("alertname", "alert", "alert_name", "rule", "monitor", "check", "flag", "setting", "name"),
    "job": ("job", "job_name", "pipeline", "workflow"),
    "what": ("kind", "type", "category"),
    "first": (),
}  # fmt: skip
#: Types of pipeline steps that are no deploys.
_BUILDS = ("build", "test", "lint", "scan", "check", "ci")
_NO_WHAT = ("change", "alert", "incident", "note", "event")


@dataclass(frozen=True)
class UsualNames:
    """Which keys of an entry feed which column, and which are its times."""

    columns: Mapping[str, str]
    start: tuple[str, ...]
    end: tuple[str, ...]
    duration: tuple[str, ...]
    acknowledged: tuple[str, ...]


@lru_cache(maxsize=64)  # all entries of a list have the same keys
def usual_names(keys: tuple[str, ...]) -> UsualNames:
    """The usual names among ``keys``, best first where there are several times."""
    by_name = {normalise(str(key)): str(key) for key in reversed(keys)}

    def pick(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(by_name[normalise(name)] for name in names if normalise(name) in by_name))

    columns = {column: found[0] for column, names in _COLUMNS.items() if (found := pick(names))}
    return UsualNames(columns, pick(_START), pick(_END), pick(_DURATION), pick(_ACKNOWLEDGED))


def read_usual_names(entry: object, context: Context) -> tuple[list[Row], str]:
    """The phases of one entry; with a single time, its state says which phase, else it was done then."""
    if not isinstance(entry, Mapping):
        return [], "is no object"
    names = usual_names(tuple(key for key in entry if isinstance(key, str)))
    facts = {column: _plain(entry[key]) for column, key in names.columns.items()}
    acknowledger, resolver = facts.pop("acknowledger", None), facts.pop("resolver", None)
    kind = _find_kind(facts, context.format.kind)
    start, end, acknowledged = _read_times(entry, names, context)
    word = facts.pop("result", None) or facts.get("status")
    begun = start or end
    if begun is None:
        is_dayless = entry.get("note_time") == ""
        return [], "says no day: write one above it, as 2026-11-23" if is_dayless else "has no time that can be read"
    entity = _name_entity(facts, kind)
    if not entity and kind not in ("alert", "incident"):
        # An entry without an id is named, in all phases, by what it is and when it began.
        entity = hash_facts({name: text_of(value) for name, value in facts.items() if value is not None}, begun)
    if kind == "note":
        return [make_row(context, facts, "noted", begun, entity=entity)], ""
    make = partial(make_row, context, kind=kind, entity=entity)
    phase = read_state(word, kind, context.format.states)
    opening, closing = ("fired", "resolved") if kind in ("alert", "incident") else ("started", "succeeded")
    rows = []
    if start is not None:
        # A list without a column for ends states when each was done, or got its state.
        only = opening if end is not None or names.end else phase or (closing if opening == "started" else "")
        rows.append(make(_say_unknown(facts, kind, only, phase), only or opening, start, end=end))
    if acknowledged is not None:
        rows.append(make(_done_by(acknowledger, facts), "acknowledged", acknowledged))
    if end is not None:
        # A stated end is an end, whatever the state: that may be older than the end.
        last = phase if phase not in ("", "started", "fired", "pending", "acknowledged") else closing
        rows.append(make(_say_unknown(_done_by(resolver, facts), kind, last, phase), last, end))
    return rows, ""


def _read_times(
    entry: Mapping[str, object], names: UsualNames, context: Context
) -> tuple[Stamp | None, Stamp | None, Stamp | None]:
    """When it began, ended (by its duration, if that's all it says) and was acknowledged."""

    def read(keys: Sequence[str]) -> Stamp | None:
        return next((stamp for key in keys if (stamp := context.read(entry[key])) is not None), None)

    start, end = read(names.start), read(names.end)
    if start is not None and end is None:
        lasted = (read_spoken_s(entry[key]) for key in names.duration)
        end = next((add_ms(start, seconds * 1000) for seconds in lasted if seconds is not None), None)
    return start, end, read(names.acknowledged)


def _done_by(person: object, facts: Mapping[str, object]) -> Mapping[str, object]:
    """The facts of a phase that somebody else may have brought about."""
    return {**facts, "actor": person} if person else facts


def _find_kind(facts: dict[str, object], kind: str) -> str:
    """Whether an entry is a deploy or another change, by its ``what``, which becomes a plain word, else by its name."""
    job = facts.pop("job", None)
    if kind == "deploy" and job and not facts.get("service"):
        facts.setdefault("name", job)
        if not is_deploy_word(job):
            facts["what"] = "build"
    what = text_of(facts.pop("what", None) or "").strip().lower()
    if kind in ("change", "deploy") and what:
        if what not in _NO_WHAT:
            facts["what"] = "rollback" if what == "rollback" else "deploy" if what in DEPLOYS else what
        return "deploy" if what in DEPLOYS else "change" if what in _BUILDS else kind
    if kind == "change" and text_of(facts.get("name") or "").lower().startswith(DEPLOYS):
        return "deploy"
    return kind


def _say_unknown(facts: Mapping[str, object], kind: str, told: str, phase: str) -> Mapping[str, object]:
    """The message where the outcome isn't known: a deploy "finished", a change says its new state."""
    is_said = phase not in ("", "started", "pending") or (not phase and not facts.get("status"))
    is_unsaid = told == "succeeded" and not is_said
    if is_unsaid and kind == "change" and not phase:
        return {**facts, "done": f"to {text_of(facts['status'])}"}
    return {**facts, "done": "finished, outcome not stated"} if is_unsaid else facts


def _plain(value: object) -> object:
    """The name of an object that has one: {"service": {"name": "shop"}}."""
    if isinstance(value, Mapping):
        return next((value[key] for key in ("name", "login", "username", "summary", "id") if value.get(key)), value)
    return value


def _name_entity(facts: Mapping[str, object], kind: str) -> str:
    """The id and what it's the id of, since two lists may both count from one; for an alert without one, its name."""
    parts = ["id", "service", "name", "version"]
    if not facts.get("id"):
        if kind not in ("alert", "incident") or not facts.get("name"):
            return ""
        parts = ["name", "service", "host", "environment"]
    return "/".join(text_of(facts[part]) for part in parts if facts.get(part))
