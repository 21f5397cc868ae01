"""words of exports → words of the schema, and a happening in one line that reads well."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

#: severities of alerts → levels
SEVERITIES: Mapping[str, str] = {
    **dict.fromkeys(("page", "critical", "crit", "emergency", "fatal", "disaster", "blocker", "p1", "p0", "sev0", "sev1",
                     "s1", "down"), "fatal"),
    **dict.fromkeys(("high", "error", "major", "p2", "sev2", "s2", "urgent", "severe"), "error"),
    **dict.fromkeys(("warning", "warn", "ticket", "medium", "minor", "moderate", "average", "p3", "sev3", "s3", "low",
                     "unknown"), "warn"),
    **dict.fromkeys(("p4", "p5", "sev4", "sev5", "info", "none", "information", "informational", "ok", "notice"), "info"),
}  # fmt: skip

#: states of deploys, changes and alerts → phases
STATES: Mapping[str, str] = {
    **dict.fromkeys(("success", "succeeded", "successful", "ok", "completed", "complete", "done", "finished", "deployed",
                     "passed", "applied", "live", "healthy", "neutral", "active", "ready", "unstable", "partiallysucceeded",
                     "succeededwithissues", "warning", "rollback_failed_but_done", "erfolgreich", "erfolg", "fertig", "abgeschlossen",
                     "ausgerollt"), "succeeded"),
    **dict.fromkeys(("failure", "failed", "error", "errored", "timed_out", "timedout", "timeout", "broken", "unhealthy",
                     "startup_failure", "terminal", "crashed", "degraded", "fail", "rollback_failed", "fehlgeschlagen", "gescheitert",
                     "fehler"), "failed"),
    **dict.fromkeys(("cancelled", "canceled", "aborted", "skipped", "not_built", "not_build", "notbuilt", "stopped",
                     "stale", "destroyed", "rejected", "expired", "blocked", "abgebrochen"), "cancelled"),
    **dict.fromkeys(("rolled_back", "rolledback", "rollback", "reverted", "rollback_successful", "zurückgerollt",
                     "zurückgesetzt"), "rolled_back"),
    **dict.fromkeys(("superseded", "inactive", "undeployed", "replaced"), "superseded"),
    **dict.fromkeys(("running", "in_progress", "inprogress", "started", "deploying", "building", "executing",
                     "läuft", "gestartet"), "started"),
    **dict.fromkeys(("pending", "queued", "created", "waiting", "requested", "notstarted", "not_started", "scheduled",
                     "action_required", "on_hold", "needs_approval", "blocked_on_approval", "geplant", "ausstehend"), "pending"),
}  # fmt: skip
#: the same for alerts and incidents, where "active" and "open" mean the beginning, not the end
ALERT_STATES: Mapping[str, str] = {
    **dict.fromkeys(("resolved", "closed", "recovered", "ok", "normal", "inactive", "cleared", "up", "healthy", "ended",
                     "fixed", "recovery", "done", "success", "completed", "behoben", "gelöst", "geschlossen", "erledigt"), "resolved"),
    **dict.fromkeys(("firing", "triggered", "open", "opened", "alerting", "active", "alarm", "problem", "critical", "down",
                     "created", "activated", "new", "fired", "unhealthy", "started", "failed", "error", "offen", "aktiv", "ausgelöst"), "fired"),
    **dict.fromkeys(("acknowledged", "acked", "ack", "acknowledge", "bestätigt", "quittiert"), "acknowledged"),
    "pending": "pending",
}  # fmt: skip

#: words for a change that is a deploy
DEPLOYS = ("deploy", "deployment", "release", "rollout", "rollback")
_DEPLOYS = re.compile(r"deploy|releas|roll-?_?out|roll-?_?back|promot|publish|ship\b|(?<![a-z])(?:prod|cd)(?![a-z])")
_NOUN = re.compile(r"^(?:deploy|deployment|release|rollout|alert|incident|build|job|pipeline)[_.\-: ]+(?=\w)")
_SHA = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-f])")
_ALGORITHM = re.compile(r"sha256(?::|%3a)", re.IGNORECASE)
#: tags, and the marks that Datadog sets around Markdown, also in what it sends on to other tools
_MARKUP = re.compile(
    r"</?(?:p|div|br|b|i|em|strong|span|at|attachment|ul|li)\b[^<>]*>|(?<![\d%])%%%(?!%)", re.IGNORECASE
)
_LINK = re.compile(r"<(https?:[^|>]*)(?:\|([^>]*))?>")

_DONE = {
    "started": "started", "succeeded": "finished", "failed": "failed", "rolled_back": "was rolled back", "cancelled":
    "was cancelled", "superseded": "was superseded", "fired": "fired", "resolved": "resolved", "acknowledged":
    "was acknowledged", "pending": "is pending", "noted": "",
}  # fmt: skip
_STATE_AHEAD = re.compile(
    r"^\[(?:FIRING|RESOLVED|(?:Re-)?(?:Triggered|Recovered|Warn|No Data))(?::\d+)?(?: on \{(?P<where>[^\]]*)\})?\]\s*"
    r"(?P<name>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_PLACE = re.compile(r"(\b(?:in|on|of|to|for) )?\{(\w+)\}")
_LONGEST = 400


def read_state(word: object, kind: str, own: Mapping[str, str]) -> str:
    """The phase that a word for a state means, by the format's own words, then the usual ones; "" for none."""
    said = _NOUN.sub("", str(word if word is not None else "").strip().lower())
    usual = ALERT_STATES if kind in ("alert", "incident") else STATES
    for key in (said, re.sub(r"[\s\-]+", "_", said), re.sub(r"[\s\-_]+", "", said)):
        if key in own:
            return own[key]
        if key in usual:
            return usual[key]
    return ""


def read_severity(word: object, own: Mapping[str, str], kind: str) -> str:
    """The level that a word for a severity means; without one, an alert is an error, an incident a warning."""
    said = str(word if word is not None else "").strip().lower()
    squeezed = re.sub(r"[\s\-_]+", "", said)
    usual = "error" if kind == "alert" else "warn"
    return own.get(said) or SEVERITIES.get(said) or SEVERITIES.get(squeezed) or usual


def is_deploy_word(text: object) -> bool:
    """Whether a pipeline's or workflow's name says that it deploys."""
    return bool(_DEPLOYS.search(str(text).lower()))


def say(template: str, known: Mapping[str, str]) -> str:
    """A format's own sentence with its placeholders filled in; what isn't known leaves no gap."""

    def fill(place: re.Match[str]) -> str:
        value = shorten(known.get(place[2], ""))
        goes_on = template[place.end() : place.end() + 2] == " {"  # in {service} {name}, the next one may be known
        return (place[1] or "") + value if value or goes_on else ""

    text = _PLACE.sub(fill, template)
    return tidy(re.sub(r"\s+(?=:)|(?:\s*[:,])+\s*$|\(\s*\)", "", text))


def tidy(text: str) -> str:
    """One line, without markup, of bounded length."""
    line = " ".join(html.unescape(_MARKUP.sub(" ", text)).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def shorten(version: str) -> str:
    """A version as people say it: the first seven digits of a commit's hash."""
    name = version.rpartition("/")[2] if version.startswith("pkg:") else version
    return _SHA.sub(lambda sha: sha[0][:7], _ALGORITHM.sub("", name))


def _cut_state(title: str) -> str:
    """A title without its state: whether it fires is the phase's to say, not that of a title given when it first did."""
    said = _STATE_AHEAD.match(title)
    if not said:
        return title
    return f"{said['name']} ({said['where']})" if said["where"] else said["name"]


def describe(kind: str, phase: str, known: Mapping[str, str]) -> str:
    """What happened, in one line; people are no part of it."""
    if kind == "note":
        text = _LINK.sub(lambda link: link[2] or link[1], known.get("detail", "") or known.get("name", ""))
        return tidy(text) or "a note without text"
    return tidy((_describe_trouble if kind in ("alert", "incident") else _describe_change)(kind, phase, known))


def _describe_trouble(kind: str, phase: str, known: Mapping[str, str]) -> str:
    """Of an alert or incident: its name and phase, and while it lasts its details."""
    done = "opened" if (kind, phase) == ("incident", "fired") else known.get("done") or _DONE.get(phase, phase)
    title, detail = (_cut_state(_MARKUP.sub(" ", known.get(key) or "").strip()) for key in ("name", "detail"))
    name = title or detail or "without a name"
    is_said = name.lower().endswith(f" {kind}")  # Queue alert, Login incident
    head = name if is_said else f"{known.get('what') or kind} {name}"
    text = f"{head} {done}" if done else head
    if title and detail and detail != title and phase in ("fired", "pending", "noted"):
        return f"{text}: {detail}"
    return f"note on {text}" if phase == "noted" and not done else text


def _describe_change(kind: str, phase: str, known: Mapping[str, str]) -> str:
    """Of a deploy or another change: what it is of, where to, and how it ended."""
    version, name = shorten(known.get("version", "")), known.get("name", "")
    subject = " ".join(dict.fromkeys(part for part in (known.get("service") or name, version) if part))
    what = known.get("what") or kind
    # A pipeline's own name, where it isn't what's deployed.
    is_named = bool(known.get("what") and name and known.get("service") not in (None, name))
    what = f"{what} {name}" if is_named and name != what else what
    head = f"{what} of {subject}" if subject else what
    where = f" to {known['environment']}" if known.get("environment") and kind == "deploy" else ""
    hosts = f" (hosts {known['hosts']})" if known.get("hosts") else ""
    done = known.get("done") or _DONE.get(phase, phase) or f"is in {known.get('status') or 'another state'}"
    text, detail = f"{head}{where} {done}{hosts}", known.get("detail", "")
    told = (subject, known.get("version"), name if is_named or not known.get("service") else None)
    return f"{text}: {detail}" if detail and detail not in told else text
