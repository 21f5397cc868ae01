"""CONTRIBUTING's example of a format is a format, and its sample becomes what it says."""

from __future__ import annotations

import re
from pathlib import Path

from minutebook.logformats import LogFormat
from minutebook.reading.samples import find_problem

CONTRIBUTING = Path(__file__).parents[1] / "CONTRIBUTING.md"


def test_the_example_of_a_format_works() -> None:
    block = re.search(r"```toml\n(.*?)```", CONTRIBUTING.read_text("utf-8"), re.DOTALL)
    assert block
    example = LogFormat.from_toml("example", block.group(1))
    assert [find_problem(example, sample) for sample in example.samples] == [""]
