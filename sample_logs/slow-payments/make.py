"""Makes this incident: `python make.py [FOLDER]` writes `evidence/` and `truth/` there, or here.

A simulation, not a capture: `clients.py` is the world, `archive.py` what an archive holds of it,
and this file counts the truth and writes. One seed, so the same content in every run. Standard
library only.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

from archive import (
    api_document,
    changes_csv,
    edge_lines,
    find_alerts,
    payments_lines,
    webhook_lines,
)
from clients import (
    AHEAD_S,
    AUTHORISE,
    BEGIN,
    END,
    LOWERED,
    RAISED,
    RELOADS,
    SILENT,
    Request,
    at,
    rfc3339,
    simulate,
)

# --- what is true


def requests_csv(requests: dict[str, Request]) -> str:
    """Each request as its client recorded it; an anonymous one has no user."""
    rows = ["epoch,request_id,user,service,route,status,seconds"]
    for rid, r in requests.items():
        rows.append(f"{r.start:.3f},{rid},{r.user},{r.service},{r.route},{r.status},{r.seconds:.3f}")
    return "\n".join(rows) + "\n"


def marks(found: list[tuple[float, float, dict[str, str], str]], truth: dict[str, object]) -> list[dict[str, str]]:
    """What happened when, for a reader and for a test."""
    known = [
        (BEGIN, "load on"),
        (LOWERED, "configuration changed: psp.pool_size 64 -> 8"),
        *((RELOADS[host][0], f"{host} reloaded its configuration") for host in RELOADS),
        (at("14:20:41"), "deploy started: catalog 5.3.1, which has no part in it"),
        (at("14:22:58"), "deploy finished: catalog 5.3.1"),
        (RAISED, "configuration changed: psp.pool_size 8 -> 64"),
        *((RELOADS[host][1], f"{host} reloaded its configuration") for host in RELOADS),
        (SILENT[0], "no evidence from here"),
        (SILENT[1], "evidence again from here"),
        (END, "load off"),
    ]
    for fired, resolved, labels, _ in found:
        known += [
            (fired, f"{labels['alertname']} fired"),
            (resolved, f"{labels['alertname']} resolved"),
        ]
    listed = [{"time": rfc3339(instant), "what": what} for instant, what in known]
    for channel in ("slow", "fail"):
        edges = truth[channel]
        assert isinstance(edges, dict)
        listed += [{"time": edges[edge], "what": f"{channel} {edge}"} for edge in ("start", "end")]
    return sorted(listed, key=lambda mark: (mark["time"], mark["what"]))


def sum_up(requests: dict[str, Request]) -> dict[str, object]:
    """The impact on users of payments, counted from what the clients saw."""
    own = [r for r in requests.values() if r.service == "payments"]
    bad = {
        "fail": [r for r in own if r.note == "lost"],
        "slow": [r for r in own if r.status == 200 and r.seconds > 4],
    }
    edges = [edge for made in bad.values() for edge in (min(r.end for r in made), max(r.end for r in made))]
    truth: dict[str, object] = {
        "definitions": {
            "start, end": "when the first and the last bad answer reached its client",
            "fail": "authorisations that the edge gave up after 8 s with 504",
            "slow": "authorisations that succeeded after more than 4 s; the median is 0.21 s",
            "affected_users": "distinct users with at least one bad request",
            "failed_users": "those of them with a failure that no good answer to the same"
            " operation followed within 60 s",
            "ordinary failures": "some elsewhere: in requests.csv.gz, in none of these counts",
        },
        "scope": {"service": "payments", "operation": AUTHORISE},
        "impact": {
            "start": rfc3339(min(edges)),
            "end": rfc3339(max(edges)),
            "affected_users": len({r.user for made in bad.values() for r in made}),
            "failed_requests": len(bad["fail"]),
            "slow_requests": len(bad["slow"]),
        },
    }
    for channel, made in bad.items():
        truth[channel] = {
            "start": rfc3339(min(r.end for r in made)),
            "end": rfc3339(max(r.end for r in made)),
            "requests": len(made),
            "affected_users": len({r.user for r in made}),
        }
    fail = truth["fail"]
    assert isinstance(fail, dict)
    fail["failed_users"] = len({r.user for r in bad["fail"] if not is_made_good(r, own)})
    truth["no_evidence"] = [{"start": rfc3339(SILENT[0]), "end": rfc3339(SILENT[1])}]
    truth["clock_ahead_s"] = AHEAD_S
    return truth


def is_made_good(failed: Request, own: list[Request]) -> bool:
    """Whether a good answer to the same user and operation followed within 60 s."""
    return any(
        r.user == failed.user and r.route == failed.route and r.status == 200 and 0 < r.end - failed.end <= 60
        for r in own
    )


def main(folder: Path) -> None:
    """Write the incident into ``folder``."""
    requests = simulate()
    found = find_alerts(requests)
    truth = sum_up(requests)
    texts = {
        "evidence/edge-1.access.log.gz": "\n".join(edge_lines(requests)) + "\n",
        "evidence/payments-1.log.gz": "\n".join(payments_lines(requests, "payments-1")) + "\n",
        "evidence/payments-2.log.gz": "\n".join(payments_lines(requests, "payments-2")) + "\n",
        "evidence/alertmanager.webhooks.jsonl": "\n".join(webhook_lines(found)) + "\n",
        "evidence/alertmanager.alerts.json": api_document(found),
        "evidence/changes.csv": changes_csv(),
        "truth/requests.csv.gz": requests_csv(requests),
        "truth/marks.json": json.dumps(marks(found, truth), indent=1) + "\n",
        "truth/truth.json": json.dumps(truth, indent=1) + "\n",
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text.encode()
        # No name and no time in the header: the same content is the same file.
        path.write_bytes(gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
