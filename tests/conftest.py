"""What all tests share: hypothesis without chance or clock, and where the sample incidents lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# The same examples in every run, on any machine, however slow it is.
settings.register_profile(
    "deterministic",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# Others in each run, and many of them: `pytest --hypothesis-profile long`.
settings.register_profile("long", settings.get_profile("deterministic"), derandomize=False, max_examples=3000)
settings.load_profile("deterministic")


@pytest.fixture(scope="session")
def sample_logs() -> Path:
    """The sample incidents that come with the project."""
    return ROOT / "sample_logs"


@pytest.fixture(scope="session")
def outside_samples() -> Path:
    """Logs and exports of many other projects, if they lie beside the checkout; else a skip."""
    stated = os.environ.get("MINUTEBOOK_SAMPLES")
    folder = Path(stated) if stated else ROOT.parent / "shared" / "samples"
    if not folder.is_dir():
        pytest.skip("no outside samples: set MINUTEBOOK_SAMPLES to a folder of them")
    return folder
