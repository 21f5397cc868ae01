"""Cases of many of a kind, and of little over a long time: the work has to follow the evidence, not its span."""

from __future__ import annotations

import json

from case import Case, Content, Outcome

_MANY = 20_000


def _stamp(second: float) -> str:
    return f"2026-11-23T09:{int(second) // 60 % 60:02}:{int(second) % 60:02}Z"


def _log(count: int = _MANY, **keys: str) -> str:
    """JSON lines within an hour; in each key's value ``#`` is the number of the line."""
    told = "".join(f',"{key}":{value}' for key, value in keys.items())
    return "".join(f'{{"ts":"{_stamp(i * 3600 / count)}"{told.replace("#", str(i))}}}\n' for i in range(count))


def _at(stamps: list[str], more: str = '"level":"error","msg":"x","service":"s"') -> str:
    return "".join(f'{{"ts":"{stamp}",{more.replace("#", str(i))}}}\n' for i, stamp in enumerate(stamps))


def _word(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(4)) + "ing"


_REQUEST = '"level":"info","msg":"x","service":"s","method":"GET","path":"/a","status":500,"user":"u#"'
_MONTHS = [f"{1991 + i // 12}-{1 + i % 12:02}-01T00:00:00Z" for i in range(600)]
_DAYS = [f"{2000 + i // 336}-{1 + i // 28 % 12:02}-{1 + i % 28:02}T00:00:00Z" for i in range(8000)]
_HOURS = [f"{2000 + i // 8064}-{1 + i // 672 % 12:02}-{1 + i // 24 % 28:02}T{i % 24:02}:00:00Z" for i in range(30_000)]
_MINUTES = [f"2026-11-{1 + i // 1440:02}T{i // 60 % 24:02}:{i % 60:02}:00Z" for i in range(_MANY)]


def _case(name: str, content: Content, **expected: object) -> Case:
    return Case(f"many: {name}", {"a.log": content}, is_slow=True, **expected)  # type: ignore[arg-type]


def _adds_up(outcome: Outcome) -> str | None:
    assert outcome.ledger is not None
    rows = (outcome.book / "minutes.csv").read_text("utf-8").splitlines()
    place = rows[0].split(",").index("requests")
    counted = sum(int(row.split(",")[place] or 0) for row in rows[1:])
    events = outcome.ledger["totals"]["events"]
    return None if counted == events else f"the minutes have {counted} requests of {events}"


def _export(name: str, entries: list[dict[str, object]]) -> Case:
    return Case(f"many: {name}", {"a.json": json.dumps(entries)}, codes=(0,), is_slow=True)


def _deploys(service: str, version: str) -> list[dict[str, object]]:
    return [
        {
            "service": service.replace("#", str(i)),
            "version": version.replace("#", str(i)),
            "deployed_at": _stamp(i * 0.18),
        }
        for i in range(_MANY)
    ]


def _alerts(name: str) -> list[dict[str, object]]:
    return [
        {"labels": {"alertname": name.replace("#", str(i)), "service": f"s{i}"}, "annotations": {}, "fingerprint": f"{i:x}",
         "startsAt": _stamp(i * 0.17), "endsAt": _stamp(i * 0.17 + 60), "status": {"state": "active"}}
        for i in range(_MANY // 2)
    ]  # fmt: skip


SPREAD = [
    _case("services that fail", _log(level='"error"', msg='"x"', service='"s#"'), events=_MANY),
    _case("services with requests", _log(service='"s#"', method='"GET"', path='"/a"', status="500", user='"u#"'), events=_MANY, check=_adds_up),
    _case("hosts", _log(level='"info"', msg='"x"', service='"s"', host='"h#"'), events=_MANY),
    _case("hosts with requests", _log(host='"h#"', method='"GET"', path='"/a"', status="200"), events=_MANY, check=_adds_up),
    _case("versions", _log(level='"info"', msg='"x"', service='"s"', version='"1.#"'), events=_MANY),
    _case("levels", _log(level='"L#"', msg='"x"'), events=_MANY),
    _case("environments", _log(level='"info"', msg='"x"', env='"e#"'), events=_MANY),
    _case("users", _log(method='"GET"', path='"/a"', status="500", user='"u#"'), events=_MANY, check=_adds_up),
    _case("keys", "".join(f'{{"ts":"{_stamp(i)}","level":"info","msg":"x","k{i}":{i}}}\n' for i in range(3000)), events=3000),
    _case("a line a month for fifty years", _at(_MONTHS), events=600),
    _case("a request a day for 24 years", _at(_DAYS, _REQUEST), events=8000, check=_adds_up),
    _case("a request an hour for years", _at(_HOURS, _REQUEST), events=30_000, check=_adds_up, says="sparse"),
    _case("an error an hour of many hosts", _at(_HOURS, '"level":"error","msg":"x","service":"s","host":"h#"'), events=30_000),
    _case("operations over two weeks", "".join(f'{{"ts":"{stamp}","method":"GET","path":"/{_word(i)}/x","status":{500 if i % 7 == 0 else 200},"duration":{i % 9},"user":"u{i % 50}"}}\n' for i, stamp in enumerate(_MINUTES)), events=_MANY, check=_adds_up, says="(others)"),
    _case("messages over two weeks", "".join(f'{{"ts":"{stamp}","level":"error","msg":"{_word(i)} failed"}}\n' for i, stamp in enumerate(_MINUTES)), events=_MANY),
    _case("years from 1990 to 2099 and beyond", _at(["1971-01-01T00:00:00Z", "1990-01-01T00:00:00Z", *_MINUTES[:50], "2099-12-31T23:59:59Z", "9998-01-01T00:00:00Z"]), events=52, rejected=2),
    _export("deploys of as many services", _deploys("s#", "1.#")),
    _export("deploys of one service", _deploys("s", "1.#")),
    _export("deploys to and fro", [{**each, "version": f"1.{i % 2}"} for i, each in enumerate(_deploys("s", ""))]),
    _export("alerts", _alerts("A#")),
    Case("many: deploys of two tools", {f"{tool}.json": json.dumps([{**each, "id": f"{tool}{i}"} for i, each in enumerate(_deploys("s#", "1.#")[:6000])]) for tool in ("a", "b")}, codes=(0,), is_slow=True),
    Case("many: of each, together", {"a.log": _log(6000, service='"s#"', host='"h#"', method='"GET"', path='"/a/x#y"', status="500", user='"u#"', version='"1.#"'), "d.json": json.dumps(_deploys("s#", "1.#")[:6000]), "x.json": json.dumps(_alerts("A#")[:3000]), "o.log": _at(_MONTHS)}, codes=(0,), is_slow=True),
]  # fmt: skip
