"""user ids → pseudonyms by a keyed hash: one id has one pseudonym, which nobody can trace back without the key.

HMAC-SHA256 (RFC 2104), 80 bits of it. The key is never written. By default it's drawn from the evidence's whole
content: whoever has that can read the ids there anyway, whoever has only the output can't compute the key, and the same
evidence gives the same bytes on any machine. With a key of your own, pseudonyms stay the same from incident to incident.
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
    """The key of some evidence, from each source's `contents.Reader.secret`; a random one where there's none."""
    known = sorted({mark for mark in marks if mark})
    if not known:
        return secrets.token_bytes(32)
    return hmac.digest(b"minutebook: key of pseudonyms", b"".join(known), hashlib.sha256)


def read_key(path: str | PathLike[str]) -> bytes:
    """A key of the user's own: the bytes of a file, without blanks at its ends; at least 16.

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
    """What may be shown of a key: eight digits, to tell two keys apart."""
    return hmac.digest(key, b"name of this key", hashlib.sha256).hex()[:8]
