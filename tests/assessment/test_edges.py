"""Edges of stretches in which each failure and each success speaks as plainly as the one before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from evidence import START, breaking, requests

import minutebook as mb
from minutebook.assessment.edges import find_edge

MINUTE = 60_000_000


def place(
    bad_s: list[float], good_s: list[float], *, is_start: bool, bounds: tuple[int, int] = (20, 40)
) -> list[float]:
    """The edge of a stretch of those minutes, in seconds: a failure speaks for it by 2 nats, a success against it by 1."""
    bad, good = (np.array(times) * 1e6 for times in (bad_s, good_s))
    span = (bounds[0] * MINUTE, bounds[1] * MINUTE)
    edge = find_edge(bad.astype(np.int64), np.full(len(bad), 2.0), good.astype(np.int64), np.full(len(good), -1.0), span,
                     is_start=is_start)  # fmt: skip
    return [at / 1e6 for at in edge]


def test_the_start_is_where_failures_outweigh_successes_and_others_nearly_as_good_bound_it() -> None:
    bad, good = [1190, 1210, 1230, 1260], [1180, 1195, 1196, 1197, 1200, 1220]
    # From within outward: 1260 2, 1230 4, then a success, 1210 5, then four, 1190 3: 1210 is best, 1230 (4) and 1190 (3) are
    # within 3 nats of it, and so is 1260 (2).
    assert place(bad, good, is_start=True) == [1210, 1190, 1260]
    # The end is the same seen from the other side: the middle of the stretch is at 1800.
    assert place([3600 - at for at in bad], [3600 - at for at in good], is_start=False) == [2390, 2340, 2410]


def test_an_edge_is_looked_for_within_five_minutes() -> None:
    inside = [1200 + 10 * n for n in range(5)]
    assert place([899, *inside], [], is_start=True)[:2] == [1200, 1200]
    assert place([900, *inside], [], is_start=True)[:2] == [900, 900]
    # Nor beyond the stretch's middle: what fails behind it belongs to its end.
    assert place([1229, 1231], [], is_start=True, bounds=(20, 21)) == [1229, 1229, 1229]
    assert place([1229, 1231], [], is_start=False, bounds=(20, 21)) == [1231, 1231, 1231]


def test_of_one_instant_the_edge_sits_on_the_failure_not_before_the_success_beside_it() -> None:
    assert place([1210, 1220], [1210], is_start=True) == [1210, 1210, 1220]
    assert place([1210, 1220], [1210, 1210, 1210], is_start=True)[0] == 1220


@pytest.mark.parametrize("is_start", [True, False])
def test_without_a_failure_in_its_half_the_edge_is_the_outermost_one_of_the_stretch(is_start: bool) -> None:
    own = [1245, 1250] if is_start else [1205, 1210]
    assert place(own, [1201], is_start=is_start, bounds=(20, 21)) == [own[0] if is_start else own[-1]] * 3
    assert place([], [1201], is_start=is_start, bounds=(20, 21)) == [1200 if is_start else 1260] * 3


def test_failures_late_in_one_minute_are_a_window_from_the_first_to_the_last_of_them() -> None:
    frame = breaking(requests(per_minute=240, users=5_000), 1840, 1859)
    (window,) = mb.impact(frame)["windows"]
    hit = frame.loc[frame["status"] == 500, "at"]
    edges = [(pd.Timestamp(window[edge]) - START).total_seconds() for edge in ("start", "end")]
    assert edges == [hit.min(), hit.max()]
