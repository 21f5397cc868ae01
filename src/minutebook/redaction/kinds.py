"""texts → texts in which secrets are replaced by what they are: ``[password]``, ``[e-mail]``, ``[card number]``.

Each kind is a row of one table: a sign that is cheap to look for, a pattern, and what stands for it. Most texts
hold none of the signs and are given back as they came. A card number has to pass Luhn's check, an account number
its own, so that other long numbers stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

Change: TypeAlias = str | Callable[[re.Match[str]], str]

#: Keys whose value is a secret, and the kind that is written for it.
_SECRET_KEYS: Mapping[str, str] = {
    "password": r"\w*pass(?:wor[dt]|wd|phrase|code)|(?!pwd\s?=\s?/)\w*pwd",
    "API key": r"(?:\w+[_.-])?(?:api|access|auth|account|encryption|signing|private|storage|subscription)[_.-]?key",
    "secret": r"(?:\w+[_.-])?(?:client[_.-]?)?secret(?:[_.-]?(?:key|access[_.-]?key|value))?|credentials?|signature|x-amz-signature",
    "token": r"(?:\w+[_.-])?(?:x-)?(?:access|auth|refresh|id|csrf|xsrf|bearer|session|security|api|bot|reset)?[_.-]?token",
    "session": r"(?:jsession|php_?sess|asp\.net_session|session|sess)[_.-]?id",
    "one-time code": r"otp|one[_-]?time[_-]?(?:code|password)|cvv2?|cvc|pin[_-]?code",
}
#: What stands behind "password" in a sentence about passwords.
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
    """Whether an issuer gives out such numbers, by how they begin and their length, and Luhn's check holds."""
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


def _by_key(kind: str, keys: str) -> tuple[tuple[str, str, Change], ...]:
    """A secret told by its key: ``key=…``, ``"key": "…"``, and ``key: …`` unless it's a sentence."""
    name = rf"(?i:(?<![A-Za-z])(?:{keys}))"
    sign = f"(?i:{keys})"
    return (
        (sign, rf"""{name}\\?["']?\s?(?:=>?|%3[dD])\s?{_VALUE}""", _name_value(kind)),
        (sign, rf"""{name}["']\s*:\s*(?P<quote>["'])(?P<value>(?:(?!(?P=quote))[^\\]|\\.)+)""", _name_value(kind)),
        (sign, rf"""{name}\\["']\s*:\s*\\["'](?P<value>[^"'\\]+)""", _name_value(kind)),
        (sign, rf"""{name}\s?:\s?(?P<open>["']?)(?!(?i:{_SAID_OF_ONE})\b|\[)(?P<value>[^\s"',;&<>(){{}}\[\]|]{{3,}})""",
         _name_value(kind)),
    )  # fmt: skip


#: (a sign that must be there, the pattern, what stands for it), in this order.
_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str], Change], ...] = tuple(
    (re.compile(sign), re.compile(pattern), change)
    for sign, pattern, change in (
        ("-----BEGIN", r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", "[private key]"),
        ("eyJ", r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)*", "[token]"),
        (r"A[KSRGIN][IOP][AD]|ABIA|ACCA", r"\b(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}\b", "[AWS key]"),
        (r"[-_.]|AIza", rf"(?<![A-Za-z0-9])(?:{_TOKENS})", "[token]"),
        ("(?i:hooks)", r"(?i:https://hooks\.slack\.com/(?:services|workflows)/)(?P<value>[\w/]+)", _name_value("token")),
        ("(?i:cookie)", r"(?i:(?<![A-Za-z_])(?:set-)?cookie[\"']?\s?[:=]\s?[\"']?)(?P<value>[^\s\"'\[][^\"'\n]*)", _name_value("session")),
        ("(?i:authorization)", r"(?i:authorization[\"']?\s?[:=]\s?[\"']?(?:\w+ +(?!\[))?)(?P<value>[\w.~+/=-]{6,})(?! +\[)", _name_value("token")),
        ("(?i:bearer|basic|digest|token)", r"(?i:\b(?:bearer|basic|digest)|\bauthorization: ?token) +(?P<value>(?=[\w.~+/-]*[\d=+/_.-])[\w.~+/-]{8,}=*)", _name_value("token")),
        ("://", r"(?i:\b[a-z][a-z\d+.-]*)://(?P<value>[^\s/@:\"']*:[^\s/@\"']+(?:@[^\s/@\"']+)*)(?=@)", _name_value("password")),
        *(row for kind, keys in _SECRET_KEYS.items() for row in _by_key(kind, keys)),
        ("@|%40", r"(?<![\w.+-])[\w.+'-]{1,64}(?:@|%40)(?:[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?\.)+[A-Za-z]{2,24}(?![\w-])", "[e-mail]"),
        (r"\d{4}", r"(?<![\w.-])(?:\d{13,19}|\d{4}(?P<by>[ -])\d{4}(?P=by)\d{4}(?P=by)\d{1,7}|\d{4}[ -]\d{6}[ -]\d{4,5})(?![\w-]|[.]\d)", _name_card),
        (r"[A-Z]{2}\d{2}", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _name_account),
    )
)  # fmt: skip

#: Some sign of any secret, in RE2's words: what a whole column is asked before a text is looked at.
ANY_SIGN = (
    r"(?i)@|%40|://|eyJ|-----BEGIN|pass|pwd|key|secret|token|credential|signature|cookie|sess(?:ion)?[_.-]?id|otp|one.?time|cvv|cvc|pin.?code"
    r"|bearer|basic |digest |A[KSRGIN][IOP][AD][A-Z0-9]{16}|gh[pousr]_|github_pat|gl[a-z]+-|xox|xapp-|[srp]k_(?:live|test)|whsec_|sk-|AIza|ya29|GOCSPX"
    r"|npm_|pypi-|hf_|dop_v1|dckr_|SG\.|shp|hvs\.|PMAK|\d(?:[ -]?\d){12}|[A-Z]{2}\d{2} ?[A-Z0-9]{4}"
)


def hide_secrets(text: str) -> str:
    """The text with the kind of each secret where the secret stood."""
    for sign, pattern, change in _KINDS:
        if sign.search(text):
            text = pattern.sub(change, text)
    return text
