"""Whoever the users are: pseudonyms are as many, the same one for the same user in each output, and nobody's id."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minutebook as mb
from minutebook.settings.config import Config

USERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda user: user.strip(" -")
)


def frame_of(users: list[str | None]) -> pd.DataFrame:
    times = pd.to_datetime("2026-11-23T09:00:00Z") + pd.to_timedelta(range(len(users)), unit="s")
    return pd.DataFrame({"time": times, "kind": "log", "message": "sold", "user": pd.array(users, "str")})


@settings(max_examples=25)
@given(st.lists(USERS | st.none() | st.sampled_from(["ada", "bob", "user-1", "ADA"]), min_size=1, max_size=30))
def test_redaction_renames_users_one_to_one(users: list[str | None]) -> None:
    shown = mb.redact(frame_of(users))["user"].tolist()
    pairs = {(user, name) for user, name in zip(users, shown, strict=True) if user is not None}
    known = {user for user in users if user is not None}
    assert len(pairs) == len(known) == len({name for _, name in pairs})
    assert [pd.isna(name) for name in shown] == [user is None for user in users]
    assert not known & {name for _, name in pairs}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("key")


@settings(max_examples=10)
@given(st.lists(USERS, min_size=1, max_size=8, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_events_gives_nobody_another_name(place: Path, users: list[str], chance: object) -> None:
    (place / "key").write_bytes(b"a key of one's own, for tests")
    keyed = Config(key=str(place / "key"))
    events = frame_of([*users, *users])
    mixed = events.sample(frac=1, random_state=chance.randrange(2**32)).reset_index(drop=True)  # type: ignore[attr-defined]
    names = [dict(zip(frame["user"], mb.redact(frame, config=keyed)["user"], strict=True)) for frame in (events, mixed)]
    assert names[0] == names[1]
