"""Made incidents for the tests of what people look at: minutes, impact and happenings of a shop."""

from __future__ import annotations

import numpy as np
import pandas as pd

START = pd.Timestamp("2026-11-23T09:00:00Z").as_unit("us")
OPERATIONS = ("POST /checkout", "GET /products", "GET /cart")


def make_minutes(length, broken, *, rate=1400, share=0.12, services=("shop",), gaps=(), seed=1):
    """Minutes with a failing stretch ``broken`` = (first, last) and ``gaps`` without evidence."""
    draw = np.random.default_rng(seed)
    rows = []
    for service in services:
        for operation, part in zip(OPERATIONS, (0.2, 0.5, 0.3), strict=True):
            for n in range(length):
                requests = int(draw.poisson(rate * part * (1 + 0.1 * np.sin(n / 40)) / len(services)))
                bad = share if broken and broken[0] <= n <= broken[1] else 0.002
                failed = int(draw.binomial(requests, bad))
                gone = n in gaps
                rows.append(
                    {
                        "minute": START + pd.Timedelta(minutes=n),
                        "service": service,
                        "operation": operation,
                        "requests": None if gone else requests,
                        "failed": None if gone else failed,
                        "slow": None if gone else failed // 2,
                        "users": None if gone else int(requests * 0.6),
                        "failed_users": None if gone else int(failed * 0.7),
                        "p50_s": None if gone else 0.05,
                        "p95_s": None if gone else 0.4,
                        "alerts_firing": 0,
                        "coverage": "none" if gone else "covered",
                    }
                )
    frame = pd.DataFrame(rows)
    counts = ("requests", "failed", "slow", "users", "failed_users", "alerts_firing")
    return frame.astype(dict.fromkeys(counts, "Int64") | {"p50_s": float, "p95_s": float})


def at(minute, second=0.0):
    return START + pd.Timedelta(minutes=minute, milliseconds=round(second * 1000))


def text_of(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def make_window(first, last, number=1, **more):
    return {
        "id": f"w{number}",
        "kind": "fail",
        "service": "shop",
        "operations": ["POST /checkout", "GET /cart"],
        "start": text_of(first),
        "start_earliest": text_of(first - pd.Timedelta(seconds=2)),
        "start_latest": text_of(first + pd.Timedelta(seconds=1)),
        "end": text_of(last),
        "end_earliest": text_of(last - pd.Timedelta(seconds=4)),
        "end_latest": text_of(last + pd.Timedelta(seconds=9)),
        "open_start": False,
        "open_end": False,
        "pieces": [],
        "onset": "sudden",
        "recovery": "sudden",
        "evidence": "1,204 users hit 2,313 failures where 12 were usual.",
        "odds": 310.5,
        "valid": 18_400,
        "bad": 2_313,
        "bad_ratio": 0.1257,
        "usual_ratio": 0.002,
        "peak_minute": text_of(first.floor("min") + pd.Timedelta(minutes=3)),
        "lost_requests": None,
        "users": {
            "exposed": 3_530, "affected": 1_204, "failed": 312, "degraded": 892, "usual": 12,
            "anonymous_clients": 40, "silent": None, "unknown_events": 0,
        },
        "user_minutes": 2_007,
        "top": {
            "operations": [["POST /checkout", 1900]], "statuses": [["500", 2100], ["502", 213]],
            "hosts": [], "versions": [["2.0.0", 2290]], "templates": [],
        },
        "nearby": [{"kind": "deploy", "what": "shop 2.0.0 started", "offset_s": -12.0}],
        "coverage": "covered",
    } | more  # fmt: skip


def make_impact(*windows, detected=None, acknowledged=None, mitigated=None):
    start = windows[0]["start"] if windows else None
    end = windows[-1]["end"] if windows else None
    seconds = (pd.Timestamp(end) - pd.Timestamp(start)).total_seconds() if windows else 0
    return {
        "windows": list(windows),
        "rejected": [],
        "milestones": {
            "impact_start": start,
            "detected": detected and text_of(detected),
            "acknowledged": acknowledged and text_of(acknowledged),
            "mitigated": mitigated and text_of(mitigated),
            "impact_end": end,
        },
        "durations": {
            "ttd": (detected - pd.Timestamp(start)).total_seconds() if detected else None,
            "tta": (acknowledged - detected).total_seconds() if acknowledged else None,
            "ttm": (mitigated - pd.Timestamp(start)).total_seconds() if mitigated else None,
            "ttr": seconds if windows else None,
        },
        "total": {
            "start": start, "end": end, "impact_seconds": seconds,
            "affected": 1_204 if windows else 0, "failed": 312 if windows else 0,
            "degraded": 892 if windows else 0, "user_minutes": 2_007 if windows else 0,
        },
    }  # fmt: skip


def make_happenings(rows):
    """From (time, kind, phase, entity, label, version) tuples, one a phase."""
    frame = pd.DataFrame(rows, columns=["time", "kind", "phase", "entity", "message", "version"])
    frame["time"] = pd.to_datetime(frame["time"], utc=True).dt.as_unit("us")
    frame["end"] = pd.Series([pd.NaT] * len(frame), dtype="datetime64[us, UTC]")
    frame["service"] = "shop"
    frame["level"] = "info"
    frame["evidence"] = [f"deploys.json:{n + 1}" for n in range(len(frame))]
    for name in ("kind", "phase", "entity", "message", "version", "service", "level", "evidence"):
        frame[name] = frame[name].astype("str")
    return frame


def deploy(first, last, version, entity, outcome="succeeded"):
    return [
        (first, "deploy", "started", entity, f"deploy of {version} started", version),
        (last, "deploy", outcome, entity, f"deploy of {version} {outcome}", version),
    ]


def alert(first, last, name, entity=None):
    rows = [(first, "alert", "fired", entity or name, name, None)]
    if last is not None:
        rows.append((last, "alert", "resolved", entity or name, name, None))
    return rows


def short_incident():
    """25 minutes, 1,400 requests a minute: a bad deploy on two hosts, alerts, a rollback, a gap."""
    first, last = at(8, 6.4), at(17, 13.9)
    impact = make_impact(make_window(first, last), detected=at(9, 55), acknowledged=at(11, 20), mitigated=at(17, 2))
    happenings = make_happenings(
        [
            *deploy(at(8, 4.7), at(8, 8.8), "2.0.0", "dpl-001"),
            *deploy(at(9, 34.7), at(9, 38.9), "2.0.0", "dpl-002"),
            *deploy(at(17, 4.7), at(17, 14.1), "1.4.2", "dpl-003"),
            *alert(at(9, 55), at(20, 10), "ShopErrorRatioHigh checkout"),
            (at(11, 20), "alert", "acknowledged", "ShopErrorRatioHigh checkout", "ack", None),
            *alert(at(10, 30), at(19, 40), "ShopLatencyHigh"),
            *alert(at(21, 0), None, "ShopPoolNearlyFull"),
        ]
    )
    return make_minutes(25, (8, 17), gaps=(3, 4)), impact, happenings


def long_incident():
    """6 hours, two windows, a gap of 20 minutes."""
    windows = (make_window(at(70, 12), at(130, 3)), make_window(at(200), at(228, 40), 2))
    happenings = make_happenings(
        [
            *deploy(at(66), at(71), "2026.11.23-rc1", "a"),
            *deploy(at(126), at(131), "2026.11.22", "b", "rolled_back"),
            *deploy(at(198), at(204), "2026.11.23-rc2", "c"),
            *alert(at(75), at(140), "CheckoutErrorBudgetBurn"),
            *alert(at(203), at(240), "CheckoutErrorBudgetBurn"),
            *alert(at(90), at(110), "QueueDepthHigh"),
        ]
    )
    impact = make_impact(*windows, detected=at(75), acknowledged=at(79), mitigated=at(227))
    minutes = make_minutes(360, (70, 130), share=0.05, gaps=range(280, 300))
    return minutes, impact, happenings
