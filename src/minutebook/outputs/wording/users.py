"""the users of a window → a sentence, or rows that say what each number means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from minutebook.outputs.wording import Row
from minutebook.outputs.wording.counts import number_of

_FATES = {
    "failed": "had no success within 60 s of a failure",
    "degraded": "succeeded within 60 s, or were only slow",
}


def tell_users(users: Mapping[str, Any]) -> str:
    """Who was affected, of how many, in a sentence."""
    if users.get("affected") is None:
        return f"unknown: {tell_unknown(users)}"
    silent = users.get("silent")
    if isinstance(silent, Mapping) and not users["affected"]:
        span = f"{number_of(silent.get('low'))} – {number_of(silent.get('high'))}"
        return f"some {number_of(silent.get('mid'))} stayed away, an estimate ({span}); nothing says who"
    text = f"{number_of(users['affected'])} affected"
    if users.get("exposed") is not None:
        text += f" of {number_of(users['exposed'])} who came"
    if users.get("failed") is not None:
        text += f": {number_of(users['failed'])} failed, {number_of(users.get('degraded'))} degraded"
    if users.get("usual") is not None:
        text += f" (usual: {number_of(users['usual'])})"
    if users.get("anonymous_clients"):
        text += f"; and {number_of(users['anonymous_clients'])} clients without a user id, who may be some of them"
    return text


def tell_unknown(users: Mapping[str, Any]) -> str:
    """Why nothing is known of who was affected."""
    return "no request that counts names its user" if users.get("exposed") is None else "what was bad names no user"


def list_users(users: Mapping[str, Any]) -> Iterator[Row]:
    """Those affected, what became of them, and those who can't be told apart."""
    yield "users affected", number_of(users.get("affected")), _of_exposed(users)
    yield from (
        (f"  {fate}", number_of(users[fate]), text) for fate, text in _FATES.items() if users.get(fate) is not None
    )
    yield from list_silent(users)
    if users.get("anonymous_clients"):
        maybe = "" if users.get("affected") is None else "; they may be users who came"
        yield "anonymous", number_of(users["anonymous_clients"]), f"clients without a user id, counted apart{maybe}"


def list_silent(users: Mapping[str, Any]) -> Iterator[Row]:
    """How many usual users stayed away, where that was estimated."""
    silent = users.get("silent")
    if isinstance(silent, Mapping):
        text = f"stayed away, an estimate: {number_of(silent.get('low'))} – {number_of(silent.get('high'))}"
        yield "  silent", number_of(silent.get("mid")), text


def _of_exposed(users: Mapping[str, Any]) -> str:
    if users.get("affected") is None:
        return tell_unknown(users)
    usual = f"; {number_of(users['usual'])} are usual" if users.get("usual") is not None else ""
    if users.get("exposed") is None:
        return f"distinct; only failures say whose they are, so who else came is unknown{usual}"
    return f"distinct, of {number_of(users.get('exposed'))} who came{usual}"
