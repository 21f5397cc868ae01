"""values by minute → steps or lines; where nothing was recorded there is no curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from minutebook.outputs.plots.panels import to_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MINUTE = np.timedelta64(1, "m")


class Curve(NamedTuple):
    """Values by minute; NaN where none is known."""

    begins: np.ndarray  #: of minutes, in order: datetime64[us], UTC
    values: np.ndarray


class Grid(NamedTuple):
    """A row a minute, all services and operations together; arrays of one length, NaN where nothing is known."""

    begins: np.ndarray  #: of minutes, in order: datetime64[us], UTC
    requests: np.ndarray
    failed: np.ndarray
    failed_users: np.ndarray
    coverage: np.ndarray  #: covered, partly or none

    @property
    def share(self) -> np.ndarray:
        """Percent of the requests that failed."""
        return np.divide(
            self.failed * 100, self.requests, out=np.full(len(self.begins), np.nan), where=self.requests > 0
        )


_NONE = np.empty(0)
#: What there is where no minute is known.
NO_MINUTES = Grid(np.empty(0, "datetime64[us]"), _NONE, _NONE, _NONE, np.empty(0, "U7"))


def draw_steps(panel: Axes, curve: Curve, **look: Any) -> Any:
    """A step a minute; where one is missing, a gap. The panel's limits are for the caller to set."""
    from matplotlib.patches import StepPatch

    begins = to_numbers(curve.begins)
    holes = np.flatnonzero(np.diff(curve.begins) > MINUTE) + 1
    edges = np.append(np.insert(begins, holes, begins[holes - 1] + 1 / 1440), begins[-1] + 1 / 1440)
    # Not stairs(), which looks for limits of its own, step by step: that takes longer than drawing them.
    return panel.add_artist(StepPatch(np.insert(curve.values, holes, np.nan), edges, baseline=0, **look))


def draw_line(panel: Axes, curve: Curve, **look: Any) -> Any:
    """A line through the middles of the minutes; where one is missing, a gap."""
    middles = to_numbers(curve.begins) + 0.5 / 1440
    return panel.plot(middles, curve.values, zorder=4, **look)[0]
