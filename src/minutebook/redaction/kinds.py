"""texts → texts in which secrets are replaced by what they are: ``[password]``, ``[e-mail]``, ``[card number]``.

Each kind is a row of one table: a sign that is cheap to look for, a pattern, and a replacement. Most texts hold none of
the signs and are returned as they are. A card number has to pass Luhn's check and an account number its own, so that
other long numbers stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

Change: TypeAlias = str | Callable[[re.Match[str]], str]

#: Keys whose value is a secret, and the kind written in its place.
_SECRET_KEYS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "password": (("pass", "pwd"), r"\w{0,24}pass(?:wor[dt]|wd|phrase|code)|(?!pwd\s?=\s?/)\w{0,24}pwd"),
    "API key": (
        ("key",),
        r"(?:\w{1,24}[_.-])?(?:api|access|auth|account|encryption|signing|private|storage|subscription)[_.-]?key",
    ),
    "secret": (
        ("secret", "credential", "signature"),
        r"(?:\w{1,24}[_.-])?(?:client[_.-]?)?secret(?:[_.-]?(?:key|access[_.-]?key|value))?|credentials?|signature|x-amz-signature",
    ),
    "token": (
        ("token",),
        r"(?:\w{1,24}[_.-])?(?:x-)?(?:access|auth|refresh|id|csrf|xsrf|bearer|session|security|api|bot|reset)?[_.-]?token",
    ),
    "session": (("sess",), r"(?:jsession|php_?sess|asp\.net_session|session|sess)[_.-]?id"),
    "one-time code": (
        ("otp", "one", "cvv", "cvc", "pin"),
        r"otp|one[_-]?time[_-]?(?:code|password)|cvv2?|cvc|pin[_-]?code",
    ),
}
#: What follows "password" in a sentence about passwords.
_SAID_OF_ONE = (
    "incorrect|invalid|wrong|expired?|required|missing|mismatch|authentication|auth|reset|changed?|empty|null|none"
    "|not|is|was|too|must|for|from|in|of|true|false|failed|failure|error|rejected|accepted|unknown|undefined|expected"
    "|unexpected|revoked|has|and|or|the|a|an|no"
)
_VALUE = r"""(?P<open>\\?["']?)(?P<value>[^\s"'\\,;&<>(){}\[\]|]+)"""

_TOKENS = "|".join(
    (
        r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}",
        r"gl(?:pat|dt|rt|ptt|ft|soat)-[\w-]{16,}",
        r"xox[abposre]-[\w-]{10,}|xapp-[\w-]{10,}",
        r"(?:sk|rk|pk)_(?:live|test)_\w{10,}|whsec_\w{16,}",
        r"sk-(?:ant-|proj-|svcacct-)?[\w-]{20,}",
        r"AIza[\w-]{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}",
        r"npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|hf_[A-Za-z0-9]{20,}|dop_v1_\w{30,}|dckr_pat_[\w-]{20,}",
        r"SG\.[\w-]{16,}\.[\w-]{16,}|shp(?:at|ca|pa|ss)_[\da-fA-F]{20,}|hvs\.[\w-]{20,}|PMAK-[\da-f-]{20,}",
    )
)


def _name_value(kind: str) -> Change:
    return lambda found: found[0][: found.start("value") - found.start()] + f"[{kind}]"


def _name_card(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    return "[card number]" if _is_card(digits) else found[0]


def _is_card(digits: str) -> bool:
    """Whether a number has an issuer's prefix and length, and passes Luhn's check."""
    issued = (
        (r"4", (13, 16, 19)),
        (r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", (16,)),
        (r"3[47]", (15,)),
        (r"6011|65|64[4-9]|35(?:2[89]|[3-8])|62|50|5[6-9]|6[0379]", (16, 17, 18, 19)),
        (r"30[0-5]|3[689]", (14, 16, 19)),
    )
    if not any(len(digits) in lengths and re.match(start, digits) for start, lengths in issued):
        return False
    doubled = (sum(divmod(2 * int(d), 10)) if place % 2 else int(d) for place, d in enumerate(reversed(digits)))
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _name_account(found: re.Match[str]) -> str:
    packed = found[0].replace(" ", "")
    number = "".join(str(int(c, 36)) for c in packed[4:] + packed[:4])
    return "[bank account]" if 15 <= len(packed) <= 34 and int(number) % 97 == 1 else found[0]


def _by_key(kind: str, signs: tuple[str, ...], keys: str) -> tuple[tuple[tuple[str, ...], str, Change], ...]:
    """The pattern of a secret with its key: ``key=…``, ``"key": "…"``, and ``key: …`` unless it's a sentence."""
    name = rf"(?i:(?<![A-Za-z])(?:{keys}))"
    return (
        (signs, rf"""{name}\\?["']?\s?(?:=>?|%3[dD])\s?{_VALUE}""", _name_value(kind)),
        (signs, rf"""{name}["']\s*:\s*(?P<quote>["'])(?P<value>(?:(?!(?P=quote))[^\\]|\\.)+)""", _name_value(kind)),
        (signs, rf"""{name}\\["']\s*:\s*\\["'](?P<value>[^"'\\]+)""", _name_value(kind)),
        (signs, rf"""{name}\s?:\s?(?P<open>["']?)(?!(?i:{_SAID_OF_ONE})\b|\[)(?P<value>[^\s"',;&<>(){{}}\[\]|]{{3,}})""",
         _name_value(kind)),
    )  # fmt: skip


_TOKEN_SIGNS = (
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "glrt-", "glptt-", "glft-", "glsoat-", "xox", "xapp-", "_live_", "_test_",
    "whsec_", "sk-", "aiza", "ya29.", "gocspx-", "npm_", "pypi-", "hf_", "dop_v1_", "dckr_pat_", "sg.", "shpat", "shpca", "shppa", "shpss", "hvs.", "pmak-",
)  # fmt: skip
#: A sign that isn't literal: this many digits.
_DIGITS = r"\d(?:[ -]?\d){12}"

#: (signs of which one must be there, in lower case; the pattern; its replacement), in this order. Few texts need any
#: pattern, so each is compiled on first use.
_KINDS: tuple[tuple[tuple[str, ...], str, Change], ...] = (
    (("-----begin",), r"-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----[\s\S]{0,20000}?(?:-----END [A-Z ]{0,24}PRIVATE KEY-----|\Z)", "[private key]"),
    (("eyj",), r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*){0,4}", "[token]"),
    (("akia", "asia", "abia", "acca", "aroa", "aida"), r"\b(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}\b", "[AWS key]"),
    (_TOKEN_SIGNS, rf"(?<![A-Za-z0-9])(?:{_TOKENS})", "[token]"),
    (("hooks",), r"(?i:https://hooks\.slack\.com/(?:services|workflows)/)(?P<value>[\w/]+)", _name_value("token")),
    (("cookie",), r"(?i:(?<![A-Za-z_])(?:set-)?cookie[\"']?\s?[:=]\s?[\"']?)(?P<value>[^\s\"'\[][^\"'\n]*)", _name_value("session")),
    (("authorization",), r"(?i:authorization[\"']?\s?[:=]\s?[\"']?(?:\w+ +(?!\[))?)(?P<value>[\w.~+/=-]{6,})(?! +\[)", _name_value("token")),
    (("bearer", "basic", "digest", "authorization"), r"(?i:\b(?:bearer|basic|digest)|\bauthorization: ?token) +(?P<value>(?=[\w.~+/-]*[\d=+/_.-])[\w.~+/-]{8,}=*)", _name_value("token")),
    (("://",), r"(?i:\b[a-z][a-z\d+.-]{0,24})://(?P<value>[^\s/@:\"']{0,200}:[^\s/@\"']{1,200}(?:@[^\s/@\"']{1,200}){0,4})(?=@)", _name_value("password")),
    *(row for kind, (signs, keys) in _SECRET_KEYS.items() for row in _by_key(kind, signs, keys)),
    (("@", "%40"), r"(?<![\w.+-])[\w.+'-]{1,64}(?:@|%40)(?:[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?\.)+[A-Za-z]{2,24}(?![\w-])", "[e-mail]"),
    ((), r"(?<![\w.-])(?:\d{13,19}|\d{4}(?P<by>[ -])\d{4}(?P=by)\d{4}(?P=by)\d{1,7}|\d{4}[ -]\d{6}[ -]\d{4,5})(?![\w-]|[.]\d)", _name_card),
    ((), r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _name_account),
)  # fmt: skip

#: Any sign of a secret as one RE2 expression: whole columns are tried on it before any text is looked at.
ANY_SIGN = "|".join(
    [
        f"(?i:{'|'.join(re.escape(sign) for signs, _, _ in _KINDS for sign in signs)})",
        _DIGITS,
        r"[A-Z]{2}\d{2} ?[A-Z0-9]{4}",
    ]
)
_LONG_NUMBER = re.compile(rf"{_DIGITS}|[A-Z]{{2}}\d{{2}} ?[A-Z0-9]{{4}}")


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def hide_secrets(text: str) -> str:
    """The text with the kind of each secret where the secret stood."""
    lower, has_number = text.lower(), bool(_LONG_NUMBER.search(text))
    for signs, pattern, change in _KINDS:
        if any(sign in lower for sign in signs) or (not signs and has_number):
            text = _compile(pattern).sub(change, text)
    return text
