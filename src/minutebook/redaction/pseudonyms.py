"""user ids → pseudonyms by a keyed hash, so that the same id stays one and nobody without the key can tell whose.

HMAC-SHA256 (RFC 2104), 80 bits of it. The key is never written. By default it's drawn from the evidence's whole
content: whoever holds that reads the ids there anyway, whoever holds the output alone can't compute it, and the same
evidence gives the same bytes on any machine. A key of one's own keeps pseudonyms the same from incident to incident.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from os import PathLike

from minutebook.errors import MinutebookError
from minutebook.machine.namedfiles import read_named

#: How every pseudonym begins.
PREFIX = "user-"
_HEX = 20
_LEAST_BYTES = 16


def make_pseudonym(key: bytes, user: str) -> str:
    """``user-`` and 20 hex digits, the same for the same id and key."""
    digest = hmac.digest(key, user.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return PREFIX + digest.hex()[:_HEX]


def draw_key(marks: Iterable[bytes]) -> bytes:
    """The key of some evidence, from each source's `sources.Reader.secret`; by chance where there's none."""
    known = sorted({mark for mark in marks if mark})
    if not known:
        return secrets.token_bytes(32)
    return hmac.digest(b"minutebook: key of pseudonyms", b"".join(known), hashlib.sha256)


def read_key(path: str | PathLike[str]) -> bytes:
    """A key of one's own: the bytes of a file, blanks at its ends apart; at least 16.

    Raises `MinutebookError` where it can't be read or is too short to be a secret.
    """
    try:
        key = read_named(path).strip()
    except OSError as error:
        raise MinutebookError(
            f"can't be read: {error.strerror}", where=str(path), do="name a file that holds a key"
        ) from error
    if len(key) < _LEAST_BYTES:
        do = f"write at least {_LEAST_BYTES} random bytes into it, such as `openssl rand -hex 32` gives"
        raise MinutebookError(f"{len(key)} bytes are no key", where=str(path), do=do)
    return hashlib.sha256(key).digest()


def name_key(key: bytes) -> str:
    """What may be told of a key: eight digits by which two of them are told apart."""
    return hmac.digest(key, b"name of this key", hashlib.sha256).hex()[:8]
