"""Trials in memory and in files are the same, however many parts they come in."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from minutebook.events import make_table
from minutebook.sli.trials import Trials
from minutebook.summary import merge, merge_trials, summarise, trialstore
from minutebook.summary.trialstore import StoredTrials, TrialStore


def make_parts(count: int, rows: int) -> list[pa.Table]:
    """Parts that overlap by half of their minutes: of hosts that wrote at once, and of one log's batches."""
    parts = []
    for number in range(count):
        rng = np.random.default_rng(number)
        at_s = np.sort(rng.integers(number * 300, number * 300 + 600, rows))
        events = {
            "time": pa.array(at_s * 1_000_000 + 1_795_424_400_000_000).cast(pa.timestamp("us", "UTC")),
            "kind": "request", "layer": "proxy", "service": "shop", "status": rng.choice([200, 500], rows).tolist(),
            "operation": rng.choice(["GET /a", "GET /b"], rows).tolist(), "source": "a.log",
            "user": [f"u{n}" for n in rng.integers(0, 40, rows)], "line": pa.array(np.arange(rows)),
        }  # fmt: skip
        parts.append(summarise(make_table(events, rows)).trials)
    return parts


def read_rows(trials: Trials) -> pd.DataFrame:
    rows = pd.concat(list(trials.rows()), ignore_index=True)
    return rows.astype(dict.fromkeys(rows.columns[rows.dtypes == "category"], "str"))


def keep(parts: list[pa.Table], memory_bytes: int) -> pa.Table | StoredTrials:
    store = TrialStore(merge_trials, memory_bytes)
    for part in parts:
        store.add(part)
    return store.finish()


def as_trials(kept: pa.Table | StoredTrials) -> Trials:
    return Trials.of_summary(dataclasses.replace(merge([]), trials=kept))


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trialstore, "_PIECE_ROWS", 500)


@pytest.mark.parametrize("memory_bytes", [0, 20_000])
@pytest.mark.usefixtures("small_pieces")
def test_trials_in_files_are_those_in_memory(memory_bytes: int) -> None:
    parts = make_parts(8, 400)
    kept = keep(parts, memory_bytes)
    assert isinstance(kept, StoredTrials)
    assert len(list(kept)) > 2
    whole, stored = as_trials(keep(parts, 1 << 30)), as_trials(kept)
    pd.testing.assert_frame_equal(read_rows(stored), read_rows(whole))
    assert [set(rows.columns) for rows in stored.rows("user", "longest_s")] == [{"user", "longest_s"}] * len(list(kept))
    minutes = read_rows(whole)["minute"]
    for first, last in ((minutes.min(), minutes.min()), (minutes.min() + 7, minutes.min() + 19), (0, 1)):
        columns = ["minute", "operation", "user", "requests", "bad"]
        ours, theirs = (
            trials.between(first, last)[columns].astype("str").reset_index(drop=True) for trials in (stored, whole)
        )
        pd.testing.assert_frame_equal(ours, theirs)


@pytest.mark.usefixtures("small_pieces")
def test_further_trials_are_added_to_those_in_files_too() -> None:
    parts = make_parts(8, 400)
    more = pd.DataFrame({"minute": [29_923_740, 29_923_790], "service": "shop", "operation": "GET /a", "user": ["u1", "new"],
                         "client": None, "requests": 1, "bad": 1, "first_bad": 1.795e15, "last_bad": 1.795e15})  # fmt: skip
    added = [
        read_rows(as_trials(keep(parts, memory)).change(lambda rows: rows.drop(columns="layer")).add(more))
        for memory in (0, 1 << 30)
    ]
    pd.testing.assert_frame_equal(*added)
    assert added[0]["bad"].sum() == sum(part.column("bad").to_numpy().sum() for part in parts) + 2


def test_files_are_gone_with_the_trials() -> None:
    kept = keep(make_parts(3, 100), 0)
    assert isinstance(kept, StoredTrials)
    trials = as_trials(kept)
    folder = next(iter(kept)).path.parent
    del kept
    assert len(trials) > 100
    del trials
    assert not folder.exists()
