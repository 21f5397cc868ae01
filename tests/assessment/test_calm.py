"""What may be called usual at first sight: of a hundred requests a minute, one usually fails."""

from __future__ import annotations

import numpy as np
import pytest

from minutebook.assessment.baseline import Grid, find_noise, find_rates
from minutebook.assessment.calm import find_first_usual, is_material


def make_grid(bad: np.ndarray, valid: float = 100.0) -> Grid:
    return Grid(np.arange(len(bad)), ["GET /"], np.full((len(bad), 1), valid), bad.astype(float)[:, None])


def fails(minutes: int, *spans: tuple[int, int, float]) -> np.ndarray:
    """One bad request a minute, but for so many from one minute to before another."""
    bad = np.ones(minutes)
    for first, stop, count in spans:
        bad[first:stop] = count
    return bad


def left_out(grid: Grid) -> list[int]:
    return np.flatnonzero(~find_first_usual(grid)).tolist()


def test_of_hours_the_blocks_of_five_minutes_far_above_the_median_are_left_out() -> None:
    assert left_out(make_grid(fails(400))) == []
    assert left_out(make_grid(fails(400, (100, 105, 20)))) == [*range(100, 105)]
    assert left_out(make_grid(fails(403, (102, 103, 20), (401, 403, 9)))) == [*range(100, 105), *range(400, 403)]
    # 8 of 500 are above 1.5 % (half as many again as the median, and half a percent more), 7 aren't.
    assert left_out(make_grid(fails(400, (102, 103, 4)))) == [*range(100, 105)]
    assert left_out(make_grid(fails(400, (102, 103, 3)))) == []


def test_what_was_exported_around_an_incident_is_held_against_what_is_outside_of_it() -> None:
    # Most minutes are bad: the median is what's bad.
    assert left_out(make_grid(fails(60, (10, 50, 50)))) == [*range(10, 50)]
    # All of it is: nothing is outside.
    assert left_out(make_grid(fails(60, (0, 60, 50)))) == []


def test_without_failures_or_without_requests_everything_is_usual() -> None:
    assert left_out(make_grid(np.zeros(60))) == []
    assert left_out(make_grid(np.zeros(60), valid=0.0)) == []


@pytest.mark.parametrize(("expected", "least"), [(0, 5), (1, 6), (10, 15), (40, 60), (400, 600)])
def test_what_matters_is_half_as_many_again_and_half_a_percent_more(expected: float, least: float) -> None:
    assert is_material(least + 0.01, 1000, expected)
    assert not is_material(least - 0.01, 1000, expected)


def test_an_operation_s_rate_is_drawn_to_the_whole_s_by_two_hundred_trials() -> None:
    bad, valid = np.array([[10.0, 0.0], [500.0, 500.0]]), np.array([[900.0, 99.0], [500.0, 500.0]])
    grid = Grid(np.arange(2), ["/a", "/b"], valid, bad)
    # Of the first minute alone: 10.5 of 1,000 in all.
    rates = find_rates(grid, np.array([True, False]))
    assert rates == pytest.approx([(10 + 200 * 0.0105) / 1100, (0 + 200 * 0.0105) / 299])
    assert find_rates(grid, np.array([False, True])).max() < 1


def test_noise_is_how_much_more_than_by_chance_usual_blocks_vary() -> None:
    usual, expected = np.ones(100, bool), np.full(100, 2.0)
    # Blocks of 5 minutes, 10 expected: 14 and 6 in turn are (±4)² / 10 = 1.6 times as much as chance, taken by 1.25.
    turns = np.repeat(np.tile([14.0, 6.0], 10) / 5, 5)
    assert find_noise(turns, expected, usual) == pytest.approx(2.0)
    # The worst of twenty blocks is left out, what isn't usual doesn't count, and less than chance is chance.
    turns[:5] = 100
    assert find_noise(turns, expected, usual) == pytest.approx(2.0)
    usual[:50] = False
    turns[5:50] = 100
    assert find_noise(turns, expected, usual) == pytest.approx(2.0)
    assert find_noise(expected, expected, usual) == 1.0
    # Four blocks tell something, three nothing.
    assert find_noise(turns[50:70], expected[50:70], usual[50:70]) == pytest.approx(2.0)
    assert find_noise(turns[50:65], expected[50:65], usual[50:65]) == 1.0
