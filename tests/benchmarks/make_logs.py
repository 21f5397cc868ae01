"""Writes logs of any size, the same for the same seed: `access` (combined) or `json` (an application's JSON lines).

    python tests/benchmarks/make_logs.py {access,json,logfmt,csv,cri,syslog} LINES FILE [--files N] [--seed S]

The same requests can be had as `logfmt` or `csv`, and access lines as a container's (`cri`) or `syslog` keeps them.

A fictional shop: some 160 bytes a line, a line each 14 ms on average, 40,000 clients, a tenth of whom do half of
everything; 0.2 % of requests fail, and a third of the checkouts in the middle tenth of the time. With ``--files``
FILE is a folder, and each file of it is as long a stretch.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

START_S = 1_795_424_400  # 2026-11-23T09:00:00Z
STEP_S = 0.0144
BLOCK = 200_000
CLIENTS = 40_000

PATHS = (
    "/",
    "/browse",
    "/search",
    "/item/{}",
    "/cart",
    "/checkout",
    "/static/app.js",
    "/static/site.css",
    "/api/stock/{}",
)
SHARES = (0.1, 0.2, 0.12, 0.3, 0.1, 0.04, 0.05, 0.04, 0.05)
SYSTEMS = (
    "X11; Linux x86_64",
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "iPhone; CPU OS 18_1",
)


def make_blocks(kind: str, lines: int, seed: int) -> Iterator[bytes]:
    """The log, in blocks of whole lines."""
    make = KINDS[kind]
    for number, begin in enumerate(range(0, lines, BLOCK)):
        count = min(BLOCK, lines - begin)
        yield make(draw_requests(np.random.default_rng([seed, number]), begin, count, lines))


def draw_requests(rng: np.random.Generator, begin: int, count: int, lines: int) -> dict[str, np.ndarray]:
    """Requests ``begin`` to ``begin + count`` of ``lines``, a column each."""
    place = begin + np.arange(count)
    path = rng.choice(len(PATHS), count, p=SHARES)
    busy = rng.random(count) < 0.5
    is_outage = (place > 0.45 * lines) & (place < 0.55 * lines) & (path == PATHS.index("/checkout"))
    is_bad = rng.random(count) < np.where(is_outage, 0.33, 0.002)
    return {
        "ms": ((START_S + place * STEP_S) * 1000).astype(np.int64),
        "path": path,
        "item": rng.integers(1, 50_000, count),
        "method": path == PATHS.index("/checkout"),
        "client": np.where(busy, rng.integers(0, CLIENTS // 10, count), rng.integers(0, CLIENTS, count)),
        "status": np.where(is_bad, rng.choice([500, 502, 503], count), rng.choice([200, 304, 404], count, p=[0.93, 0.05, 0.02])),
        "bytes": rng.integers(180, 60_000, count),
        "duration_us": (np.exp(rng.normal(10.3, 0.7, count))).astype(np.int64),
        "id": rng.integers(0, 2**63, count),
    }  # fmt: skip


def make_access(drawn: dict[str, np.ndarray]) -> bytes:
    """Lines of a combined access log, as nginx and Apache write it."""
    stamps = pc.strftime(pa.array(drawn["ms"] // 1000 * 1000).cast(pa.timestamp("ms", "UTC")), "%d/%b/%Y:%H:%M:")
    seconds = pc.utf8_lpad(_texts(drawn["ms"] // 1000 % 60), 2, "0")
    client = drawn["client"]
    referrer = pa.array(np.where(client % 2 == 1, "-", "https://shop.example/"))
    agents = [f"Mozilla/5.0 ({SYSTEMS[i % 4]}) Gecko/20100101 Firefox/{100 + i // 4}.0" for i in range(120)]
    return _join(
        _addresses(client), " - - [", stamps, seconds, ' +0000] "', _methods(drawn), " ", _paths(drawn), ' HTTP/1.1" ',
        _texts(drawn["status"]), " ", _texts(drawn["bytes"]), ' "', referrer, '" "',
        pa.array(agents).take(pa.array(client % len(agents))), '"\n',
    )  # fmt: skip


def make_json(drawn: dict[str, np.ndarray]) -> bytes:
    """JSON lines of an application, a request each."""
    level = pa.array(np.where(drawn["status"] >= 500, "error", "info"))
    return _join(
        '{"time":"', _instants(drawn), '","level":"', level, '","service":"shop","msg":"request","method":"', _methods(drawn),
        '","path":"', _paths(drawn), '","status":', _texts(drawn["status"]), ',"duration_ms":', _durations(drawn),
        ',"user_id":"', _users(drawn), '","request_id":"',
        pc.utf8_lpad(_texts(drawn["id"]), 19, "0"), '"}\n',
    )  # fmt: skip


def make_logfmt(drawn: dict[str, np.ndarray]) -> bytes:
    """The same in key=value pairs."""
    level = pa.array(np.where(drawn["status"] >= 500, "error", "info"))
    return _join(
        "time=", _instants(drawn), " level=", level, ' service=shop msg="request completed" method=', _methods(drawn),
        " path=", _paths(drawn), " status=", _texts(drawn["status"]), " duration_ms=", _durations(drawn), " user_id=",
        _users(drawn), " request_id=", _texts(drawn["id"]), "\n",
    )  # fmt: skip


def make_csv(drawn: dict[str, np.ndarray]) -> bytes:
    """The same as a table whose messages are in quotes; each block of it begins with its header."""
    level = pa.array(np.where(drawn["status"] >= 500, "error", "info"))
    head = b"timestamp,level,service,message,method,path,status,duration_ms,user_id\n"
    return head + _join(
        _instants(drawn), ",", level, ',shop,"request, completed",', _methods(drawn), ",", _paths(drawn), ",",
        _texts(drawn["status"]), ",", _durations(drawn), ",", _users(drawn), "\n",
    )  # fmt: skip


def make_cri(drawn: dict[str, np.ndarray]) -> bytes:
    """The access log as a container's runtime keeps it."""
    return _join(_instants(drawn), " stdout F ", pa.array(make_access(drawn).decode().splitlines()), "\n")


def make_syslog(drawn: dict[str, np.ndarray]) -> bytes:
    """The access log as rsyslog keeps it, without a year."""
    stamps = pc.strftime(pa.array(drawn["ms"] // 1000).cast(pa.timestamp("s", "UTC")), "%b %e %H:%M:%S")
    return _join(stamps, " web-1 nginx[123]: ", pa.array(make_access(drawn).decode().splitlines()), "\n")


#: Which function writes what.
KINDS = {
    "access": make_access, "json": make_json, "logfmt": make_logfmt, "csv": make_csv, "cri": make_cri, "syslog": make_syslog,
}  # fmt: skip


def _instants(drawn: dict[str, np.ndarray]) -> pa.Array:
    stamps = pc.strftime(pa.array(drawn["ms"]).cast(pa.timestamp("ms", "UTC")), "%Y-%m-%dT%H:%M:%S")  # with ms
    return pc.binary_join_element_wise(stamps, "Z", "")


def _durations(drawn: dict[str, np.ndarray]) -> pa.Array:
    return pc.cast(pa.array(drawn["duration_us"] / 1000), pa.string())


def _users(drawn: dict[str, np.ndarray]) -> pa.Array:
    return pc.binary_join_element_wise("u", pc.utf8_lpad(_texts(drawn["client"]), 5, "0"), "")


def _texts(numbers: np.ndarray) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())


def _addresses(client: np.ndarray) -> pa.Array:
    octets = (np.full_like(client, 10), 64 + client // 65536, client // 256 % 256, client % 256)
    return pc.binary_join_element_wise(*map(_texts, octets), ".")


def _methods(drawn: dict[str, np.ndarray]) -> pa.Array:
    return pa.array(np.where(drawn["method"], "POST", "GET"))


def _paths(drawn: dict[str, np.ndarray]) -> pa.Array:
    has_item = np.array(["{}" in path for path in PATHS])[drawn["path"]]
    heads = pa.array([path.removesuffix("{}") for path in PATHS]).take(pa.array(drawn["path"]))
    return pc.binary_join_element_wise(heads, pc.if_else(pa.array(has_item), _texts(drawn["item"]), ""), "")


def _join(*parts: pa.Array | str) -> bytes:
    lines = pc.binary_join_element_wise(*parts, "")
    offsets, data = lines.buffers()[1:]
    last = np.frombuffer(offsets, np.int32)[len(lines)]
    return data[:last].to_pybytes()


def write_logs(kind: str, lines: int, target: Path, *, files: int = 1, seed: int = 7) -> None:
    """Writes one file, or ``files`` of them into a folder, each a stretch of the same whole."""
    if files == 1:
        with target.open("wb") as file:
            file.writelines(make_blocks(kind, lines, seed))
        return
    target.mkdir(exist_ok=True)
    whole = b"".join(make_blocks(kind, lines, seed)).splitlines(keepends=True)
    for number in range(files):
        part = whole[number * lines // files : (number + 1) * lines // files]
        (target / f"shop.{number:05}.log").write_bytes(b"".join(part))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", choices=tuple(KINDS))
    parser.add_argument("lines", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    said = parser.parse_args()
    write_logs(said.kind, said.lines, said.file, files=said.files, seed=said.seed)
