"""what a book shows → the same with users as pseudonyms and secrets as their kinds.

Read in order: `kinds` (secrets → what they are), `pseudonyms` (ids → keyed hashes), `mentions` (where a text names a
user). Only texts that are shown are looked at, each distinct one once: reading lines isn't slowed down. People in records
are roles already: see `roles`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.machine.database import open_database
from minutebook.redaction.kinds import ANY_SIGN, hide_secrets
from minutebook.redaction.mentions import Users
from minutebook.redaction.pseudonyms import PREFIX, draw_key, make_pseudonym, name_key, read_key

#: Keys of results under which there are names of files, hashes and settings, not texts from records.
_NAMES = frozenset({"source", "evidence", "sha256", "entity", "id", "stream", "into", "from", "sli", "definitions"})
_NO_USER = ("", "-")
#: A text that is nothing but an instant, in which an id could only occur by chance.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


class _Pseudonyms(dict[str, str]):
    """id → pseudonym, made on demand; a pseudonym maps to itself."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __missing__(self, user: str) -> str:
        self[user] = user if user.startswith(PREFIX) and len(user) == 25 else make_pseudonym(self._key, user)
        return self[user]


@dataclass(frozen=True)
class Redaction:
    """What hides users and secrets in the outputs of one book; with ``is_on`` False, nothing is hidden."""

    key: bytes = field(repr=False)
    users: Users = field(repr=False)
    is_on: bool = True
    _names: _Pseudonyms = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", _Pseudonyms(self.key))

    @property
    def key_name(self) -> str | None:
        """What may be shown of the key, to tell it from another one; None where nothing is hidden."""
        return name_key(self.key) if self.is_on else None

    def off(self) -> Redaction:
        """The same redaction, switched off."""
        return replace(self, is_on=False)

    def hide_texts(self, texts: Iterable[str]) -> dict[str, str]:
        """Each distinct text → the text as it may be shown."""
        distinct = sorted(set(texts))
        if not self.is_on:
            return {text: text for text in distinct}
        known = self.users.find_known(distinct)
        return {text: hide_secrets(self.users.replace(text, known, self._names)) for text in distinct}

    def hide_text(self, text: str) -> str:
        """One text as it may be shown."""
        return self.hide_texts([text])[text]

    def hide_users(self, ids: pd.Series) -> pd.Series:
        """A column of user ids as pseudonyms; nulls stay."""
        if not self.is_on:
            return ids
        distinct = [each for each in ids.dropna().unique() if each not in _NO_USER]
        return ids.map({**{each: each for each in _NO_USER}, **{each: self._names[each] for each in distinct}}).astype(
            "str"
        )

    def hide_in(self, value: Any) -> Any:
        """A JSON-able value with its texts as they may be shown; names of sources and hashes stay."""
        if not self.is_on:
            return value
        texts: set[str] = set()
        _collect_texts(value, texts)
        shown = self.hide_texts(text for text in texts if not _INSTANT.fullmatch(text))
        changed = {text: hidden for text, hidden in shown.items() if hidden != text}
        return _swap(value, changed) if changed else value

    def hide_columns(self, frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
        """A frame with the texts of some columns as they may be shown; columns of JSON stay JSON."""
        if not self.is_on or not len(frame):
            return frame
        made = frame.copy()
        for name in columns:
            values = made[name]
            distinct = [each for each in values.dropna().unique() if isinstance(each, str)]
            shown = (
                self.hide_texts(distinct) if name != "fields" else {each: self._hide_json(each) for each in distinct}
            )
            if any(shown[each] != each for each in distinct):
                made[name] = values.map(lambda each, shown=shown: shown.get(each, each)).astype(values.dtype)
        return made

    def _hide_json(self, text: str) -> str:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self.hide_text(text)
        # As keys and values first, so that what a key says of its value is seen; then text by text.
        hidden = self.hide_text(text)
        try:
            value = json.loads(hidden)
        except (ValueError, RecursionError):
            value = self.hide_in(value)
        return json.dumps(value, sort_keys=True, ensure_ascii=False)

    def hide_events(self, events: pd.DataFrame) -> pd.DataFrame:
        """An event frame as it may be exported: users as pseudonyms, in texts as well, and no secrets.

        Texts without any sign of a secret or of their own user are found by Arrow and left alone.
        """
        if not self.is_on or not len(events):
            return events
        made = events.assign(user=self.hide_users(events["user"]))
        owner = pa.array(events["user"], pa.string())
        for name in ("message", "operation", "fields"):
            if name not in events:
                continue
            texts = pa.array(events[name], pa.string())
            is_odd = pc.fill_null(
                pc.or_(pc.match_substring_regex(texts, ANY_SIGN), _mentions_user(texts, owner)), False
            )
            if not pc.any(is_odd).as_py():
                continue
            rows = is_odd.to_numpy(zero_copy_only=False)
            made.loc[rows, name] = self.hide_columns(events.loc[rows, [name]], [name])[name]
        return made


def _mentions_user(texts: pa.Array, owner: pa.Array) -> pa.Array:
    """Which texts hold their row's user, or a key that names a user."""
    told = pc.match_substring_regex(
        texts,
        r"(?i)user|customer|account|member|tenant|subscriber|buyer|login|uid|\"sub\"|password|session|/home/| : TTY=",
    )
    with open_database() as connection:
        connection.register("rows", pa.table({"text": texts, "owner": owner}))
        holds = connection.sql("SELECT coalesce(contains(text, owner), false) AS held FROM rows").to_arrow_table()
    return pc.or_(pc.fill_null(told, False), holds.column("held").combine_chunks())


def make_redaction(
    key: bytes,
    columns: Iterable[pa.Array | pa.ChunkedArray],
    words: Iterable[str] = (),
    keys: Iterable[str] = (),
    *,
    is_on: bool = True,
) -> Redaction:
    """The redaction of a book: ``columns`` hold the user ids in its evidence, ``words`` are no users."""
    return Redaction(key, Users(columns if is_on else (), set(words), set(keys)), is_on)


def _collect_texts(value: Any, texts: set[str]) -> None:
    """Add the texts of a JSON-able value."""
    if isinstance(value, str):
        texts.add(value)
    elif isinstance(value, dict | Mapping):
        for key, inner in value.items():
            if inner is not None and key not in _NAMES:
                _collect_texts(inner, texts)
    elif isinstance(value, list | tuple):
        for inner in value:
            _collect_texts(inner, texts)


def _swap(value: Any, shown: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return shown.get(value, value)
    if isinstance(value, dict | Mapping):
        return {key: inner if key in _NAMES else _swap(inner, shown) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_swap(inner, shown) for inner in value]
    return value


__all__ = ["Redaction", "Users", "draw_key", "hide_secrets", "make_redaction", "read_key"]
