"""the text of an action item → whether somebody could check that it was done; else what is missing.

An item is specific if it has a verb that changes something and an outcome to measure: a number, or a thing named closely
enough to be found. Verbs of thinking ("investigate"), words of praise ("better") and uncounted things ("more tests")
aren't outcomes. `words` has the tables of all these.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from minutebook.postmortem.actions.words import (
    BOUNDED,
    CHANGING,
    COMMON_HYPHENS,
    CONDITION,
    DONE_BY_NAME,
    GRADUAL,
    LEAD,
    NAMED,
    NOTHING,
    NOUN,
    NUMBER,
    PRAISE,
    QUALIFIED,
    SAID_OF_NOUN,
    THING,
    THINKING,
    TIMEBOX,
    WRITTEN,
)

_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")


class _Item(NamedTuple):
    """The text of an action item without its deadline, and what is in it."""

    core: str
    words: list[str]
    verb: str
    has_number: bool
    has_name: bool
    has_condition: bool


def judge_outcome(text: str) -> str:
    """Why an action item isn't specific, in a few words; empty where it is."""
    core = LEAD.sub("", TIMEBOX.sub("", text).strip()).strip()
    words = [word.lower() for word in _WORD.findall(core)]
    if not words:
        return "says nothing"
    has_number = bool(NUMBER.search(_without_rows(core)) or WRITTEN.search(core))
    item = _Item(core, words, _find_verb(words), has_number, _names_something(core), bool(CONDITION.search(core)))
    return _judge_verb(item) or _judge_measure(item)


def _judge_verb(item: _Item) -> str:
    """Why the verb changes nothing that could be checked; empty where it may."""
    core, words, verb, has_number, has_name, has_condition = item
    if verb in CHANGING:
        return ""
    if verb in THINKING:
        has_second = re.search(r"(?i)\b(?:and|then|to)\b", core) and any(word in CHANGING for word in words[1:])
        if not has_second or not (has_number or has_name):
            return f"“{verb}” leaves nothing behind that can be checked: what will be different?"
    elif verb not in GRADUAL and not _may_be_verb(words):
        return f"doesn't begin with what will be done (“{words[0]}”)"
    is_bounded = has_number or (has_name and (has_condition or verb in DONE_BY_NAME))
    return f"“{verb}” by how much: no number tells when it's done" if verb in GRADUAL and not is_bounded else ""


def _judge_measure(item: _Item) -> str:
    """Why nobody could see that it's done; empty where there's an outcome to measure."""
    core, words, verb, has_number, has_name, has_condition = item
    if has_number:
        return "" if len(words) >= 3 else "too short to tell what it is about"
    praise = next((word for word in words if word in PRAISE and not re.search(rf"(?i)\b{word} than\b", core)), "")
    if praise and not has_name:
        return f"“{praise}” can't be checked: give a number, or name the thing"
    bounded = BOUNDED.search(core)
    if bounded and not has_condition and verb not in ("remove", "delete", "disable", "document"):
        return f"“{bounded[0]}” without a number or a condition"
    if verb == "upgrade" or (verb in GRADUAL and not has_name):
        return f"“{verb}” to which version or state?"
    qualified = QUALIFIED.search(core)
    is_qualified = bool(qualified and not NOTHING.match(qualified["rest"])) or has_condition
    is_measurable = is_qualified and (has_condition or THING.search(core)) and len(words) >= 6
    if is_measurable or (has_name and len(words) >= 4):
        return ""
    return "no outcome to measure: of what, and how would anybody see that it's done?"


def _find_verb(words: list[str]) -> str:
    """The first word, or the second behind an adverb."""
    first = words[0]
    if first.endswith("ly") and len(words) > 1:
        first = words[1]
    for known in (first, first.removesuffix("s"), first.removesuffix("ing"), first.removesuffix("ing") + "e"):
        if known in CHANGING or known in GRADUAL or known in THINKING:
            return known
    return first


def _may_be_verb(words: list[str]) -> bool:
    """Whether an unlisted first word may be a verb: it isn't formed like a noun, nor followed by what follows nouns."""
    return len(words) > 3 and not NOUN.search(words[0]) and words[1] not in SAID_OF_NOUN


def _without_rows(text: str) -> str:
    """The text without references to timeline rows and tickets, whose numbers measure nothing."""
    return re.sub(r"\bT\d+\b|\b[A-Z]{2,}-\d+\b|#\d+", "", text)


def _names_something(text: str) -> bool:
    return any(not COMMON_HYPHENS.match(found) for found in NAMED.findall(text))
