"""People are roles in all that a book shows; planted names must be in the raw evidence alone."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import minutebook as mb
from minutebook.cli import main
from minutebook.events import check_events
from minutebook.redaction.roles import is_machine, name_roles

CANARIES = ("Quillanova", "Zephyrine", "qzephyrine", "Xanthippos", "wobblethorpe", "U0CANARY7")
DEPLOYS = [
    {"id": 1, "service": "mail", "version": "2.0", "started_at": "2026-11-23T09:00:00Z", "finished_at": "2026-11-23T09:02:00Z",
     "deployed_by": "Zephyrine Quillanova", "message": "for Quillanova, as zephyrine asked"},
    {"id": 2, "service": "shop", "version": "7.1", "started_at": "2026-11-23T09:03:00Z", "deployed_by": "wobblethorpe"},
    {"id": 3, "service": "shop", "version": "7.2", "started_at": "2026-11-23T09:04:00Z", "deployed_by": "github-actions[bot]"},
]  # fmt: skip
PAGER = {"incidents": [{
    "id": "P1", "incident_number": 4, "incident_key": "k1", "title": "Queue full (told by Xanthippos Wobblethorpe)",
    "status": "acknowledged", "urgency": "high", "created_at": "2026-11-23T09:05:00Z",
    "acknowledgements": [{"at": "2026-11-23T09:06:00Z", "acknowledger": {"summary": "Xanthippos Wobblethorpe"}}],
    "service": {"summary": "mail"}}]}  # fmt: skip
CHAT = [
    {"type": "message", "ts": "1795425000.000100", "user": "U0CANARY7", "text": "rolling back with Zephyrine Quillanova",
     "user_profile": {"real_name": "qzephyrine@example.com"}},
    {"type": "message", "ts": "1795425060.000100", "user": "U0CANARY7", "text": "done, thanks @wobblethorpe"},
]  # fmt: skip


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence"
    folder.mkdir()
    for name, value in (("deploys", DEPLOYS), ("pager", PAGER), ("chat", CHAT)):
        (folder / f"{name}.json").write_text(json.dumps(value))
    (folder / "app.log").write_text("".join(f"2026-11-23T09:{n:02}:00Z INFO ok\n" for n in range(20)))
    return folder


def leaks(text: str) -> list[str]:
    return [name for name in CANARIES if name.casefold() in text.casefold()]


def test_no_file_of_a_book_and_no_output_names_a_person(evidence: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    written = {}
    result = runner.invoke(main, ["reconstruct", str(evidence), "-o", str(tmp_path / "book")])
    assert result.exit_code == 0, result.output
    written["terminal"] = result.output
    for path in sorted((tmp_path / "book").iterdir()):
        frame = pd.read_parquet(path).to_csv() if path.suffix == ".parquet" else path.read_text("utf-8")
        written[path.name] = frame
    for command in ("timeline", "minutes", "impact", "plot"):
        name = tmp_path / f"out.{'svg' if command == 'plot' else 'json' if command == 'impact' else 'csv'}"
        result = runner.invoke(main, [command, str(evidence), "-o", str(name)])
        assert result.exit_code == 0, result.output
        written[command] = name.read_text("utf-8") + result.output
    assert {name: found for name, text in written.items() if (found := leaks(text))} == {}
    assert "deployer A" in written["happenings.csv"]
    assert "github-actions[bot]" in written["happenings.csv"]


def test_the_raw_lines_still_name_them(evidence: Path) -> None:
    book = mb.reconstruct(evidence)
    row = book.timeline[book.timeline["summary"].str.contains("mail 2.0", na=False)].iloc[0]
    assert "Zephyrine Quillanova" in " ".join(line for record in mb.show(row, evidence) for line in record.text)


def test_a_person_keeps_one_role_and_letters_follow_the_first_appearance(evidence: Path) -> None:
    told = mb.reconstruct(evidence).happenings.sort_values("time")
    assert told["actor"].dropna().tolist() == [
        "deployer A", "deployer A", "deployer B", "github-actions[bot]", "responder C", "author D", "author D",
    ]  # fmt: skip
    notes = told[told["kind"] == "note"]["message"].tolist()
    assert notes == ["rolling back with deployer A", "done, thanks deployer B"]
    assert told["message"].iloc[0].endswith("for deployer A, as deployer A asked")


ROWS = [
    {"time": pd.Timestamp(time), "kind": kind, "phase": phase, "service": "mail", "actor": actor, "message": f"by {actor}",
     "fields": "{}"}
    for time, kind, phase, actor in (
        ("2026-11-23T09:00Z", "note", "noted", "Pat"), ("2026-11-23T09:00Z", "alert", "acknowledged", "Kim"),
        ("2026-11-23T09:01Z", "deploy", "started", "PAT"), ("2026-11-23T08:00Z", "deploy", "started", "Ola"),
    )
]  # fmt: skip


def test_roles_are_the_same_in_any_order_of_rows() -> None:
    told = set()
    for rows in itertools.permutations(ROWS):
        frame = name_roles(check_events(pd.DataFrame(rows))).sort_values(["time", "kind"])
        told.add(tuple(zip(frame["actor"], frame["message"], strict=True)))
    assert told == {tuple(zip(roles := ("deployer A", "responder B", "author C", "author C"), (f"by {r}" for r in roles), strict=True))}  # fmt: skip


def test_what_has_roles_already_stays_as_it_is() -> None:
    once = name_roles(check_events(pd.DataFrame(ROWS)))
    pd.testing.assert_frame_equal(name_roles(once), once)


def test_more_people_than_letters() -> None:
    rows = [ROWS[0] | {"actor": f"person-{number:03}", "time": ROWS[0]["time"] + pd.Timedelta(seconds=number)} for number in range(703)]  # fmt: skip
    told = name_roles(check_events(pd.DataFrame(rows)))["actor"]
    assert told.nunique() == 703
    assert told.iloc[[0, 25, 26, 702]].tolist() == ["author A", "author Z", "author AA", "author AAA"]


@pytest.mark.parametrize(
    "actor",
    ["github-actions[bot]", "dependabot[bot]", "argocd", "system:serviceaccount:ci:deployer", "deployment-controller", "kubelet",
     "codeDeployRollback", "shop-ci", "svc_mail", "jenkins", "flux-system", "automated", "renovate-bot", "GitHub",
     "x@project.iam.gserviceaccount.com", "arn:aws:sts::1:assumed-role/deploy/x", "Release Pipeline", "mail"],
)  # fmt: skip
def test_machines_keep_their_names(actor: str) -> None:
    assert is_machine(actor, {}, ["mail"])


@pytest.mark.parametrize(
    "actor",
    [
        "Kim Jenkins",
        "kim@gitlab.com",
        "kim.root",
        "U0BMQB6JE",
        "Ann Agent-Smith",
        "admin",
        "abbott",
        "Cicely",
        "Sally Apiary",
    ],
)
def test_people_are_people_whatever_they_are_called(actor: str) -> None:
    assert not is_machine(actor, {}, ["mail"])


def test_what_the_record_says_of_its_actor_counts() -> None:
    assert is_machine("Kim", {"actor_type": "Bot"})
    assert is_machine("Kim", {"actor_type": "service_reference"})
    assert not is_machine("Kim", {"actor_type": "user_reference"})


def test_a_machine_that_one_record_names_as_such_stays_one_where_another_one_tells_the_same_alert(
    tmp_path: Path,
) -> None:
    told = {"created_at": "2026-11-23T09:05:00Z", "service": {"summary": "mail"}}
    alert = {**told, "id": "P1", "incident_number": 4, "title": "Queue full", "status": "triggered", "urgency": "high"}
    entry = {
        **told, "id": "L1", "type": "trigger_log_entry", "agent": {"summary": "CloudWatch", "type": "service_reference"},
        "channel": {"type": "api"}, "incident": {"id": "P1", "summary": "[#4] Queue full"},
    }  # fmt: skip
    acknowledged = {
        **entry, "id": "L2", "type": "acknowledge_log_entry", "created_at": "2026-11-23T09:06:00Z",
        "agent": {"summary": "Xanthippos Wobblethorpe", "type": "user_reference"},
    }  # fmt: skip
    (tmp_path / "incidents.json").write_text(json.dumps({"incidents": [alert]}))
    (tmp_path / "log-entries.json").write_text(json.dumps({"log_entries": [acknowledged, entry]}))
    happenings = mb.reconstruct(tmp_path).happenings
    assert happenings["actor"].tolist() == ["CloudWatch", "responder A"]
    assert leaks(happenings.to_csv()) == []
