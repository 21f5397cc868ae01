"""a sample of a log that names no user, and its plans → a key whose values come back as users do, if there is one.

It's only ever suggested: whether accounts, tenants or sessions are the users of a service, nobody but its owners know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import plain_texts
from minutebook.names import ASKED, drop_choice, normalise
from minutebook.plans import Plan
from minutebook.plans.matching import match_lines_of
from minutebook.records.jsonlines import list_keys
from minutebook.records.pairs import list_pair_keys

_ID = r"(?:id|uuid|key|name|no|number|hash)?$"
#: What a key may name, closest to a person first.
_NAMES = tuple(
    re.compile(rf"^(?:{names}){_ID}")
    for names in (
        "account|customer|member|subscriber|player|email|login|buyer|passenger|patient|student|driver|employee",
        "visitor|anonymous|session|device|installation|cart|sid",
        "tenant|org|organization|organisation|company|workspace|merchant|seller|partner|team|project|shop|store",
    )
)
_FEWEST_RECORDS, _FEWEST_VALUES = 20, 3
_RETURNS = 1.5  # times that a value comes on average; ids of requests come once
_MOST_OF_ONE = 0.5  # of the records, for the value that comes most often


def find_likely_user(text: pa.StringArray, plans: Sequence[Plan]) -> str:
    """The key; "" where records name users already, or no key looks like one."""
    if any(_names_user(plan) for plan in plans):
        return ""
    ranks = {key: rank for plan in plans for key in _list_keys(text, plan) if (rank := _rank(key)) is not None}
    if not ranks:
        return ""
    matched, _ = match_lines_of(text, [plan.asking(sorted(ranks)) for plan in plans])
    for key in sorted(ranks, key=lambda key: (ranks[key], key)):
        parts = [each.parts[ASKED + key] for each in matched if ASKED + key in each.parts]
        if _return_like_users(value for part in parts for value in plain_texts(part).drop_null().to_pylist()):
            return key
    return ""


def _names_user(plan: Plan) -> bool:
    groups = (group for pattern in plan.log_format.patterns for group in pattern.groups)
    return "user" in {*map(drop_choice, plan.keys), *groups} or any(map(_names_user, plan.inner))


def _list_keys(text: pa.StringArray, plan: Plan) -> Iterator[str]:
    """The keys of the records, and of those inside them, nested ones as a path with dots."""
    shape = plan.log_format.shape
    if plan.header:
        yield from plan.header.names
    elif shape in ("text", "pairs", "json"):
        lines = text.to_pylist()
        yield from (key.replace("\x1f", ".") for key in list_keys(lines)) if shape == "json" else list_pair_keys(lines)
    if plan.inner:
        matched, _ = match_lines_of(text, [Plan(plan.log_format, plan.keys, plan.layout, plan.header)])
        messages = [plain_texts(each.parts["message"]) for each in matched if "message" in each.parts]
        for inner in plan.inner:
            yield from _list_keys(pc.fill_null(pa.concat_arrays(messages), ""), inner) if messages else ()


def _rank(key: str) -> int | None:
    """How close to a person the key's name is; None if it names nobody."""
    parts = [normalise(part) for part in key.split(".")]
    names = parts[-1], "".join(parts[-2:])
    return next((rank for rank, names_of in enumerate(_NAMES) if any(map(names_of.match, names))), None)


def _return_like_users(values: Iterator[str]) -> bool:
    counts = Counter(value for value in values if value)
    records, most = counts.total(), max(counts.values(), default=0)
    return (
        records >= _FEWEST_RECORDS
        and len(counts) >= _FEWEST_VALUES
        and records >= _RETURNS * len(counts)
        and most <= _MOST_OF_ONE * records
    )
