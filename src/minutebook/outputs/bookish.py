"""What the outputs of a whole book need of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import pandas as pd

from minutebook.outputs.plots.overview.scene import Look

#: A look → the bytes of the picture that was begun, None for a look that wasn't asked for.
Picture: TypeAlias = Callable[[Look], bytes | None]


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
    def picture(self) -> Picture | None:
        """Gives pictures of it that are being drawn; None where nobody draws yet."""

    @property
    def messages(self) -> pd.DataFrame:
        """How often the timeline's messages were written, by minute."""
