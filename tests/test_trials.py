"""Trials in memory and in files are the same, however many parts they come in."""

from __future__ import annotations

import dataclasses
import itertools
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.events import make_table
from minutebook.sli.trials import Trials
from minutebook.summary import merge, merge_trials, summarise, trialstore
from minutebook.summary.trialstore import StoredTrials, TrialStore


def make_parts(count: int, rows: int) -> list[pa.Table]:
    """Parts that overlap by half of their minutes: of hosts that wrote at once, and of one log's batches."""
    return [make_part(number, number * 300, 600, rows) for number in range(count)]


def make_part(seed: int, first_s: int, span_s: int, rows: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    at_s = np.sort(rng.integers(first_s, first_s + span_s, rows))
    events = {
        "time": pa.array(at_s * 1_000_000 + 1_795_424_400_000_000).cast(pa.timestamp("us", "UTC")),
        "kind": "request", "layer": "proxy", "service": "shop", "status": rng.choice([200, 500], rows).tolist(),
        "operation": rng.choice(["GET /a", "GET /b"], rows).tolist(), "source": "a.log",
        "user": [f"u{n}" for n in rng.integers(0, 40, rows)], "line": pa.array(np.arange(rows)),
    }  # fmt: skip
    trials = summarise(make_table(events, rows)).trials
    assert isinstance(trials, pa.Table)
    return trials


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


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(1, 6), st.sampled_from([0, 1, 30, 200])), min_size=1, max_size=7
    ),
    st.sampled_from([0, 3_000, 12_000]),
    st.sampled_from([1, 60, 100_000]),
)
@settings(max_examples=60)
def test_however_parts_overlap_their_trials_in_files_are_those_in_memory(
    parts: list[tuple[int, int, int]], memory_bytes: int, piece_rows: int
) -> None:
    tables = [make_part(place, first * 60, minutes * 60, rows) for place, (first, minutes, rows) in enumerate(parts)]
    with mock.patch.object(trialstore, "_PIECE_ROWS", piece_rows):
        kept = keep(tables, memory_bytes)
    stored, whole = (read_rows(as_trials(each)) for each in (kept, keep(tables, 1 << 30)))
    pd.testing.assert_frame_equal(stored, whole, check_dtype=False)  # a piece without a null has integers
    if isinstance(kept, StoredTrials):
        ends = [(piece.first, piece.last) for piece in kept]
        assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))


@pytest.mark.usefixtures("small_pieces")
def test_pieces_that_are_by_themselves_are_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    write = trialstore.write_table
    monkeypatch.setattr(trialstore, "write_table", lambda table, path: (written.append(len(table)), write(table, path)))
    parts = [
        make_part(number, number * 130, 130, 400) for number in range(8)
    ]  # one log's batches: they end in mid-minute
    kept = keep(parts, 20_000)
    assert isinstance(kept, StoredTrials)
    assert sum(written) == len(as_trials(kept))


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
