"""Lists as people keep them: a build server's table, a day in a cell of its own, a German spreadsheet."""

from __future__ import annotations

from pathlib import Path

import pytest

import minutebook as mb


def read(folder: Path, text: str) -> list[tuple[str, str, str, str]]:
    """(time of day in UTC, kind, phase, message) of each event of a CSV."""
    (folder / "list.csv").write_bytes(text.encode("cp1252"))
    rows = mb.read(folder / "list.csv")
    return list(
        zip(
            rows["time"].dt.strftime("%H:%M:%S"),
            rows["kind"].astype("str"),
            rows["phase"].astype("str"),
            rows["message"],
            strict=True,
        )
    )


def test_a_job_that_deploys_is_a_deploy_for_as_long_as_it_took_and_any_other_a_build(tmp_path: Path) -> None:
    assert read(
        tmp_path,
        "Job,Build,Result,Started,Duration,Parameters\n"
        "mail/deploy-prod,#12,SUCCESS,2026-11-23T09:00:00+0100,1 min 32 sec,VERSION=3.1.0 ENV=prod\n"
        "mail/test,#13,FAILURE,2026-11-23T09:10:00+0100,48 sec,\n",
    ) == [
        ("08:00:00", "deploy", "started", "deploy of mail/deploy-prod 3.1.0 to prod started"),
        ("08:01:32", "deploy", "succeeded", "deploy of mail/deploy-prod 3.1.0 to prod finished"),
        ("08:10:00", "change", "started", "build of mail/test #13 started"),
        ("08:10:48", "change", "failed", "build of mail/test #13 failed"),
    ]


@pytest.mark.parametrize("duration", ["92", "", "long", "1:32"])
def test_a_duration_without_a_unit_ends_nothing(tmp_path: Path, duration: str) -> None:
    told = read(tmp_path, f"Service,Version,Started,Duration,Status\nmail,3.1.0,2026-11-23T09:00:00Z,{duration},ok\n")
    assert told == [("09:00:00", "deploy", "succeeded", "deploy of mail 3.1.0 finished")]


def test_a_german_list_of_deploys(tmp_path: Path) -> None:
    assert read(
        tmp_path,
        "Datum;Uhrzeit;Dienst;Version;Umgebung;Status;Bearbeiter;Bemerkung\r\n"
        "24.11.2026;08:55;mail;3.1.0;Produktion;erfolgreich;Jürgen Weiß;Preise geändert\r\n"
        "24.11.2026;09:05 Uhr;mail;3.0.9;Produktion;fehlgeschlagen;Jürgen Weiß;\r\n",
    ) == [
        ("08:55:00", "deploy", "succeeded", "deploy of mail 3.1.0 to Produktion finished: Preise geändert"),
        ("09:05:00", "deploy", "failed", "deploy of mail 3.0.9 to Produktion failed"),
    ]
