"""events → clocks: how far off each source's clock is, which zone a zone-less one keeps, which service it belongs to.

A request or trace id that two sources share happened once, so the difference of its two stamps is the
difference of the two clocks. Clocks are settled before anything is counted or merged.

Read in order: `samples` (events → a sample of the ids that they share), `differences` (ids → differences of stamps),
`meetings` (the same by clients' requests), `zones` and `offsets` (those → clocks), `services` (ids → the service of a
source, and one name for each), `layers` (ids → which source is in front of another), `corrections` (those → the events
with them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from minutebook.clocks.clock import ZONE_STEP_S, Clock, Stamps, find_error_s, name_offset, parse_offset_s
from minutebook.clocks.corrections import correct_times, fill_layers, fill_services
from minutebook.clocks.differences import find_differences, list_by_source
from minutebook.clocks.layers import find_layers
from minutebook.clocks.meetings import find_meetings
from minutebook.clocks.offsets import find_offsets, share_offsets
from minutebook.clocks.samples import ClockSample, find_records, hash_texts
from minutebook.clocks.services import find_names, find_services
from minutebook.clocks.zones import find_zones, find_zones_of_hosts
from minutebook.events import LAYERS


def settle_clocks(
    sample: pd.DataFrame,
    stamps: Mapping[str, Stamps],
    meet: Callable[[Sequence[str]], pd.DataFrame | None] = lambda waiting: None,
    *,
    align: bool = True,
) -> dict[str, Clock]:
    """The clock of every source in ``stamps``.

    ``sample`` is what `find_records` gives. For sources whose zone no shared id tells, ``meet`` gives what
    `find_meetings` does, or None. Where the caller says that a clock ran ahead, the others are compared with it as
    corrected; offsets that are found are applied if ``align`` says so. Differences are medians, spreads 1.4826 × the
    median absolute deviation; at least 20 shared ids and a spread of at most 5 s are required.
    """
    sample = _correct(sample, stamps)
    resolutions = {source: each.resolution_s for source, each in stamps.items()}
    differences = find_differences(sample, resolutions)
    clocks = {source: clock for source in sorted(stamps) if (clock := _read_clock(stamps[source]))}
    waiting = [source for source in sorted(stamps) if source not in clocks]
    clocks |= find_zones(waiting, clocks, list_by_source(differences))
    waiting = [source for source in waiting if source not in clocks]
    meetings = meet(waiting) if waiting else None
    if meetings is not None and len(meetings):
        met = list_by_source(find_differences(meetings, resolutions))
        clocks |= find_zones(waiting, clocks, met, "clients' requests")
    clocks |= find_zones_of_hosts([source for source in waiting if source not in clocks], clocks, stamps)
    layers = sample.groupby("source")["layer"].first() if len(sample) else {}
    outermost = {s: LAYERS.index(layer) if isinstance(layer, str) else len(LAYERS) for s, layer in layers.items()}
    stated = {
        source: replace(clocks[source], offset_s=each.ahead_s, applied=True)
        for source, each in stamps.items()
        if each.ahead_s is not None
    }
    found = find_offsets(clocks, differences, outermost, align) | stated
    return share_offsets(found, stamps) if align else found


def _correct(sample: pd.DataFrame, stamps: Mapping[str, Stamps]) -> pd.DataFrame:
    """The sample on clocks that don't run ahead, as far as the caller says."""
    ahead_us = {source: round(each.ahead_s * 1e6) for source, each in stamps.items() if each.ahead_s is not None}
    if not ahead_us:
        return sample
    shift_us = sample["source"].map(lambda source: ahead_us.get(source, 0)).astype("int64")
    return sample.assign(time=sample["time"] - shift_us)


def _read_clock(stamps: Stamps) -> Clock | None:
    """The clock that the stamps, or the caller, state; None where others have to tell it."""
    if stamps.beside:
        return Clock(stamps.beside, "inferred: others of its stamps state it, and the order of its lines shows it")
    if not stamps.is_zoneless:
        return Clock(zone="", zone_basis="stated")
    if stamps.zone:
        return Clock(zone=stamps.zone, zone_basis="given")
    if stamps.is_mixed:
        is_utc = stamps.offset != "" and parse_offset_s(stamps.offset) == 0
        return Clock("UTC", "inferred: others of its stamps state it" if is_utc else "assumed")
    return None


__all__ = [
    "ZONE_STEP_S", "Clock", "ClockSample", "Stamps", "correct_times", "fill_layers", "fill_services", "find_error_s", "find_layers", "find_meetings",
    "find_names", "find_records", "find_services", "hash_texts", "name_offset", "parse_offset_s", "settle_clocks",
]  # fmt: skip
