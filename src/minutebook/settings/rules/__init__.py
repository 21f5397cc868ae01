"""what `[sli]` in a settings file says → which events count, which of them are bad, and whose they are.

Every key is optional; `Rules.tell` states all of them for the ledger. Patterns are
globs (``*`` and ``?``), compared with the whole text and with case.

    [sli]
    layer = "proxy"                          # whose requests count: cdn, balancer, proxy, app or lines
    services = ["shop"]                      # only these; all by default
    operations = ["POST /checkout*"]         # only these; all by default
    except_operations = ["GET /static/*"]
    bad_statuses = ["5xx", 429]              # default ["5xx"]
    invalid_statuses = [401, 404]            # neither good nor bad: left out; none by default
    bad_levels = ["error", "fatal"]          # of log lines, where there are no requests
    outcome = "result"                       # a key of the records, and which of its values are bad
    bad_outcomes = ["timeout", "aborted"]
    slow_over_s = {"*" = 0.8, "GET /report" = 5}   # or one number; the last pattern that fits counts
    user = "tenant_id"                       # a key of the records, or a column of the event frame
    probe_operations = ["* /internal/up"]    # health checks: left out, and kept as signs of life
    probe_agents = ["*Synthetics*"]
    probe_clients = ["10.0.0.*"]
    usual_probes = true                      # also the usual health checks and declared bots
    baseline = {from = 2026-11-23T08:00:00Z, to = 2026-11-23T09:00:00Z}   # or "2h": ahead of the impact
    objectives = ["checkout.slo.yaml"]       # OpenSLO or Sloth, beside this file
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from minutebook.errors import MinutebookError, suggest
from minutebook.settings.rules.globs import fits
from minutebook.settings.rules.probes import match_agents, match_operations
from minutebook.settings.rules.values import READERS
from minutebook.times.utc import write_instant

#: Columns of the event frame that may say who a user is.
USER_COLUMNS = ("user", "client", "actor", "host", "trace")


@dataclass(frozen=True)
class Rules:
    """What counts, what is bad, and who is a user; each field is a key of `[sli]`, explained above."""

    layer: str = ""
    services: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    except_operations: tuple[str, ...] = ()
    bad_statuses: tuple[str, ...] = ("5xx",)
    invalid_statuses: tuple[str, ...] = ()
    bad_levels: tuple[str, ...] = ("error", "fatal")
    outcome: str = ""
    bad_outcomes: tuple[str, ...] = ()
    slow_over_s: Mapping[str, float] = field(default_factory=dict)
    user: str = ""
    probe_operations: tuple[str, ...] = ()
    probe_agents: tuple[str, ...] = ()
    probe_clients: tuple[str, ...] = ()
    usual_probes: bool = True
    #: (from, to) in µs since 1970, or seconds ahead of the impact; None: all that is usual
    baseline: tuple[int, int] | float | None = None
    objectives: tuple[str, ...] = ()

    @classmethod
    def load(cls, said: object, where: str) -> Rules:
        """The rules of a table; raises `MinutebookError` on values that make no sense."""
        if not isinstance(said, Mapping):
            raise MinutebookError("[sli] is no table", where=where)
        known = [f.name for f in fields(cls)]
        made: dict[str, Any] = {}
        for key, value in said.items():
            if key not in known:
                raise MinutebookError(f"unknown key {key!r} in [sli]", where=where, do=suggest(key, known))
            try:
                made[key] = READERS[key](value)
            except (TypeError, ValueError) as error:
                raise MinutebookError(f"[sli] {key}: {error}", where=where) from error
        rules = cls(**made)
        if bool(rules.outcome) != bool(rules.bad_outcomes):
            lacks = "bad_outcomes" if rules.outcome else "outcome"
            raise MinutebookError(f"[sli] {lacks} is missing: outcome and bad_outcomes need each other", where=where)
        return rules

    def beside(self, folder: Path) -> Rules:
        """The same rules, with their files in that folder."""
        return replace(self, objectives=tuple(str(folder / path) for path in self.objectives))

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the records that have to be read beside the usual ones."""
        asked = (self.outcome, self.user if self.user not in USER_COLUMNS else "")
        return tuple(dict.fromkeys(key for key in asked if key))

    @cached_property
    def bad_codes(self) -> tuple[int, ...]:
        """The response codes that are bad."""
        return _list_codes(self.bad_statuses)

    @cached_property
    def invalid_codes(self) -> tuple[int, ...]:
        """The response codes whose requests are left out."""
        return _list_codes(self.invalid_statuses)

    def has_service(self, service: str) -> bool:
        """Whether the service is in scope."""
        return not self.services or fits(service, self.services)

    def has_operation(self, operation: str) -> bool:
        """Whether the operation is in scope."""
        is_in = not self.operations or fits(operation, self.operations)
        return is_in and not fits(operation, self.except_operations)

    def slow_limit_s(self, operation: str) -> float | None:
        """Over how many seconds the operation is slow; None where the rules don't say."""
        found = [over for pattern, over in self.slow_over_s.items() if fits(operation, (pattern,))]
        return found[-1] if found else None

    def probe_patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """Patterns that find probes and bots: by operation, and by user agent."""
        operations = match_operations(self.probe_operations, usual=self.usual_probes)
        return operations, match_agents(self.probe_agents, usual=self.usual_probes)

    def tell(self) -> dict[str, Any]:
        """All settings as they hold, for `impact.json`."""
        baseline: Any = self.baseline
        if isinstance(baseline, tuple):
            baseline = {"from": write_instant(baseline[0], "s"), "to": write_instant(baseline[1], "s")}
        elif baseline is not None:
            baseline = {"seconds_before": baseline}
        told = {f.name: getattr(self, f.name) for f in fields(self)}
        told = {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
        return {**told, "layer": self.layer or None, "outcome": self.outcome or None, "user": self.user or None,
                "slow_over_s": dict(self.slow_over_s), "baseline": baseline}  # fmt: skip

    def sentences(self) -> list[str]:
        """What was said, for the ledger: only what differs from the defaults."""
        said = [
            ("only services {}", self.services), ("only operations {}", self.operations),
            ("without operations {}", self.except_operations),
            ("statuses {} are bad", self.bad_statuses if self.bad_statuses != Rules.bad_statuses else ()),
            ("statuses {} are left out, neither good nor bad", self.invalid_statuses),
            ("levels {} are bad", self.bad_levels if self.bad_levels != Rules.bad_levels else ()),
            (f"{self.outcome} {{}} is bad", self.bad_outcomes),
            ("slow is over {}", [f"{over:g} s ({glob})" for glob, over in self.slow_over_s.items()]),
            ("users are told by {}", (self.user,) if self.user else ()),
            ("operations {} are probes", self.probe_operations), ("agents {} are probes", self.probe_agents),
            ("clients {} are probes", self.probe_clients),
        ]  # fmt: skip
        told = [text.format(", ".join(values)) for text, values in said if values]
        if not self.usual_probes:
            told.append("the usual health checks and bots count as users")
        if isinstance(self.baseline, tuple):
            told.append(
                f"usual is what was from {write_instant(self.baseline[0], 's')} to {write_instant(self.baseline[1], 's')}"
            )
        elif self.baseline is not None:
            told.append(f"usual is what was in the {self.baseline / 60:g} min ahead of the impact")
        return [f"As the settings say: {sentence}." for sentence in told]


def _list_codes(patterns: Sequence[str]) -> tuple[int, ...]:
    return tuple(code for code in range(100, 600) if str(code) in patterns or f"{code // 100}xx" in patterns)
