"""Summary → timeline: what changed, in order, with evidence.

Every phase of deploys, changes and alerts; messages that are new, surge or stop; processes that start or stop; sources
that fall silent; impact from start to end, minute by minute. Rows state facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from minutebook.chronology.happenings import set_routine_apart, tell_happenings
from minutebook.chronology.impact import tell_impact
from minutebook.chronology.messages import (
    MOST_EPISODES,
    count_messages,
    pick_episodes,
    tell_episodes,
    tell_every_message,
)
from minutebook.chronology.rows import COLUMNS, make_frame
from minutebook.chronology.traffic import tell_coverage, tell_traffic
from minutebook.sli import Sli
from minutebook.sli.stretches import find_stretches
from minutebook.summary import Summary

__all__ = ["COLUMNS", "MOST_EPISODES", "make_timeline"]


class Chronology(NamedTuple):
    """``timeline``: columns as in `COLUMNS`; ``messages``: those of the timeline's episodes by minute; ``notes``: for the ledger."""

    timeline: pd.DataFrame
    messages: pd.DataFrame
    notes: list[str]


def make_timeline(
    summary: Summary,
    sli: Sli,
    happenings: pd.DataFrame,
    impact: Mapping[str, Any],
    minutes: pd.DataFrame,
    resolutions: Mapping[str, float],
    *,
    every: bool = False,
    within: str = "the evidence",
) -> Chronology:
    """The timeline of a summary, counts of its messages, and sentences on what was left out.

    ``resolutions``: source → resolution of its stamps (s), for ``time_error_s``. With ``every``, each minute of each
    message is a row. ``within`` is what first and last requests are said to be in.
    """
    grid = find_stretches(summary.coverage.column("minute").to_numpy()).minutes
    shown, apart = (happenings, []) if every else set_routine_apart(happenings)
    episodes, left_out = pick_episodes(summary, grid)
    messages = tell_every_message(summary, resolutions) if every else tell_episodes(episodes, summary, resolutions)
    traffic, untold = tell_traffic(sli, within)
    rows = [
        *tell_happenings(shown),
        *tell_impact(impact, minutes, sli),
        *traffic,
        *tell_coverage(sli, summary),
        *messages,
    ]
    return Chronology(
        make_frame(rows), count_messages(episodes, summary), [*apart, *untold, *([] if every else left_out)]
    )
