"""requests → what an archive holds of them: access log, service logs, alerts, change calendar."""

from __future__ import annotations

import bisect
import json
from collections.abc import Callable

from clients import (
    AHEAD_S,
    APP_LIMIT_S,
    AUTHORISE,
    BEGIN,
    END,
    RELOADS,
    SILENT,
    Request,
    at,
    clf,
    rfc3339,
)

# --- what the services wrote


def is_shipped(instant: float) -> bool:
    """Whether a line written then reached the archive."""
    return not SILENT[0] <= instant < SILENT[1]


def edge_lines(requests: dict[str, Request]) -> list[str]:
    """The edge's access log: combined format, with service, time taken and request id behind it."""
    lines = []
    for rid, r in requests.items():
        asked = f'"{r.route.split()[0]} {r.path} HTTP/1.1" {r.status} {r.size} "-" "{r.agent}"'
        tail = f"rt={r.seconds:.3f} service={r.service} rid={rid}"
        lines.append((r.end, f"{r.client} - {r.user or '-'} [{clf(r.end)}] {asked} {tail}"))
    for probe in range(int(BEGIN) + 3, int(END), 10):
        asked = '"GET /healthz HTTP/1.1" 200 2 "-" "kube-probe/1.31"'
        tail = "rt=0.001 service=catalog rid=-"
        lines.append((float(probe), f"10.0.0.9 - - [{clf(probe)}] {asked} {tail}"))
    return in_order(lines)


def payments_lines(requests: dict[str, Request], host: str) -> list[str]:
    """One payments host's log: logfmt, by its own clock."""
    ahead = AHEAD_S[host]
    lines = []

    def write(instant: float, level: str, rest: str) -> None:
        stamp = rfc3339(instant + ahead)
        lines.append((instant, f"ts={stamp} level={level} service=payments host={host} version=7.2.0 {rest}"))

    for rid, r in requests.items():
        if r.host != host:
            continue
        seconds = APP_LIMIT_S if r.note == "lost" else max(r.seconds - 0.002, 0.001)
        took = f"{seconds * 1000:.0f}ms" if seconds < 1 else f"{seconds:.3f}s"
        level, msg, more = "info", "request completed", ""
        if r.note == "lost":
            waiting = 8 + int(r.start) % 40
            level, msg = "error", "request failed"
            more = f' err="psp authorise: context deadline exceeded (pool 8/8 in use, {waiting} waiting)"'
        elif r.status == 502:
            level, msg, more = "error", "request failed", ' err="psp authorise: unexpected EOF"'
        asked = f'msg="{msg}" method={r.route.split()[0]} path={r.path} status={r.status}'
        who = f"user_id={r.user} request_id={rid}"
        write(r.start + seconds, level, f"{asked} duration={took} {who}{more}")
    for instant, size in zip(RELOADS[host], (8, 64), strict=True):
        write(instant, "info", f'msg="configuration reloaded" psp_pool_size={size}')
    for instant in range(int(RELOADS[host][0]) + 20, int(RELOADS[host][1]), 30):
        write(instant, "warn", f'msg="psp pool exhausted" in_use=8 waiting={5 + instant % 37}')
    return in_order(lines)


def in_order(lines: list[tuple[float, str]]) -> list[str]:
    """The lines that reached the archive, in the order in which they were written."""
    return [line for instant, line in sorted(lines) if is_shipped(instant)]


# --- what the monitoring said


def fire(bad: Callable[[float], bool], hold_s: float, step_s: float = 15.0) -> list[tuple[float, float]]:
    """(fired, resolved) of a rule: evaluated each ``step_s``, fires once it held for ``hold_s``."""
    spans: list[tuple[float, float]] = []
    since = fired = None
    for step in range(int((END - BEGIN) / step_s)):
        now = BEGIN + 4.217 + step * step_s
        if bad(now):
            since = now if since is None else since
            if fired is None and now - since >= hold_s:
                fired = now
        else:
            if fired is not None:
                spans.append((fired, now))
            since = fired = None
    return spans


def find_alerts(requests: dict[str, Request]) -> list[tuple[float, float, dict[str, str], str]]:
    """(fired, resolved, labels, summary) of two rules over the metrics of the payments service."""
    done = sorted((r.end, r.status >= 500, r.seconds) for r in requests.values() if r.route == AUTHORISE)
    ends = [end for end, _, _ in done]

    def window(now: float) -> list[tuple[float, bool, float]]:
        return done[bisect.bisect_left(ends, now - 60) : bisect.bisect_left(ends, now)]

    def errors_high(now: float) -> bool:
        seen = window(now)
        return bool(seen) and sum(failed for _, failed, _ in seen) / len(seen) > 0.05

    def latency_high(now: float) -> bool:
        taken = sorted(seconds for _, _, seconds in window(now))
        return bool(taken) and taken[int(0.9 * len(taken))] > 2.0

    found = []
    for rule, hold_s, name, severity, summary in (
        (
            errors_high,
            60.0,
            "PaymentsErrorRatioHigh",
            "page",
            "More than 5% of authorisations fail",
        ),
        (latency_high, 120.0, "PaymentsLatencyHigh", "ticket", "p90 of authorisations above 2 s"),
    ):
        labels = {
            "alertname": name,
            "environment": "production",
            "service": "payments",
            "severity": severity,
        }
        found += [(fired, resolved, labels, summary) for fired, resolved in fire(rule, hold_s)]
    return sorted(found, key=lambda each: (each[0], each[2]["alertname"]))


FINGERPRINTS = {
    "PaymentsErrorRatioHigh": "3f0c6d1be5a7924d",
    "PaymentsLatencyHigh": "b81e5c20779af643",
    "CertificateExpiresSoon": "09d4f7a6c3e81b52",
}


def alert_body(fired: float, resolved: float | None, labels: dict[str, str], summary: str) -> dict[str, object]:
    """One alert as Alertmanager states it; an open one "ends" in the year 1."""
    return {
        "status": "firing" if resolved is None else "resolved",
        "labels": labels,
        "annotations": {"summary": summary},
        "startsAt": rfc3339(fired),
        "endsAt": "0001-01-01T00:00:00Z" if resolved is None else rfc3339(resolved),
        "generatorURL": "http://prometheus.example:9090/graph",
        "fingerprint": FINGERPRINTS[labels["alertname"]],
    }


def webhook_lines(found: list[tuple[float, float, dict[str, str], str]]) -> list[str]:
    """Bodies as a pair of Alertmanagers posted them: each phase, and repeats, all of it twice."""
    posts = []
    for fired, resolved, labels, summary in found:
        repeats = range(int(fired) + 10, int(resolved), 300)
        posts += [(float(instant), alert_body(fired, None, labels, summary)) for instant in repeats]
        posts.append((resolved + 10, alert_body(fired, resolved, labels, summary)))
    lines = []
    for _, alert in sorted(posts, key=lambda post: (post[0], str(post[1]["fingerprint"]))):
        for peer in ("alertmanager-0", "alertmanager-1"):
            body = {
                "receiver": "on-call",
                "status": alert["status"],
                "alerts": [alert],
                "groupLabels": {},
                "commonLabels": alert["labels"],
                "commonAnnotations": alert["annotations"],
                "externalURL": f"http://{peer}.example:9093",
                "version": "4",
                "groupKey": '{}:{service="payments"}',
                "truncatedAlerts": 0,
            }
            lines.append(json.dumps(body, separators=(",", ":")))
    return lines


def api_document(found: list[tuple[float, float, dict[str, str], str]]) -> str:
    """`/api/v2/alerts` as saved at 14:25:10: what was firing then, with leases as ends."""
    asked = at("14:25:10")
    certificate = {"alertname": "CertificateExpiresSoon", "service": "catalog", "severity": "info"}
    open_then = [(fired, labels, summary) for fired, resolved, labels, summary in found if fired <= asked < resolved]
    open_then.append((at("14:02:19") - 86400 * 3, certificate, "Certificate expires in less than 21 days"))
    document = []
    for fired, labels, summary in open_then:
        body = alert_body(fired, asked + 240, labels, summary)
        del body["status"]
        body |= {
            "updatedAt": rfc3339(asked - 12),
            "receivers": [{"name": "on-call"}],
            "status": {"state": "active", "inhibitedBy": [], "silencedBy": []},
        }
        document.append(body)
    return json.dumps(document, indent=1) + "\n"


#: id, type, service, started_at, finished_at, actor, description
CHANGES = (
    ("CHG-3101", "deploy", "catalog", "13:52:07", "13:54:31", "ci", "catalog 5.3.0"),
    (
        "CHG-3102",
        "config",
        "payments",
        "14:08:20",
        "14:08:37",
        "config-sync",
        "psp.pool_size 64 -> 8",
    ),
    ("CHG-3103", "deploy", "catalog", "14:20:41", "14:22:58", "ci", "catalog 5.3.1"),
    ("CHG-3104", "config", "payments", "14:25:50", "14:26:07", "on-call", "psp.pool_size 8 -> 64"),
    ("CHG-3105", "maintenance", "logs", "14:32:57", "14:36:00", "on-call", "log shipper restarted"),
)


def changes_csv() -> str:
    """The change calendar, as exported."""
    rows = ["id,type,service,environment,started_at,finished_at,status,actor,description"]
    for number, kind, service, started, finished, actor, what in CHANGES:
        span = f"{rfc3339(at(started))},{rfc3339(at(finished))}"
        rows.append(f"{number},{kind},{service},production,{span},succeeded,{actor},{what}")
    return "\n".join(rows) + "\n"
