"""Who calls the library keeps the allocator that it has."""

import pytest

from minutebook.machine import allocation


@pytest.mark.parametrize("is_ours", [True, False])
def test_only_a_process_of_our_own_has_its_allocator_changed(is_ours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    class Library:
        def __init__(self, name: object) -> None:
            pass

        def mallopt(self, *what: int) -> None:
            asked.append(what)

    monkeypatch.setattr(allocation.ctypes, "CDLL", Library)
    monkeypatch.setattr(allocation, "_is_ours", is_ours)
    allocation.keep_no_freed_memory()
    assert bool(asked) == is_ours
