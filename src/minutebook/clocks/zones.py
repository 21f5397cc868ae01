"""zone-less sources → their zones: by ids that they share with other sources, else by other sources of the same host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minutebook.clocks.clock import ZONE_STEP_S, Clock, Stamps, name_offset, parse_offset_s
from minutebook.clocks.differences import Difference

_MAX_S = 14 * 3600


def find_zones(
    waiting: Sequence[str],
    clocks: Mapping[str, Clock],
    differences: Mapping[str, Sequence[Difference]],
    what: str = "ids",
) -> dict[str, Clock]:
    """The clocks of sources that share ids (or ``what`` it is) with one whose clock is known, or became known this way."""
    found = dict(clocks)
    # A zone-less source may be known only through another zone-less one, hence the rounds.
    left = [source for source in waiting if source in differences]
    while left:
        settled = {s: clock for s in left if (clock := _read_zone(differences[s], found, what))}
        if not settled:
            break
        found |= settled
        left = [source for source in left if source not in settled]
    return {source: found[source] for source in waiting if source in found}


def _read_zone(differences: Sequence[Difference], clocks: Mapping[str, Clock], what: str) -> Clock | None:
    """The zone by the difference to the first source whose own zone is known."""
    for each in differences:
        other = clocks.get(each.other)
        if other is None or other.zone_basis == "assumed":
            continue
        difference = each.median_s + other.zone_shift_s
        shift = round(difference / ZONE_STEP_S) * ZONE_STEP_S
        if abs(shift) <= _MAX_S and abs(difference - shift) <= ZONE_STEP_S / 3:
            basis = f"inferred: {each.pairs:,} {what} shared with {each.other}, spread {_span(each.spread_s)}"
            return Clock(zone=name_offset(shift), zone_basis=basis, zone_shift_s=shift)
    return None


def find_zones_of_hosts(
    waiting: Sequence[str], clocks: Mapping[str, Clock], stamps: Mapping[str, Stamps]
) -> dict[str, Clock]:
    """The zone that another source of the same host, or in a folder of its own, states or was found to keep; else UTC, flagged."""
    telling: dict[str, Clock] = {}  # place → by its first source with a known zone, UTC only where no other is known
    for other in sorted(clocks, reverse=True):
        place, stated = stamps[other].place, stamps[other].offset
        if not place:
            continue
        kind, found = place.partition(" ")[0], clocks[other]
        if found.zone_basis.startswith("inferred"):
            beside = stamps[other].beside
            shift = parse_offset_s(beside) if beside not in ("", "UTC") else found.zone_shift_s
            told = Clock(found.zone, f"inferred: {other} of the same {kind} keeps it", shift)
        elif stated:
            shift = parse_offset_s(stated)
            told = Clock(name_offset(shift), f"inferred: {other} of the same {kind} states it", shift)
        else:
            continue
        if told.zone_shift_s or place not in telling:
            telling[place] = told
    unknown = Clock(zone="UTC", zone_basis="assumed")
    return {source: telling.get(stamps[source].place, unknown) for source in waiting}


def _span(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
