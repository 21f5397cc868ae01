"""texts and the user ids of the evidence → where the texts name a user.

An id that can't be mistaken (``u-48213``, an address, a long number) is found wherever it stands. A short number or a
plain word, which might as well be a count or a service, is only taken for a user where the text says so: after a key
such as ``user=``, or where an access log has its user.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

#: Keys whose value is a user, whoever it is.
_KEYS = (
    r"(?:[\w.-]{0,40}[_.-])?(?:user|usr|customer|client|account|member|subscriber|tenant|buyer|owner|principal"
    r"|login|uid|suid|auid)"
    r"(?:[_.-]?(?:id|name|no|number|uuid|key))?|remote[_-]?user|enduser(?:\.id)?|x-user(?:-id)?|sub"
)
#: Keys like these whose value is no user.
_NO_USERS = r"client|account|owner|principal|sub|client[_.-]?(?:name|key)|account[_.-]?key|owner[_.-]?name"
#: Who runs a process, by the kernel's, PAM's and auditd's lines: an account of the machine, no user of the service.
_OF_A_PROCESS = re.compile(r"(?i)\b(?:euid|gid|egid|ppid|pid)=\d|\bkilled process \d")
#: Values of such keys that mean nobody.
_NOBODY = frozenset(
    ("0", "true", "false", "null", "nil", "none", "unknown", "anonymous", "guest", "root", "admin", "system", "nobody", "n/a",
     "deployer", "responder", "author")
)  # fmt: skip
_TOKEN = re.compile(r"[\w@](?:[\w.@+~-]{0,200}\w)?")
#: Common words of logs, which stay as they are even if a user is called so.
_WORD_LIST = """
access active admin alert anonymous application auth backend cache cancelled canary checkout client closed cluster config
connect connection container control cookie cron daemon data database debug default delete denied deploy disk down edge
email error event exception failed failure fatal fetch file from gateway guest health host http https info internal invalid
items job kernel limit load local login logout mail main master memory message metrics monitor mysql network nginx nobody
none null offline online operator order orders payment payments pending ping pool port postgres primary process prod
production proxy query queue read ready redis refused reject reload remote replica report request reset response retry root
route search secondary secret server service session shop shutdown slow socket staging start started status stop storage
success support sync system target task test thread timeout token trace traffic unknown update upload upstream user users
version waiting warn warning web with worker write zone
"""
_MOST_ODD = 100_000
_WORDS = frozenset(_WORD_LIST.split())


class Mentioned(NamedTuple):
    """Users in some texts: each word that is an id → whether it is one wherever it stands; and ids of several words."""

    words: Mapping[str, bool]
    odd: re.Pattern[str] | None


class Users:
    """The user ids in the evidence, and the words that are no user in a text even if one is called so.

    Of each id a hash is kept: eight bytes, whatever its length, and ten million ids may be known. With as many, a word
    is taken for one of them by chance once in 10¹² words.
    """

    def __init__(
        self, ids: Iterable[pa.Array | pa.ChunkedArray], words: Collection[str] = (), keys: Collection[str] = ()
    ) -> None:
        self._words = {word.casefold() for word in words} | _WORDS
        named = "|".join([_KEYS, *(re.escape(key.rpartition(".")[2]) for key in keys if key)])
        self._told = re.compile(
            rf"""(?i)(?<![\w-])(?P<key>{named})(?:\\?["']\s?[:=]\s?\\?["']?|=\\?["']?|:\s?(?=[\w.@+-]{{0,200}}\d)|\s(?=[\w.@+-]{{0,200}}\d)\#?|\s["'](?=\w))"""
            r"(?P<id>[\w@](?:[\w.@+~|-]{0,200}\w)?)"
        )
        self._place = re.compile(r"(?m)^(?:\S+ )?\S+ \S+ (?P<id>[^\s\[\]\"]+) (?=\[\d\d/[A-Z][a-z]{2}/\d{4}:)")
        self._account = re.compile(
            r"(?:\bfor (?:(?:invalid|unknown|illegal) )?user |\b(?i:invalid|unknown|illegal) user |(?:/home"
            r"|/Users)/)(?P<id>[\w@][\w.@+-]*)"
            r"|\b(?:password|publickey|keyboard-interactive/pam|log[io]n|session"
            r"|auth\w*) (?:[a-z]+ ){0,2}?for (?P<let>[\w@][\w.@+-]*)(?= from )"
            r"|^\s*(?P<who>[\w.-]+)(?= : (?:TTY|PWD|\d+ incorrect))"
        )
        self._hashes = np.empty(0, np.uint64)  #: sorted
        #: Ids that are more than one word, such as names.
        self._odd: dict[str, None] = {}
        more: list[np.ndarray] = []
        for column in ids:
            known = pc.unique(column).cast(pa.string()).drop_null()
            is_odd = pc.and_(pc.match_substring_regex(known, r"[^\w.@+~-]"), pc.greater_equal(pc.utf8_length(known), 5))
            self._odd |= dict.fromkeys(known.filter(is_odd).to_pylist()[: _MOST_ODD - len(self._odd)])
            hashes = _hash(known)
            more.append(hashes[~self._knows(hashes)])
            if sum(map(len, more)) > len(self._hashes):
                self._hashes, more = _sort(np.concatenate([self._hashes, *more])), []
        self._hashes = _sort(np.concatenate([self._hashes, *more]))

    def _knows(self, hashes: np.ndarray) -> np.ndarray:
        if not len(self._hashes):
            return np.zeros(len(hashes), bool)
        place = np.searchsorted(self._hashes, hashes)
        return self._hashes[np.minimum(place, len(self._hashes) - 1)] == hashes

    def find_known(self, texts: Sequence[str]) -> Mentioned:
        """Which user ids are in the texts, and how each may be recognised there."""
        tokens = {token for text in texts for token in _TOKEN.findall(text)}
        if not tokens or not len(self._hashes):
            return Mentioned({}, None)
        listed = sorted(tokens)
        is_known = self._knows(_hash(pa.array(listed, pa.string())))
        words = {listed[place]: self._is_distinct(listed[place]) for place in np.flatnonzero(is_known)}
        whole = "\n".join(texts) if self._odd else ""
        odd = sorted((each for each in self._odd if each in whole), key=lambda each: (-len(each), each))
        return Mentioned(words, re.compile("|".join(map(re.escape, odd))) if odd else None)

    def _is_distinct(self, token: str) -> bool:
        if token.isdigit():
            return len(token) >= 7
        if any(each.isdigit() for each in token) or "@" in token:
            return len(token) >= 4
        return len(token) >= 4 and token.casefold() not in self._words

    def replace(self, text: str, known: Mentioned, names: Mapping[str, str]) -> str:
        """The text, with each user that it names replaced by the pseudonym in ``names``."""

        is_of_process = _OF_A_PROCESS.search(text) is not None

        def say(found: re.Match[str]) -> str:
            key, user = found.groupdict().get("key"), found["id"]
            if is_of_process and key is not None and key.casefold() == "uid":
                return found[0]
            is_user = user in known.words or (key is not None and not re.fullmatch(_NO_USERS, key, re.IGNORECASE))
            if not is_user or user == "-" or user.casefold() in _NOBODY:
                return found[0]
            before, after = found[0][: found.start("id") - found.start()], found[0][found.end("id") - found.start() :]
            # A number in JSON becomes a text.
            quote = '"' if re.search(r'"\s?:\s?$', before) else ""
            return f"{before}{quote}{names[user]}{quote}{after}"

        def say_account(found: re.Match[str]) -> str:
            user = found["id"] or found["let"] or found["who"]
            if user.casefold() in _NOBODY or user.casefold() in self._words:
                return found[0]
            return found[0][: len(found[0]) - len(user)] + names[user]

        if known.odd is not None:
            text = known.odd.sub(lambda found: names[found[0]], text)
        text = self._account.sub(say_account, self._place.sub(say, self._told.sub(say, text)))
        if any(known.words.values()):
            text = _TOKEN.sub(lambda found: names[found[0]] if known.words.get(found[0]) else found[0], text)
        return text


def _sort(hashes: np.ndarray) -> np.ndarray:
    """The distinct ones in order. (`np.unique` looks each up in a table first: of millions, that takes ten times as long.)"""
    ordered = np.sort(hashes)
    is_new = np.ones(len(ordered), bool)
    is_new[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_new]


def _hash(texts: pa.Array) -> np.ndarray:
    """uint64 of each text (SipHash)."""
    return pd.util.hash_array(texts.to_numpy(zero_copy_only=False), categorize=False)
