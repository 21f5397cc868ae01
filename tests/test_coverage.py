"""Coverage of many hosts over a long time stays small."""

from __future__ import annotations

import numpy as np
import pandas as pd

from minutebook.events import to_table
from minutebook.sli.coverage import find_coverage, tell_coverage
from minutebook.summary import merge, summarise


def test_thousands_of_hosts_over_months_are_covered_together() -> None:
    rng = np.random.default_rng(1)
    hours = np.sort(rng.uniform(0, 24 * 150, 4000))
    events = pd.DataFrame(
        {
            "time": pd.Timestamp("2026-01-01T00:00:00Z") + pd.to_timedelta(hours, unit="h"), "kind": "log",
            "level": "info", "host": [f"node-{n}" for n in rng.integers(0, 3000, len(hours))], "message": "beat",
            "source": "nodes.log", "line": np.arange(len(hours)) + 1,
        }
    )  # fmt: skip
    coverage = find_coverage(merge([summarise(to_table(events))]))
    assert len(coverage) < 300_000
    assert coverage["events"].sum() == len(events)
    (group,) = tell_coverage(coverage)
    assert group["host"] == ""
