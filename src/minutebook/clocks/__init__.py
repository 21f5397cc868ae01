"""events → clocks: how far off each source's clock is, which zone a zone-less one keeps, which service it belongs to.

A request or trace id that two sources share happened once, so the difference of its two stamps is the
difference of the two clocks. Clocks are settled before anything is counted or merged.

Read in order: `samples` (events → a sample of the ids that they share), `differences` (ids → differences of stamps), `meetings` (the
same by clients' requests), `zones` and `offsets` (those → clocks), `services` (ids → the service of a source, and one name for each), `layers` (ids → which source is in front of another).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.clocks.clock import Clock, find_error_s, name_offset, parse_offset_s
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


def settle(
    events: pa.Table,
    clock: Clock,
    services: Mapping[str, str],
    layer: str = "",
    elsewhere: np.ndarray | None = None,
    renamed: Mapping[str, str] | None = None,
) -> pa.Table:
    """The events of one source on the corrected clock, with the service and the layer that shared ids prove.

    Those that count ``elsewhere`` lose their layer. ``renamed`` are services and what they call themselves.
    """  # fmt: skip
    if clock.shift_us:
        times = pc.add(events.column("time").cast(pa.int64()), clock.shift_us)
        events = events.set_column(
            events.schema.get_field_index("time"),
            events.schema.field("time"),
            times.cast(pa.timestamp("us", "UTC")),
        )
    quality = "aligned" if clock.applied else "zone_inferred" if clock.zone_basis.startswith("inferred") else None
    if quality:
        words = events.column("time_quality").cast(pa.string())
        is_zoneless = pc.is_in(words, pa.array(["zone_assumed", "ambiguous"]))
        words = pc.if_else(pc.or_(is_zoneless, clock.applied), quality, words)
        events = _replace(events, "time_quality", words)
    if services:
        operations = events.column("operation").cast(pa.string())
        names = sorted(services)
        index = pc.index_in(operations, pa.array(names))
        proven = pa.array([services[n] for n in names], pa.string()).take(index)
        own = pc.coalesce(
            events.column("service").cast(pa.string()),
            proven,
            pa.scalar(services.get(""), pa.string()),
        )
        events = _replace(events, "service", own)
    if renamed:
        called, names = events.column("service").cast(pa.string()), pa.array(list(renamed), pa.string())
        own = pa.array(list(renamed.values()), pa.string()).take(pc.index_in(called, names))
        events = _replace(events, "service", pc.coalesce(own, called))
    if layer:
        events = _replace(events, "layer", pa.repeat(pa.scalar(layer), events.num_rows))
    if elsewhere is not None and elsewhere.any():
        layers = events.column("layer").cast(pa.string())
        events = _replace(events, "layer", pc.if_else(pa.array(elsewhere), None, layers))
    return events


def _replace(events: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    position = events.schema.get_field_index(name)
    return events.set_column(position, events.schema.field(name), values.dictionary_encode())


__all__ = [
    "Clock", "ClockSample", "find_error_s", "find_layers", "find_meetings", "find_names", "find_records", "find_services", "hash_texts", "name_offset", "parse_offset_s", "settle",
    "settle_clocks",
]  # fmt: skip
