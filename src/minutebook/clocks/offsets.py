"""differences of clocks → how far each is ahead of the time that most clocks compared with it agree on."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from minutebook.clocks.clock import APPLIED_FROM_S, ZONE_STEP_S, Clock, Stamps
from minutebook.clocks.differences import Difference, list_by_source

_MOST_SHARED_S = ZONE_STEP_S / 2  # what is further off may be a zone that one program alone has wrong


def find_offsets(
    clocks: Mapping[str, Clock], differences: Sequence[Difference], outermost: Mapping[str, int], align: bool
) -> dict[str, Clock]:
    """The clocks with their offsets, applied where ``align`` says so and they are well supported.

    ``outermost`` is the place of each source's layer, counted from the outside.
    """
    by_source = list_by_source(differences)
    done = dict(clocks)
    seen: set[str] = set()
    for root in sorted(by_source, key=lambda source: (outermost.get(source, 9), source)):
        if root in seen:
            continue
        ahead = _walk_component(root, by_source, clocks)
        seen |= set(ahead)
        reference = _agreed(ahead, outermost)
        for source, value in ahead.items():
            best = by_source[source][0]
            offset = round(value - reference, 6)
            is_applied = align and abs(offset) >= max(APPLIED_FROM_S, 3 * best.spread_s / np.sqrt(best.pairs))
            done[source] = replace(
                done[source],
                offset_s=offset,
                pairs=best.pairs,
                spread_s=round(best.spread_s, 6),
                applied=bool(is_applied),
            )
    return done


def share_offsets(clocks: Mapping[str, Clock], stamps: Mapping[str, Stamps]) -> dict[str, Clock]:
    """The clocks; a log that nothing else is known of has the offset on which the others of its host agree."""
    of_host: dict[str, list[str]] = {}
    for source in sorted(clocks):
        if stamps[source].is_log and stamps[source].place.startswith("host "):
            of_host.setdefault(stamps[source].place, []).append(source)
    done = dict(clocks)
    for sources in of_host.values():
        known = [source for source in sources if clocks[source].offset_s is not None]
        offsets = [clocks[source].offset_s or 0.0 for source in known]
        if not known or max(offsets) - min(offsets) > APPLIED_FROM_S or max(map(abs, offsets)) >= _MOST_SHARED_S:
            continue
        best = max(known, key=lambda source: clocks[source].pairs)
        if clocks[best].applied:
            offset_s = clocks[best].offset_s
            done |= {
                source: replace(clocks[source], offset_s=offset_s, applied=True, offset_of=best)
                for source in sources
                if source not in known
            }
    return done


def _walk_component(
    root: str, by_source: Mapping[str, Sequence[Difference]], clocks: Mapping[str, Clock]
) -> dict[str, float]:
    """Seconds that each source reached from ``root`` is ahead of it, over the best supported pairs."""
    ahead = {root: 0.0}
    frontier = deque([root])
    while frontier:
        other = frontier.popleft()
        for each in by_source[other]:  # in both directions
            if each.other not in ahead:
                zones = clocks[each.other].zone_shift_s - clocks[other].zone_shift_s
                ahead[each.other] = ahead[other] - each.median_s - zones
                frontier.append(each.other)
    return ahead


def _agreed(ahead: Mapping[str, float], outermost: Mapping[str, int]) -> float:
    """The reading that most clocks share, within a second; where as many share another, that of the outermost layer."""
    readings = np.sort(list(ahead.values()))

    def support(source: str) -> tuple[int, int, str]:
        edges = ahead[source] - APPLIED_FROM_S, ahead[source] + APPLIED_FROM_S
        close = np.searchsorted(readings, edges[1], side="right") - np.searchsorted(readings, edges[0])
        return (-int(close), outermost.get(source, 9), source)

    return ahead[min(ahead, key=support)]
