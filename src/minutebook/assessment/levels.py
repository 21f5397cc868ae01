"""a window's excess by minute → its level, which no single noisy minute moves, and how it rose and fell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

_NEAR = 2  # minutes on either side, which outvote a single noisy one and leave a step where it is
_STEEP = 2  # minutes that a step may take: it lies within one, and its neighbours' medians may fall short


def find_level(by_minute: Mapping[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """The minutes in order, and the running median of the excess of five: their mean where most minutes have none.

    Minutes that aren't given have no part in it.
    """
    minutes = np.array(sorted(by_minute))
    places = minutes - minutes[0] + _NEAR
    padded = np.full(places[-1] + _NEAR + 1, np.nan)
    padded[places] = [by_minute[minute] for minute in minutes.tolist()]
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEAR + 1)[minutes - minutes[0]]
    level = np.nanmedian(near, axis=1)
    # Most minutes have no failure at all, and so no median that tells anything.
    return minutes, level if level.max() > 0 else np.nanmean(near, axis=1)


def find_slopes(by_minute: Mapping[int, float]) -> tuple[bool, bool]:
    """Whether it rose, and fell, gradually: was below half of what it mostly was for more than a step takes."""
    _, level = find_level(by_minute)
    strong = np.flatnonzero(level >= np.median(level) / 2)
    if not len(strong):
        return False, False
    return bool(strong[0] > _STEEP), bool(len(level) - 1 - strong[-1] > _STEEP)
