"""happenings → happenings in which people are roles: deployer A, responder B, author C.

A book says what was done and when, not by whom. Each person has one role throughout a book, given in order of first
appearance; machines (bots, controllers, service accounts) keep their names. Who is behind a role can be read in the
evidence itself, which nothing here touches.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

_ROLES = {"deploy": "deployer", "change": "deployer", "alert": "responder", "incident": "responder", "note": "author"}
#: Fields in which a record names its actor again.
_ALIASES = ("user", "username", "user_id", "login", "email")
#: Fields by which a record says that its actor is no person, and words that say so.
_TYPES = ("actor_type", "bot", "bot_id")
_NOBODY = ("user", "user_reference", "member", "person", "employee", "none", "false")
#: Words that are never part of a person's name.
_MACHINE = re.compile(
    r"\[bot\]$|bot$|controller$|scheduler$|^system:|^arn:aws:(?:sts|iam)::.*(?:role|root)|gserviceaccount\.com$"
    r"|^codedeploy"
    r"|(?:^|[\W_])(?:bot|ci|cd|cron|daemon|kubelet|controller|autoscaler|automation|automated|automatic|serviceaccount"
    r"|service[-_ ]account|pipelines?|runner|webhook|integration|svc|robot|sync|noreply|no-reply)(?=$|[\W_])"
    r"|^(?:user|root|system|api|sa|anonymous|unknown|nobody|none|token|agent|monitor|timer|trigger|operator|manager"
    r"|scheduler)$"
    r"|^(?:deployer|responder|author) [A-Z]+$",
    re.IGNORECASE,
)
#: Tools act in their own name; a person may be called Jenkins.
_TOOL = re.compile(
    r"(?:github|gitlab|jenkins|argo|argocd|flux|fluxcd|helm|terraform|spinnaker|codepipeline|cloudformation"
    r"|circleci|buildkite"
    r"|bamboo|octopus|ansible|atlantis|renovate|dependabot|alertmanager|prometheus|grafana|pagerduty|opsgenie|victorops"
    r"|datadog|zabbix|nagios|pingdom|slack|zapier|statuspage|kubectl|kubernetes|k8s|deploy|deployer)(?:$|[-_.:/0-9 ])",
    re.IGNORECASE,
)
#: Keys of raw records whose value is a person, quoted.
_NAMED = re.compile(
    r"""(?i)\\?["'](?:\w*[a-z](?:ed|_)_?by|\w*(?:author|committer|assignee|responder|acknowledger|reporter|requester|approver|deployer"""
    r"""|creator|escalation_?user|on_?call)(?:_?(?:name|login|email))?|(?:display|real|full|first|last|given|family)_?name)"""
    r"""\\?["']\s*:\s*\\?["'](?P<name>[^"'\\]{2,})"""
)
#: Shorter names could be words in any text.
_SHORTEST = 3
_PART = re.compile(r"[A-Z]\w{2,}")


def name_roles(happenings: pd.DataFrame, observed: pd.DataFrame | None = None) -> pd.DataFrame:
    """The happenings with roles for people, in their columns and wherever texts name them.

    ``observed`` are the rows that were merged into them, if any: people named there get roles too.
    """
    known = happenings if observed is None else observed
    words = find_roles(known) if len(happenings) else {}
    if not words:
        return happenings
    everywhere = _compile(words)
    details = [_open(text) for text in happenings["fields"]]
    # A merged row may hold another record's fields, so the records themselves say who is a person.
    people = [actor if isinstance(actor, str) and actor.casefold() in words else "" for actor in happenings["actor"]]
    told = happenings.copy()
    told["actor"] = [
        words[name.casefold()] if name else actor for name, actor in zip(people, happenings["actor"], strict=True)
    ]
    told["message"] = [
        _replace(_replace(text, everywhere, words), *_parts_of(name, words))
        for text, name in zip(happenings["message"], people, strict=True)
    ]
    told["fields"] = [
        json.dumps(_walk(detail, everywhere, words, name), sort_keys=True, ensure_ascii=False) if detail else text
        for detail, text, name in zip(details, happenings["fields"], people, strict=True)
    ]
    return told.astype({"actor": "str", "message": "str", "fields": "str"})


def find_roles(happenings: pd.DataFrame) -> dict[str, str]:
    """Each name of a person that the happenings hold, without case → that person's role."""
    if not len(happenings) or happenings["actor"].isna().all():
        return {}
    details = [_open(text) for text in happenings["fields"]]
    people = _list_people(happenings, details, _list_services(happenings))
    known_as = _find_aliases(people, details)
    roles = _give_roles(happenings, people, known_as)
    return {name: roles[known_as[name]] for name in _names(people, details)} if roles else {}


def hide_names(text: str, roles: Mapping[str, str]) -> str:
    """A text with roles in place of the names of `find_roles`."""
    hidden: str = _replace(text, _compile(roles), roles)
    return hidden


def hide_raw_names(line: str, roles: Mapping[str, str]) -> str:
    """A raw line with roles in place of known names, and ``somebody`` for other people that its keys name."""

    def say(found: re.Match[str]) -> str:
        name = found["name"]
        is_told = is_machine(name, {}) or any(role in name for role in roles.values())
        return found[0] if is_told else found[0][: found.start("name") - found.start()] + "somebody"

    return _NAMED.sub(say, hide_names(line, roles))


def name_people(events: pd.DataFrame, roles: Mapping[str, str]) -> pd.DataFrame:
    """The events with the roles of `find_roles` for people, as actors and wherever texts name them."""
    if not roles:
        return events
    told = events.copy()
    told["actor"] = [roles.get(a.casefold(), a) if isinstance(a, str) else a for a in events["actor"]]
    pattern = _compile(roles)
    for name in ("message", "fields"):
        told[name] = [_replace(text, pattern, roles) for text in events[name]]
    return told.astype({"actor": "str", "message": "str", "fields": "str"})


def _list_services(happenings: pd.DataFrame) -> set[str]:
    return {str(name).casefold() for name in happenings["service"].dropna().unique()}


def _list_people(rows: pd.DataFrame, details: list[dict[str, Any]], services: set[str]) -> list[str]:
    """The actor of each row, "" where it's none or a machine."""
    return [
        actor if isinstance(actor, str) and not is_machine(actor, detail, services) else ""
        for actor, detail in zip(rows["actor"], details, strict=True)
    ]


def is_machine(actor: str, details: Mapping[str, Any], services: Iterable[str] = ()) -> bool:
    """Whether an actor is no person: by its record, by its name, or because it's a service itself."""
    said = [str(details[name]).lower() for name in _TYPES if details.get(name)]
    # Of an address only what's before the @: a company may be named like its tool.
    name = actor if actor.endswith("gserviceaccount.com") else actor.partition("@")[0] or actor
    is_tool = bool(_MACHINE.search(name) or _TOOL.match(name))
    return is_tool or any(word not in _NOBODY for word in said) or actor.casefold() in services


def _open(text: object) -> dict[str, Any]:
    try:
        value = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _find_aliases(people: list[str], details: list[dict[str, Any]]) -> dict[str, str]:
    """A name in lower case → the first, by letter, of the names that records give to the same actor."""
    known_as: dict[str, str] = {}
    for name, detail in zip(people, details, strict=True):
        same = {each.casefold() for each in (name, *_aliases(detail)) if each} if name else set()
        least = min({known_as.get(each, each) for each in same}, default="")
        for each in sorted(same):
            before = known_as.get(each, each)
            known_as |= {other: least for other, root in known_as.items() if root == before} | {each: least}
    return known_as


def _aliases(detail: Mapping[str, Any]) -> list[str]:
    return [value for key in _ALIASES if isinstance(value := detail.get(key), str) and value]


def _give_roles(happenings: pd.DataFrame, people: list[str], known_as: Mapping[str, str]) -> dict[str, str]:
    """A person → role and letter, in order of first appearance, then of the name."""
    first: dict[str, tuple[Any, str, str]] = {}
    rows = zip(
        happenings["time"], happenings["kind"].astype("str"), happenings["phase"].astype("str"), people, strict=True
    )
    for time, kind, phase, name in rows:
        if name:
            person = known_as[name.casefold()]
            role = "responder" if phase in ("acknowledged", "resolved") else _ROLES.get(kind, "author")
            first[person] = min(first.get(person, (time, person, role)), (time, person, role))
    ordered = sorted(first.values())
    return {person: f"{role} {_letters(place)}" for place, (_, person, role) in enumerate(ordered)}


def _letters(place: int) -> str:
    """A … Z, AA, AB …"""
    text = ""
    place += 1
    while place:
        place, left = divmod(place - 1, 26)
        text = chr(ord("A") + left) + text
    return text


def _names(people: list[str], details: list[dict[str, Any]]) -> list[str]:
    """Every name that a person is called by, without case."""
    told = {each for name, detail in zip(people, details, strict=True) if name for each in (name, *_aliases(detail))}
    return sorted({name.casefold() for name in told})


def _compile(words: Mapping[str, str]) -> re.Pattern[str] | None:
    # The longest first, so that a name within another one doesn't cut it.
    names = sorted((name for name in words if len(name) >= _SHORTEST), key=lambda name: (-len(name), name))
    if not names:
        return None
    return re.compile(rf"(?<!\w)@?(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)


def _replace(text: Any, pattern: re.Pattern[str] | None, words: Mapping[str, str]) -> Any:
    if pattern is None or not isinstance(text, str):
        return text
    return pattern.sub(lambda found: words.get(found[0].lstrip("@").casefold(), "somebody"), text)


def _parts_of(name: str, words: Mapping[str, str]) -> tuple[re.Pattern[str] | None, dict[str, str]]:
    """Parts of a name, replaced only in its own actor's rows: a first or last name, an address's local part."""
    parts = {part.casefold(): words[name.casefold()] for part in _PART.findall(name)} if " " in name else {}
    if "@" in name:
        parts[name.partition("@")[0].casefold()] = words[name.casefold()]
    return _compile(parts), parts


def _walk(value: Any, everywhere: re.Pattern[str] | None, words: Mapping[str, str], name: str) -> Any:
    if isinstance(value, str):
        return _replace(_replace(value, everywhere, words), *_parts_of(name, words))
    if isinstance(value, dict):
        return {key: _walk(each, everywhere, words, name) for key, each in value.items()}
    if isinstance(value, list):
        return [_walk(each, everywhere, words, name) for each in value]
    return value
