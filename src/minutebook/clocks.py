"""events → clocks: how far each source's clock is off, which zone a zone-less one keeps, whose service it is.

A request or trace id that two sources share happened once, so the difference of its two stamps is the
difference of the two clocks. Ids are sampled by hash, the same ids in every source (bottom-k sketch:
Bar-Yossef et al. 2002), so that pairs survive. Clocks are settled before anything is counted or merged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.events import LAYERS

_PER_SOURCE = 8192
_HASHED_BYTES, _HASHED_AT_ONCE = 16, 1 << 13
_MIN_PAIRS = 20
_MAX_SPREAD_S = 5.0
_ZONE_STEP_S = 900  # every zone in use is a multiple of 15 minutes
_MAX_ZONE_S = 14 * 3600
#: A smaller offset isn't applied: stamps are taken at different moments of one request.
APPLIED_FROM_S = 1.0

_NAMES = ("source", "trace", "time", "service", "operation", "layer")


@dataclass(frozen=True)
class Clock:
    """What is known of one source's clock."""

    zone: str = ""
    zone_basis: str = "stated"
    zone_shift_s: int = 0  #: subtracted from zone-less stamps to get UTC
    offset_s: float | None = None  #: how far it runs ahead of the others, after its zone; None: unknown
    pairs: int = 0
    spread_s: float | None = None
    applied: bool = False

    @property
    def shift_us(self) -> int:
        """What has to be added to the source's times, in µs."""
        applied = self.offset_s if self.applied and self.offset_s is not None else 0.0
        return -self.zone_shift_s * 1_000_000 - round(applied * 1e6)


def find_error_s(offset_s: float | None, is_applied: bool, spread_s: float | None, pairs: int) -> float | None:
    """How far a clock may be off after what was done about it: three standard errors; None where nothing tells."""
    if offset_s is None or spread_s is None or not pairs:
        return None
    left = 0.0 if is_applied else abs(offset_s)
    return float(left + 3 * spread_s / np.sqrt(pairs))


@dataclass
class ClockSample:
    """(source, id, time …) of the ids with the smallest hashes in each source; mergeable."""

    tables: list[pd.DataFrame] = field(default_factory=list)

    def add(self, events: pa.Table) -> None:
        """Take the sample of a batch of events of one source."""
        traces = events.column("trace")
        rows = np.flatnonzero(traces.is_valid().to_numpy())
        if not len(rows):
            return
        hashes = hash_texts(traces.drop_null())
        if len(hashes) > _PER_SOURCE:
            limit = np.partition(hashes, _PER_SOURCE)[_PER_SOURCE]
            keep = np.flatnonzero(hashes <= limit)
            rows, hashes = rows[keep], hashes[keep]
        events = events.select(_NAMES).take(pa.array(rows))
        frame = pd.DataFrame(
            {name: events.column(name).cast(pa.string()).to_pandas() for name in _NAMES if name != "time"}
        )
        frame["time"] = events.column("time").cast(pa.int64()).to_numpy()
        frame["hash"] = hashes
        self.tables.append(frame)

    def frame(self) -> pd.DataFrame:
        """One row per (source, id): its last event, of the ids that every source's sketch still covers."""
        if not self.tables:
            return pd.DataFrame(columns=[*_NAMES, "hash"])
        whole = pd.concat(self.tables, ignore_index=True)
        rank = whole.groupby("source")["hash"].rank(method="dense")
        whole = whole[rank <= _PER_SOURCE].sort_values(["source", "trace", "time", "operation"])
        return whole.drop_duplicates(["source", "trace"], keep="last").reset_index(drop=True)


def hash_texts(texts: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """A 64-bit hash of each text's last 16 bytes: ids differ at their end, and equal ids hash alike."""
    array = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    array = array.cast(pa.large_string())
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(array.buffers()[2], np.uint8) if array.buffers()[2] else np.empty(0, np.uint8)
    mixed = np.empty(len(array), np.uint64)
    for at in range(0, len(array), _HASHED_AT_ONCE):
        mixed[at : at + _HASHED_AT_ONCE] = _hash_ends(data, offsets[at : at + _HASHED_AT_ONCE + 1])
    return mixed


def _hash_ends(data: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """The hashes of some texts; few enough for what is made on the way to stay near the processor."""
    ends, starts = offsets[1:], offsets[:-1]
    shortest = int((ends - starts).min(initial=_HASHED_BYTES))
    mixed = np.zeros(len(ends), np.uint64)
    for back in range(1, _HASHED_BYTES + 1):
        at = ends - back
        if back > shortest:
            is_inside = at >= starts
            byte = np.where(is_inside, data[np.where(is_inside, at, 0)] if len(data) else 0, 0)
        else:
            byte = data[at]
        mixed ^= byte.astype(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def settle_clocks(
    sample: pd.DataFrame,
    zoneless: Mapping[str, bool],
    resolutions: Mapping[str, float],
    given: Mapping[str, str] | None = None,
    hosts: Mapping[str, tuple[str | None, str]] | None = None,
    align: bool = True,
    mixed: Collection[str] = (),
) -> dict[str, Clock]:
    """The clock of every source in ``zoneless`` (source → whether its stamps lack a zone).

    Sources in ``mixed`` have stamps with a zone as well: what's inferred of the others would shift those.

    ``sample`` is `ClockSample.frame`; ``resolutions`` are the stamps' resolutions in seconds;
    ``given`` are zones that the caller stated; ``hosts`` are (host, offset stated in its stamps).
    Differences are medians, spreads 1.4826 × the median absolute deviation; at least 20 shared ids and a
    spread of at most 5 s are asked for.
    """
    given = given or {}
    pairs = _pair_differences(sample, resolutions)
    clocks: dict[str, Clock] = {}
    for source in sorted(zoneless):
        if not zoneless[source]:
            clocks[source] = Clock(zone="", zone_basis="stated")
        elif source in given:
            clocks[source] = Clock(zone=given[source], zone_basis="given")
        elif source in mixed:
            clocks[source] = Clock(zone="UTC", zone_basis="assumed")
    # A zone-less source may be known only through another zone-less one, hence the rounds.
    waiting = [source for source in sorted(zoneless) if source not in clocks]
    while waiting:
        settled = {s: clock for s in waiting if (clock := _zone_by_ids(s, pairs, clocks))}
        if not settled:
            break
        clocks |= settled
        waiting = [source for source in waiting if source not in settled]
    clocks |= _zone_by_hosts(waiting, clocks, hosts or {})
    return _find_offsets(clocks, pairs, sample, align)


def _pair_differences(sample: pd.DataFrame, resolutions: Mapping[str, float]) -> pd.DataFrame:
    """Per ordered pair of sources: ids shared, median difference of their stamps and its spread (s)."""
    empty = pd.DataFrame(columns=["source", "other", "pairs", "median_s", "spread_s"])
    if sample.empty:
        return empty
    shared = sample[sample.duplicated("trace", keep=False)]
    # A stamp cut to its second happened half a second later on average.
    half = shared["source"].map(lambda s: resolutions.get(s, 0.0) * 5e5).astype("int64")
    stamps = pd.DataFrame({"source": shared["source"], "trace": shared["trace"], "time": shared["time"] + half})
    joined = stamps.merge(stamps, on="trace", suffixes=("", "_other"))
    joined = joined[joined["source"] != joined["source_other"]]
    if joined.empty:
        return empty
    joined["difference"] = joined["time"] - joined["time_other"]
    rows = []
    for (source, other), group in joined.groupby(["source", "source_other"], sort=True):
        if len(group) >= _MIN_PAIRS:
            values = group["difference"].to_numpy()
            median = float(np.median(values))
            spread = 1.4826 * float(np.median(np.abs(values - median)))
            rows.append((source, other, len(group), median / 1e6, spread / 1e6))
    return pd.DataFrame(rows, columns=empty.columns) if rows else empty


def _zone_by_ids(source: str, pairs: pd.DataFrame, clocks: Mapping[str, Clock]) -> Clock | None:
    known = pairs[(pairs["source"] == source) & pairs["other"].isin(list(clocks))]
    known = known[known["spread_s"] <= _MAX_SPREAD_S].sort_values(["pairs", "other"], ascending=[False, True])
    for row in known.itertuples():
        other = clocks[row.other]
        if other.zone_basis == "assumed":
            continue
        difference = row.median_s + other.zone_shift_s
        shift = round(difference / _ZONE_STEP_S) * _ZONE_STEP_S
        if abs(shift) <= _MAX_ZONE_S and abs(difference - shift) <= _ZONE_STEP_S / 3:
            basis = f"inferred: {row.pairs:,} ids shared with {row.other}, spread {_span(row.spread_s)}"
            return Clock(zone=name_offset(shift), zone_basis=basis, zone_shift_s=shift)
    return None


def _zone_by_hosts(
    waiting: Sequence[str], clocks: Mapping[str, Clock], hosts: Mapping[str, tuple[str | None, str]]
) -> dict[str, Clock]:
    """What another source of the same host says or was found to keep; else UTC, flagged."""
    telling: dict[str | None, Clock] = {}  # host → what its first source that tells it does
    for other in sorted(clocks, reverse=True):
        host, stated = hosts.get(other, (None, ""))
        found = clocks[other]
        if found.zone_basis.startswith("inferred"):
            basis = f"inferred: {other} of the same host keeps it"
            telling[host] = Clock(found.zone, basis, found.zone_shift_s)
        elif stated:
            shift = parse_offset_s(stated)
            telling[host] = Clock(name_offset(shift), f"inferred: {other} of the same host states it", shift)
    telling.pop(None, None)
    unknown = Clock(zone="UTC", zone_basis="assumed")
    return {source: telling.get(hosts.get(source, (None, ""))[0], unknown) for source in waiting}


def name_offset(seconds: int) -> str:
    """``+05:30`` of an offset in seconds; UTC for none."""
    if seconds == 0:
        return "UTC"
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{abs(seconds) // 3600:02}:{abs(seconds) % 3600 // 60:02}"


def parse_offset_s(text: str) -> int:
    """Seconds of ``+05:30`` or ``-0500``."""
    digits = text[1:].replace(":", "").ljust(4, "0")
    return (-1 if text[0] == "-" else 1) * (int(digits[:2]) * 3600 + int(digits[2:4]) * 60)


def _span(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _find_offsets(clocks: dict[str, Clock], pairs: pd.DataFrame, sample: pd.DataFrame, align: bool) -> dict[str, Clock]:
    """How far each clock is ahead of what most sources of its component agree on."""
    edges = pairs[pairs["spread_s"] <= _MAX_SPREAD_S].sort_values(
        ["pairs", "source", "other"], ascending=[False, True, True]
    )
    outermost = {
        source: LAYERS.index(layer) if isinstance(layer, str) else len(LAYERS)
        for source, layer in sample.groupby("source")["layer"].first().items()
    } if len(sample) else {}  # fmt: skip
    done: dict[str, Clock] = dict(clocks)
    seen: set[str] = set()
    for root in sorted(set(edges["source"]), key=lambda s: (outermost.get(s, 9), s)):
        if root in seen:
            continue
        ahead = _walk_component(root, edges, clocks)
        seen |= set(ahead)
        reference = _agreed(ahead, outermost)
        for source, value in ahead.items():
            best = edges[edges["source"] == source].iloc[0]
            offset = round(value - reference, 6)
            is_applied = align and abs(offset) >= max(APPLIED_FROM_S, 3 * best.spread_s / np.sqrt(best.pairs))
            clock = done[source]
            done[source] = Clock(clock.zone, clock.zone_basis, clock.zone_shift_s, offset,
                                 int(best.pairs), round(float(best.spread_s), 6), bool(is_applied))  # fmt: skip
    return done


def _walk_component(root: str, edges: pd.DataFrame, clocks: Mapping[str, Clock]) -> dict[str, float]:
    """Seconds that each source reached from ``root`` is ahead of it, over the best supported pairs."""
    ahead = {root: 0.0}
    frontier = [root]
    while frontier:
        other = frontier.pop(0)
        for row in edges[edges["other"] == other].itertuples():
            if row.source not in ahead:
                zones = clocks[row.source].zone_shift_s - clocks[other].zone_shift_s
                ahead[row.source] = ahead[other] + row.median_s - zones
                frontier.append(row.source)
    return ahead


def _agreed(ahead: Mapping[str, float], outermost: Mapping[str, int]) -> float:
    """The reading that most clocks share, within a second; of equals the one of the outermost layer."""

    def support(source: str) -> tuple[int, int, str]:
        close = [s for s in ahead if abs(ahead[s] - ahead[source]) <= APPLIED_FROM_S]
        return (-len(close), outermost.get(source, 9), source)

    best = min(ahead, key=support)
    return float(ahead[best])


def find_services(sample: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Source without a service → operation → the service that ids shared with other sources prove.

    ``""`` as operation is the source's own, where all shared ids agree to 95 %. Sources that learn
    their service pass it on, so that a second application host is reached through the proxy.
    """
    found: dict[str, dict[str, str]] = {}
    if not sample["service"].isna().any() or sample["service"].isna().all():
        return found
    known = sample.copy()
    for _ in range(2):
        told = known.dropna(subset=["service"])[["trace", "source", "service"]]
        silent = known[known["service"].isna()]
        joined = silent.drop(columns="service").merge(told, on="trace", suffixes=("", "_told"))
        for source, group in joined.groupby("source", sort=True):
            found.setdefault(str(source), {}).update(_vote(group))
        fill = [
            found.get(s, {}).get(o if isinstance(o, str) else "", found.get(s, {}).get(""))
            for s, o in zip(known["source"], known["operation"], strict=True)
        ]
        known["service"] = known["service"].where(
            known["service"].notna(), pd.Series(fill, index=known.index, dtype="str")
        )
    return found


def _vote(group: pd.DataFrame) -> dict[str, str]:
    votes: dict[str, str] = {}
    for operation, part in [("", group), *group.groupby("operation", sort=True)]:
        counts = part["service"].value_counts()
        if counts.iloc[0] >= 0.95 * len(part):
            votes[str(operation)] = str(counts.index[0])
    return votes


def settle(events: pa.Table, clock: Clock, services: Mapping[str, str]) -> pa.Table:
    """The events of one source on the corrected clock, with the service that shared ids prove."""
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
    return events


def _replace(events: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    position = events.schema.get_field_index(name)
    return events.set_column(position, events.schema.field(name), values.dictionary_encode())
