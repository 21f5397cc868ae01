"""Summary → which versions the logs of a service name, and in which minutes."""

from __future__ import annotations

import pandas as pd

from minutebook.merging import Sighting
from minutebook.summary import Summary


def find_versions(summary: Summary) -> dict[str, list[Sighting]]:
    """Service → the versions in its logs, each with its minutes in order."""
    rows = summary.frame("breakdown", ["service", "version", "minute"]).dropna().drop_duplicates()
    found: dict[str, list[Sighting]] = {}
    for (service, version), group in rows.groupby(["service", "version"], sort=True):
        minutes = pd.to_datetime(sorted(group["minute"]), unit="m", utc=True)
        found.setdefault(str(service), []).append(Sighting(str(version), tuple(minutes)))
    return found
