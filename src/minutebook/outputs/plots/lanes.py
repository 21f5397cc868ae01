"""What a plot's lane is: what fired or was rolled out from when to when, one entity a lane."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field


@dataclass
class Span:
    """One episode: ``end`` is None while not known to have ended; ``outcome`` its last phase."""

    start: datetime.datetime
    end: datetime.datetime | None = None
    outcome: str = ""


@dataclass
class Lane:
    """All episodes of one entity, in time order, with a label that is safe to show."""

    kind: str
    label: str
    spans: list[Span] = field(default_factory=list)
    acknowledged: list[datetime.datetime] = field(default_factory=list)

    @property
    def start(self) -> datetime.datetime:
        """When the first episode began."""
        return self.spans[0].start
