"""Each parser takes what the fuzzer makes: a little of it here, the command does more."""

from __future__ import annotations

import contextlib
import random

import pytest
from fuzz import TARGETS, list_corpus, mutate

import minutebook as mb

CORPUS = list_corpus()


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_bytes_are_read_or_refused(name: str) -> None:
    chance = random.Random(f"test {name}")
    for _ in range({"file": 12, "records": 30, "stamps": 40}.get(name, 150)):
        with contextlib.suppress(mb.MinutebookError):
            TARGETS[name](mutate(chance.choice(CORPUS), chance))
