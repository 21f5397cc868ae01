"""Records that a table can't read: Octopus' sentences, LaunchDarkly's resource strings, Grafana's frames."""

from __future__ import annotations

import re
from collections.abc import Mapping

from minutebook.exports.paths import find, find_first
from minutebook.exports.rows import Context, Row, make_row, text_of

#: Octopus' event categories that are phases of deploys.
_OCTOPUS = {
    "deploymentstarted": "started", "deploymentqueued": "pending", "deploymentsucceeded": "succeeded",
    "deploymentfailed": "failed", "deploymentcanceled": "cancelled", "deploymentresumed": "started",
}  # fmt: skip
_RELEASE = re.compile(
    r"\bfor (?P<service>.{1,200}?) release (?P<version>\S+) to (?P<environment>.{1,100}?)(?: for .*)?$"
)
_DARKLY = re.compile(r"proj/(?P<project>[^:;]*):env/(?P<environment>[^:;]*):flag/(?P<flag>[^:;]*)")


def read_octopus(entry: object, context: Context) -> tuple[list[Row], str]:
    """One event of Octopus, which names project, release and environment only in its message."""
    category = str(find(entry, "Category") or "")
    phase = _OCTOPUS.get(category.lower())
    if phase is None:
        return [], "no happening: an event of another category"
    start = context.read(find(entry, "Occurred"))
    if start is None:
        return [], "has no time that can be read"
    said = _RELEASE.search(str(find(entry, "Message") or ""))
    documents = find(entry, "RelatedDocumentIds")
    listed = documents if isinstance(documents, list) else []
    deploy = next((str(each) for each in listed if str(each).startswith("Deployments-")), "")
    facts = {
        "name": category, "actor": find(entry, "Username"), "number": find(entry, "Id"), **(said.groupdict() if said else {}),
    }  # fmt: skip
    entity = f"octopus/{deploy or text_of(find(entry, 'Id'))}"
    return [make_row(context, facts, phase, start, entity=entity)], ""


def read_launchdarkly(entry: object, context: Context) -> tuple[list[Row], str]:
    """One entry of LaunchDarkly's audit log, which names flag and environment only in the resource's text.

    ``updateOn`` says that a flag was toggled, the verb of the title in which direction.
    """
    start = context.read(find(entry, "date"))
    if start is None:
        return [], "has no time that can be read"
    resource = find_first(entry, ["accesses[].resource", "target.resources[]"])
    said = _DARKLY.search(text_of(resource) if resource else "")
    verb = text_of(find(entry, "titleVerb") or "changed")
    columns: Mapping[str, str] = said.groupdict() if said else {}
    name = columns.get("flag") or text_of(find_first(entry, context.format.columns["name"]) or "")
    facts = {
        "service": columns.get("project") if columns.get("project") != "default" else None,
        "environment": columns.get("environment"), "name": name, "status": verb.removesuffix(" the flag"),
        "actor": find_first(entry, context.format.columns["actor"]),
        "detail": find_first(entry, context.format.columns["detail"]),
        "fields": {"action": find_first(entry, "accesses[].action")},
    }  # fmt: skip
    key = find(entry, "_id")
    row = make_row(
        context, facts, "succeeded", start, entity=f"launchdarkly/{text_of(key)}" if key else "",
        message=("flag {name} in {environment}" if columns else "{name}") + (" {status}" if verb.endswith(" the flag") else ": {status}"),
    )  # fmt: skip
    return [row], ""


def read_grafana_history(entry: object, context: Context) -> tuple[list[Row], str]:
    """A frame of Grafana's state history: a column of times, one of transitions, side by side."""
    values = find(entry, "data.values")
    columns = values if isinstance(values, list) else []
    if len(columns) < 2 or not all(isinstance(column, list) for column in columns[:2]):
        return [], "has no columns of times and transitions"
    rows = []
    for time, line in zip(columns[0], columns[1], strict=False):
        start = context.read(time)
        before, now = (str(find(line, key) or "").lower() for key in ("previous", "current"))
        labels = find(line, "labels")
        if start is None or not now:
            continue
        fired, was_firing = now.startswith(("alerting", "error")), before.startswith(("alerting", "error"))
        if fired == was_firing and not now.startswith("pending"):
            continue
        phase = "pending" if now.startswith("pending") else "fired" if fired else "resolved"
        known = labels if isinstance(labels, Mapping) else {}
        facts = {
            "labels": known, "name": known.get("alertname") or find(line, "ruleTitle"),
            "service": known.get("service") or known.get("app"), "severity": known.get("severity"),
            "host": known.get("instance"), "fields": {"previous": before, "current": now},
        }  # fmt: skip
        rows.append(make_row(context, facts, phase, start))
    return rows, "" if rows else "no happening: no alert changed its state"
