"""Summary → which versions the logs of a service name, and in which minutes."""

from __future__ import annotations

import itertools

import pandas as pd

from minutebook.merging import Sighting
from minutebook.summary import Summary


def find_versions(summary: Summary) -> dict[str, list[Sighting]]:
    """Service → the versions in its logs, each with its minutes in order."""
    columns = ["service", "version", "minute"]
    rows = summary.frame("breakdown", columns).dropna().drop_duplicates().sort_values(columns)
    minutes = pd.to_datetime(rows["minute"], unit="m", utc=True)
    found: dict[str, list[Sighting]] = {}
    seen = zip(rows["service"], rows["version"], minutes, strict=True)
    for (service, version), own in itertools.groupby(seen, key=lambda each: each[:2]):
        found.setdefault(service, []).append(Sighting(version, tuple(minute for *_, minute in own)))
    return found
