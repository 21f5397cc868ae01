"""seed → every request that clients made, and what each saw: the world behind the evidence.

Two services, and a fault that a changed setting brings. Instants are seconds since 1970, UTC;
`at("14:08:20")` is one of the day.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

SEED = 20261117
DAY = datetime(2026, 11, 17, tzinfo=UTC)


def at(clock: str) -> float:
    """Instant of a wall-clock time of the day, in UTC."""
    hours, minutes, seconds = map(int, clock.split(":"))
    return DAY.timestamp() + hours * 3600 + minutes * 60 + seconds


BEGIN, END = at("14:00:00"), at("14:40:00")
#: The setting goes from 64 to 8 connections, and back; each host reloads some seconds later.
LOWERED, RAISED = at("14:08:20"), at("14:25:50")
RELOADS = {
    "payments-1": (at("14:08:32"), at("14:26:02")),
    "payments-2": (at("14:08:37"), at("14:26:07")),
}
#: While the pool is small: share of authorisations that wait for seconds, and that wait for ever.
SLOW_SHARE = 0.55
LOST_SHARE = (
    (at("14:13:10"), at("14:16:20"), 0.45),
    (at("14:16:20"), at("14:18:30"), 0.015),
    (at("14:18:30"), at("14:21:00"), 0.50),
    (at("14:21:00"), at("14:23:10"), 0.015),
    (at("14:23:10"), at("14:26:10"), 0.55),
)
#: The log shipper was down: no line of these minutes reached the archive, of any service.
SILENT = (at("14:33:00"), at("14:36:00"))
#: The edge gives up after 8 s (504); the service itself only after 10 s.
EDGE_LIMIT_S, APP_LIMIT_S = 8.0, 10.0
#: How far the clock of payments-2 runs ahead, in seconds.
AHEAD_S = {"payments-1": 0.0, "payments-2": 12.4}

AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
)
PAYMENTS_AGENT = "shop-app/8.4.1"
AUTHORISE = "POST /v1/authorise"
PAYMENT = "GET /v1/payments/{id}"


@dataclass(frozen=True)
class Request:
    """One request, as the client that made it saw it (``host``, ``note`` and ``path`` apart)."""

    start: float
    user: str  #: "" for the anonymous clients of the catalog
    client: str
    agent: str
    service: str
    route: str
    path: str
    status: int
    seconds: float
    size: int
    host: str = ""
    note: str = ""  #: lost: given up by the edge, and later by the service

    @property
    def end(self) -> float:
        """When the client had its answer."""
        return round(self.start + self.seconds, 3)


def rfc3339(instant: float) -> str:
    """UTC to the millisecond."""
    moment = DAY + timedelta(milliseconds=round((instant - DAY.timestamp()) * 1000))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clf(instant: float) -> str:
    """The stamp of an access log, cut to the second."""
    return (DAY + timedelta(seconds=int(instant - DAY.timestamp()))).strftime("%d/Nov/%Y:%H:%M:%S +0000")


def gaps(rng: Random, rate: float, begin: float, end: float) -> Iterable[float]:
    """Poisson arrivals: ``rate`` a second."""
    now = begin
    while (now := now - math.log(1 - rng.random()) / rate) < end:
        yield now


def around(rng: Random, median_s: float, spread: float) -> float:
    """A log-logistic duration: a median, and a tail that ``spread`` makes longer."""
    u = min(max(rng.random(), 0.001), 0.997)
    return median_s * (u / (1 - u)) ** spread


def browse(rng: Random) -> list[Request]:
    """Anonymous clients of the catalog: it stays as it is, with its usual 0.15 % of failures."""
    made = []
    for now in gaps(rng, 6.5, BEGIN, END):
        who = int(rng.random() * 240)
        client, agent = f"198.51.100.{1 + who}", AGENTS[who % 3]
        item = int(9 * rng.random() ** 2)
        kind = rng.random()
        if kind < 0.6:
            route, path, size = (
                "GET /catalog/items/{id}",
                f"/catalog/items/{1000 + item}",
                5120 + item,
            )
        elif kind < 0.9:
            route, path, size = "GET /catalog", "/catalog", 18234
        else:
            route, path, size = "GET /catalog/search", f"/catalog/search?q=item+{item}", 7411
        status = 500 if rng.random() < 0.0015 else 404 if rng.random() < 0.004 else 200
        seconds = around(rng, 0.018, 0.35)
        made.append(
            Request(
                now,
                "",
                client,
                agent,
                "catalog",
                route,
                path,
                status,
                seconds,
                size if status == 200 else 312,
            )
        )
    return made


def pay(rng: Random) -> list[Request]:
    """Users who authorise a payment, look at it, and retry up to twice when it fails."""
    made = []
    for now in gaps(rng, 1.5, BEGIN, END):
        who = int(rng.random() * 1100)
        made += checkout(rng, now, f"u{who:04d}", f"203.0.113.{1 + who % 250}")
    return made


def checkout(rng: Random, now: float, user: str, client: str) -> list[Request]:
    """One user's attempts, and the look at the payment after it went through."""
    made: list[Request] = []
    for _ in range(3):
        made.append(authorise(rng, now, user, client))
        if made[-1].status == 200:
            now = made[-1].end + 0.8 + 2 * rng.random()
            made.append(look(rng, now, user, client))
            break
        if made[-1].status == 402 or rng.random() < 0.2:
            break
        now = made[-1].end + 1 + 3 * rng.random()
    return [request for request in made if request.start < END]


def authorise(rng: Random, now: float, user: str, client: str) -> Request:
    """One authorisation: as usual, slow (waited for a connection), or lost (waited for ever)."""
    host = "payments-1" if rng.random() < 0.5 else "payments-2"
    fate, status, seconds, note = rng.random(), 200, around(rng, 0.210, 0.25), ""
    is_small = RELOADS[host][0] <= now < RELOADS[host][1]
    lost = next((share for begin, end, share in LOST_SHARE if begin <= now < end), 0.0)
    if is_small and fate < lost:
        status, seconds, note = 504, EDGE_LIMIT_S + 0.004 * rng.random(), "lost"
    elif is_small and fate < lost + (1 - lost) * SLOW_SHARE:
        seconds = 4.6 + 2.8 * rng.random()
    elif fate > 0.97:
        status = 402  # declined by the bank: an answer, no failure
    elif fate > 0.969 and not at("14:04:00") <= now < SILENT[0]:
        # The usual failures, kept away from the fault so that the truth has one start and one end.
        status = 502
    size = 164 if status == 200 else 88
    return Request(
        now,
        user,
        client,
        PAYMENTS_AGENT,
        "payments",
        AUTHORISE,
        "/v1/authorise",
        status,
        seconds,
        size,
        host,
        note,
    )


def look(rng: Random, now: float, user: str, client: str) -> Request:
    """A look at a payment: served from the service's own database, untouched by the fault."""
    host = "payments-1" if rng.random() < 0.5 else "payments-2"
    path = f"/v1/payments/{60000 + int(now - BEGIN)}"
    seconds = around(rng, 0.012, 0.3)
    return Request(now, user, client, PAYMENTS_AGENT, "payments", PAYMENT, path, 200, seconds, 240, host)


def simulate() -> dict[str, Request]:
    """Request id → request, in order of their starts."""
    rng = Random(SEED)
    made = [*browse(rng), *pay(rng)]
    rounded = (Request(**{**vars(r), "start": round(r.start, 3), "seconds": round(r.seconds, 3)}) for r in made)
    ordered = sorted(rounded, key=lambda r: (r.start, r.client, r.route))
    return {f"c{0x40000 + index:05x}": request for index, request in enumerate(ordered)}
