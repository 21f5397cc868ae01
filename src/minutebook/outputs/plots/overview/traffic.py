"""one row a minute → the upper panels: requests with those that failed and their share, and users who were hit.

Rare failures show as a share on a scale of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minutebook.outputs.plots.curves import Curve, Grid, draw_steps
from minutebook.outputs.plots.panels import count_ticks, draw_head, say_nothing, set_percent, to_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TRAFFIC, _TRAFFIC_EDGE = "#e2e2e2", "#8c8c8c"
_FAILED, _USERS, _SHARE = "#D55E00", "#0072B2", "#000000"


def draw_traffic(panel: Axes, grid: Grid, *, has_window: bool, is_lines: bool = False) -> None:
    """Requests as an area, failures before it, the share of failures on a scale to the right; or log lines, and bad ones."""
    from matplotlib.patches import Patch

    what, fate = ("log lines", "bad") if is_lines else ("requests", "failed")
    if np.isnan(grid.requests).all():
        say_nothing(panel, f"{what} a minute: no data")
        return
    shown = [
        draw_steps(panel, Curve(grid.begins, grid.requests), fill=True, fc=_TRAFFIC, ec=_TRAFFIC_EDGE, lw=0.8, zorder=2,
               label=f"{what} a minute"),
        draw_steps(panel, Curve(grid.begins, grid.failed), fill=True, fc=_FAILED, ec="#7a3500", hatch="////", lw=0.5,
               zorder=3, label=f"of them {fate}"),
    ]  # fmt: skip
    _set_height(panel, grid.requests)
    shown.append(_draw_share(panel, grid, f"share {fate} (right)"))
    if has_window:
        shown.append(Patch(fc="#fbf6c8", ec="#555555", lw=0.8, label="impact window"))
    draw_head(panel, shown)


def _draw_share(panel: Axes, grid: Grid, label: str) -> Any:
    import matplotlib.patheffects as effects

    # On its own scale, since a few failures among many requests would be a line on the floor.
    right = panel.twinx()
    right.spines["right"].set_visible(True)
    middles = to_numbers(grid.begins) + 0.5 / 1440
    halo = [effects.withStroke(linewidth=2.6, foreground="#ffffff")]
    line = right.plot(
        middles, grid.share, color=_SHARE, lw=1.2, zorder=5,
        marker="o" if len(middles) <= 60 else None, ms=2.2, path_effects=halo,
        label=label,
    )[0]  # fmt: skip
    set_percent(right, float(np.nanmax(grid.share, initial=1.0)))
    return line


def draw_users(panel: Axes, grid: Grid, hit: str = "users") -> None:
    """Users who hit a failure, a bar a minute; ``hit`` says whether they are users, clients or both."""
    has_known, has_failures = ((values > 0).any() for values in (grid.failed_users, grid.failed))
    if np.isnan(grid.failed_users).all() or (has_failures and not has_known):
        say_nothing(panel, "users who hit a failure: unknown (no user ids in these minutes)")
        return
    look: dict[str, Any] = {"fc": _USERS, "zorder": 3, "label": f"{hit} who hit a failure, a minute"}
    if len(grid.begins) <= 120:
        bars = panel.bar(to_numbers(grid.begins), grid.failed_users, 0.86 / 1440, align="edge", **look)
    else:
        bars = draw_steps(panel, Curve(grid.begins, grid.failed_users), fill=True, lw=0.0, **look)
    _set_height(panel, grid.failed_users)
    draw_head(panel, [bars])


def _set_height(panel: Axes, values: np.ndarray) -> None:
    panel.set_ylim(0, max(float(np.nanmax(values)) * 1.12, 1.0))
    count_ticks(panel)
