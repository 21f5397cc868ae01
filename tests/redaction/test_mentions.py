"""Users in texts: an id that can't be mistaken anywhere, a number or a word only where the text says whose it is."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

import minutebook as mb
from minutebook.errors import MinutebookError
from minutebook.redaction import draw_key, make_redaction, read_key

IDS = ["u-48213", "alice", "42", "payments", "John Smith", "1002003"]
HIDES = make_redaction(b"k" * 32, [pa.chunked_array([IDS])], words=["shop"], keys=["ctx.seat"])
OF = {each: HIDES.hide_users(pd.Series([each], dtype="str")).iloc[0] for each in [*IDS, "bob", "t9", "998"]}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cart of u-48213 expired", f"cart of {OF['u-48213']} expired"),
        ("alice paid, John Smith didn't", f"{OF['alice']} paid, {OF['John Smith']} didn't"),
        ("order of 1002003", f"order of {OF['1002003']}"),
        ("user=42 failed, 42 left", f"user={OF['42']} failed, 42 left"),
        ("uid=998 failed", f"uid={OF['998']} failed"),
        ("user 42 gave up", f"user {OF['42']} gave up"),
        ("payments is down for user=payments", f"payments is down for user={OF['payments']}"),
        ("user=bob client=10.0.0.1", f"user={OF['bob']} client=10.0.0.1"),
        ('{"user_id":42,"seat":"t9"}', f'{{"user_id":"{OF["42"]}","seat":"{OF["t9"]}"}}'),
        (
            '10.0.0.1 - 42 [23/Nov/2026:09:00:00 +0000] "GET /"',
            f'10.0.0.1 - {OF["42"]} [23/Nov/2026:09:00:00 +0000] "GET /"',
        ),
    ],
)
def test_a_user_in_a_text_is_a_pseudonym(text: str, shown: str) -> None:
    assert HIDES.hide_text(text) == shown
    assert HIDES.hide_text(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "42 items", "shop failed", "payments down", "user: not found", "users=12", "user-agent: x", "user=deployer A",
        "Out of memory: Killed process 838 (java) total-vm:912kB, UID:998 pgtables:42kB oom_score_adj:0",
        "authentication failure; logname= uid=998 euid=0 tty=ssh", "task=java,pid=838,uid=42",
    ],
)  # fmt: skip
def test_words_and_numbers_that_are_nobody_stay(text: str) -> None:
    assert HIDES.hide_text(text) == text


def test_distinct_ids_stay_distinct_and_equal_ones_equal() -> None:
    ids = pd.Series([f"u{n % 5000}" for n in range(20_000)] + [None, "-"], dtype="str")
    shown = HIDES.hide_users(ids)
    assert shown.nunique() == ids.nunique()
    assert (shown.groupby(ids).nunique() == 1).all()
    assert shown.isna().sum() == 1 and shown.iloc[-1] == "-"
    assert not set(shown.iloc[:5000]) & set(ids)


def test_another_key_gives_other_pseudonyms(tmp_path) -> None:
    (tmp_path / "a.key").write_text("0123456789abcdef\n")
    key = read_key(tmp_path / "a.key")
    other = make_redaction(key, [pa.chunked_array([IDS])])
    assert other.hide_text("u-48213") != HIDES.hide_text("u-48213")
    assert other.key_name != HIDES.key_name
    (tmp_path / "short.key").write_text("secret\n")
    with pytest.raises(MinutebookError, match=r"short\.key: 6 bytes are no key"):
        read_key(tmp_path / "short.key")


def test_a_key_is_drawn_from_all_of_the_evidence_in_any_order() -> None:
    assert draw_key([b"a", b"b"]) == draw_key([b"b", b"a", b"a"]) != draw_key([b"a"])
    assert draw_key([]) != draw_key([])


def test_a_frame_of_ones_own_is_redacted_alike_every_time() -> None:
    events = pd.DataFrame(
        {
            "time": pd.to_datetime(["2026-11-23T09:00Z", "2026-11-23T09:01Z"]).as_unit("us"),
            "kind": ["log", "deploy"],
            "user": ["u-48213", None],
            "actor": [None, "zoe"],
            "message": ["u-48213 sent password=hunter2", "zoe deploys"],
            "fields": ['{"mail": "zoe@example.com"}', None],
        }
    )
    shown, again = mb.redact(events), mb.redact(events)
    pd.testing.assert_frame_equal(shown, again)
    assert "u-48213" not in shown.to_csv() and "hunter2" not in shown.to_csv() and "zoe" not in shown.to_csv()
    assert shown["message"].tolist()[1] == "deployer A deploys"


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "@",
        "1 ",
        "a.b@",
        "eyJ",
        "https://",
        "key=",
        "password: ",
        "a_",
        "user ",
        "\\",
        "AB12",
        '"password":"',
        "- ",
    ],
)
def test_a_text_of_any_length_takes_time_in_proportion(part: str) -> None:
    # Quadratic patterns would take minutes here.
    assert HIDES.hide_text(part * 20_000 + "\nend")
