"""What the overview shows, as plain values: whoever draws it needs neither pandas nor Arrow, which take long to import."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from minutebook.outputs.plots.curves import NO_MINUTES, Grid
from minutebook.outputs.plots.lanes import Lane
from minutebook.outputs.plots.overview.milestones import Mark
from minutebook.outputs.plots.shading import Edge

#: Width and height in inches.
OVERVIEW_IN = (10.0, 6.25)
#: Where the time axis lies when there's nothing to show.
NEVER = datetime.datetime.fromtimestamp(0, datetime.UTC)


class Look(NamedTuple):
    """How a picture is made: its size in inches, the zone of its times, and svg, png or pdf."""

    size_in: tuple[float, float] = OVERVIEW_IN
    zone: str = "UTC"
    format: str = "svg"


@dataclass(frozen=True)
class Scene:
    """Minutes, windows, milestones and lanes on one axis from ``start`` to ``end``; by default none of them."""

    start: datetime.datetime = NEVER
    end: datetime.datetime = NEVER + datetime.timedelta(minutes=1)
    grid: Grid = NO_MINUTES
    windows: Sequence[tuple[Edge, Edge]] = ()
    marks: Sequence[Mark] = ()
    lanes: Sequence[Lane] = ()
    has_windows: bool = False  #: also such as aren't shaded, for want of evidence
    is_lines: bool = False  #: log lines are counted, since no requests are logged
    hit: str = "users"  #: whom failures hit: users, clients where nobody is named, or both
