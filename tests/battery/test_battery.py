"""The quick cases of the battery, in this process's children; `python tests/battery` runs all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import CASES
from running import import_everything, run_case

#: One in so many of the quick cases; the command runs them all.
_EVERY = 8
QUICK = [case for case in CASES if not (case.is_slow or case.is_cold or case.beside)][::_EVERY]


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    import_everything()


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert len(names) >= 300


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_a_hostile_case_holds(case: object, tmp_path: Path) -> None:
    _, problems = run_case(case, tmp_path)  # type: ignore[arg-type]
    # How long it takes is told by the command: tests measure no time.
    assert [problem for problem in problems if not problem.startswith("took ")] == []
