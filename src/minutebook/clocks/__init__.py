"""events → clocks: how far off each source's clock is, which zone a zone-less one keeps, which service it belongs to.

A request or trace id that two sources share happened once, so the difference of its two stamps is the
difference of the two clocks. Clocks are settled before anything is counted or merged.

Read in order: `samples` (events → a sample of the ids that they share), `differences` (ids → differences of stamps), `meetings` (the
same by clients' requests), `zones` and `offsets` (those → clocks), `services` (ids → the service of a source, and one name for each), `layers` (ids → which source is in front of another),
`corrections` (those → the events with them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from minutebook.clocks.clock import Clock, find_error_s, name_offset, parse_offset_s
from minutebook.clocks.corrections import correct_times, fill_layers, fill_services
from minutebook.clocks.differences import find_differences, list_by_source
from minutebook.clocks.layers import find_layers
from minutebook.clocks.meetings import find_meetings
from minutebook.clocks.offsets import find_offsets
from minutebook.clocks.samples import ClockSample, find_records, hash_texts
from minutebook.clocks.services import find_names, find_services
from minutebook.clocks.zones import find_zones, find_zones_of_hosts
from minutebook.events import LAYERS


def settle_clocks(
    sample: pd.DataFrame,
    zoneless: Mapping[str, bool],
    resolutions: Mapping[str, float],
    given: Mapping[str, str] | None = None,
    hosts: Mapping[str, tuple[str | None, str]] | None = None,
    align: bool = True,
    mixed: Mapping[str, str] | None = None,
    meetings: pd.DataFrame | None = None,
    ahead_s: Mapping[str, float] | None = None,
) -> dict[str, Clock]:
    """The clock of every source in ``zoneless`` (source → whether its stamps lack a zone).

    Sources in ``mixed`` also have stamps with a zone (source → its offset), which an inferred zone must not shift. ``ahead_s``
    is by how much the caller says that clocks ran ahead: the others are compared with those clocks as corrected.

    ``sample`` is what `find_records` gives; ``resolutions`` are the stamps' resolutions in seconds;
    ``given`` are zones that the caller stated; ``hosts`` are (host or folder, offset stated in its stamps), ``meetings``
    what `find_meetings` gives, for sources that share no ids.
    Differences are medians, spreads 1.4826 × the median absolute deviation; at least 20 shared ids and a
    spread of at most 5 s are required.
    """
    given, ahead_s = given or {}, ahead_s or {}
    if ahead_s:
        shift_us = sample["source"].map(lambda source: round(ahead_s.get(source, 0.0) * 1e6)).astype("int64")
        sample = sample.assign(time=sample["time"] - shift_us)
    differences = find_differences(sample, resolutions)
    clocks: dict[str, Clock] = {}
    for source in sorted(zoneless):
        if not zoneless[source]:
            clocks[source] = Clock(zone="", zone_basis="stated")
        elif source in given:
            clocks[source] = Clock(zone=given[source], zone_basis="given")
        elif mixed and source in mixed:
            is_utc = mixed[source] != "" and parse_offset_s(mixed[source]) == 0
            clocks[source] = Clock("UTC", "inferred: others of its stamps state it" if is_utc else "assumed")
    waiting = [source for source in sorted(zoneless) if source not in clocks]
    clocks |= find_zones(waiting, clocks, list_by_source(differences))
    if meetings is not None and len(meetings):
        met = list_by_source(find_differences(meetings, resolutions))
        clocks |= find_zones([source for source in waiting if source not in clocks], clocks, met, "clients' requests")
    clocks |= find_zones_of_hosts([source for source in waiting if source not in clocks], clocks, hosts or {})
    layers = sample.groupby("source")["layer"].first() if len(sample) else {}
    outermost = {s: LAYERS.index(layer) if isinstance(layer, str) else len(LAYERS) for s, layer in layers.items()}
    return find_offsets(clocks, differences, outermost, align) | {
        source: replace(clocks[source], offset_s=seconds, applied=True) for source, seconds in ahead_s.items()
    }


__all__ = [
    "Clock", "ClockSample", "correct_times", "fill_layers", "fill_services", "find_error_s", "find_layers", "find_meetings",
    "find_names", "find_records", "find_services", "hash_texts", "name_offset", "parse_offset_s", "settle_clocks",
]  # fmt: skip
