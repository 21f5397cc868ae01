"""Logs that name no user by any usual key: a key whose values come back as users do is suggested, never taken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import minutebook as mb
from minutebook.settings.config import Config
from minutebook.settings.rules import Rules

RECORDS = 200
Keys = Callable[[int], dict[str, object]]


def _json(keys: Keys) -> Iterator[str]:
    for at in range(RECORDS):
        stamp = f"2026-11-23T09:{at // 10:02}:{at % 10:02}Z"
        yield json.dumps({"ts": stamp, "msg": "done", "method": "GET", "path": "/a", "status": 200, **keys(at)})


def _pairs(keys: Keys) -> Iterator[str]:
    for at in range(RECORDS):
        told = " ".join(f"{key}={value}" for key, value in keys(at).items())
        yield f"2026-11-23 09:{at // 10:02}:{at % 10:02},120 INFO [main] shop.Web - done {told}"


def _docker(keys: Keys) -> Iterator[str]:
    for at in range(RECORDS):
        record = json.dumps({"level": "info", "msg": "done", **keys(at)})
        yield json.dumps(
            {"log": record + "\n", "stream": "stdout", "time": f"2026-11-23T09:{at // 10:02}:{at % 10:02}.5Z"}
        )


def _find(folder: Path, lines: Iterator[str], config: Config | None = None) -> str | None:
    (folder / "app.log").write_text("\n".join(lines) + "\n")
    return mb.check(folder, config=config or Config())["likely_user"][0]


@pytest.mark.parametrize("write", [_json, _pairs, _docker])
def test_a_key_whose_values_come_back_is_suggested(tmp_path: Path, write: Callable[[Keys], Iterator[str]]) -> None:
    assert _find(tmp_path, write(lambda at: {"org_id": f"o{at % 17}", "colour": at % 5})) == "org_id"


def test_a_nested_key_is_suggested_as_the_settings_take_it(tmp_path: Path) -> None:
    lines = list(_json(lambda at: {"ctx": {"tenant": {"id": f"t{at % 17}"}}}))
    assert _find(tmp_path, iter(lines)) == "ctx.tenant.id"
    config = Config(sli=Rules(user="ctx.tenant.id"))
    assert _find(tmp_path, iter(lines), config) is None
    users = mb.reconstruct(tmp_path, config=config).minutes["users"]
    assert users.max() == 10  # of ten requests a minute


@pytest.mark.parametrize(
    "keys",
    [
        lambda at: {"session_id": f"s{at}"},  # one for each request
        lambda at: {"tenant": "acme"},
        lambda at: {"tenant": "acme" if at % 3 else f"t{at % 17}"},  # mostly one
        lambda at: {"tenant": f"t{at % 2}"},
        lambda at: {"tenant": f"t{at % 4}" if at < 16 else ""},
        lambda at: {"tenant": f"t{at % 17}", "user_id": f"u{at % 9}"},
        lambda at: {"colour": f"c{at % 17}"},
    ],
)
def test_what_doesn_t_come_back_as_users_do_isn_t(tmp_path: Path, keys: Keys) -> None:
    assert _find(tmp_path, _json(keys)) is None


def test_who_is_closest_to_a_person_goes_first(tmp_path: Path) -> None:
    keys = {"tenant_id": 7, "session": 30, "customer": 19, "account_no": 200}
    assert _find(tmp_path, _json(lambda at: {key: f"x{at % count}" for key, count in keys.items()})) == "customer"


def test_the_ledger_and_the_drafted_settings_suggest_it(tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    for name in ("a.log", "b.log"):
        (evidence / name).write_text("\n".join(_json(lambda at: {"org_id": f"o{at % 17}"})) + "\n")
    told = [each for each in mb.reconstruct(evidence).ledger["assumptions"] if "usual keys" in each]
    assert told == [
        'a.log and 1 more: none of the usual keys names a user; org_id looks like one. If it is: [sli] user = "org_id".'
    ]
    mb.init(evidence, path=tmp_path / "minutebook.toml")
    assert '# user = "org_id" ' in (tmp_path / "minutebook.toml").read_text()
