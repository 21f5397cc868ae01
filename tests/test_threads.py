"""Items that a thread begins to make before anybody waits for them are the same items, and fail where they would."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from minutebook.machine.threads import begin_ahead


def count_to_failure(last: int) -> Iterator[int]:
    yield from range(last)
    raise OSError("cut off")


@pytest.mark.parametrize("ahead", [0, 1, 2, 9])
def test_they_come_in_order(ahead: int) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert list(begin_ahead(pool, iter(range(5)), ahead)) == [0, 1, 2, 3, 4]


def test_they_are_made_before_anybody_asks_and_no_more_than_was_said() -> None:
    made: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        begin_ahead(pool, (made.append(n) or n for n in range(5)), 2)  # type: ignore[func-returns-value]
    assert made == [0, 1]


@pytest.mark.parametrize("last", [0, 1, 4])
def test_what_fails_is_raised_to_whoever_asks(last: int) -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(OSError, match="cut off"):
        list(begin_ahead(pool, count_to_failure(last), 2))
