"""one row a minute → the upper panels: requests with those that failed and their share, and users who were hit.

Rare failures show as a share on a scale of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from minutebook.outputs.plots.curves import draw_steps
from minutebook.outputs.plots.panels import count_ticks, draw_head, say_nothing, set_percent, to_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TRAFFIC, _TRAFFIC_EDGE = "#e2e2e2", "#8c8c8c"
_FAILED, _USERS, _SHARE = "#D55E00", "#0072B2", "#000000"


def draw_traffic(panel: Axes, grid: pd.DataFrame, *, has_window: bool) -> None:
    """Requests as an area, failures before it, the share of failures on a scale to the right."""
    from matplotlib.patches import Patch

    if not grid["requests"].notna().any():
        say_nothing(panel, "requests a minute: no data")
        return
    requests, failed = grid["requests"], grid["failed"]
    shown = [
        draw_steps(panel, requests, fill=True, fc=_TRAFFIC, ec=_TRAFFIC_EDGE, lw=0.8, zorder=2,
               label="requests a minute"),
        draw_steps(panel, failed, fill=True, fc=_FAILED, ec="#7a3500", hatch="////", lw=0.5,
               zorder=3, label="of them failed"),
    ]  # fmt: skip
    _set_height(panel, requests)
    shown.append(_draw_share(panel, grid, failed / requests.where(requests > 0) * 100))
    if has_window:
        shown.append(Patch(fc="#fbf6c8", ec="#555555", lw=0.8, label="impact window"))
    draw_head(panel, shown)


def _draw_share(panel: Axes, grid: pd.DataFrame, share: pd.Series) -> Any:
    import matplotlib.patheffects as effects

    # On its own scale, since a few failures among many requests would be a line on the floor.
    right = panel.twinx()
    right.spines["right"].set_visible(True)
    middles = to_numbers(pd.DatetimeIndex(grid.index)) + 0.5 / 1440
    halo = [effects.withStroke(linewidth=2.6, foreground="#ffffff")]
    line = right.plot(
        middles, share.to_numpy(dtype=float, na_value=np.nan), color=_SHARE, lw=1.2, zorder=5,
        marker="o" if len(grid) <= 60 else None, ms=2.2, path_effects=halo,
        label="share failed (right)",
    )[0]  # fmt: skip
    highest = np.nanmax(share.to_numpy(dtype=float, na_value=np.nan), initial=1.0)
    set_percent(right, highest)
    return line


def draw_users(panel: Axes, grid: pd.DataFrame) -> None:
    """Users who hit a failure, a bar a minute."""
    if not grid["failed_users"].notna().any():
        say_nothing(panel, "users who hit a failure: unknown (no user ids in these minutes)")
        return
    look: dict[str, Any] = {"fc": _USERS, "zorder": 3, "label": "users who hit a failure, a minute"}
    if len(grid) <= 120:
        users = grid["failed_users"].to_numpy(dtype=float, na_value=np.nan)
        bars = panel.bar(to_numbers(pd.DatetimeIndex(grid.index)), users, 0.86 / 1440, align="edge", **look)
    else:
        bars = draw_steps(panel, grid["failed_users"], fill=True, lw=0.0, **look)
    _set_height(panel, grid["failed_users"])
    draw_head(panel, [bars])


def _set_height(panel: Axes, values: pd.Series) -> None:
    highest = values.max()
    panel.set_ylim(0, max(float(highest) * 1.12, 1.0))
    count_ticks(panel)
