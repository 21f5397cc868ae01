"""What the outputs of a whole book are written from."""

from __future__ import annotations

from typing import Any, Protocol

import pandas as pd


class Bookish(Protocol):
    """Everything about one incident, as a `Book` has it."""

    @property
    def timeline(self) -> pd.DataFrame:
        """What changed, in order."""

    @property
    def minutes(self) -> pd.DataFrame:
        """The dense grid."""

    @property
    def happenings(self) -> pd.DataFrame:
        """Deploys, changes, alerts and notes."""

    @property
    def impact(self) -> dict[str, Any]:
        """Windows, milestones, durations."""

    @property
    def ledger(self) -> dict[str, Any]:
        """What was read, skipped and assumed."""

    @property
    def messages(self) -> pd.DataFrame:
        """How often the timeline's messages were written, by minute."""
