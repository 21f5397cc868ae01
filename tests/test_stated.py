"""What the caller says of sources is used where records lack it, and stands in the ledger as stated."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.cli import main
from minutebook.errors import MinutebookError
from minutebook.settings.config import Config

HELM = [
    {"revision": 6, "updated": "2026-11-23T09:00:00Z", "status": "deployed", "chart": "mail-1", "description": "ok"}
]
OURS = """
title = "Ours"
kind = "deploy"
requires = ["rolled", "of.what"]
key = ["of.id"]
[columns]
service = "of.what"
[[phase]]
name = "succeeded"
time = "rolled"
[[sample]]
text = '''{"rolled": "2026-11-23T09:00:00Z", "of": {"what": "mail", "id": 4}}'''
[[sample.event]]
time = "2026-11-23T09:00:00Z"
service = "mail"
"""
ROLLED = {"rolled": "2026-11-23T09:00:00Z", "of": {"what": "mail", "id": 4}}


def write(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def settings(folder: Path, text: str) -> Path:
    return write(folder, "minutebook.toml", text)


def test_a_helm_history_gets_the_release_and_environment_that_are_stated(tmp_path: Path) -> None:
    for name in ("helm-mail.json", "helm-shop.json"):
        write(tmp_path / "evidence", name, HELM)
    config = settings(
        tmp_path,
        """
[sources."helm-mail.json"]
service = "mail"
environment = "production"
[sources."helm-shop.json"]
service = "shop"
""",
    )
    book = mb.reconstruct(tmp_path / "evidence", config=config)
    rows = book.happenings.sort_values("service")
    assert rows["service"].tolist() == ["mail", "shop"]
    assert rows["environment"].tolist()[0] == "production"
    assert rows["message"].tolist()[0].startswith("deploy of mail mail-1 to production finished")
    told = {source["source"]: source["stated"] for source in book.ledger["sources"]}
    assert told == {
        "helm-mail.json": {"environment": "production", "service": "mail"},
        "helm-shop.json": {"service": "shop"},
    }
    assert any(
        "helm-mail.json: as the caller states where its records don't: environment production, service mail." in said
        for said in book.ledger["assumptions"]
    )


def test_what_the_record_says_comes_before_what_is_stated(tmp_path: Path) -> None:
    deploys = [{"service": "mail", "version": "1", "time": "2026-11-23T09:00:00Z"},
               {"service": None, "version": "2", "time": "2026-11-23T09:10:00Z"}]  # fmt: skip
    path = write(tmp_path, "deploys.json", deploys)
    rows = mb.read(path, config=Config({"*": {"service": "shop", "environment": "staging"}}))
    assert rows["service"].tolist() == ["mail", "shop"]
    assert set(rows["environment"]) == {"staging"}


def test_a_check_without_a_name_gets_the_stated_one(tmp_path: Path) -> None:
    outage = {"summary": {"states": [{"status": "down", "timefrom": 1795424400, "timeto": 1795425000}]}}
    path = write(tmp_path, "pingdom.json", outage)
    rows = mb.read(path, config=Config({"pingdom*": {"name": "checkout page"}}))
    assert rows["message"].tolist() == ["check checkout page is down", "check checkout page is up again"]


@pytest.mark.parametrize(("said", "hour", "zone", "basis"), [({"zone": "Europe/Berlin"}, 8, "Europe/Berlin", "given"), ({}, 9, "UTC", "assumed")])  # fmt: skip
def test_the_zone_of_an_exports_stamps_is_as_stated_else_assumed(
    tmp_path: Path, said: dict[str, str], hour: int, zone: str, basis: str
) -> None:
    path = write(tmp_path, "deploys.csv", "service,version,time\nmail,1,2026-11-23 09:00:00\n")
    rows = mb.read(path, config=Config({"*": said}))
    assert rows["time"].tolist() == [pd.Timestamp(f"2026-11-23T{hour:02}:00Z")]
    (source,) = rows.attrs["ledger"]["sources"]
    assert (source["zone"], source["zone_basis"]) == (zone, basis)
    (assumed,) = rows.attrs["ledger"]["assumptions"]
    assert ("zone Europe/Berlin" if said else "taken as UTC") in assumed


def test_logs_get_what_is_stated_too(tmp_path: Path) -> None:
    path = write(tmp_path, "app.log", "2026-11-23T09:00:00Z ERROR no stock\n2026-11-23T09:00:01Z ERROR no stock\n")
    config = Config({"*": {"service": "mail", "host": "web-7", "environment": "production", "version": "2"}})
    rows = mb.read(path, config=config)
    assert rows[["service", "host", "environment", "version"]].drop_duplicates().to_numpy().tolist() == [
        ["mail", "web-7", "production", "2"]
    ]
    assert not any("shared" in said for said in rows.attrs["ledger"]["assumptions"])


def test_formats_of_ones_own_are_read_from_a_folder_beside_the_settings(tmp_path: Path) -> None:
    write(tmp_path, "settings/formats/ours.toml", OURS)
    write(tmp_path, "settings/formats/theirs.toml", "title = 'x'\nshape = 'json'\n")
    config = settings(tmp_path / "settings", 'formats = ["formats"]')
    path = write(tmp_path, "rolled.json", ROLLED)
    rows = mb.read(path, config=config)
    assert rows[["kind", "phase", "service"]].to_numpy().tolist() == [["deploy", "succeeded", "mail"]]
    assert rows.attrs["ledger"]["sources"][0]["format"] == "ours"


def test_a_format_of_ones_own_can_be_named_on_the_command_line(tmp_path: Path) -> None:
    ours, path = write(tmp_path, "ours.toml", OURS), write(tmp_path, "rolled.json", ROLLED)
    for said in (str(ours), f"*.json={ours}"):
        result = CliRunner().invoke(main, ["timeline", str(path), "--format", said])
        assert result.exit_code == 0, result.output
        assert "deploy of mail finished" in result.output
    assert CliRunner().invoke(main, ["formats", str(ours)]).exit_code == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title = ", "not TOML"),
        ('title = "x"\nkind = "deploy"\ncolour = "red"', "unknown key 'colour'"),
        ('title = "x"\nkind = "deploy"\nrows = 3', "'rows' can't be 3"),
        ('title = "x"\nkind = "deploy"\nweight = "much"', "'weight' can't be 'much'"),
        ('title = "x"\nkind = "deploy"\nphase = "started"', "'phase' is no list of tables"),
        ('title = "x"\nkind = "deploy"\n[[phase]]\nname = "started"\ntime = ["a"]\nwhen = "b"', "'when' can't be 'b'"),
    ],
)
def test_a_bad_file_is_one_line_that_names_file_and_key(tmp_path: Path, text: str, why: str) -> None:
    ours, path = write(tmp_path, "ours.toml", text), write(tmp_path, "rolled.json", ROLLED)
    result = CliRunner().invoke(main, ["timeline", str(path), "--format", str(ours)])
    assert result.exit_code == 2
    (line,) = result.output.splitlines()
    assert line.startswith(f"minutebook: {ours}: ")
    assert why in line


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('sources = "x"', "'sources' is no table"),
        ('[sources."*"]\nservice = 3', "'service' of '\\*' is no text"),
        ('[sources."*"]\nyear = "last"', "'year' of '\\*' is no number"),
        ('formats = "ours.toml"', "'formats' is no list"),
        ('[sources."*"]\nrelease = "x"', "unknown key 'release'"),
    ],
)
def test_bad_settings_are_refused_by_name(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(MinutebookError, match=why):
        Config.load(settings(tmp_path, text))


def test_a_source_can_be_said_to_be_of_an_export_or_of_a_log(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.json", [{"service": "mail", "version": "1", "time": "2026-11-23T09:00:00Z"}])
    rows = mb.read(path, config=Config({"*": {"format": "deploy_list"}}))
    assert rows.attrs["ledger"]["sources"][0]["format"] == "deploy_list"
    with pytest.raises(MinutebookError, match=r"rows\.json: is no helm_history, as stated"):
        mb.read(path, config=Config({"*": {"format": "helm_history"}}))
    with pytest.raises(MinutebookError, match="no format is called 'nonsense'"):
        mb.read(path, config=Config({"*": {"format": "nonsense"}}))


@pytest.mark.parametrize(("ahead", "told"), [("90", "90 s ahead"), ("-0.5", "0.5 s behind")])
def test_notes_by_a_clock_that_was_off_stand_where_they_were_written(tmp_path: Path, ahead: str, told: str) -> None:
    write(
        tmp_path / "evidence",
        "notes.md",
        "- 2026-11-23 09:08:04Z restarted mail\n- 2026-11-23 09:12:00Z all good again\n",
    )
    config = settings(tmp_path, f'[sources."notes.md"]\nclock_ahead_s = {ahead}\n')
    book = mb.reconstruct(tmp_path / "evidence", config=config)
    first = pd.Timestamp("2026-11-23T09:08:04Z") - pd.Timedelta(seconds=float(ahead))
    assert book.timeline["time"][0] == first
    assert f"notes.md ran {told}, as the caller states; corrected." in book.ledger["assumptions"]
    assert not any("where its records don't" in each for each in book.ledger["assumptions"])


def test_other_clocks_are_held_against_one_that_was_stated_as_it_is_corrected(tmp_path: Path) -> None:
    for name, late in (("edge.jsonl", 0), ("app.jsonl", 60)):
        records = [
            {"ts": f"2026-11-23T09:{at + late // 60:02}:04Z", "method": "GET", "path": "/", "status": 200, "request_id": f"r{at:04}"}
            for at in range(30)
        ]  # fmt: skip
        write(tmp_path / "evidence", name, "".join(json.dumps(each) + "\n" for each in records))
    for name, ahead in (("app.jsonl", 60), ("edge.jsonl", -60)):
        config = settings(tmp_path, f'[sources."{name}"]\nclock_ahead_s = {ahead}\n')
        ledger = mb.reconstruct(tmp_path / "evidence", config=config).ledger
        offsets = {each["source"]: each["clock_offset_s"] for each in ledger["sources"]}
        assert offsets == {"app.jsonl": 0.0, "edge.jsonl": 0.0} | {name: ahead}


@pytest.mark.parametrize("value", ['"90s"', "true", "1e9", "nan"])
def test_a_clock_that_no_clock_can_be_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(MinutebookError, match="clock"):
        Config.load(settings(tmp_path, f'[sources."*"]\nclock_ahead_s = {value}\n'))


def test_a_layer_that_there_is_not_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(MinutebookError, match="no such layer: 'balancr'") as raised:
        Config.load(settings(tmp_path, '[sources."*"]\nlayer = "balancr"\n'))
    assert "balancer" in raised.value.do
