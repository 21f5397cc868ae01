"""what shared ids prove of a source → its events with that: on the corrected clock, with their service and layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.clocks.clock import Clock


def correct_times(events: pa.Table, clock: Clock) -> pa.Table:
    """The events of one source on the corrected clock; their ``time_quality`` says so."""
    if clock.shift_us:
        times = pc.add(events.column("time").cast(pa.int64()), clock.shift_us).cast(pa.timestamp("us", "UTC"))
        events = _replace(events, "time", times)
    quality = "aligned" if clock.applied else "zone_inferred" if clock.zone_basis.startswith("inferred") else None
    if quality is None:
        return events
    words = events.column("time_quality").cast(pa.string())
    is_zoneless = pc.is_in(words, pa.array(["zone_assumed", "ambiguous"]))
    words = pc.if_else(pc.or_(is_zoneless, clock.applied), quality, words)
    return _replace(events, "time_quality", words.dictionary_encode())


def fill_services(events: pa.Table, proven: Mapping[str, str], names: Mapping[str, str]) -> pa.Table:
    """The events of one source with the services that are ``proven`` (operation → service, "" → of any other), where they
    name none, and with those that are called otherwise in front of them by their own ``names``."""
    if proven:
        operations = sorted(proven)
        index = pc.index_in(events.column("operation").cast(pa.string()), pa.array(operations))
        services = pa.array([proven[each] for each in operations], pa.string()).take(index)
        stated, of_all = events.column("service").cast(pa.string()), pa.scalar(proven.get(""), pa.string())
        events = _replace(events, "service", pc.coalesce(stated, services, of_all).dictionary_encode())
    if names:
        called = events.column("service").cast(pa.string())
        index = pc.index_in(called, pa.array(list(names), pa.string()))
        own = pa.array(list(names.values()), pa.string()).take(index)
        events = _replace(events, "service", pc.coalesce(own, called).dictionary_encode())
    return events


def fill_layers(events: pa.Table, layer: str, elsewhere: np.ndarray | None) -> pa.Table:
    """The events of one source on the ``layer`` that is proven, if any; those that count ``elsewhere`` lose theirs."""
    if layer:
        events = _replace(events, "layer", pa.repeat(pa.scalar(layer), events.num_rows).dictionary_encode())
    if elsewhere is not None and elsewhere.any():
        layers = events.column("layer").cast(pa.string())
        events = _replace(events, "layer", pc.if_else(pa.array(elsewhere), None, layers).dictionary_encode())
    return events


def _replace(events: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    position = events.schema.get_field_index(name)
    return events.set_column(position, events.schema.field(name), values)
