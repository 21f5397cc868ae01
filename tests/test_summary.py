from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.events import ARROW_SCHEMA, make_table, to_frame
from minutebook.grid import make_minutes
from minutebook.sli import find_sli
from minutebook.summary import Summary, merge, pack, summarise

TABLES = ("counts", "breakdown", "trials", "failures", "templates", "coverage")


def make_events(seed: int, rows: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    times = np.sort(rng.integers(0, 600, rows)) * 1_000_000 + 1_795_424_400_000_000
    return make_table(
        {
            "time": pa.array(times).cast(pa.timestamp("us", "UTC")),
            "kind": rng.choice(["request", "log", "probe", "deploy"], rows, p=[0.7, 0.2, 0.05, 0.05]).tolist(),
            "layer": rng.choice(["proxy", "app"], rows).tolist(),
            "level": rng.choice(["info", "error", None], rows).tolist(),
            "service": rng.choice(["shop", None], rows).tolist(),
            "operation": rng.choice(["GET /a", "POST /b"], rows).tolist(),
            "status": rng.choice([200, 404, 500], rows).tolist(),
            "duration": rng.choice([0.0, 0.01, 0.25, 3.0, None], rows).tolist(),
            "user": rng.choice(["u1", "u2", "u3", None], rows).tolist(),
            "client": "192.0.2.1",
            "message": rng.choice(["took 12 ms", "took 13 ms", None], rows).tolist(),
            "source": rng.choice(["a.log", "b.log"], rows).tolist(),
            "line": pa.array(np.arange(rows) + 1 + 1000 * seed),
        },
        rows,
    )


def assert_same(one: Summary, other: Summary) -> None:
    for name in TABLES:
        left, right = getattr(one, name), getattr(other, name)
        assert left.to_pylist() == right.to_pylist(), name


@given(st.integers(0, 1000), st.integers(0, 80), st.lists(st.integers(0, 80), max_size=4))
def test_the_summary_of_the_whole_is_the_merge_of_its_parts(seed: int, rows: int, cuts: list[int]) -> None:
    events = make_events(seed, rows)
    edges = [0, *sorted(cut for cut in cuts if cut <= rows), rows]
    parts = [summarise(events[a:b]) for a, b in itertools.pairwise(edges)]
    assert_same(merge([summarise(events)]), merge(parts))


@given(st.integers(0, 1000))
def test_merging_is_associative_commutative_and_has_a_neutral_element(seed: int) -> None:
    a, b, c = (summarise(make_events(seed + i, 30)) for i in range(3))
    nothing = summarise(ARROW_SCHEMA.empty_table())
    whole = merge([a, b, c])
    assert_same(whole, merge([merge([a, b]), c]))
    assert_same(whole, merge([c, merge([b, a]), nothing]))


def test_a_message_is_counted_under_its_template_with_its_first_place() -> None:
    events = make_table(
        {
            "time": pa.array([1_795_424_400_000_000 + i for i in range(3)]).cast(pa.timestamp("us", "UTC")),
            "kind": "log", "level": "warn", "message": ["took 12 ms", "took 7 ms", "other"], "source": "a.log",
            "line": [4, 9, 12],
        },
        3,
    )  # fmt: skip
    rows = merge([summarise(events)]).templates.to_pylist()
    took = next(row for row in rows if row["count"] == 2)
    assert (took["message"], took["line"], took["last_line"]) == ("took 12 ms", 4, 9)


def test_probes_are_covered_but_not_counted() -> None:
    events = make_table(
        {"time": pa.array([0]).cast(pa.timestamp("us", "UTC")), "kind": "probe", "status": [500], "source": "a", "line": [1],
         "operation": "GET /health", "layer": "proxy"},
        1,
    )  # fmt: skip
    summary = merge([summarise(events)])
    assert summary.counts.num_rows == 0
    assert summary.coverage.to_pylist()[0]["probes"] == 1


@settings(max_examples=25)
@given(st.lists(st.sampled_from([1, 2**20, 2**29, 2**30, 2**31 - 1]), min_size=1, max_size=4))
def test_however_many_requests_one_line_stands_for_they_are_counted(times: list[int]) -> None:
    events = make_table(
        {
            "time": pa.array([1_795_424_400_000_000] * len(times)).cast(pa.timestamp("us", "UTC")),
            "kind": "request", "layer": "app", "service": "shop", "operation": "GET /a",
            "status": [500 if place % 2 else 200 for place in range(len(times))], "count": times, "source": "a.log", "line": pa.array(np.arange(len(times)) + 1),
        },
        len(times),
    )  # fmt: skip
    parts = [summarise(events[place : place + 1]) for place in range(len(times))]
    for summary in (summarise(events), merge(parts), merge([merge(parts[:1]), *parts[1:]])):
        sli = find_sli(pack(summary))
        assert sli.requests == {("shop", "GET /a"): sum(times)}
        minutes = make_minutes(sli, to_frame(ARROW_SCHEMA.empty_table()))
        assert minutes["requests"].tolist() == [sum(times)]
        assert minutes["failed"].tolist() == [sum(times[1::2])]
