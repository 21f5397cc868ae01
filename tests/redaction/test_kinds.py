"""Secrets become their kinds, wherever they hide; what only looks like one stays."""

from __future__ import annotations

import pytest

from minutebook.redaction.kinds import ANY_SIGN, hide_secrets

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_123"
AWS = "AKIA" + "IOSFODNN7EXAMPLE"

SECRETS = {
    "password=hunter2 ok": "password=[password] ok",
    "db_passwd: s3cr3t!": "db_passwd: [password]",
    """{"password": "a b'c", "x": 1}""": """{"password": "[password]", "x": 1}""",
    '{\\"password\\":\\"hunter2\\"}': '{\\"password\\":\\"[password]\\"}',
    "postgres://app:pa55@db:5432/x": "postgres://[password]@db:5432/x",
    "Authorization: Bearer abcdef123456": "Authorization: Bearer [token]",
    "authorization=Basic dXNlcjpwYXNz": "authorization=Basic [token]",
    "sent Bearer abcdef123456 along": "sent Bearer [token] along",
    "GET /reset?token=abc123&x=1": "GET /reset?token=[token]&x=1",
    f"seen {JWT} twice": "seen [token] twice",
    "ghp_" + "a1B2" * 9: "[token]",
    "using xoxb-" + "123456789012-abcdef": "using [token]",
    f"{AWS} may not": "[AWS key] may not",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MD": "aws_secret_access_key = [API key]",
    "Cookie: a=b; c=d": "Cookie: [session]",
    "session_id=9f8a7b": "session_id=[session]",
    "mail to bob.o'neil@example.co.uk failed": "mail to [e-mail] failed",
    "q=bob%40example.com&x": "q=[e-mail]&x",
    "card 4111 1111 1111 1111 declined": "card [card number] declined",
    "pan=378282246310005": "pan=[card number]",
    "paid from DE89 3704 0044 0532 0130 00": "paid from [bank account]",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIx\n-----END RSA PRIVATE KEY-----\nnext": "[private key]\nnext",
}
PLAIN = (
    "login failed: password incorrect", "Password: invalid", "invalid token: expected 3", "unexpected token: }",
    "token_count=12", "passwordless login 12", "primary key: id", "key=abc", "monkey: 123abc",
    "no connection from pool payments-db within 1200 ms (in use 20/20, waiting 29)",
    "4111 1111 1111 1112", "ts=1795425000000000000", "trace 4111111111111111ab", "deploy@host", "user@10.0.0.1",
    "http://host:8080/a@b", "2026-11-23 09:08:04.120 4567",
)  # fmt: skip


@pytest.mark.parametrize("text", SECRETS, ids=range(len(SECRETS)))
def test_a_secret_is_replaced_by_its_kind(text: str) -> None:
    assert hide_secrets(text) == SECRETS[text]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays(text: str) -> None:
    assert hide_secrets(text) == text


@pytest.mark.parametrize("text", SECRETS.values())
def test_hiding_twice_changes_nothing_more(text: str) -> None:
    assert hide_secrets(text) == text


def test_the_sign_that_a_column_is_asked_for_misses_no_secret() -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    assert pc.all(pc.match_substring_regex(pa.array(list(SECRETS)), ANY_SIGN)).as_py()
