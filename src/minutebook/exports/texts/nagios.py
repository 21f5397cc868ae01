"""the log of Nagios and its relatives → an entry per line."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAGIOS = re.compile(r"\[(\d{9,11})\] (?:(SERVICE|HOST) ALERT: )?(.*)")


def read_nagios(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """The log of Nagios, Icinga, Naemon, Shinken: ``[epoch] SERVICE ALERT: host;service;STATE;HARD;n;text``."""
    found: list[tuple[int, int, object]] = []
    is_nagios = False
    for number, line in enumerate(lines, 1):
        match = _NAGIOS.fullmatch(line.strip())
        if not match:
            if line.strip():
                return []
            continue
        epoch, target, rest = match.groups()
        value: dict[str, object] = {"nagios_time": epoch, "nagios_entry": target or rest.partition(":")[0]}
        if target:
            is_nagios = True
            service = ["service"] if target == "SERVICE" else []
            names = ["host", *service, "state", "type", "attempt", "output"]
            # The plugin's own text may contain the separator.
            value |= dict(zip(names, rest.split(";", len(names) - 1), strict=False))
        found.append((number, number, value))
    return found if is_nagios else []
