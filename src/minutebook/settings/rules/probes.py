"""usual and stated probes → patterns of the operations and agents of health checks and bots."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence

#: Paths that only machines ask for, at the end of an operation.
USUAL_PROBE_PATHS = (
    "health", "healthz", "healthcheck", "health[-_]check", "_health", "livez", "readyz", "liveness", "readiness", "ready",
    "alive", "ping", "metrics", "actuator/(?:health|prometheus)", "server-status", "nginx_status", "stub_status",
    "_status", "heartbeat", "lbcheck", r"grpc\.health\.v1\.Health/\w+",
)  # fmt: skip
#: Parts of the user agents of probes and of declared bots.
USUAL_PROBE_AGENTS = (
    "kube-probe", "Prometheus/", "ELB-HealthChecker", "GoogleHC", "GoogleStackdriverMonitoring", "HAProxy",
    "Consul Health", "Envoy/HC", "Blackbox", "Route53-Health-Check", "Azure Traffic Manager", "UptimeRobot",
    "Uptime-Kuma", "Better Uptime", "Pingdom", "StatusCake", "Datadog", "NewRelicPinger", "Site24x7", "Zabbix",
    "NodePing", "check_http", r"bot\b", "crawler", "spider", "slurp", "facebookexternalhit", "ia_archiver",
)  # fmt: skip


def match_operations(globs: Sequence[str], *, usual: bool) -> re.Pattern[str]:
    """Finds probes by operation: one of the globs, or a path that only machines ask for."""
    paths = [rf"/(?:-/)?(?:{'|'.join(USUAL_PROBE_PATHS)})(?:/.*)?$"] if usual else []
    return _join([*paths, *_begin(globs)])


def match_agents(globs: Sequence[str], *, usual: bool) -> re.Pattern[str]:
    """Finds probes and bots by user agent."""
    return _join([*(USUAL_PROBE_AGENTS if usual else ()), *_begin(globs)])


def _begin(globs: Sequence[str]) -> list[str]:
    return [rf"\A{fnmatch.translate(glob)}" for glob in globs]


def _join(parts: Sequence[str]) -> re.Pattern[str]:
    """One pattern of several; without any, one that fits nothing."""
    return re.compile("|".join(f"(?:{part})" for part in parts) or r"(?!)", re.I)
